// SPDX-License-Identifier: Apache-2.0

#include "machine/golden_core.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "driver/profile.h"
#include "golden/error.h"

namespace trine {
namespace {

constexpr std::uint32_t reset_value(Reg reg) {
  for (const RegInfo& info : kRegs)
    if (info.reg == reg) return info.reset;
  return 0;
}

bool exists(Reg reg) {
  for (const RegInfo& info : kRegs)
    if (info.reg == reg) return true;
  return false;
}

void set_low(std::uint64_t& pair, std::uint32_t value) {
  pair = (pair & ~std::uint64_t{0xffffffff}) | value;
}
void set_high(std::uint64_t& pair, std::uint32_t value) {
  pair = (pair & 0xffffffff) | std::uint64_t{value} << 32;
}

std::size_t token_bank(Reg reg) {
  return (static_cast<std::size_t>(reg) - static_cast<std::size_t>(Reg::TOKEN_0)) / 4;
}

constexpr std::uint32_t kIrqMask = field::IRQ_ENABLE_DONE.mask() | field::IRQ_ENABLE_ERROR.mask();

}  // namespace

GoldenCore::GoldenCore(const MachineParams& params, MemoryPort& memory, CommandClock& clock)
    : memory_(memory), clock_(clock), machine_(params, memory) {}

std::uint32_t GoldenCore::read(Reg reg) {
  const MachineParams& params = machine_.params();
  switch (reg) {
    case Reg::ID:
    case Reg::VERSION:
      return reset_value(reg);
    case Reg::CAPS:
      return field::CAPS_GROUPS.put(params.groups) | field::CAPS_VECTORS.put(params.vectors) |
             field::CAPS_F16.put(params.f16_engine ? 1 : 0) |
             field::CAPS_VECTOR_UNIT.put(params.vector_unit ? 1 : 0) |
             field::CAPS_ACT_WIDTH.put(params.act_width);
    case Reg::TILE_ROWS:
      return params.tile_rows;
    case Reg::VECTOR_WORDS:
      return params.vector_words;
    case Reg::MAX_COLS:
      return params.max_cols;
    case Reg::CTRL:
      return 0;
    case Reg::IRQ_ENABLE:
      return regs_.irq_enable;
    case Reg::STATUS:
      return field::STATUS_BUSY.put(regs_.busy) | field::STATUS_DONE.put(regs_.done) |
             field::STATUS_ERROR.put(regs_.error);
    case Reg::ERROR:
      return field::ERROR_CODE.put(static_cast<std::uint32_t>(regs_.code));
    case Reg::COMMAND:
      return regs_.index;
    case Reg::LIST_LO:
      return static_cast<std::uint32_t>(regs_.list);
    case Reg::LIST_HI:
      return static_cast<std::uint32_t>(regs_.list >> 32);
    case Reg::LIST_COUNT:
      return regs_.list_count;
    case Reg::MEM_BASE_LO:
      return static_cast<std::uint32_t>(regs_.mem_base);
    case Reg::MEM_BASE_HI:
      return static_cast<std::uint32_t>(regs_.mem_base >> 32);
    case Reg::MEM_LIMIT_LO:
      return static_cast<std::uint32_t>(regs_.mem_limit);
    case Reg::MEM_LIMIT_HI:
      return static_cast<std::uint32_t>(regs_.mem_limit >> 32);
    case Reg::POSITION:
      return regs_.sequence.position;
    case Reg::TOKEN_0:
    case Reg::TOKEN_1:
    case Reg::TOKEN_2:
    case Reg::TOKEN_3:
      return regs_.sequence.token[token_bank(reg)];
    case Reg::PROFILE_LO:
      return static_cast<std::uint32_t>(regs_.profile);
    case Reg::PROFILE_HI:
      return static_cast<std::uint32_t>(regs_.profile >> 32);
    case Reg::PROFILE_COUNT:
      return regs_.profile_count;
    default:
      for (std::size_t i = 0; i < std::size(kCounters); ++i) {
        if (reg == kCounters[i].low) return read_counter(i, false);
        if (reg == kCounters[i].high) return read_counter(i, true);
      }
      throw Error(fmt::format("read of register {:#x}, which does not exist",
                              static_cast<std::uint32_t>(reg)));
  }
}

std::uint32_t GoldenCore::read_counter(std::size_t index, bool high) {
  const std::uint64_t value = counters().*kCounters[index].value;
  return high ? regs_.latches[index].high(value) : regs_.latches[index].low(value);
}

Counters GoldenCore::counters() const {
  Counters now = regs_.spent;
  return now += machine_.beats();
}

void GoldenCore::write(Reg reg, std::uint32_t value) {
  switch (reg) {
    case Reg::CTRL:
      return control(value);
    case Reg::IRQ_ENABLE:
      regs_.irq_enable = value & kIrqMask;
      return;
    case Reg::STATUS:
      if (field::STATUS_DONE.get(value) != 0) regs_.done = false;
      if (field::STATUS_ERROR.get(value) != 0) regs_.error = false;
      return;
    case Reg::LIST_LO:
      return set_low(regs_.list, value);
    case Reg::LIST_HI:
      return set_high(regs_.list, value);
    case Reg::LIST_COUNT:
      regs_.list_count = value;
      return;
    case Reg::MEM_BASE_LO:
      return set_low(regs_.mem_base, value);
    case Reg::MEM_BASE_HI:
      return set_high(regs_.mem_base, value);
    case Reg::MEM_LIMIT_LO:
      return set_low(regs_.mem_limit, value);
    case Reg::MEM_LIMIT_HI:
      return set_high(regs_.mem_limit, value);
    case Reg::POSITION:
      regs_.sequence.position = value;
      return;
    case Reg::TOKEN_0:
    case Reg::TOKEN_1:
    case Reg::TOKEN_2:
    case Reg::TOKEN_3:
      regs_.sequence.token[token_bank(reg)] = value;
      return;
    case Reg::PROFILE_LO:
      return set_low(regs_.profile, value);
    case Reg::PROFILE_HI:
      return set_high(regs_.profile, value);
    case Reg::PROFILE_COUNT:
      regs_.profile_count = value;
      return;
    default:
      if (!exists(reg))
        throw Error(fmt::format("write of register {:#x}, which does not exist",
                                static_cast<std::uint32_t>(reg)));
  }
}

void GoldenCore::control(std::uint32_t value) {
  if (regs_.busy) {
    if (field::CTRL_ABORT.get(value) != 0 || field::CTRL_RESET.get(value) != 0) regs_.abort = true;
    return;
  }
  if (field::CTRL_RESET.get(value) != 0) return reset();
  if (field::CTRL_CLEAR.get(value) != 0) {
    machine_.clear_beats();
    regs_.spent = {};
    regs_.latches = {};
  }
  if (field::CTRL_START.get(value) != 0) {
    regs_.busy = true;
    regs_.done = regs_.error = regs_.abort = false;
    regs_.code = ErrorCode::NONE;
    regs_.index = 0;
    regs_.next = regs_.list;
  }
}

void GoldenCore::reset() {
  machine_.clear_beats();
  regs_ = {};
}

void GoldenCore::stop(ErrorCode code) {
  regs_.busy = regs_.abort = false;
  regs_.code = code;
  (code == ErrorCode::NONE ? regs_.done : regs_.error) = true;
}

void GoldenCore::refuse(ErrorCode code) {
  regs_.spent.cycles += clock_.refused();
  stop(code);
}

void GoldenCore::step() {
  if (!regs_.busy) return;
  const MemoryWindow window{regs_.mem_base, regs_.mem_limit};
  if (regs_.index >= regs_.list_count) return refuse(ErrorCode::LIST_OVERRUN);
  if (regs_.next % kMemoryAlign != 0) return refuse(ErrorCode::ALIGNMENT);
  if (!window.holds(regs_.next, sizeof(Command))) return refuse(ErrorCode::ADDRESS_RANGE);
  const Counters before = counters();
  machine_.count_read(sizeof(Command));
  const std::byte* bytes = memory_.read(regs_.next, sizeof(Command));
  if (bytes == nullptr) return refuse(ErrorCode::AXI_READ);
  Command command;
  std::memcpy(&command, bytes, sizeof command);
  const CheckedCommand checked = check_command(command, machine_.params(), window, regs_.sequence);
  if (checked.code != ErrorCode::NONE) return refuse(checked.code);

  LowestError errors;
  errors.add(machine_.execute(checked.command));
  const CommandCycles took = clock_.ran(checked.command);
  regs_.spent += {.cycles = took.cycles,
                  .stall_memory = took.stall_memory,
                  .stall_table = took.stall_table,
                  .stall_rows = took.stall_rows,
                  .commands = 1};
  const bool end = command.get(command::OPCODE) == static_cast<std::uint32_t>(Opcode::END);
  if (regs_.index < regs_.profile_count)
    errors.add(write_profile(command, before, took.unit_cycles));
  errors.add(regs_.abort && !end, ErrorCode::ABORTED);
  if (end || errors.lowest() != ErrorCode::NONE) return stop(errors.lowest());
  ++regs_.index;
  regs_.next += sizeof(Command);
}

ErrorCode GoldenCore::write_profile(const Command& command, const Counters& before,
                                    std::uint64_t unit_cycles) {
  const std::uint64_t address = regs_.profile + std::uint64_t{regs_.index} * sizeof(ProfileRecord);
  if (address % kMemoryAlign != 0) return ErrorCode::ALIGNMENT;
  if (!MemoryWindow{regs_.mem_base, regs_.mem_limit}.holds(address, sizeof(ProfileRecord)))
    return ErrorCode::ADDRESS_RANGE;
  const Counters now = counters(), spent = now - before;
  ProfileRecord record;
  record.index = regs_.index;
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
  regs_.spent.cycles += clock_.recorded();
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
  return (regs_.done && field::IRQ_ENABLE_DONE.get(regs_.irq_enable) != 0) ||
         (regs_.error && field::IRQ_ENABLE_ERROR.get(regs_.irq_enable) != 0);
}

}  // namespace trine
