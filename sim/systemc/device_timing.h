// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <systemc>

#include "driver/device_request.h"
#include "machine/cost_model.h"
#include "sim/systemc/burst_timing.h"

namespace trine::sim {

/// The clock period of the core that a device is asked for.
sc_core::sc_time core_period(const DeviceRequest& request);

/// Its data bus.
BusShape bus_shape(const DeviceRequest& request);

/// The timing of its memory: a DRAM, or a fixed latency and bandwidth. Throws Error for a DRAM that
/// does not exist.
std::unique_ptr<BurstTiming> device_timing(const DeviceRequest& request);

/// The same memory for the cost model, measured on an idle one: the latency of a beat, and the rate
/// of a long read.
CostMemory device_cost_memory(const DeviceRequest& request);

}  // namespace trine::sim
