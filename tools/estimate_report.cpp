// SPDX-License-Identifier: Apache-2.0

#include "tools/estimate_report.h"

#include <fmt/format.h>

#include <functional>
#include <vector>

namespace trine::tools {
namespace {

struct Column {
  const char* name;
  std::function<Json(const Json&)> value;
};

Json part(const Json& result, const char* what, const char* key) {
  return result[what].is_null() ? Json(nullptr) : result[what][key];
}

const std::vector<Column>& columns() {
  const auto plain = [](const char* key) {
    return Column{key, [key](const Json& r) { return r[key]; }};
  };
  const auto decode = [](const char* name, const char* key) {
    return Column{name, [key](const Json& r) { return part(r, "decode", key); }};
  };
  const auto prefill = [](const char* name, const char* key) {
    return Column{name, [key](const Json& r) { return part(r, "prefill", key); }};
  };
  static const std::vector<Column> kAll = {
      plain("preset"),
      plain("board"),
      plain("depth"),
      plain("layers"),
      plain("groups"),
      plain("vectors"),
      plain("ports"),
      plain("core_mhz"),
      plain("memory"),
      plain("context"),
      plain("prompt_tokens"),
      decode("decode_tokens_per_second", "tokens_per_second"),
      decode("decode_cycles", "cycles"),
      decode("decode_bytes", "bytes"),
      decode("decode_utilization", "utilization"),
      decode("decode_share_of_pins", "share_of_pins"),
      decode("decode_limit", "limit"),
      prefill("prefill_tokens_per_second", "tokens_per_second"),
      prefill("prefill_cycles_per_token", "cycles_per_token"),
      prefill("prefill_limit", "limit")};
  return kAll;
}

std::string cell(const Json& value) {
  if (value.is_null()) return "";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

void print_part(const char* what, const Json& e) {
  if (e.is_null()) return;
  fmt::print("{:8} {} tokens/s: {} cycles a token, {} a token, bus {}, pins {}; limit: {}\n", what,
             text(e["tokens_per_second"]), text(e["cycles_per_token"], "{:.0f}"),
             size_text(e["bytes"].get<std::uint64_t>() / e["tokens"].get<std::uint64_t>()),
             percent(e["utilization"]), percent(e["share_of_pins"]), e["limit"].get<std::string>());
  for (const auto& [name, cycles] : e["spent"].items())
    if (cycles.get<std::uint64_t>() > 0)
      fmt::print("  {:12} {:>14} cycles {:>7}\n", name, cycles.get<std::uint64_t>(),
                 percent(ratio(cycles.get<std::uint64_t>(), e["cycles"].get<std::uint64_t>())));
}

}  // namespace

std::string estimate_csv(const Json& results) {
  std::string text;
  for (const Column& column : columns())
    text += (text.empty() ? "" : ",") + std::string(column.name);
  text += "\n";
  for (const Json& result : results) {
    std::string line;
    for (const Column& column : columns()) {
      std::string value = cell(column.value(result));
      if (value.find_first_of(",\"\n") != std::string::npos) {
        std::string quoted = "\"";
        for (const char c : value) quoted += c == '"' ? "\"\"" : std::string(1, c);
        value = quoted + "\"";
      }
      if (&column != columns().data()) line += ",";
      line += value;
    }
    text += line + "\n";
  }
  return text;
}

void print_estimates(const Json& results) {
  fmt::print("{:14} {:>2} {:>3} {:>3} {:>6} {:16} {:>7} {:>10} {:>12} {:>7} {:>7} {:11} {:>10}\n",
             "model", "d", "G", "V", "MHz", "memory", "context", "tokens/s", "cycles", "bus",
             "pins", "limit", "prefill/s");
  for (const Json& r : results) {
    const Json& d = r["decode"];
    fmt::print("{:14} {:>2} {:>3} {:>3} {:>6} {:16} {:>7} {:>10} {:>12} {:>7} {:>7} {:11} {:>10}\n",
               r["preset"].is_null() ? "model" : cell(r["preset"]), cell(r["depth"]),
               cell(r["groups"]), cell(r["vectors"]), text(r["core_mhz"]), cell(r["memory"]),
               cell(r["context"]), text(d["tokens_per_second"]), cell(d["cycles"]),
               percent(d["utilization"]), percent(d["share_of_pins"]), cell(d["limit"]),
               text(part(r, "prefill", "tokens_per_second")));
  }
}

void print_estimate(const Json& r) {
  fmt::print("{}, {} trits, {} layers; {} groups, {} vectors at {} MHz; {}{}\n",
             r["preset"].is_null() ? "model" : cell(r["preset"]), cell(r["depth"]),
             cell(r["layers"]), cell(r["groups"]), cell(r["vectors"]), text(r["core_mhz"]),
             cell(r["memory"]),
             r["memory_peak"].is_null()
                 ? ""
                 : fmt::format(" ({:.4g} GB/s)", r["memory_peak"].get<double>() / 1e9));
  fmt::print("decode at position {}; estimated by the cost model, not simulated\n",
             r["context"].get<std::uint64_t>() - 1);
  print_part("decode", r["decode"]);
  print_part("prefill", r["prefill"]);
}

}  // namespace trine::tools
