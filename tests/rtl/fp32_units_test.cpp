// SPDX-License-Identifier: Apache-2.0
//
// The FP32 operators of the vector unit against the golden model, TRINE_CASES random cases each.

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <deque>
#include <memory>

#include "Vtrine_fp32_add.h"
#include "Vtrine_fp32_exp2.h"
#include "Vtrine_fp32_mul.h"
#include "Vtrine_fp32_recip.h"
#include "Vtrine_fp32_rsqrt.h"
#include "golden/exact/fp32_ops.h"
#include "sim/coverage_file.h"
#include "tests/golden/fp32_cases.h"

using namespace trine::golden;
using trine::test::Fp32Cases;

namespace {

constexpr int kCases = TRINE_CASES;

std::uint32_t bits(float value) {
  return std::bit_cast<std::uint32_t>(value);
}

/// An operator without reset: a new operand in most cycles, in the others the pipeline stands.
template <class Model>
class Pipeline {
 public:
  explicit Pipeline(std::size_t latency) : latency_(latency) {
    trine::sim::set_initial_values(context_);
    model_ = std::make_unique<Model>(&context_);
  }
  ~Pipeline() { trine::sim::write_coverage(context_); }

  Model* operator->() { return model_.get(); }

  /// Moves one cycle; the operands at the ports have this result.
  void step(float expected) {
    model_->en_i = 0;  // A cycle in which nothing may change.
    if (++cycle_ % 5 == 0) clock();
    model_->en_i = 1;
    clock();
    expected_.push_back(bits(expected));
    if (expected_.size() < latency_) return;
    if (model_->y_o != expected_.front()) CHECK_EQ(model_->y_o, expected_.front());
    ++checked_;
    expected_.pop_front();
  }

  int checked() const { return checked_; }

 private:
  void clock() {
    model_->clk_i = 0;
    model_->eval();
    model_->clk_i = 1;
    model_->eval();
  }

  VerilatedContext context_;
  std::unique_ptr<Model> model_;
  std::size_t latency_;
  std::deque<std::uint32_t> expected_;
  unsigned cycle_ = 0;
  int checked_ = 0;
};

template <class Model>
void check_two(std::size_t latency, float (*golden)(float, float), unsigned seed) {
  Pipeline<Model> dut(latency);
  Fp32Cases cases(seed);
  for (int n = 0; n < kCases; ++n) {
    const float a = cases();
    const float b = cases.partner(a);
    dut->a_i = bits(a);
    dut->b_i = bits(b);
    dut.step(golden(a, b));
  }
  CHECK_GE(dut.checked(), kCases - 10);
}

/// Random operands; `field` is where a third of them gather, if not zero.
template <class Model>
void check_one(std::size_t latency, float (*golden)(float), std::uint32_t field, unsigned seed) {
  Pipeline<Model> dut(latency);
  Fp32Cases cases(seed);
  for (int n = 0; n < kCases; ++n) {
    const float x = n % 3 == 0 && field != 0 ? cases.near(field << 23, 4) : cases();
    dut->x_i = bits(x);
    dut.step(golden(x));
  }
  // Every exponent, both signs, at the ends of the mantissa and of the segments.
  for (std::uint32_t top = 0; top < 512; ++top) {
    for (const std::uint32_t low : {0U, 1U, 0xffffU, 0x10000U, 0x3fffffU, 0x7fffffU}) {
      dut->x_i = top << 23 | low;
      dut.step(golden(std::bit_cast<float>(top << 23 | low)));
    }
  }
  CHECK_GE(dut.checked(), kCases);
}

}  // namespace

TEST_CASE("trine_fp32_mul: equals golden, product and exponents beside it") {
  check_two<Vtrine_fp32_mul>(4, fp32_mul, 1);
  Pipeline<Vtrine_fp32_mul> dut(4);
  dut->a_i = bits(1.5F);
  dut->b_i = bits(3.0F);
  dut.step(4.5F);
  dut.step(4.5F);
  CHECK_EQ(dut->product_o, std::uint64_t{9} << 44);
  CHECK_EQ(dut->fields_o, 127 + 128);
  CHECK_EQ(dut->zero_o, 0);
  dut->b_i = bits(-0.0F);
  dut.step(-0.0F);
  dut.step(-0.0F);
  CHECK_EQ(dut->zero_o, 1);
}

TEST_CASE("trine_fp32_add: equals golden") {
  check_two<Vtrine_fp32_add>(6, fp32_add, 2);
}

TEST_CASE("trine_fp32_exp2: equals golden") {
  check_one<Vtrine_fp32_exp2>(9, fp32_exp2, 130, 3);
}

TEST_CASE("trine_fp32_recip: equals golden") {
  check_one<Vtrine_fp32_recip>(7, fp32_recip, 0, 4);
}

TEST_CASE("trine_fp32_rsqrt: equals golden") {
  check_one<Vtrine_fp32_rsqrt>(7, fp32_rsqrt, 0, 5);
}
