// SPDX-License-Identifier: Apache-2.0
//
// trine_matvec with FP16 weights against the golden model. Built once an instance: TRINE_MODEL is
// the Verilated class, the other macros are its parameters.

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "golden/exact/bfp.h"
#include "golden/format/trit_matrix.h"
#include "isa/round_up.h"
#include "machine/product/f16/definition.h"
#include "machine/product/trit/definition.h"
#include "machine/product/vectors.h"
#include "tests/rtl/matvec_dut.h"
#include "tests/rtl/matvec_jobs.h"
#define TRINE_TEXT_(x) #x
#define TRINE_TEXT(x) TRINE_TEXT_(x)
#include TRINE_TEXT(TRINE_MODEL.h)

namespace {

using namespace trine::golden;
using trine::round_up;
using trine::test::check_words;
using trine::test::MatvecJob;
using trine::test::MatvecOutcome;
using trine::test::quantized;

constexpr std::size_t kGroups = TRINE_GROUPS;
constexpr std::size_t kMaxCols = TRINE_MAX_COLS;
constexpr std::size_t kBeatCols = 2 * kGroups;
constexpr Geometry kGeometry{kGroups, TRINE_TILE_ROWS};
using Dut = trine::test::MatvecDut<TRINE_MODEL, kGroups, TRINE_VECTOR_WORDS, TRINE_VECTORS>;

/// A matrix as it lies in memory: rows of whole groups of 16 columns and whole beats.
struct HalfMatrix {
  std::size_t rows = 0, cols = 0;
  std::vector<std::uint16_t> bits;  // (rows, stride)

  HalfMatrix(std::size_t r, std::size_t c) : rows(r), cols(c), bits(r * stride()) {}
  std::size_t stride() const { return round_up(round_up(cols, kGroup), kBeatCols); }
  std::size_t row_beats() const { return stride() / kBeatCols; }
  std::uint16_t& at(std::size_t r, std::size_t c) { return bits[r * stride() + c]; }
  F16Matrix view() const { return {bits, rows, cols, stride()}; }
};

/// Weights of every sign and exponent, subnormal ones and zeros of both signs too; the padding is
/// weights like any other.
HalfMatrix random_matrix(std::mt19937& rng, std::size_t rows, std::size_t cols) {
  HalfMatrix m(rows, cols);
  for (std::uint16_t& w : m.bits) {
    w = static_cast<std::uint16_t>(rng());
    if ((w & 0x7c00) == 0x7c00) w ^= static_cast<std::uint16_t>(0x400 << rng() % 5);
    if (rng() % 16 == 0) w &= 0x83ff;
    if (rng() % 32 == 0) w &= 0x8000;
  }
  return m;
}

std::vector<float> random_x(std::mt19937& rng, std::size_t n) {
  std::normal_distribution<float> normal;
  std::uniform_int_distribution<int> exponent(-60, 60), kind(0, 9);
  std::vector<float> x(n);
  for (std::size_t g = 0; g < n; g += kGroup) {
    const int zeros = kind(rng), spread = kind(rng), level = exponent(rng);
    if (zeros == 0) continue;  // A whole group of zeros.
    for (std::size_t i = g; i < std::min(n, g + kGroup); ++i)
      x[i] = std::ldexp(normal(rng), spread < 3 ? level : kind(rng) < 2 ? exponent(rng) / 4 : 0);
  }
  return x;
}

MatvecJob job_of(const HalfMatrix& m, std::vector<float> x, bool raw) {
  MatvecJob job{
      .half = true, .raw = raw, .rows = m.rows, .cols = m.cols, .stream = {}, .x = std::move(x)};
  const auto bytes = std::as_bytes(std::span(m.bits));
  job.stream.assign(bytes.begin(), bytes.end());
  return job;
}

/// Runs a product and compares rows and flags with the definition.
MatvecOutcome check(Dut& dut, const HalfMatrix& m, const std::vector<float>& x, bool raw,
                    double valid_odds = 1.0, unsigned seed = 1, std::size_t bank = 0) {
  CAPTURE(m.rows);
  CAPTURE(m.cols);
  CAPTURE(valid_odds);
  MatvecJob job = job_of(m, x, raw);
  job.lower.assign(bank, std::vector<float>(x.size(), NAN));
  const MatvecOutcome out = dut.run(job, valid_odds, seed);
  // The definition with the padding: weights of it are weights like any other.
  std::vector<float> padded = x;
  padded.resize(m.stride());
  const F16Result all = f16_definition({m.bits, m.rows, m.stride(), m.stride()}, quantized(padded));
  const F16Result golden = f16_definition(m.view(), quantized(x));
  REQUIRE(golden.accumulator == all.accumulator);
  check_words(job, out.words, golden.accumulator, golden.y);
  CHECK_EQ(out.nonfinite, all.nonfinite || quantized(x).nonfinite);
  CHECK_EQ(out.overflow, golden.overflow);
  CHECK_FALSE(out.bad_set_byte);
  CHECK_FALSE(out.bad_tail);
  return out;
}

void check_both(Dut& dut, const HalfMatrix& m, const std::vector<float>& x) {
  for (const bool raw : {false, true}) check(dut, m, x, raw);
}

}  // namespace

TEST_CASE("trine_matvec, FP16: random matrices equal the golden model, stalled or not") {
  Dut dut;
  std::mt19937 rng(1);
  for (const std::size_t cols : {1u, 15u, 16u, 17u, 31u, 32u, 33u, 48u, 64u, 100u, 128u, 511u}) {
    for (const std::size_t rows : {1u, 2u, 15u, 16u, 17u, 40u}) {
      for (const double odds : {1.0, 0.4}) {
        for (const bool raw : {false, true}) {
          const HalfMatrix m = random_matrix(rng, rows, cols);
          check(dut, m, random_x(rng, cols), raw, odds, static_cast<unsigned>(rng()));
        }
      }
    }
  }
}

TEST_CASE("trine_matvec, FP16: nearly as many rows as vector memory holds") {
  Dut dut;
  std::mt19937 rng(9);
  const HalfMatrix m =
      random_matrix(rng, std::min<std::size_t>(TRINE_VECTOR_WORDS - 48, 33744), 16);
  check(dut, m, random_x(rng, 16), false);
}

TEST_CASE("trine_matvec, FP16: the vectors of the independent model, to the bit") {
  if (TRINE_ACT_WIDTH != 12) return;  // They are of the usual width.
  Dut dut;
  std::size_t files = 0;
  const std::filesystem::path vectors{TRINE_SOURCE_DIR "/tests/vectors"};
  for (const auto& entry : std::filesystem::directory_iterator(vectors)) {
    const VectorFile file = load_vectors(entry.path());
    if (file.kind != VectorFile::Kind::F16 || file.cols > kMaxCols) continue;
    CAPTURE(entry.path().string());
    ++files;
    HalfMatrix m(file.rows, file.cols);
    for (std::size_t r = 0; r < m.rows; ++r)
      for (std::size_t c = 0; c < m.cols; ++c) m.at(r, c) = file.weight_f16[r * m.cols + c];
    for (const bool raw : {false, true}) {
      const MatvecJob job = job_of(m, file.x, raw);
      check_words(job, dut.run(job).words, file.accumulator, file.y);
    }
  }
  CHECK_EQ(files, kMaxCols >= 2048 ? 3u : 2u);
}

TEST_CASE("trine_matvec, FP16: zeros, subnormals and extremes") {
  Dut dut;
  std::mt19937 rng(2);
  const std::size_t cols = 80;
  HalfMatrix m = random_matrix(rng, 20, cols);
  check_both(dut, m, std::vector<float>(cols, 0.0F));
  check_both(dut, m, std::vector<float>(cols, -0.0F));
  check_both(dut, m, std::vector<float>(cols, 1e-40F));  // Counts as zero.

  // One value at a time: every group and lane of a beat on its own.
  for (std::size_t c = 0; c < cols; c += 7) {
    std::vector<float> x(cols, 0.0F);
    x[c] = -1.0F;
    check_both(dut, m, x);
  }
  // The whole range of exponents of x: groups more than 63 below the largest keep their sign.
  std::vector<float> x(cols);
  for (std::size_t c = 0; c < cols; ++c)
    x[c] = std::ldexp(-1.5F, static_cast<int>(c / kGroup) * 50 - 110);
  check_both(dut, m, x);
  // Results below the normal range and above the largest number.
  for (const int exponent : {-126, -120, -110, 100, 120, 127})
    check_both(dut, m, std::vector<float>(cols, std::ldexp(1.25F, exponent)));

  for (const int weight :
       {0x0000, 0x8000, 0x0001, 0x8001, 0x03ff, 0x83ff, 0x0400, 0x07ff, 0x0800, 0x7bff, 0xfbff}) {
    CAPTURE(weight);
    std::ranges::fill(m.bits, static_cast<std::uint16_t>(weight));
    for (const float value : {std::nextafter(2.0F, 0.0F), std::nextafter(-2.0F, 0.0F), 1.0F})
      check_both(dut, m, std::vector<float>(cols, value));
  }
}

TEST_CASE("trine_matvec, FP16: reports Inf and NaN, of this job only") {
  Dut dut;
  std::mt19937 rng(3);
  for (int n = 0; n < 40; ++n) {
    const std::size_t cols = 1 + rng() % 100;
    HalfMatrix m = random_matrix(rng, 1 + rng() % 20, cols);
    const std::vector<float> x = random_x(rng, cols);
    CHECK_FALSE(check(dut, m, x, n % 2 != 0).nonfinite);
    // Padding included: the column is any of the stream.
    m.bits[rng() % m.bits.size()] = static_cast<std::uint16_t>(0x7c00 | rng());
    CHECK(check(dut, m, x, n % 2 != 0).nonfinite);
  }
  HalfMatrix m = random_matrix(rng, 16, 64);
  for (const float bad : {INFINITY, -INFINITY, NAN}) {
    std::vector<float> x = random_x(rng, 64);
    x[37] = bad;
    CHECK(check(dut, m, x, true).nonfinite);
  }
  // All bits of everything.
  for (std::uint16_t& w : m.bits) w = static_cast<std::uint16_t>(rng());
  check_both(dut, m, random_x(rng, 64));
}

TEST_CASE("trine_matvec, FP16: saturates after every group, both ways, and reports it") {
  // Shorter rows and narrower mantissas cannot reach the end of the range.
  if (kMaxCols < 16384 || TRINE_ACT_WIDTH != 12) return;
  Dut dut;
  std::mt19937 rng(4);
  const std::size_t rows = 24;
  HalfMatrix m(rows, 11008);
  const std::vector<float> x(m.cols, std::nextafter(2.0F, 0.0F));
  for (std::size_t r = 0; r < rows; ++r) {
    // Groups of one sign, most of them the row's: the sum runs along an end of the range.
    const int sign = r % 2 != 0 ? 0x8000 : 0;
    const unsigned odds = 2 + static_cast<unsigned>(r / 2);
    for (std::size_t g = 0; g < m.stride(); g += kGroup) {
      const int other = rng() % odds == 0 ? 0x8000 : 0;
      for (std::size_t c = g; c < g + kGroup; ++c)
        m.at(r, c) =
            static_cast<std::uint16_t>((0x7bff ^ sign ^ other) - static_cast<int>(rng() % 8));
    }
  }
  for (const bool raw : {false, true}) CHECK(check(dut, m, x, raw).overflow);

  // -2^63 fits, 2^63 does not: with a mantissa of 1024, sixteen weights of 2^15 are 2^53 a group,
  // and these are 1024 groups.
  HalfMatrix end(3, 16384);
  const std::vector<float> ones(end.cols, 1.0F);
  for (std::size_t c = 0; c < end.cols; ++c) {
    end.at(0, c) = 0xf800;
    end.at(1, c) = c != 0 ? 0x7800 : 0x77ff;
  }
  CHECK_FALSE(check(dut, end, ones, true).overflow);  // Not sticky over jobs.
  end.at(1, 0) = 0x7800;
  CHECK(check(dut, end, ones, true).overflow);
}

TEST_CASE("trine_matvec, FP16: the longest rows of a model") {
  if (kMaxCols < 11008) return;
  Dut dut;
  std::mt19937 rng(5);
  for (const std::size_t cols : {kMaxCols, std::size_t{11001}, std::size_t{896}}) {
    const HalfMatrix m = random_matrix(rng, 18, cols);
    check_both(dut, m, random_x(rng, cols));
  }
}

TEST_CASE("trine_matvec, FP16: a beat every cycle once the activations are quantized") {
  Dut dut;
  std::mt19937 rng(6);
  for (const std::size_t cols : {16u, 17u, 128u, 512u}) {
    for (const bool raw : {false, true}) {
      const std::size_t rows = 128;
      const HalfMatrix m = random_matrix(rng, rows, cols);
      const MatvecOutcome out = check(dut, m, random_x(rng, cols), raw);
      const std::size_t row_cycles = raw ? std::max<std::size_t>(m.row_beats(), 2) : m.row_beats();
      const std::size_t groups = m.stride() / kGroup;
      const std::size_t group_cycles = std::max<std::size_t>(4, 16 / kGroups + 3);
      MESSAGE(cols, " columns, ", std::string(raw ? "raw" : "FP32"), ": ", rows * m.row_beats(),
              " beats in ", out.cycles, " cycles");
      CHECK_EQ(out.wait_memory, 0u);
      CHECK_EQ(out.wait_rows, (rows - 1) * (row_cycles - m.row_beats()));
      CHECK_LE(out.wait_table, groups * group_cycles + 16 / kGroups + 8);
      // Behind the last beat: seven cycles to the accumulator, six to done.
      CHECK_LE(out.cycles, out.wait_table + rows * m.row_beats() + out.wait_rows + 14);
      // Memory that stalls costs exactly its stalls.
      const MatvecOutcome slow = dut.run(job_of(m, random_x(rng, cols), raw), 0.5, 7);
      CHECK_GT(slow.wait_memory, 0u);
      CHECK_GE(slow.cycles, out.cycles);
    }
  }
}

TEST_CASE("trine_matvec: jobs of both engines take turns") {
  Dut dut;
  std::mt19937 rng(7);
  for (int n = 0; n < 12; ++n) {
    CAPTURE(n);
    const unsigned depth = 1 + static_cast<unsigned>(n) % 4;
    const MatrixShape shape{1 + rng() % 70, 1 + rng() % (32 * kGroups), depth};
    const TritMatrix trits = trine::test::random_trits(rng, shape);
    MatvecJob job =
        trine::test::trit_job(trits, kGeometry, random_x(rng, shape.cols), rng() % 2 != 0);
    if (n % 3 == 0) job.stream[tail_bits(depth) * 4 * kGroups] = std::byte{255};  // A bad set byte.
    const MatvecOutcome out = dut.run(job, n % 2 != 0 ? 1.0 : 0.5);
    CHECK_EQ(out.bad_set_byte, n % 3 == 0);
    CHECK_FALSE(out.overflow);
    CHECK_FALSE(out.nonfinite);
    const TritResult golden = trit_definition(trits, job.codebook, quantized(job.x));
    if (n % 3 != 0) check_words(job, out.words, golden.accumulator, golden.y);

    HalfMatrix m = random_matrix(rng, 1 + rng() % 40, 1 + rng() % 200);
    if (n % 4 == 0) m.bits[0] = 0x7c00;  // The flag must not last.
    check(dut, m, random_x(rng, m.cols), rng() % 2 != 0, n % 2 != 0 ? 0.5 : 1.0);
  }
}

TEST_CASE("trine_matvec: a reset in any cycle leaves nothing behind") {
  Dut dut;
  std::mt19937 rng(15);
  for (unsigned n = 0; n < 60; ++n) {
    CAPTURE(n);
    const auto trit_job = [&] {
      const MatrixShape shape{1 + rng() % 70, 1 + rng() % (32 * kGroups), 1 + n % 4};
      const TritMatrix trits = trine::test::random_trits(rng, shape);
      MatvecJob job =
          trine::test::trit_job(trits, kGeometry, random_x(rng, shape.cols), rng() % 2 != 0);
      return std::pair(job, trit_definition(trits, job.codebook, quantized(job.x)));
    };
    const HalfMatrix half = random_matrix(rng, 1 + rng() % 40, 1 + rng() % 200);
    dut.reset_after = rng() % 400;
    (void)dut.run(rng() % 2 != 0 ? trit_job().first
                                 : job_of(half, random_x(rng, half.cols), rng() % 2 != 0));
    dut.reset_after = ~std::uint64_t{0};
    if (rng() % 2 != 0) {
      check(dut, half, random_x(rng, half.cols), rng() % 2 != 0);
    } else {
      const auto [job, golden] = trit_job();
      check_words(job, dut.run(job).words, golden.accumulator, golden.y);
    }
  }
}

TEST_CASE("trine_matvec, FP16: one bank is read and written, the others rest") {
  Dut dut;
  std::mt19937 rng(8);
  for (int n = 0; n < 24; ++n) {
    const HalfMatrix m = random_matrix(rng, 1 + rng() % 40, 1 + rng() % 200);
    const std::size_t bank = rng() % TRINE_VECTORS;
    CAPTURE(bank);
    check(dut, m, random_x(rng, m.cols), rng() % 2 != 0, n % 2 != 0 ? 0.5 : 1.0, 1, bank);
  }
}
