// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "driver/device_request.h"
#include "sim/axi_timing.h"
#include "sim/burst_memory.h"
#include "sim/dram/spec.h"

namespace trine::sim {

using trine::TraceWindow;
using SimProgress = DeviceProgress;

/// What to simulate and how to watch it: what any device is asked for, and what only code in the
/// same process can hand over.
struct SimOptions : DeviceRequest {
  SimOptions() = default;
  SimOptions(DeviceRequest request) : DeviceRequest(std::move(request)) {}

  std::optional<dram::MemorySpec> dram{};  // A DRAM in front of the memory map.
  std::shared_ptr<BurstMemory> backend{};  // Answers the bursts in place of the memory map.
};

}  // namespace trine::sim
