// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <random>
#include <span>
#include <vector>

#include "driver/command_check.h"
#include "golden/checkpoint/float16.h"
#include "golden/error.h"
#include "golden/exact/attention.h"
#include "golden/exact/codebook.h"
#include "golden/format/crc32c.h"
#include "golden/format/trit_matrix.h"
#include "tests/system/lists.h"

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

/// Random commands that a core with these parameters accepts and whose results are defined, with
/// the data that they work on. The same seed, the same commands.
class RandomCommands {
 public:
  RandomCommands(const MachineParams& params, unsigned seed) : params_(params), random_(seed) {}

  std::uint32_t below(std::uint64_t n) { return static_cast<std::uint32_t>(random_() % n); }
  float value() { return std::ldexp(normal_(random_), static_cast<int>(below(8)) - 4); }

  /// Gives what no list changes to put(address, vector): halves, a trit matrix, blocks.
  template <class Put>
  void fill_operands(Put put) {
    std::vector<std::uint16_t> halves((kBook - kHalves) / 2);
    for (auto& half : halves) half = golden::f32_to_f16(value());
    put(kHalves, halves);
    golden::TritMatrix matrix;
    matrix.shape = kShape;
    matrix.levels.resize(kShape.rows * kShape.cols);
    for (auto& level : matrix.levels)
      level = static_cast<std::int8_t>(static_cast<int>(below(27)) - 13);
    matrix.scales.resize(kShape.rows * kShape.groups_per_row());
    for (auto& scale : matrix.scales) scale = static_cast<std::uint8_t>(below(golden::kCodebook));
    for (std::size_t k = 0; k < golden::kCodebook; ++k)
      matrix.codebook[k] = std::exp2(0.3 * static_cast<double>(k) - 10);
    const auto book = golden::hardware_codebook(matrix.codebook, kShape.depth);
    std::vector<std::uint32_t> words(kCodebookBytes / 4);
    for (std::size_t k = 0; k < golden::kCodebook; ++k)
      words[k] = book.mantissa[k] | static_cast<std::uint32_t>(book.shift[k]) << 16;
    words[golden::kCodebook] = static_cast<std::uint32_t>(book.exponent);
    put(kBook, words);
    const auto stream = golden::pack(matrix, params_.geometry());
    if (kStream + stream.size() > kBlocks) throw Error("random commands: the stream is too long");
    put(kStream, stream);
    stream_sum_ = golden::crc32c(stream);
    std::vector<float> keys((kTarget - kBlocks) / 2);
    for (float& x : keys) x = value();
    std::vector<std::uint16_t> blocks(keys.size());
    if (golden::store_blocks(keys, static_cast<int>(params_.attention_width), blocks))
      throw Error("random commands: the keys are not finite");
    put(kBlocks, blocks);
  }

  /// Gives floats and the area that lists write to put(), and returns a list that loads every bank.
  template <class Put>
  std::vector<Command> refill_data(Put put) {
    using namespace command;
    std::vector<float> floats((kHalves - kFloats) / 4);
    for (float& x : floats) x = value();
    put(kFloats, floats);
    put(kTarget, std::vector<std::uint32_t>((kTargetEnd - kTarget) / 4, 0x3C003C00));
    std::vector<Command> list;
    for (unsigned bank = 0; bank < params_.vectors; ++bank)
      list.push_back(
          make(Opcode::LOAD).set(BANK, bank).set(ROWS, kRegion).set(ADDR_LO, kFloats + 256 * bank));
    list.push_back(make(Opcode::END));
    return list;
  }

  /// Another sequence state, inside all limits that the lists set.
  void draw_state() {
    state.position = below(45);
    for (std::uint32_t& ahead : state.ahead) ahead = below(45);
    for (std::uint32_t& token : state.token) token = below(30);
  }
  void put_state(Transport& side) const {
    side.write(Reg::POSITION, state.position);
    for (unsigned bank = 0; bank < kMaxVectors; ++bank) {
      side.write(kTokenRegs[bank], state.token[bank]);
      side.write(kAheadRegs[bank], state.ahead[bank]);
    }
  }

  /// A command whose operands are initialised and whose result does not touch its operands,
  /// except in place. One that needs no more than operands in whole rows needs no case here.
  Command good_command(Opcode op) {
    using namespace command;
    Command c = make(op);
    c.set(BANK, below(params_.vectors)).set(ROWS, 1 + below(below(3) != 0 ? 100 : 700));
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
        const std::uint32_t heads = params_.attention_heads;
        const std::uint32_t more = below(std::min(heads, params_.vectors - c.get(BANK)));
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
        if (params_.stream_sum) c.set(ALPHA, below(4) != 0 ? stream_sum_ : 0);
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

  /// A good command that can be run again with the same results.
  Command repeatable(Opcode op) {
    for (;;) {
      const Command c = good_command(op);
      const OpcodeInfo& info = *c.info();
      const std::uint32_t dst = c.get(command::DST);
      if (info.uses(command::DST) && info.uses(command::SRC) && dst == c.get(command::SRC))
        continue;
      if (info.uses(command::DST) && info.uses(command::SRC2) && dst == c.get(command::SRC2))
        continue;
      return c;
    }
  }

  /// One to `most` commands with a FENCE here and there, and END.
  std::vector<Command> good_list(unsigned most = 12) {
    std::vector<Command> list;
    for (unsigned n = 1 + below(most); n > 0; --n) {
      list.push_back(good_command(kOps[below(kOps.size())]));
      if (below(4) == 0) list.push_back(make(Opcode::FENCE));
    }
    list.push_back(make(Opcode::END));
    return list;
  }

  SequenceState state;

 private:
  MachineParams params_;
  std::uint32_t stream_sum_ = 0;  // Of what fill_operands() put.
  std::mt19937 random_;
  std::normal_distribution<float> normal_;
};

}  // namespace trine::test
