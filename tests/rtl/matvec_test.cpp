// SPDX-License-Identifier: Apache-2.0
//
// trine_matvec against the golden model. Built once an instance: TRINE_MODEL is the Verilated
// class, TRINE_GROUPS and TRINE_TILE_ROWS its parameters.

#include <doctest/doctest.h>

#include <bit>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "golden/exact/bfp.h"
#include "golden/exact/codebook.h"
#include "golden/exact/trit_matvec.h"
#include "golden/exact/vectors.h"
#include "golden/format/trit_matrix.h"
#include "sim/dut.h"
#define TRINE_TEXT_(x) #x
#define TRINE_TEXT(x) TRINE_TEXT_(x)
#include TRINE_TEXT(TRINE_MODEL.h)

namespace {

using namespace trine::golden;

constexpr std::size_t kGroups = TRINE_GROUPS;
constexpr Geometry kGeometry{kGroups, TRINE_TILE_ROWS};
constexpr std::size_t kVectorWords = TRINE_VECTOR_WORDS;

struct Job {
  MatrixShape shape;
  std::vector<std::byte> stream;
  HardwareCodebook codebook;
  std::vector<float> x;
  bool raw = false;
};

struct Outcome {
  std::vector<std::uint32_t> words;
  bool bad_set_byte = false, bad_tail = false, nonfinite = false;
  std::uint64_t cycles = 0, wait_memory = 0, wait_table = 0, wait_rows = 0;
};

/// One instance with a vector memory of its own and a weight stream that stalls at random.
class Matvec {
 public:
  Matvec() : dut_("matvec", 20'000'000), vector_(kVectorWords) {
    dut_->start_i = 0;  // Inputs begin at random.
    dut_->weight_valid_i = 0;
  }

  Outcome run(const Job& job, double valid_odds = 1.0, unsigned seed = 1) {
    write_codebook(job.codebook);
    const std::size_t src = 0;
    const std::size_t dst = (job.x.size() + 15) / 16 * 16;
    const std::size_t rows = (job.shape.rows + 31) / 32 * 32 * (job.raw ? 2 : 1);
    REQUIRE_LE(dst + rows, kVectorWords);
    std::ranges::fill(vector_, 0x7fc00000U);  // A NaN that is used shows.
    std::memcpy(vector_.data(), job.x.data(), job.x.size() * 4);
    dut_->half_i = 0;
    dut_->raw_i = job.raw;
    dut_->depth_i = static_cast<std::uint8_t>(job.shape.depth);
    dut_->rows_i = static_cast<std::uint32_t>(job.shape.rows);
    dut_->cols_i = static_cast<std::uint32_t>(job.shape.cols);
    dut_->src_beat_i = src / kGroups;
    dut_->dst_beat_i = static_cast<std::uint16_t>(dst / kGroups);
    dut_->start_i = 1;
    dut_->weight_valid_i = 0;
    step();
    dut_->start_i = 0;

    Outcome out;
    std::mt19937 rng(seed);
    std::bernoulli_distribution offer(valid_odds);
    const std::size_t beats = job.stream.size() / (4 * kGroups);
    std::size_t sent = 0;
    bool offering = false;
    while (!dut_->done_o) {
      offering = offering || (sent < beats && offer(rng));
      dut_->weight_valid_i = offering;
      if (offering)
        std::memcpy(&dut_->weight_data_i, &job.stream[sent * 4 * kGroups], 4 * kGroups);
      dut_->eval();
      out.wait_memory += dut_->wait_memory_o;
      out.wait_table += dut_->wait_table_o;
      out.wait_rows += dut_->wait_rows_o;
      if (offering && dut_->weight_ready_o) {
        ++sent;
        offering = false;
      }
      step();
      ++out.cycles;
    }
    CHECK_EQ(sent, beats);
    out.bad_set_byte = dut_->bad_set_byte_o;
    out.bad_tail = dut_->bad_tail_o;
    out.nonfinite = dut_->nonfinite_o;
    out.words.assign(vector_.begin() + static_cast<std::ptrdiff_t>(dst),
                     vector_.begin() + static_cast<std::ptrdiff_t>(dst + rows));
    return out;
  }

 private:
  /// One cycle with the vector memory: read data a cycle later, writes at once.
  void step() {
    dut_->eval();
    const bool read = dut_->vec_read_valid_o;
    const std::size_t read_at = dut_->vec_read_beat_o * kGroups;
    if (dut_->vec_write_valid_o) {
      const std::size_t at = dut_->vec_write_beat_o * kGroups;
      REQUIRE_LE(at + kGroups, kVectorWords);
      std::memcpy(&vector_[at], &dut_->vec_write_data_o, 4 * kGroups);
    }
    dut_.step();
    if (read) {
      REQUIRE_LE(read_at + kGroups, kVectorWords);
      std::memcpy(&dut_->vec_read_data_i, &vector_[read_at], 4 * kGroups);
    }
  }

  void write_codebook(const HardwareCodebook& book) {
    for (std::uint8_t i = 0; i <= kCodebook; ++i) {
      dut_->book_valid_i = 1;
      dut_->book_index_i = i;
      dut_->book_data_i = i == kCodebook ? static_cast<std::uint32_t>(book.exponent)
                                         : static_cast<std::uint32_t>(book.mantissa[i]) |
                                               static_cast<std::uint32_t>(book.shift[i]) << 16;
      step();
    }
    dut_->book_valid_i = 0;
  }

  trine::sim::Dut<TRINE_MODEL> dut_;
  std::vector<std::uint32_t> vector_;
};

TritMatrix random_matrix(std::mt19937& rng, MatrixShape shape) {
  TritMatrix m{shape, {}, {}, {}};
  std::uniform_int_distribution<int> level(-half(shape.depth), half(shape.depth)), scale(0, 26);
  for (std::size_t i = 0; i < shape.rows * shape.cols; ++i)
    m.levels.push_back(static_cast<std::int8_t>(level(rng)));
  for (std::size_t i = 0; i < shape.rows * shape.groups_per_row(); ++i)
    m.scales.push_back(static_cast<std::uint8_t>(scale(rng)));
  const double step = std::uniform_real_distribution<double>(1.01, 1.9)(rng);
  double entry = std::uniform_real_distribution<double>(1e-4, 1e-2)(rng);
  for (double& c : m.codebook) c = entry *= step;
  return m;
}

std::vector<float> random_x(std::mt19937& rng, std::size_t n) {
  std::normal_distribution<float> normal;
  std::uniform_int_distribution<int> exponent(-30, 30), kind(0, 9);
  std::vector<float> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    if (i % 16 == 0 && kind(rng) == 0) {  // A whole group of zeros.
      i += 15;
      continue;
    }
    x[i] = std::ldexp(normal(rng), kind(rng) < 2 ? exponent(rng) : 0);
  }
  return x;
}

Job job_of(const TritMatrix& m, std::vector<float> x, bool raw) {
  return {m.shape, pack(m, kGeometry), hardware_codebook(m.codebook, m.shape.depth), std::move(x),
          raw};
}

void check_rows(const Outcome& out, const TritResult& golden, std::size_t rows, bool raw) {
  std::size_t different = 0, first = 0;
  const std::size_t padded = (rows + 31) / 32 * 32;
  for (std::size_t r = padded; r-- > 0;) {
    bool equal = true;
    if (raw) {
      const auto a = static_cast<std::int64_t>(out.words[2 * r] |
                                               std::uint64_t{out.words[2 * r + 1]} << 32);
      equal = a == (r < rows ? golden.accumulator[r] : 0);
    } else {
      equal = out.words[r] == (r < rows ? std::bit_cast<std::uint32_t>(golden.y[r]) : 0);
    }
    if (!equal) {
      ++different;
      first = r;
    }
  }
  CAPTURE(first);
  CHECK_EQ(different, 0u);
}

void check_random(Matvec& dut, std::mt19937& rng, MatrixShape shape, double valid_odds) {
  CAPTURE(shape.rows);
  CAPTURE(shape.cols);
  CAPTURE(shape.depth);
  const TritMatrix m = random_matrix(rng, shape);
  const std::vector<float> x = random_x(rng, shape.cols);
  const bool raw = rng() % 2 != 0;
  const Job job = job_of(m, x, raw);
  const Outcome out = dut.run(job, valid_odds, static_cast<unsigned>(rng()));
  check_rows(out, trit_matvec(m, job.codebook, to_bfp(x)), shape.rows, raw);
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

TEST_CASE("trine_matvec: the vectors of the independent model, to the bit") {
  Matvec dut;
  std::size_t files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(TRINE_SOURCE_DIR) + "/tests/vectors")) {
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
  TritMatrix m = random_matrix(rng, shape);
  std::vector<float> x(shape.cols, 0.0F);
  check_rows(dut.run(job_of(m, x, false)), trit_matvec(m, hardware_codebook(m.codebook, 4), to_bfp(x)), 32, false);

  // The largest sums: every level and mantissa at its end, all signs equal.
  std::ranges::fill(m.levels, static_cast<std::int8_t>(40));
  std::ranges::fill(m.scales, static_cast<std::uint8_t>(26));
  std::ranges::fill(x, std::nextafter(2.0F, 0.0F));
  for (const float sign : {1.0F, -1.0F}) {
    for (float& v : x) v = std::copysign(v, sign);
    for (const bool raw : {false, true})
      check_rows(dut.run(job_of(m, x, raw)),
                 trit_matvec(m, hardware_codebook(m.codebook, 4), to_bfp(x)), 32, raw);
  }

  // Results below the normal range and above the largest number.
  for (const float scale : {1e-38F, 1e-40F, 1e38F}) {
    for (double& c : m.codebook) c *= scale;
    std::ranges::fill(x, scale < 1 ? 1.5e-2F : 3e30F);
    for (std::size_t i = 0; i < m.levels.size(); ++i) m.levels[i] = static_cast<std::int8_t>(i % 81 - 40);
    check_rows(dut.run(job_of(m, x, false)),
               trit_matvec(m, hardware_codebook(m.codebook, 4), to_bfp(x)), 32, false);
    for (double& c : m.codebook) c /= scale;
  }

  for (const float bad : {INFINITY, -INFINITY, NAN}) {
    x = random_x(rng, shape.cols);
    x[5] = bad;
    const Outcome out = dut.run(job_of(m, x, true));
    CHECK(out.nonfinite);
    check_rows(out, trit_matvec(m, hardware_codebook(m.codebook, 4), to_bfp(x)), 32, true);
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
    const TritMatrix m = random_matrix(rng, shape);
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
    check_rows(out, trit_matvec(m, good.codebook, to_bfp(good.x)), 64, false);
  }
}

TEST_CASE("trine_matvec: a beat every cycle once the tables are built") {
  Matvec dut;
  std::mt19937 rng(5);
  for (unsigned depth = 1; depth <= 4; ++depth) {
    CAPTURE(depth);
    // Enough panels that the next block's tables are ready in time.
    const MatrixShape shape{kGeometry.tile_rows, 4 * 16 * kGroups, depth};
    const TritMatrix m = random_matrix(rng, shape);
    const Job job = job_of(m, random_x(rng, shape.cols), false);
    const Outcome out = dut.run(job);
    const std::size_t beats = job.stream.size() / (4 * kGroups);
    const std::size_t panels = beats / panel_beats(depth);
    const std::size_t build = 3 * 248 + 2 * (static_cast<std::size_t>(half(depth)) + 1);
    MESSAGE("depth ", depth, ": ", beats, " beats in ", out.cycles, " cycles, table ",
            out.wait_table, " rows ", out.wait_rows);
    // Depth 1 needs 32 row slots for 31 beats; the others never wait for the row pipeline.
    if (depth > 1) CHECK_EQ(out.wait_rows, 0u);
    else CHECK_LE(out.wait_rows, panels + 8);
    if (kGeometry.tile_rows / 32 * panel_beats(depth) > build + 8)
      CHECK_LE(out.wait_table, build + 16 * kGroups + 80);
  }
}
