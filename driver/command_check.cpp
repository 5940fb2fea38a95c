// SPDX-License-Identifier: Apache-2.0

#include "driver/command_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cctype>

namespace trine {
namespace {

constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t step) {
  return (value + step - 1) / step * step;
}

bool is_matvec(Opcode opcode) {
  return opcode == Opcode::TRIT_MATVEC || opcode == Opcode::F16_MATVEC;
}

bool is_vector(Opcode opcode) {
  return opcode >= Opcode::RMSNORM && opcode <= Opcode::ARGMAX;
}

bool bad_field(const Command& c, Opcode opcode, const MachineParams& machine) {
  const std::uint64_t rows = c.get(command::ROWS), cols = c.get(command::COLS);
  const std::uint64_t stride = c.get(command::STRIDE);
  const std::uint32_t depth = c.get(command::DEPTH), span = c.get(command::SPAN);
  if (c.get(command::BANK) >= machine.vectors || c.get(command::INDEX) == 3 || span == 3)
    return true;
  if (rows == 0) return true;
  if (is_matvec(opcode) && (cols == 0 || cols > machine.max_cols)) return true;
  switch (opcode) {
    case Opcode::TRIT_MATVEC:
      return depth < 1 || depth > 4;
    case Opcode::F16_MATVEC:
      return stride != 0 && stride < f16_stride(cols, machine) * 2;
    case Opcode::STORE_COLUMN:
      return stride < 2ull * c.get(command::LIMIT);
    case Opcode::ROPE:
      return cols < 32 || cols > 512 || !std::has_single_bit(cols) || rows % cols != 0;
    case Opcode::SOFTMAX:
      return span == 2;
    default:
      return false;
  }
}

/// Puts the sequence state in; false when a token or position is beyond its limit.
bool resolve(Command& c, Opcode opcode, const SequenceState& state) {
  const unsigned bank = c.get(command::BANK);
  const std::uint64_t position = std::uint64_t{state.position} + bank;
  const auto span = c.get(command::SPAN);
  if (span != 0) {
    const CommandField& field = span == 1 ? command::ROWS : command::COLS;
    if (position >= c.get(field)) return false;
    c.set(field, static_cast<std::uint32_t>(position + 1));
  }
  const bool column = opcode == Opcode::STORE_COLUMN;
  const auto kind = column ? 2 : c.get(command::INDEX);
  if (kind == 0) return true;
  const std::uint64_t index = kind == 1 ? state.token[bank] : position;
  if (index >= c.get(command::LIMIT)) return false;
  if (!column) {
    const std::uint64_t address = c.address() + index * c.get(command::STRIDE);
    c.set(command::ADDR_LO, static_cast<std::uint32_t>(address))
        .set(command::ADDR_HI, static_cast<std::uint32_t>(address >> 32));
  }
  c.set(command::LIMIT, static_cast<std::uint32_t>(index));
  return true;
}

bool past_vector(const Command& c, std::uint64_t vector_words) {
  const VectorReach reach = vector_reach(c);
  return c.get(command::SRC) + reach.src > vector_words ||
         c.get(command::SRC2) + reach.src2 > vector_words ||
         c.get(command::DST) + reach.dst > vector_words;
}

}  // namespace

VectorReach vector_reach(const Command& c) {
  const std::uint64_t rows = c.get(command::ROWS), rows16 = round_up(rows, 16);
  const std::uint64_t cols = c.get(command::COLS), raw = c.get(command::RAW) != 0 ? 2 : 1;
  switch (static_cast<Opcode>(c.get(command::OPCODE))) {
    case Opcode::END:
    case Opcode::FENCE:
      return {};
    case Opcode::LOAD:
      return {.dst = rows16};
    case Opcode::STORE:
    case Opcode::STORE_COLUMN:
      return {.src = rows16};
    case Opcode::TRIT_MATVEC:
      return {.src = round_up(cols, 16), .dst = round_up(rows, golden::kPanelRows) * raw};
    case Opcode::F16_MATVEC:
      return {.src = round_up(cols, 16), .dst = rows16 * raw};
    case Opcode::ROPE:
      return {.src = rows16, .src2 = cols, .dst = rows16};
    case Opcode::SOFTMAX:
      return {.src = rows16, .dst = rows16};
    case Opcode::ARGMAX:
      return {.src = rows16, .dst = 16};
    default:
      return {.src = rows16, .src2 = rows16, .dst = rows16};
  }
}

std::uint64_t f16_stride(std::uint64_t cols, const MachineParams& machine) {
  return round_up(round_up(cols, golden::kGroup), 2ull * machine.groups);
}

std::uint64_t memory_bytes(const Command& c, const MachineParams& machine) {
  const std::uint64_t rows = c.get(command::ROWS), cols = c.get(command::COLS);
  switch (static_cast<Opcode>(c.get(command::OPCODE))) {
    case Opcode::LOAD:
    case Opcode::STORE:
      return rows * (c.get(command::F16) != 0 ? 2 : 4);
    case Opcode::TRIT_MATVEC:
      return golden::MatrixShape{rows, cols, c.get(command::DEPTH)}.stream_bytes(
          machine.geometry());
    case Opcode::F16_MATVEC:
      return rows * f16_stride(cols, machine) * 2;
    case Opcode::STORE_COLUMN:
      return rows * 2;
    default:
      return 0;
  }
}

std::uint64_t reach_bytes(const Command& c, const MachineParams& machine) {
  const auto opcode = static_cast<Opcode>(c.get(command::OPCODE));
  const std::uint64_t stride = c.get(command::STRIDE);
  const bool rows_apart =
      opcode == Opcode::STORE_COLUMN || (opcode == Opcode::F16_MATVEC && stride != 0);
  return rows_apart ? c.get(command::ROWS) * stride : memory_bytes(c, machine);
}

CheckedCommand check_command(const Command& given, const MachineParams& machine,
                             const MemoryWindow& window, const SequenceState& state) {
  const auto opcode = static_cast<Opcode>(given.get(command::OPCODE));
  const auto refuse = [](ErrorCode code) { return CheckedCommand{code, {}}; };
  if (opcode == Opcode::F16_MATVEC && !machine.f16_engine) return refuse(ErrorCode::BAD_OPCODE);
  if (is_vector(opcode) && !machine.vector_unit) return refuse(ErrorCode::BAD_OPCODE);
  if (const ErrorCode code = check_form(given); code != ErrorCode::NONE) return refuse(code);
  if (opcode == Opcode::END || opcode == Opcode::FENCE) return {ErrorCode::NONE, given};
  if (bad_field(given, opcode, machine)) return refuse(ErrorCode::BAD_FIELD);

  Command c = given;
  if (!resolve(c, opcode, state)) return refuse(ErrorCode::INDEX_RANGE);
  if (c.get(command::SRC) % kVectorAlign != 0 || c.get(command::DST) % kVectorAlign != 0 ||
      c.get(command::SRC2) % kVectorAlign != 0 || given.address() % kMemoryAlign != 0 ||
      c.codebook() % kMemoryAlign != 0 || c.get(command::STRIDE) % kMemoryAlign != 0)
    return refuse(ErrorCode::ALIGNMENT);
  if (past_vector(c, machine.vector_words)) return refuse(ErrorCode::VECTOR_RANGE);
  if (memory_bytes(c, machine) != 0 &&
      !window.holds(c.address(), round_up(reach_bytes(c, machine), kMemoryAlign)))
    return refuse(ErrorCode::ADDRESS_RANGE);
  if (opcode == Opcode::TRIT_MATVEC && !window.holds(c.codebook(), kCodebookBytes))
    return refuse(ErrorCode::ADDRESS_RANGE);
  return {ErrorCode::NONE, c};
}

ErrorCode check_command(const Command& c, const MachineParams& machine,
                        const MemoryWindow& window) {
  // The largest index or size reaches furthest; the first of the sequence must do, too.
  const auto opcode = static_cast<Opcode>(c.get(command::OPCODE));
  const std::uint32_t bank = std::min(c.get(command::BANK), kMaxVectors - 1);
  std::uint32_t last = ~std::uint32_t{0};
  if (c.get(command::SPAN) == 1) last = std::min(last, c.get(command::ROWS) - 1);
  if (c.get(command::SPAN) == 2) last = std::min(last, c.get(command::COLS) - 1);
  SequenceState state;
  if (c.get(command::INDEX) == 1) state.token[bank] = c.get(command::LIMIT) - 1;
  if (c.get(command::INDEX) == 2 || opcode == Opcode::STORE_COLUMN)
    last = std::min(last, c.get(command::LIMIT) - 1);
  state.position = last < bank ? 0 : last - bank;
  return check_command(c, machine, window, state).code;
}

std::string describe(const Command& c) {
  const OpcodeInfo* info = find_opcode(c.get(command::OPCODE));
  if (info == nullptr) return fmt::format("opcode {:#04x}", c.get(command::OPCODE));
  std::string text(info->name);
  const auto add_address = [&](const char* name, std::uint64_t address) {
    text += fmt::format(" {}={:#x}", name, address);
  };
  for (const CommandField& f : kCommandFields) {
    if (!info->uses(f) || f.name == "OPCODE" || f.name == "ADDR_HI" || f.name == "BOOK_HI") continue;
    if (f.name == "ADDR_LO") {
      add_address("addr", c.address());
    } else if (f.name == "BOOK_LO") {
      add_address("book", c.codebook());
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
