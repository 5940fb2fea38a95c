// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "sim/core_library.h"
#include "sim/systemc/rtl_core_module.h"
#include "tests/systemc/bench.h"

namespace trine::sim {

/// A core with this bus; those with several ports are built with assertions only.
inline SimOptions core_request(const BusShape& bus) {
  SimOptions options;
  options.groups = bus.beat_bytes / 4;
  options.ports = bus.ports;
  options.checking = bus.ports > 1;
  return options;
}

/// The Verilated core with this bus, for a module; the default is the smallest.
inline CoreFactory small_rtl(MemoryMap& unused, const BusShape& bus = {.beat_bytes = 4}) {
  return [&unused, bus](std::shared_ptr<BurstMemory> memory) {
    SimOptions options = core_request(bus);
    options.backend = std::move(memory);
    return make_core(unused, options);
  };
}

inline RtlCoreOptions rtl_options(std::uint64_t watchdog_cycles = 1'000'000,
                                  const BusShape& bus = {.beat_bytes = 4}) {
  return {.period = kPeriod, .bus = bus, .quantum_cycles = 100, .watchdog_cycles = watchdog_cycles};
}

/// A list on a device: `fill` and the list go into its memory before.
inline CommandList loads_and_stores(std::uint64_t from, std::uint64_t to,
                                    std::uint64_t count = 64) {
  CommandList list(small_core(1));
  list.fence();
  list.load(0, from, count, CommandList::Element::F32, "x");
  list.store(0, to, count, CommandList::Element::F32, "x");
  list.end();
  return list;
}

}  // namespace trine::sim
