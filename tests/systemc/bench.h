// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "driver/device.h"
#include "golden/error.h"
#include "machine/golden_transport.h"
#include "sim/systemc/memory_target.h"
#include "sim/systemc/platform_transport.h"
#include "sim/systemc/simulation.h"
#include "sim/systemc/tlm_core.h"
#include "tests/systemc/protocol_checker.h"

namespace trine::sim {

inline constexpr std::uint64_t kBenchMemory = 1 << 20;
inline constexpr std::uint64_t kListAt = 0x1000;
inline const sc_core::sc_time kPeriod{1, sc_core::SC_NS};

/// A small core: 4 groups, beats of 16 bytes.
inline MachineParams small_core(unsigned groups = 4) {
  MachineParams params;
  params.groups = groups;
  return params;
}

/// A fixed time for each command.
inline CostFunction fixed_cost(std::uint64_t cycles) {
  return [cycles](const ResolvedCommand&) { return CommandCycles{.cycles = cycles}; };
}

inline std::unique_ptr<BurstTiming> fixed_timing(const BusShape& bus, unsigned latency = 1,
                                                 double bandwidth = 1) {
  return std::make_unique<FixedTiming>(FixedTiming::Options{.period = kPeriod,
                                                            .bus = bus,
                                                            .read_latency = latency,
                                                            .write_latency = latency,
                                                            .bandwidth = bandwidth});
}

/// A core, its driver and checkers on both of its buses; the memory is bound by the test.
template <class Core>
struct CoreBench {
  template <class... Arguments>
  explicit CoreBench(Arguments&&... arguments)
      : core("core", std::forward<Arguments>(arguments)...) {
    map.allocate(0, kBenchMemory);
    master.socket.bind(register_checker.target);
    register_checker.initiator.bind(core.registers);
    core.memory.bind(checker.target);
    core.irq.bind(irq);
  }

  MemoryMap map;
  RegisterMaster master{"master", sc_core::sc_time(1, sc_core::SC_MS)};
  ProtocolChecker register_checker{"register_checker"}, checker{"checker"};
  Core core;
  sc_core::sc_signal<bool> irq{"irq"};
  PlatformTransport transport{master, map, kBenchMemory, sc_core::sc_time(1, sc_core::SC_US)};

  void check_protocol() const {
    CHECK_EQ(register_checker.broken(), std::vector<std::string>{});
    CHECK_EQ(checker.broken(), std::vector<std::string>{});
  }
};

/// The same with a memory map behind a fixed timing.
template <class Core>
struct MemoryBench : CoreBench<Core> {
  template <class... Arguments>
  explicit MemoryBench(std::unique_ptr<BurstTiming> timing, Arguments&&... arguments)
      : CoreBench<Core>(std::forward<Arguments>(arguments)...),
        memory("memory", this->map, std::move(timing)) {
    this->checker.initiator.bind(memory.socket);
  }
  MemoryTarget memory;
};

/// What a list came to.
struct Ending {
  ErrorCode code = ErrorCode::NONE;
  std::uint32_t index = 0;
  bool operator==(const Ending&) const = default;
};

inline Ending run(Transport& transport, const CommandList& list) {
  Device device(transport);
  device.set_window({0, kBenchMemory * 4});
  try {
    device.write_and_run(list, kListAt);
  } catch (const DeviceError& error) {
    return {error.code(), error.index()};
  }
  return {};
}

/// Bytes that tell their address.
inline std::vector<std::byte> pattern(std::size_t bytes, unsigned seed) {
  std::vector<std::byte> data(bytes);
  for (std::size_t i = 0; i < bytes; ++i)
    data[i] = static_cast<std::byte>((i * 37 + i / 251 + seed) & 0x3F);
  return data;
}

/// Loads, stores and products of every kind of access: FP32 and FP16, rows that lie apart, columns,
/// a trit stream that is longer than a page.
inline CommandList every_access(const MachineParams& params) {
  using Element = CommandList::Element;
  CommandList list(params, {0, kBenchMemory});
  list.load(0, 0x10FC0, 300, Element::F32, "x");
  list.load(512, 0x20000, 77, Element::F16, "h");
  list.store(0, 0x30FC0, 301, Element::F32, "x back");
  list.store(512, 0x32000, 75, Element::F16, "h back");
  list.store_column(0, 0x40000, 5, "column", {.stride = 128, .limit = 8});
  list.f16_matvec({.rows = 3, .cols = 100, .address = 0x50000, .src = 0, .dst = 1024},
                  "dense rows");
  list.f16_matvec(
      {.rows = 3, .cols = 100, .address = 0x58000, .src = 0, .dst = 1024, .stride = 4096},
      "rows apart");
  list.trit_matvec({.rows = 96, .cols = 256, .address = 0x60000, .src = 0, .dst = 1024}, 2, 0x5F000,
                   "trits");
  list.end();
  return list;
}

}  // namespace trine::sim
