// SPDX-License-Identifier: Apache-2.0

#include "driver/golden_transport.h"

#include <fmt/format.h>

#include <cstring>

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
             field::CAPS_F16.put(params.half_engine ? 1 : 0) |
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
      return irq_enable_;
    case Reg::STATUS:
      return field::STATUS_BUSY.put(busy_) | field::STATUS_DONE.put(done_) |
             field::STATUS_ERROR.put(error_);
    case Reg::ERROR:
      return field::ERROR_CODE.put(static_cast<std::uint32_t>(code_));
    case Reg::COMMAND:
      return index_;
    case Reg::LIST_LO:
      return static_cast<std::uint32_t>(list_);
    case Reg::LIST_HI:
      return static_cast<std::uint32_t>(list_ >> 32);
    case Reg::LIST_COUNT:
      return list_count_;
    case Reg::MEM_BASE_LO:
      return static_cast<std::uint32_t>(mem_base_);
    case Reg::MEM_BASE_HI:
      return static_cast<std::uint32_t>(mem_base_ >> 32);
    case Reg::MEM_LIMIT_LO:
      return static_cast<std::uint32_t>(mem_limit_);
    case Reg::MEM_LIMIT_HI:
      return static_cast<std::uint32_t>(mem_limit_ >> 32);
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
  return high ? latches_[index].high(value) : latches_[index].low(value);
}

Counters GoldenTransport::counters() const {
  Counters now = machine_.beats();
  now.commands = commands_;
  return now;
}

void GoldenTransport::write(Reg reg, std::uint32_t value) {
  switch (reg) {
    case Reg::CTRL:
      return control(value);
    case Reg::IRQ_ENABLE:
      irq_enable_ = value & kIrqMask;
      return;
    case Reg::STATUS:
      if (field::STATUS_DONE.get(value) != 0) done_ = false;
      if (field::STATUS_ERROR.get(value) != 0) error_ = false;
      return;
    case Reg::LIST_LO:
      return set_low(list_, value);
    case Reg::LIST_HI:
      return set_high(list_, value);
    case Reg::LIST_COUNT:
      list_count_ = value;
      return;
    case Reg::MEM_BASE_LO:
      return set_low(mem_base_, value);
    case Reg::MEM_BASE_HI:
      return set_high(mem_base_, value);
    case Reg::MEM_LIMIT_LO:
      return set_low(mem_limit_, value);
    case Reg::MEM_LIMIT_HI:
      return set_high(mem_limit_, value);
    default:
      if (!exists(reg))
        throw Error(fmt::format("write of register {:#x}, which does not exist",
                                static_cast<std::uint32_t>(reg)));
  }
}

void GoldenTransport::control(std::uint32_t value) {
  if (busy_) {
    if (field::CTRL_ABORT.get(value) != 0) abort_ = true;
    return;
  }
  if (field::CTRL_CLEAR.get(value) != 0) {
    machine_.clear_beats();
    commands_ = 0;
    latches_ = {};
  }
  if (field::CTRL_START.get(value) != 0) {
    busy_ = true;
    done_ = error_ = abort_ = false;
    code_ = ErrorCode::NONE;
    index_ = 0;
    next_ = list_;
  }
}

void GoldenTransport::stop(ErrorCode code) {
  busy_ = abort_ = false;
  code_ = code;
  (code == ErrorCode::NONE ? done_ : error_) = true;
}

void GoldenTransport::wait() {
  if (busy_) step();
}

void GoldenTransport::step() {
  const MemoryWindow window{mem_base_, mem_limit_};
  if (index_ >= list_count_) return stop(ErrorCode::LIST_OVERRUN);
  if (next_ % kMemoryAlign != 0) return stop(ErrorCode::ALIGNMENT);
  if (!window.holds(next_, sizeof(Command))) return stop(ErrorCode::ADDRESS_RANGE);
  machine_.count_read(sizeof(Command));
  const std::byte* bytes = memory_.find(next_, sizeof(Command));
  if (bytes == nullptr) return stop(ErrorCode::AXI_READ);
  Command command;
  std::memcpy(&command, bytes, sizeof command);
  const CheckedCommand checked = check_command(command, machine_.params(), window, sequence_);
  if (checked.code != ErrorCode::NONE) return stop(checked.code);

  ErrorCode code = machine_.execute(checked.command);
  ++commands_;
  const bool end = command.get(command::OPCODE) == static_cast<std::uint32_t>(Opcode::END);
  if (abort_ && !end) code = ErrorCode::ABORTED;  // The lowest of what a command may raise.
  if (end || code != ErrorCode::NONE) return stop(code);
  ++index_;
  next_ += sizeof(Command);
}

bool GoldenTransport::irq() const {
  return (done_ && field::IRQ_ENABLE_DONE.get(irq_enable_) != 0) ||
         (error_ && field::IRQ_ENABLE_ERROR.get(irq_enable_) != 0);
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
