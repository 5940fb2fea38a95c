// SPDX-License-Identifier: Apache-2.0

#include "tools/memory_json.h"

#include <fmt/format.h>

#include "golden/error.h"
#include "tools/report_fields.h"

namespace trine::tools {

Json memory_json(const MemoryReport& report) {
  Json counts = Json::object();
  for (const auto& [name, value] : report.counts) counts[name] = value;
  return {{"name", report.name},
          {"channels", report.channels},
          {"core_mhz", report.core_mhz},
          {"memory_mhz", report.memory_mhz},
          {"peak_bytes_per_second", report.peak},
          {"efficiency", report.efficiency()},
          {"counts", std::move(counts)}};
}

MemoryReport memory_of(const Json& json) {
  MemoryReport memory{.name = report::string(json, "name"),
                      .channels = report::whole_as<unsigned>(json, "channels", 1 << 24),
                      .core_mhz = report::number(json, "core_mhz"),
                      .memory_mhz = report::number(json, "memory_mhz"),
                      .peak = report::number(json, "peak_bytes_per_second"),
                      .counts = {}};
  const Json& counts = report::member(json, "counts");
  if (!counts.is_object()) throw Error("'counts' must be an object");
  for (const auto& [name, value] : counts.items())
    memory.counts.emplace_back(name, report::whole(counts, name.c_str(), kMostMemoryCount));
  return memory;
}

std::string memory_text(const MemoryReport& report) {
  const std::uint64_t bursts = report.count("reads") + report.count("writes");
  const auto row = [&](const char* key) { return percent(ratio(report.count(key), bursts)); };
  const auto pins = [&](const char* key) {
    return percent(ratio(report.count(key), report.clocks()));
  };
  std::string text =
      fmt::format("rows          {} hits, {} misses, {} conflicts; {} refreshes", row("row_hits"),
                  row("row_misses"), row("row_conflicts"), report.count("refreshes"));
  if (report.count("lost") > 0)
    return text + fmt::format("\npins          {} busy, {} lost\n", pins("busy"), pins("lost"));
  return text + fmt::format(
                    ", {} turnarounds\npins          {} busy; lost: {} nothing asked for, {} "
                    "refresh, {} turnaround, {} rows, {} spacing\n",
                    report.count("turnarounds"), pins("busy"), pins("lost_idle"),
                    pins("lost_refresh"), pins("lost_turnaround"), pins("lost_rows"),
                    pins("lost_spacing"));
}

}  // namespace trine::tools
