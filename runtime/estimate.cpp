// SPDX-License-Identifier: Apache-2.0

#include "runtime/estimate.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "driver/command_check.h"
#include "golden/error.h"
#include "sim/dram/memory.h"

namespace trine {
namespace {

std::uint64_t& at(Estimate& estimate, Resource resource) {
  return estimate.spent[static_cast<std::size_t>(resource)];
}

/// Bytes that a command moves: its 64, the codebook, its operands in memory.
std::uint64_t bytes_of(const Command& c, const MachineParams& machine) {
  const OpcodeInfo* info = find_opcode(c.get(command::OPCODE));
  std::uint64_t bytes = sizeof(Command);
  if (info->memory != MemoryUse::NONE) bytes += memory_bytes(c, machine);
  if (info->opcode == Opcode::TRIT_MATVEC) bytes += kCodebookBytes;
  return bytes;
}

/// Cost of one command of a list in this state, behind `before`; `after` is what it is for the
/// next.
Estimate estimate_command(const Command& command, Operation operation, const Program& program,
                          CostModel& model, const SequenceState& state, const Predecessor& before,
                          Predecessor& after) {
  const CheckedCommand checked =
      check_command(command, program.machine(), program.layout().window(), state);
  if (checked.code != ErrorCode::NONE)
    throw Error(fmt::format("{}: {}", describe(command), describe(checked.code)));
  const CommandCost cost = model.command(checked.command, before);
  after = CostModel::predecessor(checked.command, cost);
  Estimate e{.commands = 1, .cycles = cost.cycles, .weight_beats = cost.weight_beats};
  e.by_operation[static_cast<std::size_t>(operation)] = cost.cycles;
  e.bytes = bytes_of(checked.command, program.machine());
  switch (find_opcode(command.get(command::OPCODE))->unit) {
    case Unit::ATTENTION:
    case Unit::MATRIX: {
      const bool slow = model.memory().beats_per_cycle < 1;
      const std::uint64_t stream = cost.weight_beats + cost.stall_memory;
      at(e, slow ? Resource::Dram : Resource::Bus) = slow ? stream : cost.weight_beats;
      if (!slow) at(e, Resource::Dram) = cost.stall_memory;
      at(e, Resource::Tables) = cost.stall_table;
      at(e, Resource::Rows) = cost.stall_rows;
      break;
    }
    case Unit::VECTOR:
      at(e, Resource::VectorUnit) = cost.unit_cycles;
      break;
    case Unit::NONE:
    case Unit::CONTROL:
      break;
    case Unit::LOAD:
    case Unit::STORE:
    case Unit::COLUMN:
      at(e, Resource::Transfers) = cost.unit_cycles;
      break;
  }
  std::uint64_t known = 0;
  for (const std::uint64_t cycles : e.spent) known += cycles;
  at(e, Resource::Control) = cost.cycles - std::min(known, cost.cycles);
  return e;
}

/// A list at any position: what does not depend on it is added up once. A command behind one that
/// does depend on it counts with those.
class ListEstimate {
 public:
  ListEstimate(const Program& program, CostModel& model, const TokenList& list)
      : program_(program), model_(model) {
    fixed_.cycles = model.list_start() + model.list_end();
    at(fixed_, Resource::Control) = fixed_.cycles;
    bool behind_moving = false;
    after_.resize(list.commands.size());
    for (std::size_t i = 0; i < list.commands.size(); ++i) {
      const Command& command = list.commands.commands()[i];
      const Operation operation = list.info[i].operation;
      const OpcodeInfo* info = find_opcode(command.get(command::OPCODE));
      const bool moves = command.get(command::SPAN) != 0 || command.get(command::INDEX) != 0 ||
                         info->follows_position();
      const Estimate cost =
          estimate_command(command, operation, program, model, {}, before(i), after_[i]);
      if (moves || behind_moving)
        moving_.push_back({i, command, operation});
      else
        fixed_ += cost;
      behind_moving = moves;
    }
    fixed_.tokens = list.spec.tokens;
  }

  Estimate at_position(std::uint32_t position) {
    Estimate all = fixed_;
    const SequenceState state{.position = position, .token = {}};
    for (const auto& [index, command, operation] : moving_)
      all += estimate_command(command, operation, program_, model_, state, before(index),
                              after_[index]);
    return all;
  }

 private:
  struct Moving {
    std::size_t index;
    Command command;
    Operation operation;
  };

  Predecessor before(std::size_t index) const {
    return index == 0 ? Predecessor{} : after_[index - 1];
  }

  const Program& program_;
  CostModel& model_;
  Estimate fixed_;
  std::vector<Moving> moving_;
  std::vector<Predecessor> after_;  // Of every command, at the last position that was asked for.
};

}  // namespace

std::string_view resource_name(Resource resource) {
  constexpr std::string_view kNames[] = {"bus",         "dram",      "tables", "rows",
                                         "vector unit", "transfers", "control"};
  static_assert(std::size(kNames) == kResources);
  return kNames[static_cast<std::size_t>(resource)];
}

Resource Estimate::limit() const {
  return static_cast<Resource>(std::ranges::max_element(spent) - spent.begin());
}

Estimate& Estimate::operator+=(const Estimate& other) {
  tokens += other.tokens;
  commands += other.commands;
  cycles += other.cycles;
  weight_beats += other.weight_beats;
  bytes += other.bytes;
  for (std::size_t i = 0; i < kResources; ++i) spent[i] += other.spent[i];
  for (std::size_t i = 0; i < kOperations; ++i) by_operation[i] += other.by_operation[i];
  return *this;
}

CostMemory cost_memory(const dram::MemorySpec& dram, double core_mhz, std::uint64_t beat_bytes,
                       double path) {
  // The FIFO of the core asks for eight bursts of 64 beats ahead.
  constexpr std::uint64_t kBursts = 2000, kAhead = 8, kBurstBeats = 64;
  const std::uint64_t burst_bytes = kBurstBeats * beat_bytes;
  dram::Memory memory(dram, core_mhz);
  std::vector<std::uint64_t> tickets;
  std::uint64_t cycle = 0, done = 0;
  double free = 0;  // When the bus has moved all that came.
  while (done < kBursts) {
    memory.advance_to(cycle);
    while (done < tickets.size() && memory.done(tickets[done]) &&
           free <= static_cast<double>(cycle)) {
      free = std::max(free, static_cast<double>(cycle)) + kBurstBeats;
      ++done;
    }
    while (tickets.size() < kBursts && tickets.size() < done + kAhead) {
      const std::uint64_t address = tickets.size() * burst_bytes;
      tickets.push_back(memory.read(address, burst_bytes) + memory.bursts(address, burst_bytes) -
                        1);
    }
    ++cycle;
  }
  const dram::Device& d = dram.device;
  const double clocks = d.timing.RCDRD + d.timing.CL + d.burst_clocks();
  return {.read_latency = clocks * core_mhz / d.clock_mhz + path,
          .write_latency = 1,
          .beats_per_cycle = std::min(
              1.0, static_cast<double>(kBursts * kBurstBeats) / static_cast<double>(cycle))};
}

Estimate estimate_decode(const Program& program, CostModel& model, std::uint32_t position) {
  return ListEstimate(program, model, program.list(1, HeadRows::Last)).at_position(position);
}

Estimate estimate_prefill(const Program& program, CostModel& model, std::uint64_t tokens) {
  const unsigned banks = program.machine().vectors;
  Estimate all;
  // Whole sets of banks, then single tokens; the last of all has the head.
  const auto add = [&](unsigned at_a_time, std::uint64_t first, std::uint64_t end) {
    if (first >= end) return;
    ListEstimate without(program, model, program.list(at_a_time, HeadRows::None));
    for (; first + at_a_time < end; first += at_a_time)
      all += without.at_position(static_cast<std::uint32_t>(first));
    const bool last = end == tokens;
    ListEstimate with(program, model,
                      program.list(at_a_time, last ? HeadRows::Last : HeadRows::None));
    all += with.at_position(static_cast<std::uint32_t>(first));
  };
  const std::uint64_t sets = tokens / banks * banks;
  add(banks, 0, sets);
  if (banks > 1) add(1, sets, tokens);
  return all;
}

}  // namespace trine
