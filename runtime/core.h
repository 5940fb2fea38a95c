// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>

#include "driver/device.h"
#include "driver/device_registry.h"

namespace trine {

/// A core of a registered device, with its transport.
class Core {
 public:
  /// Throws Error when the device cannot meet the request.
  Core(const DeviceEntry& entry, const DeviceRequest& request)
      : entry_(entry), transport_(entry.make(request)), device_(*transport_) {}

  const DeviceEntry& entry() const { return entry_; }
  Device& device() { return device_; }
  /// Simulated kHz so far; 0 for a device without a clock.
  double khz() const {
    const SimulationClock* clock = transport_->clock();
    return clock == nullptr ? 0 : clock->khz();
  }
  /// What the DRAM did; nullptr for a device whose memory has no time of its own.
  const MemoryMonitor* memory_monitor() const { return transport_->memory_monitor(); }
  /// Announces how many weight beats are to come: the measure of the progress.
  void expect_beats(std::uint64_t beats) {
    if (SimulationClock* clock = transport_->clock()) clock->expect_beats(beats);
  }

 private:
  const DeviceEntry& entry_;
  std::unique_ptr<Transport> transport_;
  Device device_;
};

/// The device that says what is right: others are compared with it.
inline constexpr const char* kGoldenDevice = "golden";

/// A request for the golden device that gives a core of these parameters.
DeviceRequest golden_request(const MachineParams& params, std::uint64_t memory_bytes,
                             unsigned threads);

}  // namespace trine
