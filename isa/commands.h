// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace trine {

enum class Opcode : std::uint8_t {
#define CMD_FIELD(field, word, lsb, width, text)
#define OPCODE(name, code, bits, words, text) name = code,
#define ERROR_CODE(name, code, text)
#include "commands.def"
#undef CMD_FIELD
#undef OPCODE
#undef ERROR_CODE
};

enum class ErrorCode : std::uint8_t {
#define CMD_FIELD(field, word, lsb, width, text)
#define OPCODE(name, code, bits, words, text)
#define ERROR_CODE(name, code, text) name = code,
#include "commands.def"
#undef CMD_FIELD
#undef OPCODE
#undef ERROR_CODE
};

/// One field of a command.
struct CommandField {
  std::string_view name;
  unsigned word, lsb, width;
  std::string_view text;

  constexpr std::uint32_t mask() const {
    return static_cast<std::uint32_t>(((std::uint64_t{1} << width) - 1) << lsb);
  }
};

namespace command {
#define CMD_FIELD(field, word, lsb, width, text) \
  inline constexpr CommandField field{#field, word, lsb, width, text};
#define OPCODE(name, code, bits, words, text)
#define ERROR_CODE(name, code, text)
#include "commands.def"
#undef CMD_FIELD
#undef OPCODE
#undef ERROR_CODE
}  // namespace command

inline constexpr CommandField kCommandFields[] = {
#define CMD_FIELD(field, word, lsb, width, text) command::field,
#define OPCODE(name, code, bits, words, text)
#define ERROR_CODE(name, code, text)
#include "commands.def"
#undef CMD_FIELD
#undef OPCODE
#undef ERROR_CODE
};

struct OpcodeInfo {
  Opcode opcode;
  std::string_view name;
  std::uint32_t used_bits;   // Of word 0.
  std::uint32_t used_words;  // Bit i: word i.
  std::string_view text;
};

inline constexpr OpcodeInfo kOpcodes[] = {
#define CMD_FIELD(field, word, lsb, width, text)
#define OPCODE(name, code, bits, words, text) {Opcode::name, #name, bits, words, text},
#define ERROR_CODE(name, code, text)
#include "commands.def"
#undef CMD_FIELD
#undef OPCODE
#undef ERROR_CODE
};

struct ErrorInfo {
  ErrorCode code;
  std::string_view name, text;
};

inline constexpr ErrorInfo kErrors[] = {
#define CMD_FIELD(field, word, lsb, width, text)
#define OPCODE(name, code, bits, words, text)
#define ERROR_CODE(name, code, text) {ErrorCode::name, #name, text},
#include "commands.def"
#undef CMD_FIELD
#undef OPCODE
#undef ERROR_CODE
};

inline constexpr std::uint64_t kMemoryAlign = 64;     // Of every address in a command, in bytes.
inline constexpr std::uint32_t kVectorAlign = 16;     // Of SRC and DST, in words.
inline constexpr std::uint64_t kCodebookBytes = 128;  // 27 words (M | S << 16), word 27 = X; zeros.

/// One command as it lies in memory (little-endian words).
struct Command {
  std::array<std::uint32_t, 16> words{};

  constexpr std::uint32_t get(const CommandField& f) const {
    return (words[f.word] & f.mask()) >> f.lsb;
  }
  constexpr Command& set(const CommandField& f, std::uint32_t value) {
    words[f.word] = (words[f.word] & ~f.mask()) | ((value << f.lsb) & f.mask());
    return *this;
  }
  constexpr std::uint64_t address() const {
    return get(command::ADDR_LO) | std::uint64_t{get(command::ADDR_HI)} << 32;
  }
  constexpr std::uint64_t codebook() const {
    return get(command::BOOK_LO) | std::uint64_t{get(command::BOOK_HI)} << 32;
  }
};
static_assert(sizeof(Command) == 64);

constexpr const OpcodeInfo* find_opcode(std::uint32_t code) {
  for (const OpcodeInfo& info : kOpcodes)
    if (static_cast<std::uint32_t>(info.opcode) == code) return &info;
  return nullptr;
}

constexpr const ErrorInfo* find_error(std::uint32_t code) {
  for (const ErrorInfo& info : kErrors)
    if (static_cast<std::uint32_t>(info.code) == code) return &info;
  return nullptr;
}

/// What the machine checks of a command before it looks at ranges. The whole order:
///   0. index >= LIST_COUNT: LIST_OVERRUN; list address not a multiple of 64: ALIGNMENT; its 64
///      bytes outside the window: ADDRESS_RANGE
///   1. `check_form`: BAD_OPCODE, BAD_FIELD
///   2. BAD_FIELD: BANK >= VECTORS, INDEX = 3, SPAN = 3, SPAN = 2 of SOFTMAX; ROWS = 0; of a matrix:
///      COLS = 0, COLS > MAX_COLS, DEPTH not 1..4; F16_MATVEC with STRIDE below the bytes of a row
///      and not 0; STORE_COLUMN with STRIDE < 2 * LIMIT; ROPE: COLS not 32, 64, 128, 256 or 512,
///      ROWS not a multiple of COLS
///   3. INDEX_RANGE: token or position not below LIMIT; with SPAN, position + 1 above ROWS or COLS
///   4. ALIGNMENT: SRC, DST, SRC2 (16 words), ADDR, BOOK, STRIDE (64 bytes)
///   5. VECTOR_RANGE, with sizes rounded up: elements and COLS to 16 words, rows of a result to 32
///      (TRIT_MATVEC) or 16 (F16_MATVEC), twice that for RAW; ROPE reads COLS words at SRC2, ARGMAX
///      writes 16 words
///   6. ADDRESS_RANGE: bytes rounded up to 64 (with a STRIDE between rows: ROWS * STRIDE), then the
///      codebook block, inside MEM_BASE..MEM_LIMIT
/// Step 2 takes ROWS and COLS as they stand; from step 5 on, SPAN has replaced the one it names.
/// The first that fails stops the machine before the command touches anything.
///
/// When a command is over and its index is below PROFILE_COUNT, the place of its profile record
/// (driver/profile.h) is checked: ALIGNMENT when PROFILE is not a multiple of 64, ADDRESS_RANGE when
/// the record's 64 bytes are outside the window. Such an error, and a write that the memory refuses
/// (AXI_WRITE), counts with the data errors of that command; END then stops the list with it.
constexpr ErrorCode check_form(const Command& c) {
  const OpcodeInfo* info = find_opcode(c.get(command::OPCODE));
  if (info == nullptr) return ErrorCode::BAD_OPCODE;
  if ((c.words[0] & ~info->used_bits) != 0) return ErrorCode::BAD_FIELD;
  for (unsigned i = 0; i < 16; ++i)
    if ((info->used_words >> i & 1) == 0 && c.words[i] != 0) return ErrorCode::BAD_FIELD;
  return ErrorCode::NONE;
}

}  // namespace trine
