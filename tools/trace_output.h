// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "golden/checkpoint/output.h"
#include "tools/common.h"
#include "tools/device_options.h"
#include "tools/outputs.h"

namespace trine::tools {

/// The file of --trace while the simulator writes it: under a temporary name, so that a run that is
/// ended by a signal leaves no half of it.
class TraceOutput {
 public:
  /// Throws Error for a place that cannot be written.
  explicit TraceOutput(const std::string& file);

  const std::filesystem::path& path() const { return waves_.path(); }
  /// Puts it into place as it is: what a run that failed left is what one wants to see.
  void keep();
  /// The same after a run that did not fail. Throws Error when the file is not whole, as on a full
  /// disk, or has no cycle in it.
  void finish();

 private:
  std::filesystem::path file_, place_;
  golden::Temporary waves_, names_;  // `names_` is there while the simulator runs.
};

/// Warns of a trace without a window that would be larger than a gigabyte, as far as the weight
/// beats of the work say it; nothing without a trace.
void announce_trace(const DeviceOptions& device, std::uint64_t beats, const CommonOptions& common);

/// Does `work`, which reads `inputs`, with the trace of the options, if there is one. Whatever
/// simulates must be gone when it returns or throws.
template <class Work>
void with_trace(DeviceOptions& device, const std::vector<std::string>& inputs, Work work) {
  if (device.request.trace_file.empty()) return work();
  check_apart(device.request.trace_file, inputs);
  TraceOutput trace(device.request.trace_file);
  device.request.trace_file = trace.path().string();
  try {
    work();
  } catch (...) {
    trace.keep();
    throw;
  }
  trace.finish();
}

}  // namespace trine::tools
