// SPDX-License-Identifier: Apache-2.0

// One step in the Verilated core, a token in each of its banks, behind whatever memory, beside what
// the cost model says of it: a row of docs/estimate.md. bench/estimate.sh makes the models and
// calls it.

#include <fmt/format.h>

#include <cstdlib>
#include <exception>
#include <map>
#include <span>
#include <string>

#include "driver/device.h"
#include "driver/profile.h"
#include "driver/program.h"
#include "runtime/estimate.h"
#include "runtime/executor.h"
#include "sim/rtl_transport.h"
#ifdef TRINE_ReadBurst
#include <Vtrine_top.h>
#include <Vtrine_top___024root.h>

#include "sim/verilated_core.h"
#endif

namespace {

using namespace trine;

struct Sum {
  double rtl = 0, estimate = 0, beats = 0;
  double off() const { return 100 * (estimate / rtl - 1); }
};

#ifdef TRINE_ReadBurst  // A core that is built into this program, with bursts of its own.
sim::RtlTransport transport_of(const sim::SimOptions& options) {
  if (options.groups != TRINE_Groups)
    throw Error(fmt::format("this core has {} groups", TRINE_Groups));
  return sim::RtlTransport(options, [](MemoryMap& memory, const sim::SimOptions& given) {
    return std::make_unique<sim::VerilatedCore<Vtrine_top, sim::EvalEdges<Vtrine_top>>>(memory,
                                                                                        given);
  });
}
constexpr unsigned kReadBurst = TRINE_ReadBurst, kWriteBurst = TRINE_WriteBurst;
const std::string kBursts = fmt::format(", bursts of {}", kReadBurst);
#else
sim::RtlTransport transport_of(const sim::SimOptions& options) {
  return sim::RtlTransport(options);
}
constexpr unsigned kReadBurst = CostMemory{}.read_burst, kWriteBurst = CostMemory{}.write_burst;
const std::string kBursts;
#endif

int run(std::span<const std::string> args) {
  const golden::PackedModel model(args[0]);
  const auto position = static_cast<std::uint32_t>(std::stoul(args[1]));
  const std::string& memory = args[3];
  sim::SimOptions options;
  options.groups = static_cast<unsigned>(std::stoul(args[2]));
  options.core_mhz = std::stod(args[4]);
  const bool head = args[5] == "1";
  options.memory.read_latency = options.memory.write_latency =
      static_cast<unsigned>(std::stoul(args[6]));
  options.memory.bandwidth = std::stod(args[7]);
  options.vectors = static_cast<unsigned>(std::stoul(args[8]));
  if (memory != "ideal") options.dram = dram::parse_memory(memory);

  MachineParams machine;
  machine.groups = options.groups;
  machine.vectors = options.vectors;
  const std::uint64_t context = std::uint64_t{position} + options.vectors,
                      profile = Program::memory_bytes(model, machine, context);
  constexpr std::uint64_t kProfileBytes = 1 << 22;
  options.memory_bytes = profile + kProfileBytes;
  sim::RtlTransport transport = transport_of(options);
  Device device(transport);
  const Program program(model, device.params(), options.memory_bytes, context);
  program.load(device);
  DeviceExecutor executor(device);
  const SequenceState state{.position = position, .token = {5, 6, 7, 8, 9, 10, 11, 12}};
  const TokenList list = program.partial({.tokens = options.vectors,
                                          .head = head ? HeadRows::Last : HeadRows::None,
                                          .end_layer = model.config().layers,
                                          .boundary = !head});
  executor.write(list);
  device.set_profile(profile, static_cast<std::uint32_t>(list.commands.size()));
  executor.run(list, state);
  std::vector<ProfileRecord> records(list.commands.size());
  transport.read_memory(profile, std::as_writable_bytes(std::span(records)));

  CostMemory seen{static_cast<double>(options.memory.read_latency),
                  static_cast<double>(options.memory.write_latency), options.memory.bandwidth};
  double peak = 0;  // Beats a cycle of the bus, or of the pins.
  if (options.dram) {
    seen = cost_memory(*options.dram, options.core_mhz, machine.beat_bytes(), seen.read_latency);
    peak =
        options.dram->peak() / static_cast<double>(machine.beat_bytes()) / options.core_mhz / 1e6;
  } else {
    peak = 1;
  }
  seen.read_burst = kReadBurst;
  seen.write_burst = kWriteBurst;
  CostModel model_of(machine, seen);
  std::map<std::string, Sum> by;
  Sum total;
  Predecessor before;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto checked =
        check_command(list.commands.commands()[i], machine, program.layout().window(), state);
    const CommandCost cost = model_of.command(checked.command, before);
    before = CostModel::predecessor(checked.command, cost);
    for (Sum* sum : {&by[std::string(operation_name(list.info[i].operation))], &total}) {
      sum->rtl += static_cast<double>(records[i].end - records[i].start);
      sum->estimate += static_cast<double>(cost.cycles);
      sum->beats += records[i].weight_beats;
    }
  }
  std::string worst = "-";
  double off = 0;
  for (const auto& [name, sum] : by)
    if (sum.rtl >= 0.02 * total.rtl && std::abs(sum.off()) >= off) {
      off = std::abs(sum.off());
      worst = fmt::format("{} {:+.2f} %", name, sum.off());
    }
  const Sum& linear = by["linear"];
  fmt::print(
      "| {} | {} | {} | {} | {}, {} MHz{} | {} | {} | {:.0f} | {:.0f} | {:+.2f} % | {} | {:.2f} % "
      "|\n",
      model.directory().filename().string(), position, options.groups, options.vectors, memory,
      options.core_mhz, kBursts, options.memory.read_latency, options.memory.bandwidth, total.rtl,
      total.estimate, total.off(), worst, 100 * linear.beats / linear.rtl / peak);
  if (const dram::Memory* dram = transport.dram()) {
    const dram::Stats s = dram->stats();
    const auto share = [&](std::uint64_t clocks) {
      return 100 * static_cast<double>(clocks) / static_cast<double>(s.clocks());
    };
    fmt::print(stderr,
               "  pins {:.2f} % busy, lost: {:.2f} idle, {:.2f} refresh, {:.2f} turnaround, {:.2f} "
               "rows, {:.2f} spacing; {} hits, {} misses, {} conflicts, {} refreshes; all weight "
               "beats {:.2f} % of the pins\n",
               share(s.busy), share(s.lost_idle), share(s.lost_refresh), share(s.lost_turnaround),
               share(s.lost_rows), share(s.lost_spacing), s.hits, s.misses, s.conflicts,
               s.refreshes, 100 * total.beats / total.rtl / peak);
  }
  return std::abs(total.off()) <= 2 ? 0 : 1;
}

}  // namespace

/// estimate_check MODEL POSITION GROUPS MEMORY MHZ HEAD LATENCY BANDWIDTH VECTORS; HEAD is 0 or 1.
/// Exits 1 when the estimate is more than 2 % off.
int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.size() != 9) {
    fmt::print(stderr,
               "estimate_check MODEL POSITION GROUPS MEMORY MHZ HEAD LATENCY BANDWIDTH "
               "VECTORS\n");
    return 2;
  }
  try {
    return run(args);
  } catch (const std::exception& error) {
    fmt::print(stderr, "estimate_check: {}\n", error.what());
    return 2;
  }
}
