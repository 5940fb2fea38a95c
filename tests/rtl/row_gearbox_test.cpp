// SPDX-License-Identifier: Apache-2.0
//
// trine_row_gearbox against a string of bits: TRINE_Groups and TRINE_FifoDepth are its parameters.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "Vtrine_row_gearbox.h"
#include "golden/format/trit_matrix.h"
#include "sim/dut.h"
#include "tests/rtl/stalls.h"

using namespace trine::test;
using trine::golden::tail_bits;
using trine::sim::Dut;

namespace {

constexpr std::size_t kGroups = TRINE_Groups;
constexpr std::size_t kFifoDepth = TRINE_FifoDepth;
constexpr std::size_t kRows = 32;  // A panel: as many beats as a code has bits.

/// The beats of some panels, a bit an element.
struct Stream {
  Stream(unsigned depth, std::size_t panels, unsigned seed)
      : code_bits(tail_bits(depth)), beats(panels * code_bits), bits(beats * 32 * kGroups) {
    Random random(seed);
    for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = random.below(2) != 0;
  }

  std::vector<std::uint32_t> beat(std::size_t index) const {
    return words(index * 32 * kGroups, 32 * kGroups);
  }
  std::vector<std::uint32_t> row(std::size_t index) const {
    return words(index * code_bits * kGroups, code_bits * kGroups);
  }
  std::size_t rows() const { return beats * 32 / code_bits; }

  std::size_t code_bits, beats;
  std::vector<bool> bits;

 private:
  std::vector<std::uint32_t> words(std::size_t first, std::size_t count) const {
    std::vector<std::uint32_t> result((count + 31) / 32);
    for (std::size_t i = 0; i < count; ++i)
      result[i / 32] |= static_cast<std::uint32_t>(bits[first + i]) << (i % 32);
    return result;
  }
};

/// The codes at the output, bits behind the row cut off.
std::vector<std::uint32_t> codes(Dut<Vtrine_row_gearbox>& dut, std::size_t bits) {
  std::vector<std::uint32_t> words = get_words(dut->codes_o);
  words.resize((bits + 31) / 32);
  if (bits % 32 != 0) words.back() &= (1u << (bits % 32)) - 1;
  return words;
}

void reset_inputs(Dut<Vtrine_row_gearbox>& dut, unsigned depth) {
  dut->clear_i = 0;
  dut->beat_valid_i = 0;
  dut->row_i = 0;
  dut->depth_i = static_cast<std::uint8_t>(depth);
}

/// Sends the stream and takes its rows; returns the cycles from the first row to the last.
std::size_t run(Dut<Vtrine_row_gearbox>& dut, const Stream& stream, Stalls stalls, unsigned seed) {
  Coin offer(stalls.source, seed), accept(stalls.sink, seed + 1);
  std::size_t sent = 0, taken = 0, first = 0;
  bool offering = false;
  while (taken < stream.rows()) {
    offering = offering || (sent < stream.beats && offer());
    dut->beat_valid_i = offering;
    if (offering) set_words(dut->beat_data_i, stream.beat(sent).data());
    dut->row_i = 0;
    dut->eval();
    const bool ready = dut->row_ready_o;
    REQUIRE((!ready || (taken + 1) * stream.code_bits <= 32 * sent));
    const bool take = ready && accept();
    dut->row_i = take;
    dut->eval();
    if (offering && dut->beat_ready_o) {
      ++sent;
      offering = false;
    }
    dut.step();
    if (take && taken++ == 0) first = dut.cycle();
    if (taken > 0) REQUIRE(codes(dut, stream.code_bits * kGroups) == stream.row(taken - 1));
  }
  dut->row_i = 0;
  dut->beat_valid_i = 0;
  const std::size_t cycles = dut.cycle() - first + 1;
  dut.step(4);
  CHECK_EQ(dut->row_ready_o, 0);
  return cycles;
}

}  // namespace

TEST_CASE("trine_row_gearbox: cuts every row of every depth under any stalls") {
  unsigned seed = 0;
  for (unsigned depth = 1; depth <= 4; ++depth) {
    for (const Stalls& stalls : kStallMatrix) {
      CAPTURE(depth);
      CAPTURE(++seed);
      Dut<Vtrine_row_gearbox> dut("gearbox_" + std::to_string(seed));
      reset_inputs(dut, depth);
      run(dut, Stream(depth, 7, seed), stalls, seed);
    }
  }
}

TEST_CASE("trine_row_gearbox: a row a cycle while beats come") {
  for (unsigned depth = 1; depth <= 4; ++depth) {
    CAPTURE(depth);
    Dut<Vtrine_row_gearbox> dut("gearbox_rate");
    reset_inputs(dut, depth);
    CHECK_EQ(run(dut, Stream(depth, 6, depth), {1.0, 1.0}, 1), 6 * kRows);
  }
}

TEST_CASE("trine_row_gearbox: holds the FIFO and the two beats of the window") {
  Dut<Vtrine_row_gearbox> dut("gearbox_depth");
  reset_inputs(dut, 4);
  dut->beat_valid_i = 1;
  std::size_t taken = 0;
  for (std::size_t i = 0; i < 2 * kFifoDepth; ++i) {
    dut->eval();
    taken += dut->beat_ready_o;
    dut.step();
  }
  CHECK_EQ(taken, kFifoDepth + 2);
}

TEST_CASE("trine_row_gearbox: forgets everything when it is cleared, also amid a row") {
  Dut<Vtrine_row_gearbox> dut("gearbox_clear");
  for (unsigned depth = 1; depth <= 4; ++depth) {
    CAPTURE(depth);
    reset_inputs(dut, depth);
    const Stream old(depth, 1, 90 + depth);
    dut->beat_valid_i = 1;
    for (std::size_t i = 0; i < 5; ++i) {
      set_words(dut->beat_data_i, old.beat(i).data());
      dut->eval();
      dut->row_i = dut->row_ready_o;
      dut.step();
    }
    reset_inputs(dut, depth);
    dut->clear_i = 1;
    dut.step();
    dut->clear_i = 0;
    dut->eval();
    CHECK_EQ(dut->row_ready_o, 0);
    run(dut, Stream(depth, 2, depth), {1.0, 1.0}, depth);
  }
}
