// SPDX-License-Identifier: Apache-2.0

#include "tools/run_report.h"

#include <fmt/format.h>

#include "tools/memory_json.h"

namespace trine::tools {

void add_run(Json& json, const RunReport& report) {
  json["device"] = report.device;
  json["equal"] = optional_json(report.equal);
  if (report.equal) json["compared"] = report.compared;
  add_counters(json, report.counters, report.khz);
  if (report.dram) json["dram"] = memory_json(*report.dram);
}

std::string run_text(const Json& report) {
  const auto cycles = report.at("cycles").get<std::uint64_t>();
  return fmt::format("{}equal: {}", cycles > 0 ? fmt::format("{} cycles, ", cycles) : "",
                     report.at("equal").is_null() ? "not checked" : "yes");
}

Json mismatch_json(const std::string& model, const Mismatch& mismatch) {
  return {{"model", model},
          {"equal", false},
          {"command", mismatch.place().command},
          {"layer", optional_json(mismatch.place().layer)},
          {"tensor", mismatch.place().tensor},
          {"row", mismatch.place().row},
          {"difference", mismatch.what()}};
}

}  // namespace trine::tools
