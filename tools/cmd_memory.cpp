// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iostream>
#include <memory>

#include "golden/error.h"
#include "sim/dram/replay.h"
#include "sim/dram/standards.h"
#include "sim/dram_report.h"
#include "tools/common.h"
#include "tools/memory_json.h"
#include "tools/progress.h"

namespace trine::tools {
namespace {

struct MemoryCommand {
  CommonOptions common;
  bool list = false;
  std::string memory, trace;
  dram::ReplayOptions replay;
};

Json device_json(const dram::MemorySpec& spec) {
  const dram::Device& d = spec.device;
  return {{"memory", spec.name},
          {"standard", d.name},
          {"channels", spec.channels},
          {"bus_bits", d.bus_bits},
          {"clock_mhz", d.clock_mhz},
          {"transfers_per_clock", d.transfers_per_clock},
          {"burst_bytes", d.burst_bytes()},
          {"bank_groups", d.bank_groups},
          {"banks_per_group", d.banks_per_group},
          {"row_bytes", d.row_bytes},
          {"capacity_bytes", d.bytes() * spec.channels},
          {"peak_bytes_per_second", spec.peak()},
          {"mapping", spec.mapping},
          {"hash", spec.hash}};
}

/// A standard with each parameter in clocks, and where it is from.
Json standard_json(const dram::Standard& standard) {
  const dram::MemorySpec spec = dram::parse_memory(std::string(standard.name));
  Json json = {{"name", standard.name}, {"document", standard.document}};
  json.update(device_json(spec));
  Json timings = Json::array();
  for (const dram::TimingInfo& info : dram::kTimings) {
    const auto entry = std::ranges::find(standard.entries, info.key, &dram::TimingEntry::key);
    if (entry == standard.entries.end()) continue;
    timings.push_back({{"key", info.key},
                       {"clocks", spec.device.timing.*info.value},
                       {"ns", entry->ns > 0 ? Json(entry->ns) : Json(nullptr)},
                       {"least_clocks", entry->clocks > 0 ? Json(entry->clocks) : Json(nullptr)},
                       {"meaning", info.text},
                       {"source", entry->source}});
  }
  json["timings"] = std::move(timings);
  return json;
}

void run_list(const MemoryCommand& options) {
  Json all = Json::array();
  for (const dram::Standard& standard : dram::standards()) all.push_back(standard_json(standard));
  if (options.common.json) return print_json({{"standards", all}});
  for (const Json& s : all) {
    fmt::print("{}: {}\n", s["name"].get<std::string>(), s["document"].get<std::string>());
    fmt::print(
        "  {} channel(s) of {} bits, {:.6g} MHz, {:.4g} GB/s; bursts of {} bytes, "
        "{} x {} banks, rows of {} bytes\n",
        s["channels"].get<unsigned>(), s["bus_bits"].get<unsigned>(), s["clock_mhz"].get<double>(),
        s["peak_bytes_per_second"].get<double>() / 1e9, s["burst_bytes"].get<unsigned>(),
        s["bank_groups"].get<unsigned>(), s["banks_per_group"].get<unsigned>(),
        s["row_bytes"].get<unsigned>());
    for (const Json& t : s["timings"])
      fmt::print("  {:9} {:>6}  {:42} {}\n", t["key"].get<std::string>(),
                 t["clocks"].get<unsigned>(), t["meaning"].get<std::string>(),
                 t["source"].get<std::string>());
    fmt::print("\n");
  }
}

Json result_json(const dram::MemorySpec& spec, const MemoryCommand& options,
                 const dram::ReplayResult& r) {
  Json json = device_json(spec);
  json.update({{"core_mhz", options.replay.core_mhz},
               {"requests", r.requests},
               {"reads", r.reads},
               {"writes", r.writes},
               {"bytes", r.bytes},
               {"cycles", r.cycles},
               {"seconds", r.seconds},
               {"bytes_per_second", r.bandwidth()},
               {"share_of_peak", ratio(r.bandwidth(), spec.peak())}});
  const auto latency = [&](double ns) { return r.reads > 0 ? Json(ns) : Json(nullptr); };
  json["read_latency_ns"] = {
      {"min", latency(r.latency_min_ns)}, {"mean", latency(r.latency_mean_ns)},
      {"p50", latency(r.latency_p50_ns)}, {"p90", latency(r.latency_p90_ns)},
      {"p99", latency(r.latency_p99_ns)}, {"max", latency(r.latency_max_ns)}};
  Json counts = Json::object();
  for (const dram::StatsInfo& info : dram::kStats) counts[info.key] = r.stats.*info.value;
  json["pins"] = {{"efficiency", r.stats.efficiency()}, {"counts", std::move(counts)}};
  return json;
}

void print_result(const Json& j, const MemoryReport& report) {
  fmt::print("{}: {} reads, {} writes, {} in {} cycles at {:.6g} MHz ({:.6g} us)\n",
             j["memory"].get<std::string>(), j["reads"].get<std::uint64_t>(),
             j["writes"].get<std::uint64_t>(), size_text(j["bytes"].get<std::uint64_t>()),
             j["cycles"].get<std::uint64_t>(), j["core_mhz"].get<double>(),
             j["seconds"].get<double>() * 1e6);
  fmt::print("bandwidth     {:.4g} GB/s, {} of the pins' {:.4g} GB/s\n",
             j["bytes_per_second"].get<double>() / 1e9, percent(j["share_of_peak"]),
             j["peak_bytes_per_second"].get<double>() / 1e9);
  const Json& l = j["read_latency_ns"];
  fmt::print("read latency  min {} mean {} p50 {} p90 {} p99 {} max {} ns\n", text(l["min"]),
             text(l["mean"]), text(l["p50"]), text(l["p90"]), text(l["p99"]), text(l["max"]));
  fmt::print("{}", memory_text(report));
}

void run_memory(const MemoryCommand& options) {
  if (options.list) return run_list(options);
  const dram::MemorySpec spec = dram::parse_memory(options.memory);
  ProgressLine progress("memory", options.common);
  const auto show = [&](std::uint64_t lines) { progress.step(lines, 0, "lines"); };
  dram::ReplayResult result;
  if (options.trace == "-") {
    std::ios::sync_with_stdio(false);
    result = dram::replay(std::cin, "standard input", spec, options.replay, show);
  } else {
    std::ifstream file(options.trace);
    if (!file) throw Error(options.trace + ": cannot be read");
    result = dram::replay(file, options.trace, spec, options.replay, show);
  }
  if (result.reads + result.writes == 0) throw Error(options.trace + ": has no requests");
  const Json json = result_json(spec, options, result);
  if (options.common.json) return print_json(json);
  print_result(json, sim::report_of(spec, result.stats, options.replay.core_mhz));
}

}  // namespace

void add_memory(Command& app) {
  const auto options = std::make_shared<MemoryCommand>();
  Command* command =
      add_command(app, "memory", "Replay a trace of requests on a simulated DRAM", options->common);
  Option* list = command->add_flag("--list", options->list,
                                   "Show the standards, their parameters and where these are from");
  Option* memory =
      command
          ->add_option("--memory", options->memory,
                       "STANDARD[xWIDTH[xCHANNELS]], for example ddr4-2400x64, lpddr4-4266x32, "
                       "hbm2x4, or a parameter file")
          ->excludes(list);
  Option* trace =
      command
          ->add_option("--trace", options->trace,
                       "Requests, one a line: R or W, an address, a cycle if it must wait for "
                       "one; - is the standard input")
          ->type_name("FILE")
          ->needs(memory);
  memory->needs(trace);
  command->add_option("--core-clock", options->replay.core_mhz, "MHz of the trace's cycles")
      ->check(number_in(1, 10'000))
      ->capture_default_str();
  command
      ->add_option("--bytes", options->replay.bytes, "Bytes of a request [a burst of the memory]")
      ->check(whole_in(1, 4096));
  command
      ->add_option("--outstanding", options->replay.outstanding,
                   "Requests under way at most [64 a channel]")
      ->check(whole_in(1, 4096));
  command->callback([options] {
    if (!options->list && options->trace.empty())
      throw UsageError::required("--memory and --trace, or --list,");
    run_memory(*options);
  });
}

}  // namespace trine::tools
