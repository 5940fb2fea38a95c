// SPDX-License-Identifier: Apache-2.0
//
// trine_matvec against the golden model. Built once an instance: TRINE_MODEL is the Verilated
// class, the other macros are its parameters.

#include <doctest/doctest.h>

#include <bit>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "golden/exact/bfp.h"
#include "golden/exact/codebook.h"
#include "golden/format/trit_matrix.h"
#include "machine/product/trit/definition.h"
#include "machine/product/vectors.h"
#include "tests/rtl/matvec_dut.h"
#include "tests/rtl/matvec_jobs.h"
#define TRINE_TEXT_(x) #x
#define TRINE_TEXT(x) TRINE_TEXT_(x)
#include TRINE_TEXT(TRINE_MODEL.h)

namespace {

using namespace trine::golden;

constexpr std::size_t kGroups = TRINE_GROUPS;
constexpr Geometry kGeometry{kGroups, TRINE_TILE_ROWS};
constexpr std::size_t kVectors = TRINE_VECTORS;
constexpr std::size_t kVectorWords = TRINE_VECTOR_WORDS;

using Matvec = trine::test::MatvecDut<TRINE_MODEL, kGroups, kVectorWords, kVectors>;
using Job = trine::test::MatvecJob;
using Outcome = trine::test::MatvecOutcome;
using trine::test::quantized;
using trine::test::random_x;

Job job_of(const TritMatrix& m, std::vector<float> x, bool raw) {
  return trine::test::trit_job(m, kGeometry, std::move(x), raw);
}

void check_rows(const Outcome& out, const TritResult& golden, std::size_t rows, bool raw) {
  trine::test::check_words({.raw = raw, .rows = rows}, out.words, golden.accumulator, golden.y);
}

void check_random(Matvec& dut, std::mt19937& rng, MatrixShape shape, double valid_odds) {
  CAPTURE(shape.rows);
  CAPTURE(shape.cols);
  CAPTURE(shape.depth);
  const TritMatrix m = trine::test::random_trits(rng, shape);
  const std::vector<float> x = random_x(rng, shape.cols);
  const bool raw = rng() % 2 != 0;
  const Job job = job_of(m, x, raw);
  const Outcome out = dut.run(job, valid_odds, static_cast<unsigned>(rng()));
  check_rows(out, trit_definition(m, job.codebook, quantized(x)), shape.rows, raw);
  CHECK_FALSE(out.bad_set_byte);
  CHECK_FALSE(out.bad_tail);
  CHECK_FALSE(out.nonfinite);
}

}  // namespace

TEST_CASE("trine_matvec: random matrices of every depth equal the golden model, stalled or not") {
  Matvec dut;
  std::mt19937 rng(1);
  for (unsigned depth = 1; depth <= 4; ++depth) {
    for (const double odds : {1.0, 0.3}) {
      check_random(dut, rng, {1, 1, depth}, odds);
      check_random(dut, rng, {33, 16 * kGroups, depth}, odds);
      check_random(dut, rng, {kGeometry.tile_rows + 40, 3 * 16 * kGroups - 5, depth}, odds);
      check_random(dut, rng, {64, 5 * 16 * kGroups + 17, depth}, odds);
    }
  }
}

TEST_CASE("trine_matvec: nearly as many rows as vector memory holds") {
  constexpr std::size_t kRows = std::min<std::size_t>(kVectorWords - 48, 33744);
  Matvec dut;
  std::mt19937 rng(9);
  for (unsigned depth = 1; depth <= 4; ++depth) {
    const TritMatrix m = trine::test::random_trits(rng, {kRows, 16, depth});
    const Job job = job_of(m, random_x(rng, 16), false);
    check_rows(dut.run(job), trit_definition(m, job.codebook, quantized(job.x)), kRows, false);
  }
}

TEST_CASE("trine_matvec: a codebook of any exponent, beyond what FP32 can hold too") {
  Matvec dut;
  std::mt19937 rng(10);
  const TritMatrix m = trine::test::random_trits(rng, {32, 16 * kGroups, 2});
  Job job = job_of(m, random_x(rng, 16 * kGroups), false);
  for (const int exponent : {0, 127, -126, 1365, 2730, -1365, -2730, 4095, 4096, 4097, 100'000,
                             -4095, -4096, -4097, -100'000}) {
    CAPTURE(exponent);
    job.codebook.exponent = exponent;
    check_rows(dut.run(job), trit_definition(m, job.codebook, quantized(job.x)), 32, false);
  }
}

TEST_CASE("trine_matvec: the widest matrix") {
  constexpr std::size_t kMaxCols = TRINE_MAX_COLS;
  Matvec dut;
  std::mt19937 rng(8);
  for (const unsigned depth : {1u, 4u}) {
    check_random(dut, rng, {40, kMaxCols, depth}, 1.0);
    check_random(dut, rng, {3, kMaxCols - 16 * kGroups + 1, depth}, 1.0);
  }
}

TEST_CASE("trine_matvec: the vectors of the independent model, to the bit") {
  if (TRINE_ACT_WIDTH != 12) return;  // They are of the usual width.
  Matvec dut;
  std::size_t files = 0;
  const std::filesystem::path vectors{TRINE_SOURCE_DIR "/tests/vectors"};
  for (const auto& entry : std::filesystem::directory_iterator(vectors)) {
    const VectorFile file = load_vectors(entry.path());
    if (file.kind != VectorFile::Kind::Trit || file.geometry.groups != kGroups) continue;
    CAPTURE(entry.path().string());
    ++files;
    TritMatrix m = file.matrix;
    for (const bool raw : {false, true}) {
      check_rows(dut.run(job_of(m, file.x, raw)), {file.accumulator, file.y}, file.rows, raw);
    }
  }
  CHECK((kGroups == 2 || files >= 1));
}

TEST_CASE("trine_matvec: zeros, extremes and non-finite activations") {
  Matvec dut;
  std::mt19937 rng(3);
  const MatrixShape shape{32, 16 * kGroups, 4};
  TritMatrix m = trine::test::random_trits(rng, shape);
  std::vector<float> x(shape.cols, 0.0F);
  check_rows(dut.run(job_of(m, x, false)),
             trit_definition(m, hardware_codebook(m.codebook, 4), quantized(x)), 32, false);

  // The largest sums: every level and mantissa at its end, all signs equal.
  std::ranges::fill(m.levels, static_cast<std::int8_t>(40));
  std::ranges::fill(m.scales, static_cast<std::uint8_t>(26));
  std::ranges::fill(x, std::nextafter(2.0F, 0.0F));
  for (const float sign : {1.0F, -1.0F}) {
    for (float& v : x) v = std::copysign(v, sign);
    for (const bool raw : {false, true})
      check_rows(dut.run(job_of(m, x, raw)),
                 trit_definition(m, hardware_codebook(m.codebook, 4), quantized(x)), 32, raw);
  }

  // Results below the normal range and above the largest number.
  for (const float scale : {1e-38F, 1e-40F, 1e38F}) {
    for (double& c : m.codebook) c *= scale;
    std::ranges::fill(x, scale < 1 ? 1.5e-2F : 3e30F);
    for (std::size_t i = 0; i < m.levels.size(); ++i)
      m.levels[i] = static_cast<std::int8_t>(i % 81 - 40);
    check_rows(dut.run(job_of(m, x, false)),
               trit_definition(m, hardware_codebook(m.codebook, 4), quantized(x)), 32, false);
    for (double& c : m.codebook) c /= scale;
  }

  for (const float bad : {INFINITY, -INFINITY, NAN}) {
    x = random_x(rng, shape.cols);
    x[5] = bad;
    const Outcome out = dut.run(job_of(m, x, true));
    CHECK(out.nonfinite);
    check_rows(out, trit_definition(m, hardware_codebook(m.codebook, 4), quantized(x)), 32, true);
  }
  x = random_x(rng, shape.cols);
  CHECK_FALSE(dut.run(job_of(m, x, true)).nonfinite);  // Not sticky over jobs.
}

TEST_CASE("trine_matvec: reports a bad set byte or tail code and goes on") {
  Matvec dut;
  std::mt19937 rng(4);
  for (unsigned depth = 1; depth <= 4; ++depth) {
    CAPTURE(depth);
    const MatrixShape shape{64, 16 * kGroups, depth};
    const TritMatrix m = trine::test::random_trits(rng, shape);
    const Job good = job_of(m, random_x(rng, shape.cols), false);
    for (const int code : {243, 250, 255}) {
      Job bad = good;
      const std::size_t body = tail_bits(depth) * 4 * kGroups;
      bad.stream[body + rng() % (24 * depth * 4 * kGroups)] = static_cast<std::byte>(code);
      const Outcome out = dut.run(bad);
      CHECK(out.bad_set_byte);
      CHECK_FALSE(out.bad_tail);
    }
    for (int n = 0; n < 4; ++n) {  // All ones in one tail code: level and scale out of range.
      Job bad = good;
      const unsigned bit = static_cast<unsigned>(rng() % (32 * kGroups)) * tail_bits(depth);
      for (unsigned b = bit; b < bit + tail_bits(depth); ++b)
        bad.stream[b / 8] |= std::byte{1} << (b % 8);
      const Outcome out = dut.run(bad);
      CHECK(out.bad_tail);
      CHECK_FALSE(out.bad_set_byte);
    }
    const Outcome out = dut.run(good);
    CHECK_FALSE(out.bad_set_byte);
    CHECK_FALSE(out.bad_tail);
    check_rows(out, trit_definition(m, good.codebook, quantized(good.x)), 64, false);
  }
}

TEST_CASE("trine_matvec: a beat every cycle once the tables are built") {
  Matvec dut;
  std::mt19937 rng(5);
  for (unsigned depth = 1; depth <= 4; ++depth) {
    CAPTURE(depth);
    // Enough panels that the next block's tables are ready in time.
    const MatrixShape shape{kGeometry.tile_rows, 4 * 16 * kGroups, depth};
    const TritMatrix m = trine::test::random_trits(rng, shape);
    const Job job = job_of(m, random_x(rng, shape.cols), false);
    const Outcome out = dut.run(job);
    const std::size_t beats = job.stream.size() / (4 * kGroups);
    const std::size_t panels = beats / panel_beats(depth);
    const std::size_t build = 3 * 248 + 2 * (static_cast<std::size_t>(outer_level(depth)) + 1);
    MESSAGE("depth ", depth, ": ", beats, " beats in ", out.cycles, " cycles, table ",
            out.wait_table, " rows ", out.wait_rows);
    // Depth 1 needs 32 row slots for 31 beats; the others never wait for the row pipeline.
    if (depth > 1)
      CHECK_EQ(out.wait_rows, 0u);
    else
      CHECK_LE(out.wait_rows, panels + 8);
    if (kGeometry.tile_rows / 32 * panel_beats(depth) > build + 8)
      CHECK_LE(out.wait_table, build + 16 * kGroups + 80);
  }
}

TEST_CASE("trine_matvec: every bank gets its own product, those behind the last one rest") {
  Matvec dut;
  std::mt19937 rng(6);
  for (std::size_t last = 0; last < kVectors; ++last) {
    for (unsigned depth = 1; depth <= 4; ++depth) {
      for (const bool raw : {false, true}) {
        CAPTURE(last);
        CAPTURE(depth);
        const MatrixShape shape{33 + rng() % 64, 1 + rng() % (3 * 16 * kGroups), depth};
        const TritMatrix m = trine::test::random_trits(rng, shape);
        Job job = job_of(m, random_x(rng, shape.cols), raw);
        // Own exponents: zeros alone in a bank, or numbers far from the other banks'.
        for (std::size_t v = 0; v < last; ++v) {
          job.lower.push_back(random_x(rng, shape.cols));
          for (float& x : job.lower.back())
            x = v == depth % last ? 0.0F : std::ldexp(x, static_cast<int>(rng() % 2 * 40) - 20);
        }
        for (const double odds : {1.0, 0.3}) {
          const Outcome out = dut.run(job, odds, depth);
          check_rows(out, trit_definition(m, job.codebook, quantized(job.x)), shape.rows, raw);
          for (std::size_t v = 0; v < last; ++v) {
            CAPTURE(v);
            const TritResult golden = trit_definition(m, job.codebook, quantized(job.lower[v]));
            trine::test::check_words(job, out.lower[v], golden.accumulator, golden.y);
          }
          CHECK_FALSE(out.bad_set_byte);
          CHECK_FALSE(out.bad_tail);
          CHECK_FALSE(out.nonfinite);
        }
      }
    }
  }
}

TEST_CASE("trine_matvec: a NaN in a bank counts in the jobs that read it") {
  Matvec dut;
  std::mt19937 rng(7);
  const MatrixShape shape{32, 16 * kGroups, 2};
  const TritMatrix m = trine::test::random_trits(rng, shape);
  for (std::size_t last = 0; last < kVectors; ++last) {
    for (std::size_t bad = 0; bad <= last; ++bad) {
      Job job = job_of(m, random_x(rng, shape.cols), true);
      job.lower.assign(last, random_x(rng, shape.cols));
      (bad < last ? job.lower[bad] : job.x)[7] = NAN;
      CHECK(dut.run(job).nonfinite);
      // The banks behind a job hold NaNs; see MatvecDut.
      CHECK_FALSE(dut.run(job_of(m, random_x(rng, shape.cols), true)).nonfinite);
    }
  }
}
