// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <memory>

#include "driver/device.h"
#include "sim/rtl_transport.h"
#include "tools/device_options.h"
#include "tools/progress.h"

namespace trine::tools {

/// A core with its transport: the golden model or the simulated RTL.
class Core {
 public:
  /// The golden model with these parameters, on so many threads.
  Core(const MachineParams& params, std::uint64_t memory_bytes, unsigned threads);
  /// The same, multiplying by the definition; slow.
  static Core definition(const MachineParams& params, std::uint64_t memory_bytes);
  /// The simulated RTL; `progress`, which must outlive it, is told how far it is.
  Core(const sim::SimOptions& options, Progress& progress);

  Device& device() { return *device_; }
  /// Simulated kHz so far; 0 for the golden model.
  double khz() const { return rtl_ == nullptr ? 0 : rtl_->khz(); }
  /// Announces how many weight beats are to come; the measure of the progress.
  void expect_beats(std::uint64_t beats) {
    if (rtl_ != nullptr) rtl_->expect_beats(beats);
  }

 private:
  std::unique_ptr<Transport> transport_;
  sim::RtlTransport* rtl_ = nullptr;
  std::unique_ptr<Device> device_;
};

/// The core that the options ask for, with at least this much writable memory.
std::unique_ptr<Core> make_core(const DeviceOptions& options, std::uint64_t memory_bytes,
                                Progress& progress);

}  // namespace trine::tools
