// SPDX-License-Identifier: Apache-2.0

#include <cmath>

#include "driver/command_check.h"
#include "tests/system/pair.h"

using namespace trine;
using namespace trine::test;
using namespace trine::command;

namespace {

constexpr std::uint32_t kX = 0x10000, kResult = 0x20000, kMatrix = 0x80000;

/// Finite halves of every size, some zero, some subnormal.
std::uint16_t random_half(std::mt19937& random) {
  const std::uint32_t bits = static_cast<std::uint32_t>(random());
  const std::uint32_t exponent = bits % 8 == 0 ? 0 : (bits >> 16) % 31;
  return static_cast<std::uint16_t>((bits & 0x80000000u) >> 16 | exponent << 10 | (bits & 0x3FF));
}

/// Loads x, multiplies, stores the result; outcome and memory must be equal.
Outcome multiply(Pair& pair, std::uint32_t rows, const std::vector<float>& x,
                 const std::vector<std::uint16_t>& weights) {
  const auto cols = static_cast<std::uint32_t>(x.size());
  CAPTURE(rows);
  CAPTURE(cols);
  const std::uint64_t stride = f16_stride(cols, pair.params());
  std::vector<std::uint16_t> padded(rows * stride);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < cols; ++c) padded[r * stride + c] = weights[r * cols + c];
  REQUIRE_LE(kMatrix + 2 * padded.size(), kTestMemory);
  pair.put(kX, x);
  pair.put(kMatrix, padded);
  const std::uint32_t dst = (cols + 15) / 16 * 16;
  Command matvec = make(Opcode::F16_MATVEC).set(ROWS, rows).set(COLS, cols).set(DST, dst);
  const std::vector list{
      make(Opcode::LOAD).set(ROWS, cols).set(ADDR_LO, kX), matvec.set(ADDR_LO, kMatrix),
      make(Opcode::STORE).set(ROWS, (rows + 15) / 16 * 16).set(SRC, dst).set(ADDR_LO, kResult),
      make(Opcode::END)};
  const Outcome outcome = pair.run(list);
  if (outcome.done()) pair.check_memory();
  return outcome;
}

}  // namespace

TEST_CASE("trine_top: multiplies FP16 matrices of any shape like the golden machine") {
  for (const Setup& setup : setups_with_memories(Cores::OneVector, 200)) {
    CAPTURE(setup);
    CAPTURE(setup.request.seed);
    std::mt19937 random(static_cast<unsigned>(setup.request.seed));
    Pair pair = setup.pair();
    REQUIRE(pair.params().f16_engine);
    for (unsigned i = 0; i < 15; ++i) {
      const std::uint32_t rows = 1 + static_cast<std::uint32_t>(random() % 70);
      std::vector<float> x(1 + random() % 300);
      for (std::size_t c = 0; c < x.size(); ++c)
        x[c] = std::ldexp(std::normal_distribution<float>()(random),
                          static_cast<int>(c / 16 * 37 % 50) - 25);
      std::vector<std::uint16_t> weights(rows * x.size());
      for (std::uint16_t& weight : weights) weight = random_half(random);
      CHECK(multiply(pair, rows, x, weights).done());
    }
  }
}

TEST_CASE("trine_top: multiplies FP16 at the edges of rows and columns") {
  for (const Setup& setup : setups(Cores::OneVector)) {
    CAPTURE(setup);
    std::mt19937 random(setup.request.groups);
    Pair pair = setup.pair();
    for (const std::uint32_t rows : {1u, 15u, 16u, 17u, 300u}) {
      for (const std::size_t cols : {1u, 15u, 16u, 17u, 31u, 32u, 33u, 64u}) {
        std::vector<std::uint16_t> weights(rows * cols);
        for (std::uint16_t& weight : weights) weight = random_half(random);
        CHECK(multiply(pair, rows, std::vector<float>(cols, 1.5f), weights).done());
      }
    }
  }
}

TEST_CASE("trine_top: names the data errors of an FP16 matrix") {
  for (const Setup& setup : setups(Cores::OneVector)) {
    CAPTURE(setup);
    Pair pair = setup.pair();
    const std::vector<float> ones(1024, 1.0f);
    std::vector<std::uint16_t> weights(2 * 1024, 0x3C00);
    CHECK(multiply(pair, 2, ones, weights).done());
    for (const std::uint16_t bad : std::initializer_list<std::uint16_t>{0x7C00, 0xFC00, 0x7E01}) {
      weights[1029] = bad;
      CHECK_EQ(multiply(pair, 2, ones, weights).code(), ErrorCode::NONFINITE);
    }
    // 16 * 2047 * 2047 * 2^29 a group, the largest: 256 of them fit below 2^63, 257 do not.
    for (const std::uint16_t most : std::initializer_list<std::uint16_t>{0x7BFF, 0xFBFF}) {
      CAPTURE(most);
      const std::vector<std::uint16_t> largest(2 * 16 * 257, most);
      CHECK(multiply(pair, 2, std::vector<float>(16 * 256, 1.999f), largest).done());
      CHECK_EQ(multiply(pair, 2, std::vector<float>(16 * 257, 1.999f), largest).code(),
               ErrorCode::OVERFLOW);
    }
    weights[1029] = 0;
    CHECK(multiply(pair, 2, ones, weights).done());
  }
}
