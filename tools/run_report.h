// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>

#include "runtime/lockstep.h"
#include "runtime/report.h"
#include "tools/common.h"

namespace trine::tools {

/// The value, or null.
template <class T>
Json optional_json(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// Adds what a run was: device, equal, with --check compared, and the counters.
void add_run(Json& json, const RunReport& report);

/// "N cycles, equal: yes" of a report that `add_run` filled; no cycles where none were counted.
std::string run_text(const Json& report);

/// What --json prints when devices differ: equal, command, layer, tensor, row and the message.
Json mismatch_json(const std::string& model, const Mismatch& mismatch);

/// Runs `work`. When the devices differ, --json prints that; the Mismatch goes on to end the
/// command.
template <class Work>
auto in_lockstep(const CommonOptions& options, const std::string& model, Work work) {
  try {
    return work();
  } catch (const Mismatch& mismatch) {
    if (options.json) print_json(mismatch_json(model, mismatch));
    throw;
  }
}

}  // namespace trine::tools
