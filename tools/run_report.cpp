// SPDX-License-Identifier: Apache-2.0

#include "tools/run_report.h"

namespace trine::tools {

void add_run(Json& json, const RunReport& report) {
  json["device"] = report.device;
  json["equal"] = optional_json(report.equal);
  if (report.equal) json["compared"] = report.compared;
  add_counters(json, report.counters, report.khz);
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
