// SPDX-License-Identifier: Apache-2.0
//
// trine_vector_unit against the golden model: TRINE_Groups and TRINE_VectorWords are its
// parameters, TRINE_MAX_ROWS the longest vector tried.

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "Vtrine_vector_unit.h"
#include "golden/exact/vector_ops.h"
#include "isa/commands.h"
#include "sim/dut.h"
#include "tests/golden/fp32_cases.h"
#include "tests/rtl/stalls.h"

using namespace trine::golden;
using trine::test::Fp32Cases;
using Vector = std::vector<float>;
using Words = std::vector<std::uint32_t>;

namespace {

constexpr std::size_t kGroups = TRINE_Groups;
constexpr std::size_t kLanes = kGroups > 1 ? kGroups / 2 : 1;
constexpr std::size_t kWords = TRINE_VectorWords;
constexpr std::size_t kMaxRows = TRINE_MAX_ROWS;
constexpr std::uint32_t kGarbage = 0x7fc12345U;  // A NaN that is used shows.
constexpr float kLog2e = 0x1.715476p+0F;
constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

enum Op {
  kRmsnorm = trine::vector_operation(trine::Opcode::RMSNORM),
  kRope = trine::vector_operation(trine::Opcode::ROPE),
  kSoftmax = trine::vector_operation(trine::Opcode::SOFTMAX),
  kSiluMul = trine::vector_operation(trine::Opcode::SILU_MUL),
  kAdd = trine::vector_operation(trine::Opcode::ADD),
  kArgmax = trine::vector_operation(trine::Opcode::ARGMAX)
};

std::uint32_t bits(float value) {
  return std::bit_cast<std::uint32_t>(value);
}

std::size_t padded(std::size_t rows) {
  return (rows + 15) / 16 * 16;
}

struct Job {
  Op op = kAdd;
  Vector x, second;  // At src and src2.
  std::uint32_t cols = 0;
  float alpha = 0, beta = 0;
  int in_place = 0;  // 1: dst is src, 2: dst is src2.
};

struct Outcome {
  Words words;  // Whole blocks.
  bool nonfinite = false;
  std::uint64_t cycles = 0;  // From the start to done.
};

/// The unit with a vector memory of its own.
class Unit {
 public:
  Unit() : dut_("vector_unit", 100'000'000), memory_(kWords) { dut_->start_i = 0; }

  /// With a reset some cycles after the start: what was written is anything.
  void interrupt(const Job& job, std::uint64_t cycles) {
    start(job);
    for (; cycles > 0; --cycles) step();
    dut_->rst_ni = 0;
    step();
    dut_->rst_ni = 1;
    step();
  }

  Outcome run(const Job& job) {
    const auto [dst, result] = start(job);
    Outcome out;
    while (!dut_->done_o) {
      step();
      ++out.cycles;
    }
    out.nonfinite = dut_->nonfinite_o;
    const auto first = memory_.begin() + static_cast<std::ptrdiff_t>(dst);
    out.words.assign(first, first + static_cast<std::ptrdiff_t>(result));
    step();
    CHECK_FALSE(dut_->done_o);
    CHECK_EQ(dut_->nonfinite_o, out.nonfinite);
    std::size_t touched = 0;
    for (std::size_t i = 0; i < kWords; ++i) {
      if ((i < dst || i >= dst + result) && memory_[i] != before_[i]) ++touched;
    }
    CHECK_EQ(touched, 0u);
    for (auto idle = places_() % 3; idle > 0; --idle) step();
    return out;
  }

 private:
  /// First word of the result and how many there are.
  std::pair<std::size_t, std::size_t> start(const Job& job) {
    const std::size_t size = padded(job.x.size());
    const std::size_t result = job.op == kArgmax ? 16 : size;
    const std::size_t second = padded(job.second.size());
    // Operands and result one behind the other, from anywhere on.
    const std::size_t whole = size + second + result;
    REQUIRE_LE(whole, kWords);
    const std::size_t src = 16 * (places_() % ((kWords - whole) / 16 + 1));
    const std::size_t src2 = src + size;
    const std::size_t dst = job.in_place == 1 ? src : job.in_place == 2 ? src2 : src2 + second;
    std::ranges::fill(memory_, kGarbage);
    std::memcpy(memory_.data() + src, job.x.data(), job.x.size() * 4);
    std::memcpy(memory_.data() + src2, job.second.data(), job.second.size() * 4);
    before_ = memory_;

    dut_->op_i = job.op;
    dut_->rows_i = static_cast<std::uint32_t>(job.x.size());
    dut_->cols_i = job.cols;
    trine::test::set_port(dut_->src_beat_i, src / kGroups);
    trine::test::set_port(dut_->src2_beat_i, src2 / kGroups);
    trine::test::set_port(dut_->dst_beat_i, dst / kGroups);
    dut_->alpha_i = bits(job.alpha);
    dut_->beta_i = bits(job.beta);
    dut_->start_i = 1;
    step();
    dut_->start_i = 0;
    return {dst, result};
  }

  /// One cycle with the vector memory: read data a cycle later, writes at once.
  void step() {
    dut_->eval();
    const bool read = dut_->vec_read_valid_o;
    const std::size_t read_at = dut_->vec_read_beat_o * kGroups;
    if (dut_->vec_write_valid_o) {
      const std::size_t at = dut_->vec_write_beat_o * kGroups;
      REQUIRE_LE(at + kGroups, kWords);
      if (read) REQUIRE_NE(read_at, at);  // Its data would be unspecified.
      std::memcpy(&memory_[at], &dut_->vec_write_data_o, 4 * kGroups);
    }
    dut_.step();
    if (read) {
      REQUIRE_LE(read_at + kGroups, kWords);
      std::memcpy(&dut_->vec_read_data_i, &memory_[read_at], 4 * kGroups);
    }
  }

  trine::sim::Dut<Vtrine_vector_unit> dut_;
  Words memory_, before_;
  std::mt19937 places_;
};

/// What golden makes of a job, `search` being the state of argmax.
bool expect(const Job& job, Words& words, ArgmaxState& search) {
  Vector y(job.x.size());
  bool nonfinite = false;
  switch (job.op) {
    case kAdd:
      nonfinite = add(job.x, job.second, y);
      break;
    case kRmsnorm:
      nonfinite = rmsnorm(job.x, job.second, job.alpha, job.beta, y);
      break;
    case kRope:
      nonfinite = rope(job.x, job.cols, job.second, y);
      break;
    case kSoftmax:
      nonfinite = softmax(job.x, job.alpha, y);
      break;
    case kSiluMul:
      nonfinite = silu_mul(job.x, job.second, y);
      break;
    case kArgmax:
      if (job.cols == 0) search = {};
      nonfinite = argmax(job.x, job.cols, search);
      words = {search.index, bits(search.value)};
      words.resize(16);
      return nonfinite;
  }
  words.clear();
  for (const float v : y) words.push_back(bits(v));
  words.resize(padded(y.size()));
  return nonfinite;
}

class Tester {
 public:
  void check(const Job& job) {
    CAPTURE(job.op);
    CAPTURE(job.x.size());
    CAPTURE(job.cols);
    CAPTURE(job.in_place);
    Words expected;
    const bool nonfinite = expect(job, expected, search_);
    const Outcome out = unit_.run(job);
    CHECK_EQ(out.nonfinite, nonfinite);
    REQUIRE_EQ(out.words.size(), expected.size());
    std::size_t different = 0, first = 0;
    for (std::size_t i = expected.size(); i-- > 0;) {
      if (out.words[i] != expected[i]) {
        ++different;
        first = i;
      }
    }
    CAPTURE(first);
    CAPTURE(out.words[first]);
    CAPTURE(expected[first]);
    CHECK_EQ(different, 0u);
    cycles_ = out.cycles;
  }

  std::uint64_t cycles() const { return cycles_; }

  /// A reset some cycles after the start of a job, which forgets the search too.
  void interrupt(const Job& job, std::uint64_t cycles) {
    unit_.interrupt(job, cycles);
    search_ = {};
  }

 private:
  Unit unit_;
  ArgmaxState search_;
  std::uint64_t cycles_ = 0;
};

enum class Values { Normal, Wide, Any };

Vector values(std::size_t n, Values kind, std::uint64_t seed) {
  Fp32Cases cases(seed);
  std::mt19937 random(static_cast<unsigned>(seed));
  std::normal_distribution<float> normal(0.0F, 3.0F);
  Vector x(n);
  for (float& v : x) {
    if (kind == Values::Normal) v = normal(random);
    if (kind == Values::Wide) v = cases.near(0x3f800000U, 20);
    if (kind == Values::Any) v = cases();
  }
  return x;
}

Job job_of(Op op, std::size_t rows, Values kind, unsigned seed) {
  Job job{.op = op, .x = values(rows, kind, seed), .second = {}};
  job.in_place = static_cast<int>(seed % 3);
  switch (op) {
    case kAdd:
    case kSiluMul:
      job.second = values(rows, kind, seed + 1);
      break;
    case kRmsnorm:
      job.second = values(rows, kind, seed + 1);
      job.alpha = 1.0F / static_cast<float>(rows);
      job.beta = 1e-6F;
      break;
    case kRope:
      job.second = values(job.cols = 32U << seed % 3, kind, seed + 1);
      job.x = values(job.cols * (1 + rows / 128), kind, seed);
      job.in_place %= 2;
      break;
    case kSoftmax:
      job.alpha = kLog2e * 0.25F;
      job.in_place %= 2;
      break;
    case kArgmax:
      job.cols = seed % 4 == 0 ? 0 : seed * 1000;
      job.in_place %= 2;
      break;
  }
  return job;
}

}  // namespace

TEST_CASE("trine_vector_unit: every operation at every small length") {
  Tester tester;
  for (const Op op : {kAdd, kRmsnorm, kRope, kSoftmax, kSiluMul, kArgmax}) {
    for (unsigned rows = 1; rows <= 50; ++rows) {
      tester.check(job_of(op, rows, Values::Normal, rows));
      tester.check(job_of(op, rows, Values::Any, rows + 100));
    }
  }
}

TEST_CASE("trine_vector_unit: random operations, lengths and values") {
  Tester tester;
  std::mt19937 random(1);
  for (unsigned n = 0; n < 120; ++n) {
    const auto op = static_cast<Op>(1 + random() % 6);
    const auto kind = static_cast<Values>(random() % 3);
    tester.check(job_of(op, 1 + random() % std::min<std::size_t>(kMaxRows, 600), kind, n + 1000));
  }
}

TEST_CASE("trine_vector_unit: long vectors") {
  Tester tester;
  for (const Op op : {kAdd, kRmsnorm, kRope, kSoftmax, kSiluMul, kArgmax}) {
    for (const Values kind : {Values::Normal, Values::Wide}) {
      tester.check(job_of(op, kMaxRows - 17, kind, static_cast<unsigned>(op)));
    }
  }
}

TEST_CASE("trine_vector_unit: rmsnorm of zeros, extremes and non-finite values") {
  Tester tester;
  for (const float value : {0.0F, -0.0F, 1e-40F, 1e-30F, 1e30F, 3e38F, kInf, kNan}) {
    for (const float eps : {0.0F, 1e-6F}) {
      Job job = job_of(kRmsnorm, 35, Values::Normal, 1);
      job.beta = eps;
      std::ranges::fill(job.x, value);
      tester.check(job);
      job.x[7] = 1.0F;
      tester.check(job);
      job.second[8] = kInf;
      tester.check(job);
    }
  }
  // One value much larger than the others.
  Job job = job_of(kRmsnorm, 48, Values::Normal, 2);
  job.x[47] = 1e20F;
  tester.check(job);
  // The sum of squares is rounded up to 2^-127, which counts as zero.
  const Vector below{std::ldexp(1.0F, -64), std::ldexp(16777215.0F, -88),
                     std::ldexp(11250000.0F, -99)};
  tester.check({.op = kRmsnorm, .x = below, .second = Vector(3, 1.0F), .alpha = 1.0F});
  // Powers of four, whose roots are exact.
  for (int k = -20; k <= 20; ++k) {
    tester.check({.op = kRmsnorm, .x = {std::ldexp(1.0F, k)}, .second = {3.0F}, .alpha = 1.0F});
  }
}

TEST_CASE("trine_vector_unit: a NaN of any payload is one, in each operand of each operation") {
  Tester tester;
  for (const Op op : {kAdd, kRmsnorm, kRope, kSoftmax, kSiluMul, kArgmax}) {
    for (unsigned bit = 0; bit < 23; ++bit) {
      const float nan = std::bit_cast<float>(0x7f800000U | 1U << bit);
      CAPTURE(bit);
      Job job = job_of(op, 33, Values::Normal, bit);
      job.x[bit] = nan;
      tester.check(job);
      job = job_of(op, 33, Values::Normal, bit);
      if (job.second.empty()) continue;
      job.second[bit] = nan;
      tester.check(job);
    }
  }
}

TEST_CASE("trine_vector_unit: a reset in any cycle leaves nothing behind") {
  Tester tester;
  std::mt19937 random(6);
  for (unsigned n = 0; n < 400; ++n) {
    const auto op = static_cast<Op>(1 + random() % 6);
    tester.interrupt(job_of(op, 1 + random() % 60, Values::Any, n), random() % 150);
    const auto next = static_cast<Op>(1 + random() % 6);
    tester.check(job_of(next, 1 + random() % 60, Values::Normal, n));
  }
}

TEST_CASE("trine_vector_unit: softmax of equal, huge and non-finite scores") {
  Tester tester;
  for (const float score : {0.0F, -1e30F, 1e30F, 1e-40F, 3.3F}) {
    for (const std::size_t rows : {1U, 16U, 33U}) {
      Job job = job_of(kSoftmax, rows, Values::Normal, 1);
      std::ranges::fill(job.x, score);
      tester.check(job);
      job.x[rows - 1] = score + 1;
      tester.check(job);
    }
  }
  for (const float bad : {kInf, -kInf, kNan, 3.4e38F}) {
    Job job = job_of(kSoftmax, 20, Values::Normal, 3);
    job.alpha = 2.0F;
    job.x[11] = bad;
    tester.check(job);
    std::ranges::fill(job.x, bad);
    tester.check(job);
  }
}

TEST_CASE("trine_vector_unit: silu_mul at its ends") {
  Tester tester;
  Job job{.op = kSiluMul,
          .x = {0.0F, -0.0F, 100.0F, -80.0F, -87.0F, -88.0F, -89.0F, -200.0F, 1e-40F, 3e38F, -3e38F,
                88.0F},
          .second = Vector(12, 1.5F)};
  tester.check(job);
  job.x.insert(job.x.end(), {kInf, -kInf, kNan, 0.0F, 1.0F, 1.0F});
  job.second.insert(job.second.end(), {0.0F, 1.0F, 1.0F, kInf, kNan, -kInf});
  tester.check(job);
}

TEST_CASE("trine_vector_unit: argmax over several commands, ties, signs, NaN") {
  Tester tester;
  const auto search = [&](Vector x, std::uint32_t first) {
    tester.check({.op = kArgmax, .x = std::move(x), .second = {}, .cols = first});
  };
  search(Vector(40, -1.0F), 0);
  search(Vector(40, -1.0F), 40);
  search({-0.0F, 0.0F, 0.0F, -0.0F}, 80);
  search({-0.0F, 0.0F}, 5);  // Equal: the earlier search stays.
  search(Vector(20, kNan), 84);
  search({1.0F, kNan, 2.0F}, 100);
  search({kInf}, 200);
  search({kNan}, 0);
  search({-kInf, kNan}, 1);
  search({1e-40F, -1e-40F}, 0);
  search({-1e-40F, 1e-40F}, 0);
  // Any values; most searches that go on find nothing better than what was kept.
  for (unsigned n = 0; n < 60; ++n) search(values(6, Values::Normal, n), 6 * (n % 10));
  for (unsigned n = 0; n < 60; ++n) search(values(6, Values::Any, n), 6 * (n % 10));
  // Any index.
  for (unsigned n = 0; n < 32; ++n) search({static_cast<float>(n), 0.5F}, 0xA5C30F69U << n);
  // The first of equal values, also where indices begin anew behind 2^32 - 1.
  for (unsigned n = 0; n < 20; ++n) {
    search(Vector(3, 1.0F), 0);
    search(Vector(20, 2.0F), 0U - n);
  }
  // Every place of a tie.
  for (std::size_t i = 0; i < 40; i += 3) {
    Vector x(40, -5.0F);
    x[i] = 3.0F;
    x[39] = 3.0F;
    search(x, 0);
  }
}

TEST_CASE("trine_vector_unit: cycles of an operation") {
  Tester tester;
  struct Row {
    const char* name;
    Op op;
    std::size_t rows;
    unsigned seed;  // Sets the head dimension of rope: 128.
  };
  for (const Row& row :
       {Row{"add", kAdd, 2048, 2}, Row{"rmsnorm", kRmsnorm, 2048, 2},
        Row{"rope, heads of 128", kRope, 2304 - 128, 2}, Row{"softmax", kSoftmax, 129, 2},
        Row{"silu_mul", kSiluMul, 11008, 2}, Row{"argmax", kArgmax, 2048, 2}}) {
    if (3 * row.rows > kWords) continue;
    const Job job = job_of(row.op, row.rows, Values::Normal, row.seed);
    tester.check(job);
    const std::size_t rows = job.x.size();
    MESSAGE(std::string(row.name), " ", rows, ": ", tester.cycles(), " cycles");
    // A beat or a slice a cycle in each pass, and little between.
    const std::size_t beats = padded(rows) / kGroups, slices = padded(rows) / kLanes;
    const std::size_t one = slices, two = std::max(2 * beats, slices);
    std::size_t least = two;
    if (row.op == kRmsnorm) least = one + 2 * two;
    if (row.op == kSoftmax) least = 3 * one;
    if (row.op == kArgmax) least = one;
    CHECK_GE(tester.cycles(), least);
    CHECK_LE(tester.cycles(), least + 100);
  }
}
