// SPDX-License-Identifier: Apache-2.0

#include "machine/golden_core.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "driver/profile.h"
#include "golden/error.h"

namespace trine {

GoldenCore::GoldenCore(const MachineParams& params, MemoryPort& memory, CommandClock& clock)
    : memory_(memory), clock_(clock), machine_(params, memory) {
  reset();
}

std::uint32_t GoldenCore::read(Reg reg) {
  for (std::size_t i = 0; i < std::size(kCounters); ++i) {
    const CounterInfo& counter = kCounters[i];
    if (reg == counter.low) return run_.latches[i].low(counters().*counter.value);
    if (reg == counter.high) return run_.latches[i].high(counters().*counter.value);
  }
  return regs_.read(reg);
}

Counters GoldenCore::counters() const {
  Counters now = run_.spent;
  return now += machine_.beats();
}

void GoldenCore::write(Reg reg, std::uint32_t value) {
  const std::uint32_t ones = regs_.write(reg, value);
  if (reg == Reg::CTRL) control(ones);
}

void GoldenCore::control(std::uint32_t ones) {
  if (busy()) {
    if (field::CTRL_ABORT.get(ones) != 0 || field::CTRL_RESET.get(ones) != 0) run_.abort = true;
    return;
  }
  if (field::CTRL_RESET.get(ones) != 0) return reset();
  if (field::CTRL_CLEAR.get(ones) != 0) {
    machine_.clear_beats();
    run_.spent = {};
    run_.latches = {};
  }
  if (field::CTRL_START.get(ones) != 0) {
    regs_.set(field::STATUS_BUSY, 1);
    regs_.set(field::STATUS_DONE, 0);
    regs_.set(field::STATUS_ERROR, 0);
    regs_.set(field::ERROR_CODE, 0);
    regs_.set(field::COMMAND_INDEX, 0);
    run_.abort = false;
    run_.next = regs_.get(field::LIST_LO_VALUE, field::LIST_HI_VALUE);
  }
}

void GoldenCore::reset() {
  machine_.clear_beats();
  run_ = {};
  regs_.reset();
  const MachineParams& params = machine_.params();
  regs_.set(field::CAPS_GROUPS, params.groups);
  regs_.set(field::CAPS_VECTORS, params.vectors);
  regs_.set(field::CAPS_F16, params.f16_engine ? 1 : 0);
  regs_.set(field::CAPS_VECTOR_UNIT, params.vector_unit ? 1 : 0);
  regs_.set(field::CAPS_PARITY, params.parity ? 1 : 0);
  regs_.set(field::CAPS_STREAM_SUM, params.stream_sum ? 1 : 0);
  regs_.set(field::CAPS_ACT_WIDTH, params.act_width);
  regs_.set(field::CAPS_ATTENTION_HEADS, params.attention_heads);
  regs_.set(field::CAPS_ATTENTION_WIDTH, params.attention_width);
  regs_.set(field::TILE_ROWS_VALUE, params.tile_rows);
  regs_.set(field::VECTOR_WORDS_VALUE, params.vector_words);
  regs_.set(field::MAX_COLS_VALUE, params.max_cols);
}

MemoryWindow GoldenCore::window() const {
  return {regs_.get(field::MEM_BASE_LO_VALUE, field::MEM_BASE_HI_VALUE),
          regs_.get(field::MEM_LIMIT_LO_VALUE, field::MEM_LIMIT_HI_VALUE)};
}

SequenceState GoldenCore::sequence() const {
  SequenceState state{.position = regs_.read(Reg::POSITION), .ahead = {}, .token = {}};
  for (unsigned bank = 0; bank < machine_.params().vectors; ++bank) {
    state.ahead[bank] = regs_.read(kAheadRegs[bank]);
    state.token[bank] = regs_.read(kTokenRegs[bank]);
  }
  return state;
}

void GoldenCore::stop(ErrorCode code) {
  run_.abort = false;
  regs_.set(field::STATUS_BUSY, 0);
  regs_.set(field::ERROR_CODE, static_cast<std::uint32_t>(code));
  regs_.set(code == ErrorCode::NONE ? field::STATUS_DONE : field::STATUS_ERROR, 1);
}

void GoldenCore::refuse(ErrorCode code) {
  run_.spent.cycles += clock_.refused();
  stop(code);
}

void GoldenCore::step() {
  if (!busy()) return;
  if (index() >= regs_.get(field::LIST_COUNT_VALUE)) return refuse(ErrorCode::LIST_OVERRUN);
  if (run_.next % kMemoryAlign != 0) return refuse(ErrorCode::ALIGNMENT);
  if (!window().holds(run_.next, sizeof(Command))) return refuse(ErrorCode::ADDRESS_RANGE);
  const Counters before = counters();
  machine_.count_read(sizeof(Command));
  const std::byte* bytes = memory_.read(run_.next, sizeof(Command));
  if (bytes == nullptr) return refuse(ErrorCode::AXI_READ);
  Command command;
  std::memcpy(&command, bytes, sizeof command);
  const CheckedCommand checked = check_command(command, machine_.params(), window(), sequence());
  if (checked.code != ErrorCode::NONE) return refuse(checked.code);

  LowestError errors;
  errors.add(machine_.execute(checked.command));
  const CommandCycles took = clock_.ran(checked.command);
  run_.spent += {.cycles = took.cycles,
                 .stall_memory = took.stall_memory,
                 .stall_table = took.stall_table,
                 .stall_rows = took.stall_rows,
                 .commands = 1};
  const bool end = checked.command.opcode->opcode == Opcode::END;
  if (index() < regs_.get(field::PROFILE_COUNT_VALUE))
    errors.add(write_profile(command, before, took.unit_cycles));
  errors.add(run_.abort && !end, ErrorCode::ABORTED);
  if (end || errors.lowest() != ErrorCode::NONE) return stop(errors.lowest());
  regs_.set(field::COMMAND_INDEX, index() + 1);
  run_.next += sizeof(Command);
}

ErrorCode GoldenCore::write_profile(const Command& command, const Counters& before,
                                    std::uint64_t unit_cycles) {
  const std::uint64_t address = regs_.get(field::PROFILE_LO_VALUE, field::PROFILE_HI_VALUE) +
                                std::uint64_t{index()} * sizeof(ProfileRecord);
  if (address % kMemoryAlign != 0) return ErrorCode::ALIGNMENT;
  if (!window().holds(address, sizeof(ProfileRecord))) return ErrorCode::ADDRESS_RANGE;
  const Counters now = counters(), spent = now - before;
  ProfileRecord record;
  record.index = index();
  record.command = command.words[0];
  record.start = before.cycles;
  record.end = now.cycles;
  record.weight_beats = static_cast<std::uint32_t>(spent.weight_beats);
  record.read_beats = static_cast<std::uint32_t>(spent.read_beats);
  record.write_beats = static_cast<std::uint32_t>(spent.write_beats);
  record.stall_memory = static_cast<std::uint32_t>(spent.stall_memory);
  record.stall_table = static_cast<std::uint32_t>(spent.stall_table);
  record.stall_rows = static_cast<std::uint32_t>(spent.stall_rows);
  record.unit_cycles = static_cast<std::uint32_t>(unit_cycles);
  machine_.count_write(sizeof record);
  const bool written = memory_.write(address, std::as_bytes(std::span(&record, 1)));
  run_.spent.cycles += clock_.recorded();
  return written ? ErrorCode::NONE : ErrorCode::AXI_WRITE;
}

void GoldenCore::read_vector(unsigned bank, std::uint32_t first,
                             std::span<std::uint32_t> to) const {
  const auto words = machine_.vector_memory(bank);
  if (first > words.size() || to.size() > words.size() - first)
    throw Error(fmt::format("vector memory: no {} words at {}", to.size(), first));
  std::ranges::copy(words.subspan(first, to.size()), to.begin());
}

bool GoldenCore::irq() const {
  const auto raised = [&](const Field& status, const Field& enable) {
    return regs_.get(status) != 0 && regs_.get(enable) != 0;
  };
  return raised(field::STATUS_DONE, field::IRQ_ENABLE_DONE) ||
         raised(field::STATUS_ERROR, field::IRQ_ENABLE_ERROR);
}

}  // namespace trine
