// SPDX-License-Identifier: Apache-2.0
//
// Two cores share a DDR4 with a traffic generator. Each runs one layer of Qwen2.5-0.5B (the trit
// products, random weights), driven by a process beside it.

#include "driver/device.h"
#include "driver/layout.h"
#include "sim/systemc/dram_timing.h"
#include "sim/systemc/interconnect.h"
#include "sim/systemc/memory_target.h"
#include "sim/systemc/platform_transport.h"
#include "sim/systemc/tlm_core.h"
#include "sim/systemc/traffic_generator.h"

using namespace trine;
using namespace trine::sim;
using sc_core::sc_time;

const sc_time kPeriod(4, sc_core::SC_NS);   // 250 MHz.
constexpr std::uint64_t kShare = 64 << 20;  // Bytes of the memory that belong to a core.
constexpr std::uint64_t kList = 0, kBook = 0x1000, kX = 0x10000, kY = 0x40000, kStream = 0x100000;

constexpr std::pair<const char*, golden::MatrixShape> kLayer[] = {{"qkv", {1152, 896, 4}},
                                                                  {"o", {896, 896, 4}},
                                                                  {"gate_up", {9728, 896, 4}},
                                                                  {"down", {896, 4864, 4}}};

golden::TritMatrix random_matrix(const golden::MatrixShape& shape) {
  golden::TritMatrix trits{shape, {}, {}, {}};
  unsigned seed = 1;
  trits.levels.resize(shape.rows * shape.cols);
  for (std::int8_t& level : trits.levels)
    level = static_cast<std::int8_t>((seed = seed * 1664525 + 1013904223) >> 24) / 4;
  trits.scales.assign(shape.rows * shape.groups_per_row(), 7);
  trits.codebook.fill(0.02);
  return trits;
}

/// A core with its window on the memory, and the process that drives it.
struct Node : sc_core::sc_module {
  TlmCore core{"core", {.period = kPeriod, .cost = modelled_cost({})}};
  Interconnect window{"window"};
  RegisterMaster master{"master", sc_time(1, sc_core::SC_SEC)};
  PlatformTransport transport;
  sc_core::sc_signal<bool> irq{"irq"};
  std::vector<std::uint64_t> cycles;

  Node(sc_core::sc_module_name name, Interconnect& bus, MemoryMap& memory, std::uint64_t base)
      : sc_module(name), transport(master, memory, kShare, sc_time(10, sc_core::SC_US), base) {
    master.socket.bind(core.registers);
    core.memory.bind(window.masters);
    core.irq.bind(irq);
    window.add(bus.masters, 0, kShare, base);
    SC_HAS_PROCESS(Node);
    SC_THREAD(drive);
    set_stack_size(1 << 20);
  }

  void drive() {
    Device device(transport);
    device.set_window({0, kShare});
    for (const auto& [name, shape] : kLayer) {
      const golden::TritMatrix trits = random_matrix(shape);
      device.write(kX, std::vector<float>(shape.cols, 0.5f));
      transport.write_memory(kBook, codebook_block(trits.codebook, 4));
      transport.write_memory(kStream, golden::pack(trits, device.params().geometry()));
      CommandList list(device.params(), {0, kShare});
      list.load(0, kX, shape.cols, CommandList::Element::F32, "x");
      list.trit_matvec({shape.rows, shape.cols, kStream, 0, 0x4000}, 4, kBook, name);
      list.store(0x4000, kY, shape.rows, CommandList::Element::F32, "y");
      list.end();
      device.clear_counters();
      device.write_and_run(list, kList);
      cycles.push_back(device.counters().cycles);
    }
  }
};

int sc_main(int, char*[]) {
  tlm::tlm_global_quantum::instance().set(sc_time(1, sc_core::SC_US));
  MemoryMap map;
  map.allocate(0, 3 * kShare);
  const dram::MemorySpec ddr4 = dram::parse_memory("ddr4-2400x64");
  MemoryTarget memory("memory", map, std::make_unique<DramTiming>(ddr4, kPeriod));
  Interconnect bus("bus");
  bus.add(memory.socket, 0, 3 * kShare);
  Node first("first", bus, map, 0), second("second", bus, map, kShare);
  TrafficGenerator traffic("traffic", {.address = 2 * kShare, .writes = 0.5, .bursts = 10'000});
  traffic.socket.bind(bus.masters);
  sc_core::sc_start();

  std::printf("matrix   rows  cols  first, cycles  second, cycles\n");
  for (std::size_t i = 0; i < std::size(kLayer); ++i)
    std::printf("%-7s %5zu %5zu %14lu %15lu\n", kLayer[i].first, kLayer[i].second.rows,
                kLayer[i].second.cols, first.cycles.at(i), second.cycles.at(i));
  std::printf("traffic: %lu bursts, %.0f ns each; memory: %.1f MB\n", traffic.counts().bursts,
              1e5 * traffic.counts().latency.to_seconds(), double(memory.bytes()) / 1e6);
  return 0;
}
