// SPDX-License-Identifier: Apache-2.0

#include "sim/systemc/systemc_core.h"

#include "sim/core_library.h"
#include "sim/systemc/device_timing.h"

namespace trine::sim {
namespace {

/// Cycles that a register access may take; the core gives up before.
constexpr double kRegisterCycles = 10'000;

CoreFactory factory(MemoryMap& map, const SimOptions& options) {
  return [&map, &options](std::shared_ptr<BurstMemory> bus) {
    SimOptions with_bus = options;
    with_bus.backend = std::move(bus);
    return make_core(map, with_bus);
  };
}

RtlCoreOptions core_options(const SimOptions& options) {
  // Half of the patience of whoever clocks the core: a burst without an answer is then named.
  return {.period = core_period(options),
          .bus = bus_shape(options),
          .watchdog_cycles = options.watchdog_cycles / 2};
}

}  // namespace

SystemcCore::Platform::Platform(MemoryMap& map, const SimOptions& options)
    : core("core", factory(map, options), core_options(options)),
      memory("memory", map, device_timing(options)),
      master("master", kRegisterCycles * core_period(options)),
      pause("pause", core.stopped(), [this] { return stopped = true; }) {
  master.socket.bind(core.registers);
  core.memory.bind(memory.socket);
  core.irq.bind(irq);
  core.allow(0);
}

SystemcCore::SystemcCore(MemoryMap& memory, const SimOptions& options)
    : platform_(memory, options) {}

void SystemcCore::clock(std::uint64_t cycles, bool one_command) {
  if (cycles == 0) return;
  platform_.simulation.run([&] {
    platform_->stopped = false;
    platform_->core.allow(cycles, one_command);
    while (!platform_->stopped) sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_SEC));
  });
}

void SystemcCore::run(std::uint64_t cycles) {
  clock(cycles, false);
}

bool SystemcCore::run_command(std::uint64_t seen, std::uint64_t cycles) {
  if (commands() <= seen) clock(cycles, true);
  return commands() > seen;
}

std::uint32_t SystemcCore::read(std::uint32_t offset) {
  return platform_.simulation.run([&] { return platform_->master.read(offset); });
}

void SystemcCore::write(std::uint32_t offset, std::uint32_t value) {
  platform_.simulation.run([&] { platform_->master.write(offset, value); });
}

}  // namespace trine::sim
