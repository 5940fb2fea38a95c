// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "driver/device.h"
#include "driver/device_registry.h"
#include "runtime/progress.h"

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
  /// What the DRAM did; nothing for a device whose memory has no time of its own.
  std::optional<MemoryReport> dram() const {
    const MemoryMonitor* monitor = transport_->memory_monitor();
    return monitor == nullptr ? std::nullopt : std::optional(monitor->memory_report());
  }
  /// Announces how many weight beats are to come: the measure of the progress.
  /// SimulationClock::list_begin of a device that simulates.
  std::optional<std::uint64_t> list_begin() const {
    const SimulationClock* clock = transport_->clock();
    return clock != nullptr ? clock->list_begin() : std::nullopt;
  }
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

/// A core of a device with this much writable memory; `progress`, which must outlive it, is told
/// how far a simulation is.
std::unique_ptr<Core> make_core(const std::string& device, DeviceRequest request,
                                std::uint64_t memory_bytes, Progress& progress);

/// The parameters that a core of this device will have: those that are asked for, or on a board
/// those of the bitstream, for which it is opened and closed again.
MachineParams expected_params(const std::string& device, const DeviceRequest& request);

/// A golden core with the parameters of another, on so many threads; its memory begins where that
/// of the other does.
std::unique_ptr<Core> make_golden(const MachineParams& params, std::uint64_t memory_bytes,
                                  unsigned threads, std::uint64_t memory_base = 0);
/// The same, multiplying by the definition; slow.
std::unique_ptr<Core> make_definition(const MachineParams& params, std::uint64_t memory_bytes,
                                      std::uint64_t memory_base = 0);

}  // namespace trine
