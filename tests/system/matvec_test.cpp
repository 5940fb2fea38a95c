// SPDX-License-Identifier: Apache-2.0

#include <cmath>

#include "golden/exact/codebook.h"
#include "golden/format/crc32c.h"
#include "golden/format/trit_matrix.h"
#include "tests/system/pair.h"

using namespace trine;
using namespace trine::test;
using namespace trine::command;

namespace {

constexpr std::uint32_t kX = 0x10000, kBook = 0x1F000, kResult = 0x20000;
constexpr std::uint64_t kStream = 0x80000;

golden::TritMatrix random_matrix(std::mt19937& random, const golden::MatrixShape& shape) {
  golden::TritMatrix matrix;
  matrix.shape = shape;
  const int half = golden::outer_level(shape.depth);
  std::uniform_int_distribution<int> level(-half, half), scale(0, golden::kCodebook - 1);
  matrix.levels.resize(shape.rows * shape.cols);
  for (auto& value : matrix.levels) value = static_cast<std::int8_t>(level(random));
  matrix.scales.resize(shape.rows * shape.groups_per_row());
  for (auto& value : matrix.scales) value = static_cast<std::uint8_t>(scale(random));
  const double step = std::uniform_real_distribution<double>(0.01, 2)(random);
  for (std::size_t k = 0; k < golden::kCodebook; ++k)
    matrix.codebook[k] = std::exp2(step * static_cast<double>(k) - 20);
  return matrix;
}

/// Values over many magnitudes, some blocks zero, some values subnormal.
std::vector<float> random_vector(std::mt19937& random, std::size_t cols) {
  std::normal_distribution<float> normal;
  std::vector<float> x(cols);
  int exponent = 0;
  for (std::size_t i = 0; i < cols; ++i) {
    if (i % 16 == 0) exponent = static_cast<int>(random() % 80) - 40;
    x[i] = random() % 9 == 0 ? 0.0f : std::ldexp(normal(random), exponent);
    if (exponent == -40) x[i] = 0;
    if (exponent == -39) x[i] = std::ldexp(x[i], -100);
  }
  return x;
}

/// Loads x, multiplies, stores the result; compares outcome and memory.
void multiply(Pair& pair, const golden::TritMatrix& matrix, const std::vector<float>& x, bool raw) {
  const golden::MatrixShape& shape = matrix.shape;
  CAPTURE(shape.rows);
  CAPTURE(shape.cols);
  CAPTURE(shape.depth);
  CAPTURE(raw);
  const golden::HardwareCodebook book = golden::hardware_codebook(matrix.codebook, shape.depth);
  std::vector<std::uint32_t> words(kCodebookBytes / 4);
  for (std::size_t k = 0; k < golden::kCodebook; ++k)
    words[k] = book.mantissa[k] | static_cast<std::uint32_t>(book.shift[k]) << 16;
  words[golden::kCodebook] = static_cast<std::uint32_t>(book.exponent);
  pair.put(kBook, words);
  pair.put(kX, x);
  const std::vector<std::byte> stream = golden::pack(matrix, pair.params().geometry());
  REQUIRE_LE(kStream + stream.size(), kTestMemory);
  pair.write(kStream, stream);

  const auto rows = static_cast<std::uint32_t>(shape.rows);
  const auto cols = static_cast<std::uint32_t>(shape.cols);
  const std::uint32_t dst = (cols + 15) / 16 * 16, padded = (rows + 31) / 32 * 32;
  Command matvec = make(Opcode::TRIT_MATVEC).set(DEPTH, shape.depth).set(RAW, raw);
  matvec.set(ROWS, rows).set(COLS, cols).set(DST, dst);
  matvec.set(ADDR_LO, static_cast<std::uint32_t>(kStream)).set(BOOK_LO, kBook);
  if (pair.params().stream_sum) matvec.set(ALPHA, golden::crc32c(stream));
  const std::vector list{
      make(Opcode::LOAD).set(ROWS, cols).set(ADDR_LO, kX), matvec,
      make(Opcode::STORE).set(ROWS, padded << raw).set(SRC, dst).set(ADDR_LO, kResult),
      make(Opcode::END)};
  CHECK(pair.run(list).done());
  pair.check_memory();
}

void multiply(Pair& pair, std::mt19937& random, const golden::MatrixShape& shape, bool raw) {
  const golden::TritMatrix matrix = random_matrix(random, shape);
  multiply(pair, matrix, random_vector(random, shape.cols), raw);
}

}  // namespace

TEST_CASE("trine_top: multiplies trit matrices of any shape and depth like the golden machine") {
  for (const Setup& setup : setups_with_memories(Cores::OneVector, 100)) {
    CAPTURE(setup);
    CAPTURE(setup.request.seed);
    std::mt19937 random(static_cast<unsigned>(setup.request.seed));
    Pair pair = setup.pair();
    for (unsigned i = 0; i < 12; ++i)
      multiply(pair, random,
               {1 + random() % 150, 1 + random() % (40 * setup.request.groups), 1 + i % 4},
               random() % 2 != 0);
  }
}

TEST_CASE("trine_top: multiplies at the edges of rows, columns and row tiles") {
  for (const Setup& setup : setups(Cores::OneVector)) {
    CAPTURE(setup);
    std::mt19937 random(setup.request.groups);
    Pair pair = setup.pair();
    const std::size_t block = 16 * setup.request.groups;
    for (const std::size_t rows : {1u, 31u, 32u, 33u})
      for (const std::size_t cols : {std::size_t{1}, std::size_t{15}, block, block + 1, 2 * block})
        for (unsigned depth = 1; depth <= 4; ++depth)
          multiply(pair, random, {rows, cols, depth}, depth % 2 != 0);
    for (const std::size_t rows : {2048u, 2049u}) multiply(pair, random, {rows, 8, 2}, false);
    multiply(pair, random, {2080, block < 256 ? block + 1 : 16, 1}, true);
  }
}

TEST_CASE("trine_top: aligns the largest products by any distance between two blocks") {
  constexpr std::size_t kBlocks = 80;
  for (const Setup& setup : setups(Cores::OneVector)) {
    CAPTURE(setup);
    std::mt19937 random(setup.request.groups);
    Pair pair = setup.pair();
    golden::TritMatrix matrix = random_matrix(random, {4, 16 * kBlocks, 4});
    for (std::size_t i = 0; i < matrix.levels.size(); ++i)
      matrix.levels[i] = i / matrix.shape.cols % 2 == 0 ? 40 : -40;
    for (std::size_t i = 0; i < matrix.scales.size(); ++i)
      matrix.scales[i] = i < matrix.scales.size() / 2 ? 26 : static_cast<std::uint8_t>(i % 27);
    // One block at 2^0 sets the exponent; one other, ever smaller, is what its distance leaves.
    for (std::size_t block = 1; block < kBlocks; ++block) {
      std::vector<float> x(matrix.shape.cols, 0.0f);
      x[0] = 1.0f;
      for (std::size_t i = 0; i < 16; ++i)
        x[16 * block + i] = std::ldexp(2047.0f / 1024, -static_cast<int>(block));
      multiply(pair, matrix, x, true);
    }
  }
}
