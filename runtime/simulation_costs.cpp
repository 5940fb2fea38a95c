// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "driver/profile.h"
#include "golden/format/crc32c.h"
#include "runtime/lockstep.h"
#include "runtime/simulation_run.h"

namespace trine {
namespace {

/// Multiplications of a command whose first token is at `position`.
std::uint64_t macs_of(const Command& command, std::uint64_t position) {
  const auto opcode = static_cast<Opcode>(command.get(command::OPCODE));
  if (opcode != Opcode::TRIT_MATVEC && opcode != Opcode::F16_MATVEC) return 0;
  const std::uint64_t meant = position + 1, span = command.get(command::SPAN);
  return (span == 1 ? meant : command.get(command::ROWS)) *
         (span == 2 ? meant : command.get(command::COLS));
}

/// Cycles in which a load or store moved no beat: the other units count what they wait for.
std::uint64_t stall_transfer(const ProfileRecord& record, std::string_view unit) {
  if (unit != "load" && unit != "store") return 0;
  const std::uint64_t beats = std::uint64_t{record.read_beats} + record.write_beats;
  return record.unit_cycles - std::min<std::uint64_t>(record.unit_cycles, beats);
}

}  // namespace

std::string SimulationRun::checksum(std::span<const float> values) {
  return fmt::format("{:08x}", golden::crc32c(std::as_bytes(values)));
}

std::string SimulationRun::compare_ends(const Stretch& stretch, Simulation& simulation) {
  const Program& program = golden_->program();
  const bool head = stretch.head();
  const auto of = [&](Device& device) {
    return head ? golden_->logits(device, stretch.end_block) : golden_->boundary(device);
  };
  const std::vector<float> got = of(core_->device()), want = of(golden_->device());
  if (head && stretch.end_block == program.head_blocks()) {
    float best = 0;
    core_->device().read(program.layout().best(0), std::span(&best, 1));
    simulation.best = std::bit_cast<std::int32_t>(best);
  }
  if (std::memcmp(got.data(), want.data(), got.size() * sizeof(float)) != 0)
    throw Different(
        fmt::format("the {} differ from golden's (--check finds where)",
                    head ? "logits" : fmt::format("results of layer {}", stretch.end - 1)));
  return checksum(got);
}

void SimulationRun::read_costs(const TokenList& list, const Stretch& stretch,
                               Simulation& simulation) const {
  const Program& program = golden_->program();
  const TokenList& whole = program.list(1, HeadRows::Last);
  // The part's list has some more in front and behind.
  const std::size_t from = list.own_first, to = list.own_end;
  const std::size_t offset = program.begin_in_whole(stretch) - from;
  std::vector<ProfileRecord> records(list.info.size());
  core_->device().transport().read_memory(base_ + memory_,
                                          std::as_writable_bytes(std::span(records)));
  if (const auto begin = core_->list_begin(); begin && to > from)
    simulation.trace_begin = *begin + records[from].start;
  // To the begin of what follows, which is there unless it was the last.
  if (to > from)
    simulation.elapsed =
        (to < records.size() ? records[to].start : records[to - 1].end) - records[from].start;
  for (std::size_t i = from; i < to; ++i) {
    const ProfileRecord& record = records[i];
    const Command& command = list.commands.commands()[i];
    if (record.index != i || command.words != whole.commands.commands()[i + offset].words)
      throw Error(fmt::format("the profile has no record of command {}", i));
    const CommandInfo& info = list.info[i];
    simulation.commands.push_back(
        {.index = i + offset,
         .operation = std::string(operation_name(info.operation)),
         .unit = std::string(unit_of(info.operation)),
         .layer = info.layer,
         .label = std::string(list.label(i)),
         .start = record.start - records[from].start,
         .cost = {.commands = 1,
                  .cycles = record.end - record.start,
                  .weight_beats = record.weight_beats,
                  .read_beats = record.read_beats,
                  .write_beats = record.write_beats,
                  .stall_memory = record.stall_memory,
                  .stall_table = record.stall_table,
                  .stall_rows = record.stall_rows,
                  .stall_transfer = stall_transfer(record, unit_of(info.operation)),
                  .unit_cycles = record.unit_cycles,
                  .macs = macs_of(command, golden_->state().position)}});
  }
}

}  // namespace trine
