// SPDX-License-Identifier: Apache-2.0

#include "machine/golden_transport.h"

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

GoldenTransport::GoldenTransport(const MachineParams& params, std::uint64_t memory_bytes)
    : memory_bytes_(memory_bytes), machine_(params, memory_) {
  memory_.allocate(0, memory_bytes);
}

std::uint32_t GoldenTransport::read(Reg reg) {
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

std::uint32_t GoldenTransport::read_counter(std::size_t index, bool high) {
  const std::uint64_t value = counters().*kCounters[index].value;
  return high ? regs_.latches[index].high(value) : regs_.latches[index].low(value);
}

Counters GoldenTransport::counters() const {
  Counters now = machine_.beats();
  now.commands = regs_.commands;
  return now;
}

void GoldenTransport::write(Reg reg, std::uint32_t value) {
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

void GoldenTransport::control(std::uint32_t value) {
  if (regs_.busy) {
    if (field::CTRL_ABORT.get(value) != 0 || field::CTRL_RESET.get(value) != 0) regs_.abort = true;
    return;
  }
  if (field::CTRL_RESET.get(value) != 0) return reset();
  if (field::CTRL_CLEAR.get(value) != 0) {
    machine_.clear_beats();
    regs_.commands = 0;
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

void GoldenTransport::reset() {
  machine_.clear_beats();
  regs_ = {};
}

void GoldenTransport::stop(ErrorCode code) {
  regs_.busy = regs_.abort = false;
  regs_.code = code;
  (code == ErrorCode::NONE ? regs_.done : regs_.error) = true;
}

void GoldenTransport::step() {
  if (!regs_.busy) return;
  const MemoryWindow window{regs_.mem_base, regs_.mem_limit};
  if (regs_.index >= regs_.list_count) return stop(ErrorCode::LIST_OVERRUN);
  if (regs_.next % kMemoryAlign != 0) return stop(ErrorCode::ALIGNMENT);
  if (!window.holds(regs_.next, sizeof(Command))) return stop(ErrorCode::ADDRESS_RANGE);
  const Counters before = counters();
  machine_.count_read(sizeof(Command));
  const std::byte* bytes = memory_.find(regs_.next, sizeof(Command));
  if (bytes == nullptr) return stop(ErrorCode::AXI_READ);
  Command command;
  std::memcpy(&command, bytes, sizeof command);
  const CheckedCommand checked = check_command(command, machine_.params(), window, regs_.sequence);
  if (checked.code != ErrorCode::NONE) return stop(checked.code);

  LowestError errors;
  errors.add(machine_.execute(checked.command));
  ++regs_.commands;
  const bool end = command.get(command::OPCODE) == static_cast<std::uint32_t>(Opcode::END);
  if (regs_.index < regs_.profile_count) errors.add(write_profile(command, before));
  errors.add(regs_.abort && !end, ErrorCode::ABORTED);
  if (end || errors.lowest() != ErrorCode::NONE) return stop(errors.lowest());
  ++regs_.index;
  regs_.next += sizeof(Command);
}

ErrorCode GoldenTransport::write_profile(const Command& command, const Counters& before) {
  const std::uint64_t address = regs_.profile + std::uint64_t{regs_.index} * sizeof(ProfileRecord);
  if (address % kMemoryAlign != 0) return ErrorCode::ALIGNMENT;
  if (!MemoryWindow{regs_.mem_base, regs_.mem_limit}.holds(address, sizeof(ProfileRecord)))
    return ErrorCode::ADDRESS_RANGE;
  const Counters spent = counters() - before;
  ProfileRecord record;
  record.index = regs_.index;
  record.command = command.words[0];
  record.weight_beats = static_cast<std::uint32_t>(spent.weight_beats);
  record.read_beats = static_cast<std::uint32_t>(spent.read_beats);
  record.write_beats = static_cast<std::uint32_t>(spent.write_beats);
  machine_.count_write(sizeof record);
  std::byte* to = memory_.find_writable(address, sizeof record);
  if (to == nullptr) return ErrorCode::AXI_WRITE;
  std::memcpy(to, &record, sizeof record);
  return ErrorCode::NONE;
}

void GoldenTransport::read_vector(unsigned bank, std::uint32_t first, std::span<std::uint32_t> to) {
  const auto words = machine_.vector_memory(bank);
  if (first > words.size() || to.size() > words.size() - first)
    throw Error(fmt::format("vector memory: no {} words at {}", to.size(), first));
  std::ranges::copy(words.subspan(first, to.size()), to.begin());
}

bool GoldenTransport::irq() const {
  return (regs_.done && field::IRQ_ENABLE_DONE.get(regs_.irq_enable) != 0) ||
         (regs_.error && field::IRQ_ENABLE_ERROR.get(regs_.irq_enable) != 0);
}

void GoldenTransport::read_memory(std::uint64_t address, std::span<std::byte> to) {
  memory_.read(address, to);
}

void GoldenTransport::write_memory(std::uint64_t address, std::span<const std::byte> from) {
  memory_.write(address, from);
}

void GoldenTransport::map_memory(std::uint64_t address, std::span<const std::byte> bytes) {
  if (address < memory_bytes_)
    throw Error(fmt::format("map_memory: {:#x} is inside the writable memory", address));
  memory_.map(address, bytes);
}

}  // namespace trine
