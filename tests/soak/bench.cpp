// SPDX-License-Identifier: Apache-2.0

#include "tests/soak/bench.h"

#include <fmt/format.h>

#include <algorithm>

#include "driver/device.h"

namespace trine::soak {
namespace {

using namespace trine::test;
using namespace trine::command;

/// The memory as the cost model sees it: what stalls cost on the average. In a memory that holds
/// few bursts each may have to wait for the answer of the one before; `serial` takes every burst
/// for one beat long, which is the worst.
CostMemory cost_memory(const MemoryTiming& timing, unsigned ports, bool serial) {
  CostMemory memory;
  memory.read_latency = (timing.read_latency + 1) / (1 - timing.stall_ar);
  memory.write_latency =
      (timing.write_latency + 1) / (1 - timing.stall_b) + 1 / (1 - timing.stall_aw);
  memory.beats_per_cycle = timing.bandwidth * (1 - timing.stall_r);
  memory.write_cycles = 1 / (timing.bandwidth * (1 - timing.stall_w));
  if (serial) {
    const double held = timing.outstanding;
    memory.beats_per_cycle = 1 / (1 / memory.beats_per_cycle + memory.read_latency / held);
    memory.write_cycles += memory.write_latency / held;
  }
  return over_ports(memory, ports);
}

template <class Values>
void write_both(sim::RtlTransport& rtl, GoldenTransport& golden, std::uint64_t address,
                const Values& values) {
  rtl.write_memory(address, std::as_bytes(std::span(values)));
  golden.write_memory(address, std::as_bytes(std::span(values)));
}

}  // namespace

std::string describe(const Outcome& outcome) {
  const ErrorInfo* info = find_error(outcome.error);
  return fmt::format("status {}, error {}, command {}", outcome.status,
                     info == nullptr ? "?" : info->name, outcome.index);
}

sim::SimOptions Bench::options_of(const CoreShape& shape, const MemoryTiming& timing,
                                  bool checking) {
  sim::SimOptions options;
  options.checking = checking;
  options.set_shape(shape);
  options.memory = timing;
  options.memory_bytes = kTestMemory;
  return options;
}

Bench::Bench(const CoreShape& shape, const MemoryTiming& timing, std::uint32_t bus_limit,
             unsigned seed, bool checking)
    : Bench(options_of(shape, timing, checking), bus_limit, seed) {}

Bench::Bench(const sim::SimOptions& options, std::uint32_t bus_limit, unsigned seed)
    : RandomCommands(options.machine(), seed),
      rtl_(options),
      params_(Device(rtl_).params()),
      golden_(params_, kTestMemory),
      bus_limit_(bus_limit),
      cost_(params_, cost_memory(options.memory, options.ports, false)),
      slow_cost_(params_, cost_memory(options.memory, options.ports, true)) {
  fill_operands([&](std::uint64_t address, const auto& values) {
    write_both(rtl_, golden_, address, values);
  });
  reset_registers();
  refill();
}

void Bench::reset_registers() {
  for (Transport* side : sides()) {
    side->write(Reg::CTRL, field::CTRL_RESET.mask());
    side->write(Reg::BUS_LIMIT, bus_limit_);
  }
}

void Bench::refill() {
  auto list = refill_data([&](std::uint64_t address, const auto& values) {
    write_both(rtl_, golden_, address, values);
  });
  // The best element so far, with which ARGMAX may go on, is state as well.
  list.insert(list.end() - 1, make(Opcode::ARGMAX).set(ROWS, 16));
  draw_state();
  for (Transport* side : sides()) put_state(*side);
  start_list(rtl_, list);
  start_list(golden_, list);
  const Outcome want = finish_golden();
  check_equal(finish_rtl(limit_of(list)), want);
  if (!want.done()) throw Finding("golden does not load: " + describe(want));
  check_state();
}

Outcome Bench::finish_golden() {
  while (golden_.read(Reg::STATUS) == field::STATUS_BUSY.mask()) golden_.step();
  return {golden_.read(Reg::STATUS), golden_.read(Reg::ERROR), golden_.read(Reg::COMMAND)};
}

Outcome Bench::finish_rtl(std::uint64_t limit) {
  const std::uint64_t begin = rtl_.cycles();
  for (std::uint64_t slice = 64;; slice = std::min<std::uint64_t>(2 * slice, 4096)) {
    const std::uint32_t status = rtl_.read(Reg::STATUS);
    if (field::STATUS_BUSY.get(status) == 0)
      return {status, rtl_.read(Reg::ERROR), rtl_.read(Reg::COMMAND)};
    if (rtl_.cycles() - begin > limit)
      throw Finding(
          fmt::format("hang: a list that should take {} cycles runs for {}, at command {}",
                      expected_, rtl_.cycles() - begin, rtl_.read(Reg::COMMAND)));
    rtl_.run(slice);
  }
}

std::uint64_t Bench::limit_of(std::span<const Command> list) {
  expected_ = cycles_of(list, cost_);
  return 3 * cycles_of(list, slow_cost_) + 1000 + bus_limit_;
}

std::uint64_t Bench::cycles_of(std::span<const Command> list, CostModel& model) const {
  std::uint64_t cycles = model.list_start() + model.list_end();
  Predecessor before;
  for (const Command& command : list) {
    const CheckedCommand checked = check_command(command, params_, {0, kTestMemory}, state);
    if (checked.code != ErrorCode::NONE) break;
    const CommandCost cost = model.command(checked.command, before);
    before = CostModel::predecessor(checked.command, cost);
    cycles += cost.cycles;
  }
  return cycles;
}

void Bench::check_equal(const Outcome& got, const Outcome& want) const {
  if (got != want)
    throw Finding(fmt::format("outcome: RTL has {}; golden has {}", describe(got), describe(want)));
}

std::string Bench::difference(const Command* except) {
  std::vector<std::uint32_t> got(kRegion), want(kRegion);
  std::uint64_t open_from = 0, open_to = 0;
  if (except != nullptr && except->info() != nullptr && except->info()->uses(DST)) {
    open_from = except->get(DST);
    open_to = open_from + vector_reach(*except).dst;
  }
  for (unsigned bank = 0; bank < params_.vectors; ++bank) {
    rtl_.read_vector(bank, 0, got);
    golden_.read_vector(bank, 0, want);
    for (std::uint64_t i = open_from; i < std::min<std::uint64_t>(open_to, kRegion); ++i)
      got[i] = want[i];
    const auto at = std::mismatch(got.begin(), got.end(), want.begin()).first - got.begin();
    if (at < static_cast<std::ptrdiff_t>(kRegion))
      return fmt::format("bank {}, word {}: RTL has {:#010x}, golden {:#010x}", bank, at,
                         got[static_cast<std::size_t>(at)], want[static_cast<std::size_t>(at)]);
  }
  std::vector<std::byte> rtl(kTestMemory), golden(kTestMemory);
  rtl_.read_memory(0, rtl);
  golden_.read_memory(0, golden);
  if (rtl == golden) return "";
  const auto at = std::mismatch(rtl.begin(), rtl.end(), golden.begin()).first - rtl.begin();
  return fmt::format("memory at {:#x}: RTL has {:#04x}, golden {:#04x}", at,
                     static_cast<unsigned>(rtl[static_cast<std::size_t>(at)]),
                     static_cast<unsigned>(golden[static_cast<std::size_t>(at)]));
}

void Bench::check_state(const Command* except) {
  if (const std::string text = difference(except); !text.empty()) throw Finding(text);
}

bool Bench::same_state() {
  return difference(nullptr).empty();
}

}  // namespace trine::soak
