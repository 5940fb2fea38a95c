// SPDX-License-Identifier: Apache-2.0
//
// LOAD and STORE of the golden machine.

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <numeric>

#include "machine_fixture.h"

using namespace trine;

namespace {

constexpr std::uint64_t kSource = 0x10000, kTarget = 0x80000;

Command load(std::uint32_t count, std::uint32_t dst, bool half = false) {
  return Fields{
      .opcode = Opcode::LOAD, .rows = count, .dst = dst, .half = half, .address = kSource};
}
Command store(std::uint32_t count, std::uint32_t src, bool half = false) {
  return Fields{
      .opcode = Opcode::STORE, .rows = count, .src = src, .half = half, .address = kTarget};
}
bool is_nan_half(std::uint16_t code) {
  return (code & 0x7fff) > 0x7c00;
}

/// The value of an FP16 code, from its definition.
double half_value(std::uint16_t code) {
  const int exponent = code >> 10 & 0x1f, mantissa = code & 0x3ff;
  const double magnitude =
      exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
  return (code >> 15) != 0 ? -magnitude : magnitude;
}

}  // namespace

TEST_CASE("LOAD, STORE: FP32 passes bit for bit, whatever it means") {
  Machine machine;
  std::vector<std::uint32_t> words(100);
  std::uint32_t state = 1;
  for (auto& word : words) word = state = state * 1664525 + 1013904223;
  words[0] = 0x7f800001;  // A signalling NaN,
  words[1] = 0x80000001;  // a subnormal.
  machine.put(kSource, words);
  CHECK_EQ(machine.run({load(100, 32), store(100, 32), end_command()}),
           Outcome{ErrorCode::NONE, 2});
  CHECK(machine.get<std::uint32_t>(kTarget, 100) == words);
}

TEST_CASE("LOAD: writes zeros up to a multiple of 16 words and nothing behind") {
  for (const bool half : {false, true}) {
    for (const std::uint32_t count : {1u, 15u, 16u, 17u, 31u, 33u}) {
      CAPTURE(count);
      Machine machine;
      machine.put<std::uint32_t>(kSource, std::vector<std::uint32_t>(128, 0x3c003c00));
      machine.run({load(128, 0), end_command()});
      CHECK_EQ(machine.run({load(count, 16, half), end_command()}), Outcome{ErrorCode::NONE, 1});
      const auto words = machine.vector_memory();
      const std::uint32_t end = 16 + (count + 15) / 16 * 16;
      for (std::uint32_t i = 0; i < 128; ++i) {
        std::uint32_t expected = 0x3c003c00;
        if (half && i >= 16) expected = 0x3f800000;  // 1.0
        if (i >= 16 + count) expected = 0;
        if (i < 16 || i >= end) expected = 0x3c003c00;
        CHECK_EQ(words[i], expected);
      }
    }
  }
}

TEST_CASE("STORE: writes exactly its bytes") {
  for (const bool half : {false, true}) {
    for (const std::uint32_t count : {1u, 15u, 16u, 17u, 31u, 33u}) {
      CAPTURE(count);
      Machine machine;
      machine.put<std::uint16_t>(kTarget, std::vector<std::uint16_t>(256, 0xABCD));
      CHECK_EQ(machine.run({store(count, 0, half), end_command()}), Outcome{ErrorCode::NONE, 1});
      const auto bytes = machine.get<std::uint16_t>(kTarget, 256);
      for (std::size_t i = 0; i < 256; ++i)
        CHECK_EQ(bytes[i], i < count * (half ? 1u : 2u) ? 0 : 0xABCD);
    }
  }
}

TEST_CASE("LOAD, STORE: all 65536 codes of FP16") {
  Machine machine;
  std::vector<std::uint16_t> codes(65536);
  std::iota(codes.begin(), codes.end(), std::uint16_t{0});
  machine.put(kSource, codes);
  CHECK_EQ(machine.run({load(65536, 0, true), store(65536, 0, true), end_command()}),
           Outcome{ErrorCode::NONE, 2});
  const auto words = machine.vector_memory();
  const auto back = machine.get<std::uint16_t>(kTarget, 65536);
  for (std::uint32_t i = 0; i < 65536; ++i) {
    const auto code = static_cast<std::uint16_t>(i);
    const float value = std::bit_cast<float>(words[i]);
    bool good = false;
    std::uint16_t expected = code;
    if (is_nan_half(code)) {  // Payload on the way in, one quiet NaN on the way out.
      good = words[i] == ((i & 0x8000) << 16 | 0x7f800000u | (i & 0x3ff) << 13);
      expected = static_cast<std::uint16_t>((code & 0x8000) | 0x7e00);
    } else if ((code & 0x7c00) == 0x7c00) {
      good = words[i] == ((i & 0x8000) << 16 | 0x7f800000u);
    } else {
      good = value == half_value(code) && std::signbit(value) == ((code >> 15) != 0);
    }
    CAPTURE(i);
    REQUIRE(good);
    REQUIRE_EQ(back[i], expected);
  }
}

TEST_CASE("STORE: rounds to the nearest FP16, ties to even, at every boundary") {
  // Between neighbours a and b of the finite numbers: halfway, and one FP32 step to either side.
  Machine machine;
  std::vector<float> values;
  std::vector<std::uint16_t> expected;
  for (std::uint32_t code = 0; code < 0x7c00; ++code) {
    const auto low = static_cast<std::uint16_t>(code), high = static_cast<std::uint16_t>(code + 1);
    // Beyond the largest number the next step would be 65536.
    const double next = high == 0x7c00 ? 65536.0 : half_value(high);
    const auto middle = static_cast<float>((half_value(low) + next) / 2);
    values.insert(values.end(),
                  {std::nextafterf(middle, 0), middle, std::nextafterf(middle, 1e9f)});
    expected.insert(expected.end(), {low, (code & 1) != 0 ? high : low, high});
  }
  for (std::size_t first = 0; first < values.size(); first += 32768) {
    const std::size_t count = std::min<std::size_t>(32768, values.size() - first);
    for (const bool negative : {false, true}) {
      std::vector<float> part(values.begin() + static_cast<std::ptrdiff_t>(first),
                              values.begin() + static_cast<std::ptrdiff_t>(first + count));
      if (negative)
        for (float& value : part) value = -value;
      machine.put(kSource, part);
      const auto n = static_cast<std::uint32_t>(count);
      REQUIRE_EQ(machine.run({load(n, 0), store(n, 0, true), end_command()}),
                 Outcome{ErrorCode::NONE, 2});
      const auto got = machine.get<std::uint16_t>(kTarget, count);
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < count; ++i)
        wrong += got[i] != (expected[first + i] | (negative ? 0x8000 : 0));
      CHECK_EQ(wrong, 0u);
    }
  }
}

TEST_CASE("STORE: FP32 beyond FP16 becomes Inf or zero, NaN the quiet NaN") {
  Machine machine;
  const std::vector<std::uint32_t> words{0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000, 0x7f800001,
                                         0xffc12345, 0x7fffffff, 0x00000001, 0x80000001, 0x33000000,
                                         0x33000001, 0xb3000001, 0x477fefff, 0x477ff000};
  const std::vector<std::uint16_t> expected{0x7c00, 0xfc00, 0x7c00, 0xfc00, 0x7e00, 0xfe00, 0x7e00,
                                            0x0000, 0x8000, 0x0000, 0x0001, 0x8001, 0x7bff, 0x7c00};
  machine.put(kSource, words);
  const auto n = static_cast<std::uint32_t>(words.size());
  machine.run({load(n, 0), store(n, 0, true), end_command()});
  CHECK(machine.get<std::uint16_t>(kTarget, n) == expected);
}
