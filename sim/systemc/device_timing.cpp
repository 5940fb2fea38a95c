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

std::unique_ptr<BurstTiming> device_timing(const DeviceRequest& request) {
  const sc_time period = core_period(request);
  if (!request.memory_model.empty() && request.memory_model != "ideal")
    return std::make_unique<DramTiming>(dram::parse_memory(request.memory_model), period);
  return std::make_unique<FixedTiming>(
      FixedTiming::Options{.period = period,
                           .beat_bytes = 4 * request.groups,
                           .read_latency = request.memory.read_latency,
                           .write_latency = request.memory.write_latency,
                           .bandwidth = request.memory.bandwidth});
}

CostMemory device_cost_memory(const DeviceRequest& request) {
  const sc_time period = core_period(request);
  const std::uint32_t beat = 4 * request.groups;
  // Far enough from the start that nothing of it is left.
  const sc_time begin(1, sc_core::SC_MS);
  const auto latency = [&](bool write) {
    return (device_timing(request)->serve({0, beat, write}, begin) - begin) / period;
  };
  constexpr std::uint64_t kBursts = 4096;
  const std::uint64_t burst = longest_burst(beat, false);
  const auto timing = device_timing(request);
  sc_time end;
  for (std::uint64_t i = 0; i < kBursts; ++i)
    end = timing->serve({i * burst, static_cast<std::uint32_t>(burst), false}, begin);
  const double cycles = (end - begin) / period - latency(false) + 1;
  const double beats = static_cast<double>(kBursts * burst / beat);
  return {.read_latency = latency(false),
          .write_latency = latency(true),
          .beats_per_cycle = std::min(1.0, beats / cycles)};
}

}  // namespace trine::sim
