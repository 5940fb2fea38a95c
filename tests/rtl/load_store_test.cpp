// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "Vtrine_load_unit.h"
#include "Vtrine_store_unit.h"
#include "sim/dut.h"
#include "tests/rtl/stalls.h"

using namespace trine::test;
using trine::sim::Dut;

namespace {

constexpr unsigned kGroups = TRINE_Groups;
constexpr std::uint32_t kWords = 2048;  // Of vector memory.
using Words = std::vector<std::uint32_t>;
using Load = Dut<Vtrine_load_unit>;
using Store = Dut<Vtrine_store_unit>;
constexpr std::uint64_t kMostCycles = 10'000'000;

/// FP16 to FP32 by arithmetic; NaN by its payload.
std::uint32_t widen(std::uint16_t half) {
  const std::uint32_t sign = std::uint32_t{half} >> 15 << 31;
  const int exponent = half >> 10 & 31;
  const int mantissa = half & 1023;
  if (exponent == 31) return sign | 0x7F800000u | static_cast<std::uint32_t>(mantissa) << 13;
  const double value =
      exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
  return sign | std::bit_cast<std::uint32_t>(static_cast<float>(value));
}

/// FP32 to FP16: the nearest multiple of the spacing at that magnitude, ties to even.
std::uint16_t narrow(std::uint32_t single) {
  const std::uint16_t sign = static_cast<std::uint16_t>(single >> 31 << 15);
  const double value = std::fabs(static_cast<double>(std::bit_cast<float>(single)));
  if (std::isnan(value)) return sign | 0x7E00;
  if (value >= 65520.0) return sign | 0x7C00;  // Half a spacing past the largest.
  const int exponent = value < std::ldexp(1.0, -14) ? -14 : std::ilogb(value);
  const int units = static_cast<int>(std::nearbyint(std::ldexp(value, 10 - exponent)));
  // Units of 2^(exponent - 10); 1024 of them carry into the exponent field by themselves.
  return static_cast<std::uint16_t>(sign | ((exponent + 14) * 1024 + units));
}

std::uint32_t interesting_single(Random& random) {
  switch (random.below(5)) {
    case 0:
      return random.word();
    case 1:  // Around every FP16 number and the middle between two.
      return widen(static_cast<std::uint16_t>(random.word())) + 0x0FFF + random.below(3);
    case 2:
      return widen(static_cast<std::uint16_t>(random.word())) + random.below(3) - 1;
    case 3:  // The range of FP16 and a little more.
      return (random.word() & 0x807FFFFFu) | (100 + random.below(45)) << 23;
    default: {
      constexpr std::uint32_t kCorners[] = {0,          0x80000000, 1,          0x7F800000,
                                            0xFF800000, 0x7F800001, 0xFFC00000, 0x477FE000,
                                            0x477FEFFF, 0x477FF000, 0x33000000, 0x33000001,
                                            0x33800000, 0x387FFFFF, 0x38800000, 0x007FFFFF};
      return kCorners[random.below(16)];
    }
  }
}

/// Runs the load unit, which is at rest, over `memory` (beats) and returns the words it wrote, from
/// `beat` on.
Words run_load(Load& dut, const Words& memory, std::uint32_t rows, bool half, std::uint32_t beat,
               Stalls stalls, unsigned seed, std::uint64_t* cycles = nullptr) {
  Coin offer(stalls.source, seed);
  dut->beat_valid_i = 0;
  dut->f16_i = half;
  set_port(dut->rows_i, rows);
  set_port(dut->dst_beat_i, beat);
  dut->start_i = 1;
  dut.step();
  dut->start_i = 0;
  dut->f16_i = !half;  // Only the pulse counts.

  const std::uint64_t start = dut.cycle();
  Words written;
  std::size_t next = 0;
  bool done = false;
  while (!done) {
    if (!dut->beat_valid_i && next < memory.size() && offer()) {
      dut->beat_valid_i = 1;
      set_words(dut->beat_data_i, memory.data() + next);
    }
    dut->eval();
    if (dut->vec_write_valid_o) {
      REQUIRE_EQ(dut->vec_write_beat_o, beat + written.size() / kGroups);
      for (const std::uint32_t word : get_words(dut->vec_write_data_o)) written.push_back(word);
    }
    done = dut->done_o;
    const bool taken = dut->beat_valid_i && dut->beat_ready_o;
    dut.step();
    if (taken) {
      next += kGroups;
      dut->beat_valid_i = 0;
    }
  }
  CHECK_EQ(next, memory.size());
  CHECK_EQ(dut->done_o, 0);
  CHECK_EQ(dut->vec_write_valid_o, 0);
  CHECK_EQ(dut->beat_ready_o, 0);
  if (cycles != nullptr) *cycles = dut.cycle() - start;
  return written;
}

/// Elements as memory words, padded with garbage to whole beats.
Words pack(const Words& elements, bool half) {
  Words memory;
  if (!half) {
    memory = elements;
  } else {
    for (std::size_t i = 0; i < elements.size(); i += 2)
      memory.push_back(elements[i] | (i + 1 < elements.size() ? elements[i + 1] : 0xDEAD) << 16);
  }
  while (memory.size() % kGroups != 0) memory.push_back(0xDEADBEEF);
  return memory;
}

void check_load(Load& dut, std::uint32_t rows, bool half, Stalls stalls, unsigned seed,
                std::uint32_t block) {
  CAPTURE(rows);
  CAPTURE(half);
  CAPTURE(seed);
  Random random(seed);
  Words elements(rows), expected(rows);
  for (std::uint32_t i = 0; i < rows; ++i) {
    elements[i] = half ? random.word() & 0xFFFF : random.word();
    expected[i] = half ? widen(static_cast<std::uint16_t>(elements[i])) : elements[i];
  }
  expected.resize((rows + 15) / 16 * 16);
  const std::uint32_t beat = block * 16 / kGroups;
  CHECK(run_load(dut, pack(elements, half), rows, half, beat, stalls, seed) == expected);
}

/// Runs the store unit, which is at rest, over a vector memory and returns the beats it sent.
Words run_store(Store& dut, const Words& vector, std::uint32_t rows, bool half, std::uint32_t beat,
                Stalls stalls, unsigned seed, std::uint64_t* cycles = nullptr) {
  Coin accept(stalls.sink, seed);
  dut->beat_ready_i = 0;
  dut->f16_i = half;
  set_port(dut->rows_i, rows);
  set_port(dut->src_beat_i, beat);
  dut->start_i = 1;
  dut.step();
  dut->start_i = 0;
  dut->f16_i = !half;

  const std::uint64_t start = dut.cycle();
  Words sent, held;
  bool waits = false, done = false;
  while (!done) {
    dut->beat_ready_i = accept();
    dut->eval();
    if (waits) REQUIRE((dut->beat_valid_o && get_words(dut->beat_data_o) == held));
    held = get_words(dut->beat_data_o);
    waits = dut->beat_valid_o && !dut->beat_ready_i;
    if (dut->beat_valid_o && dut->beat_ready_i) sent.insert(sent.end(), held.begin(), held.end());
    done = dut->done_o;
    const bool reads = dut->vec_read_valid_o;
    const std::size_t from = (dut->vec_read_beat_o - beat) * kGroups;
    dut.step();
    if (reads) {
      REQUIRE(from + kGroups <= vector.size());
      set_words(dut->vec_read_data_i, vector.data() + from);
    }
  }
  CHECK_EQ(dut->done_o, 0);
  CHECK_EQ(dut->beat_valid_o, 0);
  if (cycles != nullptr) *cycles = dut.cycle() - start;
  return sent;
}

void check_store(Store& dut, const Words& elements, bool half, Stalls stalls, unsigned seed,
                 std::uint32_t block) {
  const std::uint32_t rows = static_cast<std::uint32_t>(elements.size());
  CAPTURE(rows);
  CAPTURE(half);
  CAPTURE(seed);
  Words vector = elements;
  while (vector.size() % kGroups != 0) vector.push_back(0xDEADBEEF);
  const std::uint32_t beat = block * 16 / kGroups;
  const Words sent = run_store(dut, vector, rows, half, beat, stalls, seed);
  const std::uint32_t per_beat = half ? 2 * kGroups : kGroups;
  REQUIRE_EQ(sent.size(), (rows + per_beat - 1) / per_beat * kGroups);
  for (std::uint32_t i = 0; i < rows; ++i) {
    CAPTURE(i);
    CAPTURE(elements[i]);
    if (half)
      REQUIRE_EQ(sent[i / 2] >> 16 * (i % 2) & 0xFFFF, narrow(elements[i]));
    else
      REQUIRE_EQ(sent[i], elements[i]);
  }
}

}  // namespace

TEST_CASE("trine_load_unit: loads every length and pads with zeros to a block of 16") {
  Load dut("load", kMostCycles);
  for (std::uint32_t rows = 1; rows <= 70; ++rows)
    for (const bool half : {false, true}) check_load(dut, rows, half, {1.0, 1.0}, rows, rows % 4);
}

TEST_CASE("trine_load_unit, trine_store_unit: all of vector memory, and every block of it alone") {
  Load load("load", kMostCycles);
  Store store("store", kMostCycles);
  for (const bool half : {false, true}) {
    check_load(load, kWords, half, {1.0, 1.0}, 1, 0);
    check_store(store, Words(kWords, 0x3F800000), half, {1.0, 1.0}, 1, 0);
    for (std::uint32_t block = 0; block < kWords / 16; ++block) {
      check_load(load, 16, half, {1.0, 1.0}, block, block);
      check_store(store, Words(16, 0x3F800000 + (block << 13)), half, {1.0, 1.0}, block, block);
    }
  }
}

TEST_CASE("trine_load_unit: loads random vectors under any stalls") {
  Load dut("load", kMostCycles);
  unsigned seed = 100;
  for (const Stalls& stalls : kStallMatrix)
    for (int i = 0; i < 6; ++i) {
      ++seed;
      check_load(dut, 1 + Random(seed).below(500), i % 2 != 0, stalls, seed, seed % 4);
    }
}

TEST_CASE("trine_load_unit: widens every FP16 number exactly") {
  Load dut("load", kMostCycles);
  for (std::uint32_t first = 0; first < 0x10000; first += 1024) {
    Words elements(1024), expected(1024);
    for (std::uint32_t i = 0; i < 1024; ++i) {
      elements[i] = first + i;
      expected[i] = widen(static_cast<std::uint16_t>(first + i));
    }
    REQUIRE(run_load(dut, pack(elements, true), 1024, true, 0, {1.0, 1.0}, 1) == expected);
  }
}

TEST_CASE("trine_load_unit: writes one vector beat per cycle") {
  Load dut("load", kMostCycles);
  for (const bool half : {false, true}) {
    std::uint64_t cycles = 0;
    run_load(dut, pack(Words(1024, 1), half), 1024, half, 0, {1.0, 1.0}, 1, &cycles);
    CHECK_EQ(cycles, 1024 / kGroups + 2);
  }
}

TEST_CASE("trine_store_unit: stores every length") {
  Store dut("store", kMostCycles);
  for (std::uint32_t rows = 1; rows <= 70; ++rows) {
    Random random(rows);
    Words elements(rows);
    for (std::uint32_t& e : elements) e = random.word();
    for (const bool half : {false, true})
      check_store(dut, elements, half, {1.0, 1.0}, rows, rows % 4);
  }
}

TEST_CASE("trine_store_unit: rounds to nearest even under any stalls") {
  Store dut("store", kMostCycles);
  unsigned seed = 200;
  for (const Stalls& stalls : kStallMatrix) {
    for (int i = 0; i < 6; ++i) {
      Random random(++seed);
      Words elements(500 + random.below(500));
      for (std::uint32_t& e : elements) e = interesting_single(random);
      check_store(dut, elements, i % 3 != 0, stalls, seed, seed % 4);
    }
  }
}

TEST_CASE("trine_store_unit: every FP16 number survives the way through FP32") {
  Store dut("store", kMostCycles);
  for (std::uint32_t first = 0; first < 0x10000; first += 1024) {
    Words elements(1024);
    for (std::uint32_t i = 0; i < 1024; ++i)
      elements[i] = widen(static_cast<std::uint16_t>(first + i));
    check_store(dut, elements, true, {1.0, 1.0}, 0, 0);
  }
  CHECK_EQ(narrow(widen(0x3C01)), 0x3C01);
  CHECK_EQ(narrow(widen(0x8001)), 0x8001);
}

TEST_CASE("trine_store_unit: takes one vector beat per cycle") {
  Store dut("store", kMostCycles);
  for (const bool half : {false, true}) {
    std::uint64_t cycles = 0;
    run_store(dut, Words(1024, 1), 1024, half, 0, {1.0, 1.0}, 1, &cycles);
    CHECK_EQ(cycles, 1024 / kGroups + 5);
  }
}

TEST_CASE("trine_store_unit: offers its first beat five cycles after start, ready or not") {
  for (const bool ready : {false, true}) {
    Dut<Vtrine_store_unit> dut("store_offer");
    dut->beat_ready_i = ready;
    dut->f16_i = 0;
    set_port(dut->rows_i, 5 * kGroups);
    dut->src_beat_i = 0;
    dut->start_i = 1;
    dut.step();
    dut->start_i = 0;
    dut.step(3);
    CHECK_EQ(dut->beat_valid_o, 0);
    dut.step();
    CHECK_EQ(dut->beat_valid_o, 1);
  }
}
