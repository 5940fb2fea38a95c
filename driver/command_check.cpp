// SPDX-License-Identifier: Apache-2.0

#include "driver/command_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace trine {
namespace {

constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t step) {
  return (value + step - 1) / step * step;
}

bool is_matvec(Opcode opcode) {
  return opcode == Opcode::TRIT_MATVEC || opcode == Opcode::F16_MATVEC;
}

bool moves_data(Opcode opcode) {
  return opcode == Opcode::LOAD || opcode == Opcode::STORE || is_matvec(opcode);
}

bool past_vector(const Command& c, Opcode opcode, std::uint64_t vector_words) {
  const std::uint64_t rows = c.get(command::ROWS);
  std::uint64_t read = 0, written = 0;
  if (opcode == Opcode::LOAD) written = round_up(rows, 16);
  if (opcode == Opcode::STORE) read = round_up(rows, 16);
  if (is_matvec(opcode)) {
    read = round_up(c.get(command::COLS), 16);
    written = round_up(rows, opcode == Opcode::TRIT_MATVEC ? golden::kPanelRows : 16) *
              (c.get(command::RAW) != 0 ? 2 : 1);
  }
  return c.get(command::SRC) + read > vector_words || c.get(command::DST) + written > vector_words;
}

}  // namespace

std::uint64_t half_stride(std::uint64_t cols, const MachineParams& machine) {
  return round_up(round_up(cols, golden::kGroup), 2ull * machine.groups);
}

std::uint64_t memory_bytes(const Command& c, const MachineParams& machine) {
  const std::uint64_t rows = c.get(command::ROWS), cols = c.get(command::COLS);
  switch (static_cast<Opcode>(c.get(command::OPCODE))) {
    case Opcode::LOAD:
    case Opcode::STORE:
      return rows * (c.get(command::HALF) != 0 ? 2 : 4);
    case Opcode::TRIT_MATVEC:
      return golden::MatrixShape{rows, cols, c.get(command::DEPTH)}.stream_bytes(
          machine.geometry());
    case Opcode::F16_MATVEC:
      return rows * half_stride(cols, machine) * 2;
    default:
      return 0;
  }
}

ErrorCode check_command(const Command& c, const MachineParams& machine,
                        const MemoryWindow& window) {
  const auto opcode = static_cast<Opcode>(c.get(command::OPCODE));
  if (opcode == Opcode::F16_MATVEC && !machine.half_engine) return ErrorCode::BAD_OPCODE;
  if (const ErrorCode code = check_form(c); code != ErrorCode::NONE) return code;
  if (!moves_data(opcode)) return ErrorCode::NONE;

  if (c.get(command::ROWS) == 0) return ErrorCode::BAD_FIELD;
  if (is_matvec(opcode) && (c.get(command::COLS) == 0 || c.get(command::COLS) > machine.max_cols))
    return ErrorCode::BAD_FIELD;
  const std::uint32_t depth = c.get(command::DEPTH);
  if (opcode == Opcode::TRIT_MATVEC && (depth < 1 || depth > 4)) return ErrorCode::BAD_FIELD;

  if (c.get(command::SRC) % kVectorAlign != 0 || c.get(command::DST) % kVectorAlign != 0 ||
      c.address() % kMemoryAlign != 0 || c.codebook() % kMemoryAlign != 0)
    return ErrorCode::ALIGNMENT;
  if (past_vector(c, opcode, machine.vector_words)) return ErrorCode::VECTOR_RANGE;
  if (!window.holds(c.address(), round_up(memory_bytes(c, machine), kMemoryAlign)))
    return ErrorCode::ADDRESS_RANGE;
  if (opcode == Opcode::TRIT_MATVEC && !window.holds(c.codebook(), kCodebookBytes))
    return ErrorCode::ADDRESS_RANGE;
  return ErrorCode::NONE;
}

std::string describe(const Command& c) {
  const OpcodeInfo* info = find_opcode(c.get(command::OPCODE));
  if (info == nullptr) return fmt::format("opcode {:#04x}", c.get(command::OPCODE));
  std::string text(info->name);
  const auto add_address = [&](const char* name, std::uint64_t address) {
    text += fmt::format(" {}={:#x}", name, address);
  };
  for (const CommandField& f : kCommandFields) {
    const bool used =
        f.word == 0 ? (info->used_bits & f.mask()) != 0 : (info->used_words >> f.word & 1) != 0;
    if (!used || f.name == "OPCODE" || f.name == "ADDR_HI" || f.name == "BOOK_HI") continue;
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
