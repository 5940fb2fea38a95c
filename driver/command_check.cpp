// SPDX-License-Identifier: Apache-2.0

#include "driver/command_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cctype>
#include <iterator>

#include "golden/error.h"
#include "isa/round_up.h"

namespace trine {
namespace {

/// True when a command does not keep a rule of its opcode.
bool breaks(const Command& c, Rule rule, const MachineParams& machine) {
  const std::uint64_t rows = c.get(command::ROWS), cols = c.get(command::COLS);
  const std::uint64_t stride = c.get(command::STRIDE);
  switch (rule) {
    case Rule::ROWS:
      return rows == 0;
    case Rule::DEPTH:
      return c.get(command::DEPTH) < 1 || c.get(command::DEPTH) > 4;
    case Rule::MATRIX_COLS:
      return cols == 0 || cols > machine.max_cols;
    case Rule::F16_STRIDE:
      return stride != 0 && stride < f16_stride(cols, machine) * 2;
    case Rule::COLUMN_STRIDE:
      return stride < 2ull * c.get(command::LIMIT);
    case Rule::HEAD:
      return cols < 32 || cols > 512 || !std::has_single_bit(cols) || rows % cols != 0;
    case Rule::NO_COLS_SPAN:
      return c.get(command::SPAN) == 2;
    case Rule::BLOCKS:
      return rows % golden::kGroup != 0;
    case Rule::SHARED_HEADS:
      return (c.get(command::MORE) + std::uint64_t{1}) * rows > machine.attention_heads * cols;
    case Rule::POSITIONS:
      return c.get(command::LIMIT) > kMaxPositions;
    case Rule::FACTOR:
      return c.get(command::ALPHA) >> kFactorBits != 0;
    case Rule::STREAM_SUM:
      return c.get(command::ALPHA) != 0 && !machine.stream_sum;
  }
  throw Error(fmt::format("rule {} has no check", static_cast<unsigned>(rule)));
}

bool bad_field(const Command& c, const OpcodeInfo& opcode, const MachineParams& machine) {
  if (c.get(command::BANK) + c.get(command::MORE) >= machine.vectors ||
      c.get(command::INDEX) == 3 || c.get(command::SPAN) == 3)
    return true;
  for (std::size_t i = 0; i < std::size(kRules); ++i)
    if (const auto rule = static_cast<Rule>(i); opcode.keeps(rule) && breaks(c, rule, machine))
      return true;
  return false;
}

/// Puts the sequence state in; false when a token or position is beyond its limit.
bool resolve(ResolvedCommand& c, const SequenceState& state) {
  const unsigned bank = c.get(command::BANK);
  const std::uint64_t position = state.position_of(bank);
  const auto span = c.get(command::SPAN);
  if (span != 0) {
    const CommandField& field = span == 1 ? command::ROWS : command::COLS;
    if (position >= c.get(field)) return false;
    c.set(field, static_cast<std::uint32_t>(position + 1));
  }
  const bool follows = c.opcode->follows_position();
  const auto kind = follows ? 2 : c.get(command::INDEX);
  if (kind == 0) return true;
  // The last bank's of attention of several positions.
  const std::uint64_t index = kind == 1 ? state.token[bank] : position + c.get(command::MORE);
  if (index >= c.get(command::LIMIT)) return false;
  c.index = static_cast<std::uint32_t>(index);
  if (c.opcode->memory == MemoryUse::READ_CACHE) c.set(command::LIMIT, c.index + 1);
  if (!follows) {
    const std::uint64_t address = c.address() + index * c.get(command::STRIDE);
    c.set(command::ADDR_LO, static_cast<std::uint32_t>(address))
        .set(command::ADDR_HI, static_cast<std::uint32_t>(address >> 32));
  }
  return true;
}

std::uint64_t reach_words(const Command& c, Reach reach) {
  switch (reach) {
    case Reach::NONE:
      return 0;
    case Reach::ROWS16:
      return round_up(c.get(command::ROWS), 16);
    case Reach::ROWS32:
      return round_up(c.get(command::ROWS), 32);
    case Reach::COLS16:
      return round_up(c.get(command::COLS), 16);
    case Reach::FIXED16:
      return 16;
  }
  throw Error(fmt::format("reach {} has no size", static_cast<unsigned>(reach)));
}

bool past_vector(const Command& c, std::uint64_t vector_words) {
  const VectorReach reach = vector_reach(c);
  return c.get(command::SRC) + reach.src > vector_words ||
         c.get(command::SRC2) + reach.src2 > vector_words ||
         c.get(command::DST) + reach.dst > vector_words;
}

bool misaligned(const Command& c) {
  for (const CommandField* f : {&command::SRC, &command::DST, &command::SRC2})
    if (c.get(*f) % kVectorAlign != 0) return true;
  return c.address() % kMemoryAlign != 0 || c.codebook() % kMemoryAlign != 0 ||
         c.get(command::STRIDE) % kMemoryAlign != 0;
}

}  // namespace

VectorReach vector_reach(const Command& c) {
  const OpcodeInfo* opcode = c.info();
  if (opcode == nullptr) return {};
  return {.src = reach_words(c, opcode->src),
          .src2 = reach_words(c, opcode->src2),
          .dst = reach_words(c, opcode->dst) * (c.get(command::RAW) != 0 ? 2 : 1)};
}

std::uint64_t f16_stride(std::uint64_t cols, const MachineParams& machine) {
  return round_up(round_up(cols, golden::kGroup), 2ull * machine.groups);
}

std::uint64_t memory_bytes(const Command& c, const MachineParams& machine) {
  const OpcodeInfo* opcode = c.info();
  if (opcode == nullptr) return 0;
  const std::uint64_t rows = c.get(command::ROWS), cols = c.get(command::COLS);
  switch (opcode->memory) {
    case MemoryUse::NONE:
      return 0;
    case MemoryUse::READ_ELEMENTS:
    case MemoryUse::WRITE_ELEMENTS:
      return rows * (c.get(command::F16) != 0 ? 2 : 4);
    case MemoryUse::WRITE_COLUMN:
      return rows * 2;
    case MemoryUse::TRIT_STREAM:
      return golden::MatrixShape{rows, cols, c.get(command::DEPTH)}.stream_bytes(
          machine.geometry());
    case MemoryUse::F16_ROWS:
      return rows * f16_stride(cols, machine) * 2;
    case MemoryUse::WRITE_BLOCKS:
      return rows * 2;
    case MemoryUse::READ_CACHE:
      return std::uint64_t{c.get(command::LIMIT)} * cols * 4;
  }
  throw Error(fmt::format("memory use {} has no size", static_cast<unsigned>(opcode->memory)));
}

std::uint64_t reach_bytes(const Command& c, const MachineParams& machine) {
  const OpcodeInfo* opcode = c.info();
  const std::uint64_t stride = c.get(command::STRIDE);
  const bool rows_apart =
      opcode != nullptr && (opcode->memory == MemoryUse::WRITE_COLUMN ||
                            (opcode->memory == MemoryUse::F16_ROWS && stride != 0));
  return rows_apart ? c.get(command::ROWS) * stride : memory_bytes(c, machine);
}

CheckedCommand check_command(const Command& given, const MachineParams& machine,
                             const MemoryWindow& window, const SequenceState& state) {
  const auto refuse = [](ErrorCode code) { return CheckedCommand{code, {}}; };
  const OpcodeInfo* opcode = given.info();
  if (opcode == nullptr || !supports(machine, *opcode)) return refuse(ErrorCode::BAD_OPCODE);
  if (const ErrorCode code = check_form(given); code != ErrorCode::NONE) return refuse(code);
  if (bad_field(given, *opcode, machine)) return refuse(ErrorCode::BAD_FIELD);

  ResolvedCommand c{given, opcode, 0};
  if (!resolve(c, state)) return refuse(ErrorCode::INDEX_RANGE);
  if (misaligned(given)) return refuse(ErrorCode::ALIGNMENT);
  if (past_vector(c, machine.vector_words)) return refuse(ErrorCode::VECTOR_RANGE);
  if (opcode->memory != MemoryUse::NONE &&
      !window.holds(c.address(), round_up(reach_bytes(c, machine), kMemoryAlign)))
    return refuse(ErrorCode::ADDRESS_RANGE);
  if (opcode->uses(command::BOOK_LO) && !window.holds(c.codebook(), kCodebookBytes))
    return refuse(ErrorCode::ADDRESS_RANGE);
  return {ErrorCode::NONE, c};
}

ErrorCode check_command(const Command& c, const MachineParams& machine,
                        const MemoryWindow& window) {
  // The largest index or size reaches furthest.
  const OpcodeInfo* opcode = c.info();
  const bool position = opcode != nullptr && opcode->follows_position();
  const std::uint32_t bank = std::min(c.get(command::BANK), kMaxVectors - 1);
  std::uint32_t last = ~std::uint32_t{0};
  if (c.get(command::SPAN) == 1) last = std::min(last, c.get(command::ROWS) - 1);
  if (c.get(command::SPAN) == 2) last = std::min(last, c.get(command::COLS) - 1);
  SequenceState state;
  if (c.get(command::INDEX) == 1) state.token[bank] = c.get(command::LIMIT) - 1;
  if (c.get(command::INDEX) == 2 || position)
    last = std::min(last, c.get(command::LIMIT) - 1 -
                              std::min(c.get(command::MORE), c.get(command::LIMIT) - 1));
  state.position = last;
  state.ahead = {};
  return check_command(c, machine, window, state).code;
}

std::string describe(const Command& c) {
  const OpcodeInfo* info = c.info();
  if (info == nullptr) return fmt::format("opcode {:#04x}", c.get(command::OPCODE));
  std::string text(info->name);
  const auto add_address = [&](const char* name, std::uint64_t address) {
    text += fmt::format(" {}={:#x}", name, address);
  };
  for (const CommandField& f : kCommandFields) {
    if (!info->uses(f) || f.name == "OPCODE" || f.name == "ADDR_HI" || f.name == "BOOK_HI")
      continue;
    if (f.name == "ADDR_LO") {
      add_address("addr", c.address());
    } else if (f.name == "BOOK_LO") {
      add_address("book", c.codebook());
    } else if (f.name == "ALPHA" && info->memory == MemoryUse::TRIT_STREAM) {
      if (c.get(f) != 0) text += fmt::format(" sum={:#010x}", c.get(f));
    } else {
      std::string name(f.name);
      std::ranges::transform(name, name.begin(),
                             [](unsigned char letter) { return std::tolower(letter); });
      text += fmt::format(" {}={}", name, c.get(f));
    }
  }
  return text;
}

std::string describe(ErrorCode code) {
  const ErrorInfo* info = find_error(static_cast<std::uint32_t>(code));
  if (info == nullptr) return fmt::format("error code {}", static_cast<unsigned>(code));
  return fmt::format("{}: {}", info->name, info->text);
}

}  // namespace trine
