// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <bit>
#include <cmath>
#include <random>
#include <vector>

#include "driver/command_check.h"
#include "golden/checkpoint/float16.h"
#include "golden/exact/attention.h"
#include "golden/exact/codebook.h"
#include "golden/format/trit_matrix.h"
#include "tests/system/pair.h"

namespace trine::test {

// Memory: floats, halves, a trit matrix and blocks to read, an area to write.
inline constexpr std::uint32_t kFloats = 0x10000, kHalves = 0x40000, kBook = 0x7F000,
                               kStream = 0x80000;
inline constexpr std::uint32_t kBlocks = 0xB0000, kTarget = 0xC0000, kTargetEnd = 0x100000;
inline constexpr std::uint32_t kRegion = 0x2000;  // Words of vector memory that the lists use.
inline constexpr golden::MatrixShape kShape{96, 320, 3};

/// Every opcode that a unit runs.
inline std::vector<Opcode> unit_opcodes() {
  std::vector<Opcode> all;
  for (const OpcodeInfo& info : kOpcodes)
    if (info.unit != Unit::CONTROL) all.push_back(info.opcode);
  return all;
}
inline const std::vector<Opcode> kOps = unit_opcodes();

/// A device beside golden with data in memory and vector memory for lists of any command.
class CommandBench {
 public:
  CommandBench(const Setup& setup, unsigned seed) : pair(setup.pair()), random_(seed) {
    std::vector<std::uint16_t> halves((kBook - kHalves) / 2);
    for (auto& half : halves) half = golden::f32_to_f16(value());
    pair.put(kHalves, halves);
    golden::TritMatrix matrix;
    matrix.shape = kShape;
    matrix.levels.resize(kShape.rows * kShape.cols);
    for (auto& level : matrix.levels) level = static_cast<std::int8_t>(below(27)) - 13;
    matrix.scales.resize(kShape.rows * kShape.groups_per_row());
    for (auto& scale : matrix.scales) scale = static_cast<std::uint8_t>(below(golden::kCodebook));
    for (std::size_t k = 0; k < golden::kCodebook; ++k)
      matrix.codebook[k] = std::exp2(0.3 * static_cast<double>(k) - 10);
    const auto book = golden::hardware_codebook(matrix.codebook, kShape.depth);
    std::vector<std::uint32_t> words(kCodebookBytes / 4);
    for (std::size_t k = 0; k < golden::kCodebook; ++k)
      words[k] = book.mantissa[k] | static_cast<std::uint32_t>(book.shift[k]) << 16;
    words[golden::kCodebook] = static_cast<std::uint32_t>(book.exponent);
    pair.put(kBook, words);
    const auto stream = golden::pack(matrix, pair.params().geometry());
    REQUIRE_LE(kStream + stream.size(), kBlocks);
    pair.write(kStream, stream);
    std::vector<float> keys((kTarget - kBlocks) / 2);
    for (float& x : keys) x = value();
    std::vector<std::uint16_t> blocks(keys.size());
    CHECK_FALSE(
        golden::store_blocks(keys, static_cast<int>(pair.params().attention_width), blocks));
    pair.put(kBlocks, blocks);
    refill();
  }

  std::uint32_t below(std::uint64_t n) { return static_cast<std::uint32_t>(random_() % n); }
  float value() { return std::ldexp(normal_(random_), static_cast<int>(below(8)) - 4); }

  /// Known contents of every bank, and of the area that is written.
  void refill() {
    using namespace command;
    std::vector<float> floats((kHalves - kFloats) / 4);
    for (float& x : floats) x = value();
    pair.put(kFloats, floats);
    pair.put(kTarget, std::vector<std::uint32_t>((kTargetEnd - kTarget) / 4, 0x3C003C00));
    std::vector<Command> list;
    for (unsigned bank = 0; bank < pair.params().vectors; ++bank)
      list.push_back(
          make(Opcode::LOAD).set(BANK, bank).set(ROWS, kRegion).set(ADDR_LO, kFloats + 256 * bank));
    list.push_back(make(Opcode::END));
    REQUIRE(pair.run(list).done());
  }

  /// Sequence state of both sides, inside all limits that the lists set.
  void new_state() {
    state.position = below(45);
    for (std::uint32_t& ahead : state.ahead) ahead = below(45);
    for (std::uint32_t& token : state.token) token = below(30);
    for (Transport* side : pair.sides()) {
      side->write(Reg::POSITION, state.position);
      for (unsigned bank = 0; bank < kMaxVectors; ++bank) {
        side->write(kTokenRegs[bank], state.token[bank]);
        side->write(kAheadRegs[bank], state.ahead[bank]);
      }
    }
  }

  /// A command whose operands are initialised and whose result does not touch its operands,
  /// except in place. One that needs no more than operands in whole rows needs no case here.
  Command good_command(Opcode op) {
    using namespace command;
    Command c = make(op);
    c.set(BANK, below(pair.params().vectors)).set(ROWS, 1 + below(below(3) != 0 ? 100 : 700));
    const auto place = [&](std::uint32_t slot) { return slot * 0x800 + 16 * below(16); };
    const OpcodeInfo& info = *c.info();
    const std::uint32_t in_place = below(3);
    if (info.uses(SRC)) c.set(SRC, place(0));
    if (info.uses(SRC2)) c.set(SRC2, place(1));
    if (info.uses(DST)) c.set(DST, place(2));
    if (info.unit == Unit::VECTOR && info.dst == Reach::ROWS16) {
      if (in_place == 1) c.set(DST, c.get(SRC));
      if (in_place == 2 && info.src2 == Reach::ROWS16) c.set(DST, c.get(SRC2));
    }
    switch (op) {
      case Opcode::LOAD:
        c.set(F16, below(2)).set(INDEX, below(3)).set(STRIDE, 64 * below(8)).set(LIMIT, 100);
        c.set(ADDR_LO, (c.get(F16) != 0 ? kHalves : kFloats) + 64 * below(300));
        break;
      case Opcode::STORE:
        c.set(F16, below(2)).set(INDEX, below(3)).set(STRIDE, 64 * below(8)).set(LIMIT, 100);
        c.set(ADDR_LO, kTarget + 64 * below(1000));
        break;
      case Opcode::STORE_BLOCKS:
        c.set(ROWS, 16 * (1 + below(30))).set(INDEX, below(3)).set(STRIDE, 64 * below(8));
        c.set(LIMIT, 100).set(ADDR_LO, kTarget + 64 * below(1000));
        break;
      case Opcode::ATTENTION: {
        const std::uint32_t heads = pair.params().attention_heads;
        const std::uint32_t more = below(std::min(heads, pair.params().vectors - c.get(BANK)));
        c.set(COLS, 32u << below(3));
        c.set(MORE, more).set(ROWS, c.get(COLS) * (1 + below(std::min(heads / (more + 1), 8u))));
        c.set(ADDR_LO, kBlocks).set(LIMIT, 94 + more + below(30));
        c.set(ALPHA, static_cast<std::uint32_t>(std::ldexp(0.13, 24)));
        break;
      }
      case Opcode::STORE_COLUMN:
        c.set(STRIDE, 64 * (4 + below(4))).set(LIMIT, 94 + below(30)).set(ADDR_LO, kTarget);
        c.set(ROWS, 1 + below(200));
        break;
      case Opcode::TRIT_MATVEC:
        c.set(ROWS, kShape.rows).set(COLS, kShape.cols).set(DEPTH, kShape.depth).set(RAW, below(2));
        c.set(ADDR_LO, kStream).set(BOOK_LO, kBook);
        break;
      case Opcode::F16_MATVEC: {
        c.set(ROWS, 94 + below(30))
            .set(COLS, 94 + below(100))
            .set(SPAN, below(3))
            .set(RAW, below(2));
        if (c.get(RAW) != 0) c.set(SPAN, below(2));
        c.set(ADDR_LO, kHalves + 64 * below(100));
        if (below(2) != 0) c.set(STRIDE, 512 + 64 * below(4));
        break;
      }
      case Opcode::RMSNORM:
        c.set(ALPHA, std::bit_cast<std::uint32_t>(1.0F / static_cast<float>(c.get(ROWS))));
        c.set(BETA, std::bit_cast<std::uint32_t>(1e-6F));
        break;
      case Opcode::ROPE:
        c.set(COLS, 32u << below(3));
        c.set(ROWS, c.get(COLS) * (1 + below(5)));
        break;
      case Opcode::SOFTMAX:
        c.set(ALPHA, std::bit_cast<std::uint32_t>(0.18F));
        if (below(2) != 0) c.set(SPAN, 1).set(ROWS, 94 + below(100));
        break;
      case Opcode::ARGMAX:
        c.set(COLS, below(2) * below(1000));
        break;
      default:
        break;
    }
    return c;
  }

  std::vector<Command> good_list() {
    std::vector<Command> list;
    for (unsigned n = 1 + below(12); n > 0; --n) {
      list.push_back(good_command(kOps[below(kOps.size())]));
      if (below(4) == 0) list.push_back(make(Opcode::FENCE));
    }
    list.push_back(make(Opcode::END));
    return list;
  }

  /// Every word that a list may have written, in all banks.
  void check_vector_memory() {
    std::vector<std::uint32_t> got(kRegion), want(kRegion);
    for (unsigned bank = 0; bank < pair.params().vectors; ++bank) {
      CAPTURE(bank);
      pair.device().vector_view()->read_vector(bank, 0, got);
      pair.golden().vector_view()->read_vector(bank, 0, want);
      const auto at = std::mismatch(got.begin(), got.end(), want.begin()).first - got.begin();
      CAPTURE(at);
      if (at < static_cast<std::ptrdiff_t>(kRegion))
        REQUIRE_EQ(got[static_cast<std::size_t>(at)], want[static_cast<std::size_t>(at)]);
    }
  }

  Pair pair;
  SequenceState state;

 private:
  std::mt19937 random_;
  std::normal_distribution<float> normal_;
};

}  // namespace trine::test
