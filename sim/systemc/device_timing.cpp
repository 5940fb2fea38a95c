// SPDX-License-Identifier: Apache-2.0

#include "sim/systemc/device_timing.h"

#include <algorithm>

#include "sim/dram/spec.h"
#include "sim/systemc/bursts.h"
#include "sim/systemc/dram_timing.h"

namespace trine::sim {

using sc_core::sc_time;

sc_time core_period(const DeviceRequest& request) {
  return sc_time(1e3 / request.core_mhz, sc_core::SC_NS);
}

BusShape bus_shape(const DeviceRequest& request) {
  return {.beat_bytes = 4 * request.groups, .ports = request.ports};
}

std::unique_ptr<BurstTiming> device_timing(const DeviceRequest& request) {
  const sc_time period = core_period(request);
  if (!request.memory_model.empty() && request.memory_model != "ideal")
    return std::make_unique<DramTiming>(dram::parse_memory(request.memory_model), period);
  return std::make_unique<FixedTiming>(
      FixedTiming::Options{.period = period,
                           .bus = bus_shape(request),
                           .read_latency = request.memory.read_latency,
                           .write_latency = request.memory.write_latency,
                           .bandwidth = request.memory.bandwidth,
                           .port_bandwidth = request.memory.port_bandwidth});
}

CostMemory device_cost_memory(const DeviceRequest& request) {
  const sc_time period = core_period(request);
  const BusShape bus = bus_shape(request);
  // Far enough from the start that nothing of it is left.
  const sc_time begin(1, sc_core::SC_MS);
  const auto latency = [&](bool write) {
    return (device_timing(request)->serve({0, bus.transfer_bytes(), write}, begin) - begin) /
           period;
  };
  const std::uint64_t bytes = 4096 * longest_burst(bus, false);
  const auto timing = device_timing(request);
  sc_time end;
  for_each_burst(0, bytes, bus, false, [&](std::uint64_t at, std::uint64_t size) {
    end = std::max(end, timing->serve({at, static_cast<std::uint32_t>(size), false}, begin));
  });
  const double cycles = (end - begin) / period - latency(false) + 1;
  const std::uint64_t beats = bytes / bus.beat_bytes;
  return over_ports({.read_latency = latency(false),
                     .write_latency = latency(true),
                     .beats_per_cycle = std::min(1.0, static_cast<double>(beats) / cycles)},
                    bus.ports);
}

}  // namespace trine::sim
