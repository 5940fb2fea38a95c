// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "driver/command_check.h"
#include "isa/round_up.h"
#include "tests/rtl/stalls.h"

// Random commands, good ones and ones that a check must find, for a core with the parameters
// TRINE_Groups and so on.

namespace trine::test {

/// The window and the sequence state of a command.
struct Config {
  std::uint64_t base = 0, limit = std::uint64_t{1} << 40;
  SequenceState state{};
};

inline constexpr std::uint64_t kGroups = TRINE_Groups;
inline constexpr std::uint64_t kVectorWords = TRINE_VectorWords;
inline constexpr std::uint64_t kMaxCols = TRINE_MaxCols;
inline constexpr std::uint64_t kTop = std::uint64_t{1} << 40;  // Of the address bus.
inline constexpr std::uint64_t kBeatBytes = 4 * kGroups;
inline constexpr unsigned kVectors = TRINE_Vectors;

inline const MachineParams kMachine{.groups = kGroups,
                                    .vectors = kVectors,
                                    .vector_words = kVectorWords,
                                    .max_cols = kMaxCols,
                                    .f16_engine = TRINE_F16Engine != 0,
                                    .vector_unit = TRINE_VectorUnit != 0,
                                    .attention_heads = TRINE_AttentionHeads,
                                    .stream_sum = TRINE_StreamSum != 0};

inline Opcode opcode_of(const Command& c) {
  return static_cast<Opcode>(c.get(command::OPCODE));
}
inline bool is_matrix(Opcode op) {
  return op == Opcode::TRIT_MATVEC || op == Opcode::F16_MATVEC;
}
inline bool in_memory(Opcode op) {
  return find_opcode(static_cast<std::uint32_t>(op))->memory != MemoryUse::NONE;
}

/// What the golden side says of a command.
inline CheckedCommand checked(const Command& c, const Config& config) {
  return check_command(c, kMachine, {config.base, config.limit}, config.state);
}

/// Bytes that must lie in the window, for a command that may be bad in any way.
inline std::uint64_t data_bytes(const Command& c) {
  if (opcode_of(c) == Opcode::TRIT_MATVEC &&
      (c.get(command::DEPTH) < 1 || c.get(command::DEPTH) > 4))
    return 64;
  return round_up(reach_bytes(c, kMachine), 64);
}

inline Command make(Opcode op) {
  return Command{}.set(command::OPCODE, static_cast<std::uint32_t>(op));
}

inline Command& set_address(Command& c, std::uint64_t addr) {
  return c.set(command::ADDR_LO, static_cast<std::uint32_t>(addr))
      .set(command::ADDR_HI, static_cast<std::uint32_t>(addr >> 32));
}
inline Command& set_codebook(Command& c, std::uint64_t addr) {
  return c.set(command::BOOK_LO, static_cast<std::uint32_t>(addr))
      .set(command::BOOK_HI, static_cast<std::uint32_t>(addr >> 32));
}

inline constexpr Opcode kOps[] = {Opcode::END,          Opcode::FENCE,        Opcode::LOAD,
                                  Opcode::STORE,        Opcode::TRIT_MATVEC,  Opcode::F16_MATVEC,
                                  Opcode::STORE_COLUMN, Opcode::RMSNORM,      Opcode::ROPE,
                                  Opcode::SOFTMAX,      Opcode::SILU_MUL,     Opcode::ADD,
                                  Opcode::ARGMAX,       Opcode::STORE_BLOCKS, Opcode::ATTENTION};

inline bool has_field(Opcode op, const CommandField& f) {
  return find_opcode(static_cast<std::uint32_t>(op))->uses(f);
}

inline std::uint64_t wide_word(Random& random) {
  return random.word() | std::uint64_t{random.word()} << 32;
}

/// A command that passes every check with an open window, and the sequence state that it needs.
inline Command valid_command(Random& random, SequenceState& state) {
  const Opcode op = kOps[random.below(std::size(kOps))];
  Command c = make(op);
  if (op == Opcode::END || op == Opcode::FENCE) return c;
  const std::uint32_t quarter = kVectorWords / 4;
  const unsigned bank = random.below(kVectors);
  state.position = random.below(52);
  for (std::uint32_t& ahead : state.ahead) ahead = random.below(52);
  for (std::uint32_t& token : state.token) token = random.below(1000);
  c.set(command::BANK, bank);
  c.set(command::ROWS, 1 + random.below(random.below(4) != 0 ? 200 : quarter));
  if (in_memory(op)) set_address(c, (wide_word(random) % (kTop / 4)) & ~std::uint64_t{63});
  for (const CommandField* f : {&command::SRC, &command::SRC2, &command::DST})
    if (has_field(op, *f)) c.set(*f, random.below(quarter) / 16 * 16);
  for (const CommandField* f : {&command::ALPHA, &command::BETA})
    if (has_field(op, *f)) c.set(*f, random.word());
  if (op == Opcode::TRIT_MATVEC && !kMachine.stream_sum) c.set(command::ALPHA, 0);
  if (op == Opcode::LOAD || op == Opcode::STORE || op == Opcode::STORE_BLOCKS) {
    if (op != Opcode::STORE_BLOCKS) c.set(command::F16, random.below(2));
    if (op == Opcode::STORE_BLOCKS) c.set(command::ROWS, (c.get(command::ROWS) + 15) & ~15u);
    c.set(command::INDEX, random.below(3));
    c.set(command::STRIDE, 64 * random.below(1 << (1 + random.below(20))));
    c.set(command::LIMIT, 1100);
  }
  if (op == Opcode::STORE_COLUMN)
    c.set(command::LIMIT, 104 + random.below(1000))
        .set(command::STRIDE, 64 * (40 + random.below(900)));
  if (op == Opcode::ROPE) {
    const std::uint32_t head = 32u << random.below(3);
    c.set(command::COLS, head).set(command::ROWS, head * (1 + random.below(2)));
  }
  if (op == Opcode::ATTENTION) {
    const std::uint32_t head = 32u << random.below(3);
    c.set(command::COLS, head);
    const std::uint32_t slots = std::max(kMachine.attention_heads, 1u);
    const std::uint32_t more = random.below(std::min(slots, kVectors - bank));
    c.set(command::MORE, more).set(command::ROWS, head * (1 + random.below(slots / (more + 1))));
    c.set(command::LIMIT, 104 + random.below(130'000));
    c.set(command::ALPHA, c.get(command::ALPHA) >> 7);
    if (random.below(4) == 0) state.position = c.get(command::LIMIT) - 1 - bank;
    c.set(command::LIMIT, c.get(command::LIMIT) + more);
  }
  if (op == Opcode::SOFTMAX && random.below(2) != 0)
    c.set(command::SPAN, 1).set(command::ROWS, 104 + random.below(100));
  if (op == Opcode::ARGMAX) c.set(command::COLS, random.word());
  if (!is_matrix(op)) return c;
  c.set(command::RAW, random.below(2));
  c.set(command::COLS, 1 + random.below(random.below(2) != 0 ? 64 : kMaxCols));
  if (op == Opcode::TRIT_MATVEC) {
    c.set(command::DEPTH, 1 + random.below(4));
    set_codebook(c, (wide_word(random) % (kTop / 2)) & ~std::uint64_t{63});
  } else {
    c.set(command::SPAN, random.below(3));
    if (c.get(command::SPAN) == 1) c.set(command::ROWS, 104 + random.below(100));
    if (c.get(command::SPAN) == 2) c.set(command::COLS, 104 + random.below(100));
    if (random.below(2) != 0)
      c.set(command::STRIDE, static_cast<std::uint32_t>(
                                 round_up(f16_stride(c.get(command::COLS), kMachine) * 2, 64)) +
                                 64 * random.below(20));
  }
  return c;
}

/// Breaks one thing, or moves it to where a check turns.
inline void mutate(Command& c, Config& config, Random& random) {
  const std::uint32_t rows = c.get(command::ROWS), cols = c.get(command::COLS);
  const std::uint32_t words = kVectorWords;
  constexpr std::uint32_t kHuge[] = {0xFFFFFFFF, 0xFFFFFFE1, 0xFFFFFFE0, 0x80000000,
                                     0x7FFFFFFF, 0x40000000, 0x10000,    0xFFFFFFF0};
  switch (random.below(22)) {
    case 0:
      c.words[random.below(16)] ^= 1u << random.below(32);
      break;
    case 1:
      c.set(command::OPCODE, random.below(256));
      break;
    case 2:
      c.set(command::DEPTH, random.below(8));
      break;
    case 3:
      c.set(command::ROWS, kHuge[random.below(8)]);
      break;
    case 4:
      c.set(command::COLS, kHuge[random.below(8)]);
      break;
    case 5:
      c.set(command::COLS, static_cast<std::uint32_t>(kMaxCols) + random.below(3) - 1);
      break;
    case 6:
      c.set(random.below(2) != 0 ? command::ROWS : command::COLS, 0);
      break;
    case 7:  // The result ends at the end of the vector memory, or a block past it.
      c.set(command::DST,
            words - (rows + 31) / 32 * 32 * (1 + c.get(command::RAW)) + 16 * (random.below(4) - 2));
      break;
    case 8:
      c.set(command::SRC,
            words - ((cols != 0 ? cols : rows) + 15) / 16 * 16 + 16 * (random.below(3) - 1));
      break;
    case 9:
      c.set(random.below(2) != 0 ? command::SRC : command::DST, kHuge[random.below(8)] & ~15u);
      break;
    case 10:
      set_address(c, c.address() + (1u << random.below(6)));
      break;
    case 11:
      set_codebook(c, c.codebook() + (1u << random.below(6)));
      break;
    case 12: {  // The window ends where the data ends, or a little earlier or later.
      constexpr std::int64_t kNear[] = {-64, -1, 0, 1, 64};
      const CheckedCommand seen = checked(c, config);
      const Command& effective =
          seen.code == ErrorCode::NONE ? static_cast<const Command&>(seen.command) : c;
      config.limit = effective.address() + data_bytes(effective) +
                     static_cast<std::uint64_t>(kNear[random.below(5)]);
      break;
    }
    case 13:
      config.base = c.address() + 64 * (random.below(3) - std::uint64_t{1});
      break;
    case 14: {  // At the end of the address bus, or beyond.
      const std::uint64_t bytes = data_bytes(c);
      config.limit = ~std::uint64_t{0};
      set_address(c, kTop - bytes + 64 * (random.below(3) - std::uint64_t{1}));
      if (random.below(3) == 0)
        set_address(c, c.address() | std::uint64_t{1} << (40 + random.below(24)));
      break;
    }
    case 15:
      c.set(command::BANK, random.below(16));
      break;
    case 16:
      c.set(random.below(2) != 0 ? command::INDEX : command::SPAN, random.below(4));
      break;
    case 17: {  // The sequence ends at a limit, just before it or beyond it.
      const auto position =
          static_cast<std::uint32_t>(config.state.position_of(c.get(command::BANK) % kMaxVectors));
      c.set(random.below(2) != 0   ? command::LIMIT
            : random.below(2) != 0 ? command::ROWS
                                   : command::COLS,
            position + random.below(3));
      break;
    }
    case 18:
      config.state.position = random.below(2) != 0 ? random.word() : 0xFFFFFFFF - random.below(4);
      for (std::uint32_t& ahead : config.state.ahead) ahead = random.word() >> random.below(32);
      for (std::uint32_t& token : config.state.token) token = random.word() >> random.below(32);
      break;
    case 19:
      c.set(command::STRIDE, random.below(2) != 0 ? random.word() : c.get(command::STRIDE) + 32);
      break;
    case 20:
      c.set(command::MORE, random.below(random.below(2) != 0 ? 16 : 4));
      break;
    default:
      config.limit = ~std::uint64_t{0};
      set_codebook(c, random.below(2) != 0 ? kTop - 128 + 64 * (random.below(3) - std::uint64_t{1})
                                           : std::uint64_t{0} - 64 * (1 + random.below(3)));
      break;
  }
}

}  // namespace trine::test
