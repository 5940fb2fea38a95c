// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <string_view>

namespace trine {

// ---- The lists of commands.def as types ----

enum class Opcode : std::uint8_t {
#define OPCODE(name, code, unit, capability, fields, operands, memory, rules, text) name = code,
#include "commands.def"
};

/// Which part of the core runs an opcode.
enum class Unit : std::uint8_t {
#define UNIT(name, text) name,
#include "commands.def"
};

/// What a core must have for an opcode to exist.
enum class Capability : std::uint8_t {
#define CAPABILITY(name, text) name,
#include "commands.def"
};

/// Words of vector memory that an opcode touches from an operand on.
enum class Reach : std::uint8_t {
#define REACH(name, text) name,
#include "commands.def"
};

/// What an opcode does with the memory at ADDR.
enum class MemoryUse : std::uint8_t {
#define MEMORY(name, text) name,
#include "commands.def"
};

/// A bound that fields must keep; its value is its bit in OpcodeInfo::rules.
enum class Rule : std::uint8_t {
#define RULE(name, text) name,
#include "commands.def"
};

enum class ErrorCode : std::uint8_t {
#define ERROR_CODE(name, code, text) name = code,
#include "commands.def"
};

/// Name and meaning of an entry of one of these lists, in their order.
struct NamedText {
  std::string_view name, text;
};
inline constexpr NamedText kUnits[] = {
#define UNIT(name, text) {#name, text},
#include "commands.def"
};
inline constexpr NamedText kCapabilities[] = {
#define CAPABILITY(name, text) {#name, text},
#include "commands.def"
};
inline constexpr NamedText kReaches[] = {
#define REACH(name, text) {#name, text},
#include "commands.def"
};
inline constexpr NamedText kMemoryUses[] = {
#define MEMORY(name, text) {#name, text},
#include "commands.def"
};
inline constexpr NamedText kRules[] = {
#define RULE(name, text) {#name, text},
#include "commands.def"
};

// ---- Fields ----

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
#include "commands.def"
}  // namespace command

inline constexpr CommandField kCommandFields[] = {
#define CMD_FIELD(field, word, lsb, width, text) command::field,
#include "commands.def"
};

/// A set of fields: the bits of word 0, and the words (bit i: word i).
struct FieldSet {
  std::uint32_t bits = 0, words = 0;

  constexpr FieldSet(std::initializer_list<CommandField> fields) {
    for (const CommandField& f : fields) {
      words |= 1u << f.word;
      if (f.word == 0) bits |= f.mask();
    }
  }
  constexpr bool has(const CommandField& f) const {
    return f.word == 0 ? (bits & f.mask()) != 0 : (words >> f.word & 1) != 0;
  }
};

// ---- Opcodes ----

/// All that is known of an opcode but what it computes.
struct OpcodeInfo {
  Opcode opcode;
  std::string_view name;
  Unit unit;
  Capability capability;
  FieldSet fields;
  Reach src, src2, dst;
  MemoryUse memory;
  std::uint32_t rules;  // Bit i: the rule of that value.
  std::string_view text;

  constexpr bool uses(const CommandField& f) const { return fields.has(f); }
  constexpr bool keeps(Rule rule) const { return (rules >> static_cast<unsigned>(rule) & 1) != 0; }
  /// Whether it changes memory, which later commands may read behind a FENCE only.
  constexpr bool writes_memory() const {
    return memory == MemoryUse::WRITE_ELEMENTS || memory == MemoryUse::WRITE_COLUMN ||
           memory == MemoryUse::WRITE_BLOCKS;
  }
  /// Whether what it touches in memory depends on the position also without INDEX.
  constexpr bool follows_position() const {
    return memory == MemoryUse::WRITE_COLUMN || memory == MemoryUse::READ_CACHE;
  }
};

namespace detail {
constexpr std::uint32_t rule_bits(std::initializer_list<Rule> rules) {
  std::uint32_t bits = 0;
  for (const Rule rule : rules) bits |= 1u << static_cast<unsigned>(rule);
  return bits;
}
}  // namespace detail

// Field names, reaches and rules are written in commands.def without their scope.
#define FIELDS(...)                                           \
  [] {                                                        \
    using namespace command; /* NOLINT: only in the lambda */ \
    return FieldSet{OPCODE __VA_OPT__(, ) __VA_ARGS__};       \
  }()
#define OPERANDS(src, src2, dst) Reach::src, Reach::src2, Reach::dst
#define RULES(...)                           \
  [] {                                       \
    using enum Rule;                         \
    return detail::rule_bits({__VA_ARGS__}); \
  }()
inline constexpr OpcodeInfo kOpcodes[] = {
#define OPCODE(name, code, unit, capability, fields, operands, memory, rules, text) \
  {Opcode::name,      #name, Unit::unit, Capability::capability, fields, operands,  \
   MemoryUse::memory, rules, text},
#include "commands.def"
};
#undef FIELDS
#undef OPERANDS
#undef RULES

/// What is known of an opcode; null for one that does not exist.
constexpr const OpcodeInfo* find_opcode(std::uint32_t code) {
  for (const OpcodeInfo& info : kOpcodes)
    if (static_cast<std::uint32_t>(info.opcode) == code) return &info;
  return nullptr;
}

/// The number of an operation of the vector unit, from 1 on in the order of the opcodes; 0 for an
/// opcode of another unit.
constexpr unsigned vector_operation(Opcode opcode) {
  unsigned number = 0;
  for (const OpcodeInfo& info : kOpcodes) {
    if (info.unit == Unit::VECTOR) ++number;
    if (info.opcode == opcode) return info.unit == Unit::VECTOR ? number : 0;
  }
  return 0;
}

// ---- Errors ----

struct ErrorInfo {
  ErrorCode code;
  std::string_view name, text;
};

inline constexpr ErrorInfo kErrors[] = {
#define ERROR_CODE(name, code, text) {ErrorCode::name, #name, text},
#include "commands.def"
};

constexpr const ErrorInfo* find_error(std::uint32_t code) {
  for (const ErrorInfo& info : kErrors)
    if (static_cast<std::uint32_t>(info.code) == code) return &info;
  return nullptr;
}

// ---- What the entries of commands.def must have in common ----

namespace detail {
/// The first opcode that contradicts itself; null when there is none.
constexpr const OpcodeInfo* contradiction() {
  const auto differ = [](bool a, bool b) { return a != b; };
  for (const OpcodeInfo& o : kOpcodes) {
    const bool vector = o.unit == Unit::VECTOR, streams = o.memory == MemoryUse::TRIT_STREAM;
    const bool rows = o.memory == MemoryUse::F16_ROWS;
    const bool blocks = o.memory == MemoryUse::WRITE_BLOCKS;
    const bool cache = o.memory == MemoryUse::READ_CACHE;
    if (o.unit == Unit::NONE || find_opcode(static_cast<std::uint32_t>(o.opcode)) != &o ||
        // An operand has a reach, what a reach counts is a field.
        differ(o.uses(command::SRC), o.src != Reach::NONE) ||
        differ(o.uses(command::SRC2), o.src2 != Reach::NONE) ||
        differ(o.uses(command::DST), o.dst != Reach::NONE) ||
        (o.src == Reach::COLS16 && !o.uses(command::COLS)) ||
        (o.src2 == Reach::COLS16 && !o.uses(command::COLS)) ||
        // Every unit but CONTROL works on ROWS elements of a bank.
        differ(o.unit != Unit::CONTROL, o.uses(command::BANK)) ||
        differ(o.uses(command::ROWS), o.uses(command::BANK)) ||
        differ(o.uses(command::ROWS), o.keeps(Rule::ROWS)) ||
        // An address and what lies there.
        differ(o.uses(command::ADDR_LO), o.memory != MemoryUse::NONE) ||
        differ(o.uses(command::ADDR_LO), o.uses(command::ADDR_HI)) ||
        differ(o.uses(command::BOOK_LO), streams) || differ(o.uses(command::BOOK_HI), streams) ||
        differ(o.unit == Unit::LOAD, o.memory == MemoryUse::READ_ELEMENTS) ||
        differ(o.unit == Unit::STORE, o.memory == MemoryUse::WRITE_ELEMENTS) ||
        differ(o.unit == Unit::COLUMN, o.memory == MemoryUse::WRITE_COLUMN) ||
        differ(o.unit == Unit::MATRIX, streams || rows) ||
        differ(o.unit == Unit::ATTENTION, blocks || cache) ||
        differ(o.capability == Capability::VECTOR_UNIT, vector) ||
        differ(o.capability == Capability::F16_ENGINE, rows) ||
        differ(streams, o.keeps(Rule::STREAM_SUM)) || (streams && !o.uses(command::ALPHA)) ||
        differ(o.capability == Capability::ATTENTION, o.unit == Unit::ATTENTION) ||
        // A field that has a range has its rule.
        differ(o.uses(command::DEPTH), o.keeps(Rule::DEPTH)) ||
        differ(o.unit == Unit::MATRIX, o.keeps(Rule::MATRIX_COLS)) ||
        differ(rows, o.keeps(Rule::F16_STRIDE)) ||
        differ(o.unit == Unit::COLUMN, o.keeps(Rule::COLUMN_STRIDE)) ||
        (o.uses(command::SPAN) && differ(o.uses(command::COLS), !o.keeps(Rule::NO_COLS_SPAN))) ||
        (o.keeps(Rule::HEAD) && !o.uses(command::COLS)) || differ(blocks, o.keeps(Rule::BLOCKS)) ||
        // Position and heads of attention have bounds.
        differ(cache, o.keeps(Rule::SHARED_HEADS)) || differ(cache, o.keeps(Rule::POSITIONS)) ||
        differ(cache, o.keeps(Rule::FACTOR)) || differ(cache, o.uses(command::MORE)) ||
        (cache && (!o.keeps(Rule::HEAD) || !o.uses(command::LIMIT) || !o.uses(command::ALPHA))))
      return &o;
  }
  return nullptr;
}
}  // namespace detail
static_assert(detail::contradiction() == nullptr,
              "an opcode in commands.def has a code twice, or its unit, capability, fields, reach, "
              "memory and rules contradict each other");
static_assert(std::size(kRules) <= 32 && std::size(kReaches) <= 8 && std::size(kUnits) <= 8);

// ---- Commands ----

inline constexpr std::uint64_t kMemoryAlign = 64;     // Of every address in a command, in bytes.
inline constexpr std::uint32_t kVectorAlign = 16;     // Of SRC and DST, in words.
inline constexpr std::uint64_t kCodebookBytes = 128;  // 27 words (M | S << 16), word 27 = X; zeros.
inline constexpr std::uint32_t kMaxPositions = 131072;  // Largest LIMIT of ATTENTION,
inline constexpr unsigned kFactorBits = 25;             // bits of its ALPHA.

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
  /// What is known of its opcode; null for one that does not exist.
  constexpr const OpcodeInfo* info() const { return find_opcode(get(command::OPCODE)); }
};
static_assert(sizeof(Command) == 64);

/// What the machine checks of a command before it looks at ranges. The whole order:
///   0. index >= LIST_COUNT: LIST_OVERRUN; list address not a multiple of 64: ALIGNMENT; its 64
///      bytes outside the window: ADDRESS_RANGE
///   1. `check_form`: BAD_OPCODE (also for an opcode whose capability the core lacks), BAD_FIELD
///   2. BAD_FIELD: BANK + MORE >= VECTORS, INDEX = 3, SPAN = 3, or a rule of the opcode is broken
///   3. INDEX_RANGE: token or position (of ATTENTION always, that of its last bank) not below
///      LIMIT; with SPAN, position + 1 above ROWS or COLS
///   4. ALIGNMENT: SRC, DST, SRC2 (16 words), ADDR, BOOK, STRIDE (64 bytes)
///   5. VECTOR_RANGE: an operand's reach, twice that of DST for RAW, past the vector memory
///   6. ADDRESS_RANGE: bytes rounded up to 64 (with a STRIDE between rows: ROWS * STRIDE), then the
///      codebook block, inside MEM_BASE..MEM_LIMIT
/// Step 2 takes ROWS and COLS as they stand; from step 5 on, SPAN has replaced the one it names,
/// and LIMIT of ATTENTION is the position of its last bank + 1. The first that fails stops the
/// machine before the command touches anything.
///
/// When a command is over and its index is below PROFILE_COUNT, the place of its profile record
/// (driver/profile.h) is checked: ALIGNMENT when PROFILE is not a multiple of 64, ADDRESS_RANGE
/// when the record's 64 bytes are outside the window. Such an error, and a write that the memory
/// refuses (AXI_WRITE), counts with the data errors of that command; END then stops the list with
/// it.
constexpr ErrorCode check_form(const Command& c) {
  const OpcodeInfo* info = c.info();
  if (info == nullptr) return ErrorCode::BAD_OPCODE;
  if ((c.words[0] & ~info->fields.bits) != 0) return ErrorCode::BAD_FIELD;
  for (unsigned i = 0; i < 16; ++i)
    if ((info->fields.words >> i & 1) == 0 && c.words[i] != 0) return ErrorCode::BAD_FIELD;
  return ErrorCode::NONE;
}

}  // namespace trine
