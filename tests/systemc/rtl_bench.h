// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "sim/core_library.h"
#include "sim/systemc/rtl_core_module.h"
#include "tests/systemc/bench.h"

namespace trine::sim {

/// The smallest Verilated core, for a module.
inline CoreFactory small_rtl(MemoryMap& unused) {
  return [&unused](std::shared_ptr<BurstMemory> bus) {
    SimOptions options;
    options.groups = 1;
    options.backend = std::move(bus);
    return make_core(unused, options);
  };
}

inline RtlCoreOptions rtl_options(std::uint64_t watchdog_cycles = 1'000'000) {
  return {.period = kPeriod,
          .beat_bytes = 4,
          .quantum_cycles = 100,
          .watchdog_cycles = watchdog_cycles};
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
