// SPDX-License-Identifier: Apache-2.0
//
// The vector opcodes of the golden machine against golden/exact/vector_ops.h, and the ways in which
// commands refer to banks, tokens and positions.

#include <cmath>
#include <random>

#include "error_fixture.h"
#include "golden/checkpoint/float16.h"
#include "golden/exact/vector_ops.h"
#include "machine/product/f16/definition.h"

using namespace trine;

namespace {

constexpr std::uint64_t kData = 0x20000;
constexpr std::uint32_t kX = 64, kSecond = 8192, kTo = 16384;

std::vector<float> random_values(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, 2);
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

/// Two banks, of which the other is full of ones.
struct VectorMachine : Machine {
  explicit VectorMachine(unsigned bank) : Machine({.vectors = 2}), bank_(bank) {
    put(kData, std::vector<float>(32768, 1.0F));
    for (const std::uint32_t of : {0u, 1u})
      REQUIRE_EQ(run({Fields{.opcode = Opcode::LOAD, .rows = 32768, .address = kData, .bank = of},
                      end_command()}),
                 Outcome{ErrorCode::NONE, 1});
  }
  void load(std::uint32_t dst, const std::vector<float>& values) {
    put(kData, values);
    REQUIRE_EQ(run({Fields{.opcode = Opcode::LOAD,
                           .rows = static_cast<std::uint32_t>(values.size()),
                           .dst = dst,
                           .address = kData,
                           .bank = bank_},
                    end_command()}),
               Outcome{ErrorCode::NONE, 1});
  }
  /// Runs the command; `expected`, then zeros up to 16, then what was there; all else unchanged.
  void check(Fields fields, const std::vector<float>& expected, ErrorCode code = ErrorCode::NONE) {
    fields.bank = bank_;
    auto after = vector_memory(bank_);
    const auto other = vector_memory(1 - bank_);
    const auto bits = bits_of(expected);
    const std::size_t whole = (bits.size() + 15) / 16 * 16;
    std::fill_n(after.begin() + fields.dst, whole, 0);
    std::copy(bits.begin(), bits.end(), after.begin() + fields.dst);
    CHECK_EQ(run({fields, end_command()}), Outcome{code, code == ErrorCode::NONE ? 1u : 0u});
    CHECK(vector_memory(bank_) == after);
    CHECK(vector_memory(1 - bank_) == other);
  }

 private:
  unsigned bank_;
};

}  // namespace

TEST_CASE("golden machine: elementwise operations equal their definitions, in any bank") {
  for (const unsigned bank : {0u, 1u}) {
    for (const std::uint32_t count : {1u, 15u, 16u, 17u, 100u, 2048u}) {
      CAPTURE(bank);
      CAPTURE(count);
      VectorMachine machine(bank);
      const auto x = random_values(count, count), y = random_values(count, count + 1);
      machine.load(kX, x);
      machine.load(kSecond, y);
      std::vector<float> result(count);
      Fields f{.rows = count, .src = kX, .dst = kTo, .src2 = kSecond};

      f.opcode = Opcode::ADD;
      CHECK_FALSE(golden::add(x, y, result));
      machine.check(f, result);
      f.opcode = Opcode::SILU_MUL;
      CHECK_FALSE(golden::silu_mul(x, y, result));
      machine.check(f, result);
      f.opcode = Opcode::RMSNORM;
      f.alpha = 1.0F / static_cast<float>(count);
      f.beta = 1e-6F;
      CHECK_FALSE(golden::rmsnorm(x, y, f.alpha, f.beta, result));
      machine.check(f, result);
      f.opcode = Opcode::SOFTMAX;
      f.src2 = 0;
      f.alpha = 0.7F;
      f.beta = 0;
      CHECK_FALSE(golden::softmax(x, f.alpha, result));
      machine.check(f, result);
      f.dst = kX;  // Over its own input.
      machine.check(f, result);
    }
  }
}

TEST_CASE("golden machine: ROPE equals its definition for every head dimension") {
  for (const std::uint32_t width : {32u, 64u, 128u, 256u, 512u}) {
    VectorMachine machine(1);
    const auto x = random_values(3 * width, width), table = random_values(width, 5);
    machine.load(kX, x);
    machine.load(kSecond, table);
    std::vector<float> result(3 * width);
    CHECK_FALSE(golden::rope(x, width, table, result));
    machine.check({.opcode = Opcode::ROPE,
                   .rows = 3 * width,
                   .cols = width,
                   .src = kX,
                   .dst = kX,
                   .src2 = kSecond},
                  result);
  }
}

TEST_CASE("golden machine: ARGMAX goes on until COLS is 0 again") {
  VectorMachine machine(0);
  const auto x = random_values(40, 3);
  auto low = x;
  for (float& value : low) value -= 100;
  golden::ArgmaxState best;
  const auto check = [&](const std::vector<float>& values, std::uint32_t first) {
    machine.load(kX, values);
    if (first == 0) best = {};
    CHECK_FALSE(golden::argmax(values, first, best));
    std::vector<float> line(16);
    line[0] = std::bit_cast<float>(best.index);
    line[1] = best.value;
    machine.check({.opcode = Opcode::ARGMAX, .rows = 40, .cols = first, .src = kX, .dst = kTo},
                  line);
  };
  check(low, 0);
  check(x, 40);
  CHECK_GE(best.index, 40u);
  check(low, 80);
  CHECK_LT(best.index, 80u);
  check(low, 0);
  CHECK_LT(best.index, 40u);
}

TEST_CASE("golden machine: Inf and NaN in a vector operation raise NONFINITE") {
  for (const float bad : {INFINITY, -INFINITY, NAN}) {
    for (const Opcode opcode : {Opcode::ADD, Opcode::SILU_MUL, Opcode::RMSNORM, Opcode::SOFTMAX,
                                Opcode::ROPE, Opcode::ARGMAX}) {
      VectorMachine machine(0);
      auto x = random_values(32, 1);
      x[31] = bad;
      machine.load(kX, x);
      Fields f{.opcode = opcode, .rows = 32, .src = kX, .dst = kTo, .src2 = kSecond};
      if (opcode == Opcode::SOFTMAX || opcode == Opcode::ARGMAX) f.src2 = 0;
      if (opcode == Opcode::ROPE) f.cols = 32;
      CHECK_EQ(machine.run({f, end_command()}), Outcome{ErrorCode::NONFINITE, 0});
      CHECK_EQ(machine.run({end_command()}), Outcome{ErrorCode::NONE, 0});
    }
  }
}

TEST_CASE("golden machine: threads change nothing, wherever a result lies over its operands") {
  constexpr std::uint32_t kCount = 700;
  const auto x = random_values(kCount, 1), y = random_values(kCount, 2);
  for (const unsigned threads : {1u, 5u}) {
    CAPTURE(threads);
    VectorMachine machine(0);
    machine.transport.set_threads(threads);
    // From where the operands lie one behind the other: over, before, behind and between them.
    for (const std::uint32_t to : {kX, kX + 16, kX + 352, kX + 704, kX + 720, kTo}) {
      CAPTURE(to);
      std::vector<float> want(kCount);
      const auto check = [&](Opcode opcode, float alpha = 0) {
        machine.load(kX, x);
        machine.load(kX + 704, y);
        Fields f{.opcode = opcode, .rows = kCount, .src = kX, .dst = to};
        f.src2 = kX + 704;
        f.alpha = alpha;
        machine.check(f, want);
      };
      CHECK_FALSE(golden::add(x, y, want));
      check(Opcode::ADD);
      CHECK_FALSE(golden::silu_mul(x, y, want));
      check(Opcode::SILU_MUL);
      CHECK_FALSE(golden::rmsnorm(x, y, 0.5F, 0.0F, want));
      check(Opcode::RMSNORM, 0.5F);
    }
    // The table of a rotation under its result.
    const auto heads = random_values(1024, 3), table = random_values(64, 4);
    std::vector<float> want(1024);
    CHECK_FALSE(golden::rope(heads, 64, table, want));
    machine.load(kX, heads);
    machine.load(kTo, table);
    machine.check({.opcode = Opcode::ROPE,
                   .rows = 1024,
                   .cols = 64,
                   .src = kX,
                   .dst = kTo - 512,
                   .src2 = kTo},
                  want);
  }
}

TEST_CASE("golden machine: with many threads the first of equal values is the largest") {
  VectorMachine machine(0);
  machine.transport.set_threads(5);
  for (const std::uint32_t first : {0u, 130u, 999u}) {
    std::vector<float> x(1000, -1.0F);
    for (std::uint32_t i = first; i < x.size(); i += 7) x[i] = 4;
    machine.load(kX, x);
    std::vector<float> line(16);
    line[0] = std::bit_cast<float>(first);
    line[1] = 4;
    machine.check({.opcode = Opcode::ARGMAX, .rows = 1000, .src = kX, .dst = kTo}, line);
  }
}

TEST_CASE("golden machine: INDEX moves the address by token or position of the bank") {
  VectorMachine machine(1);
  machine.put(kData, random_values(1024, 1));
  machine.transport.write(Reg::POSITION, 4);
  machine.transport.write(Reg::TOKEN_0, 9);
  machine.transport.write(Reg::TOKEN_1, 7);
  Fields f{
      .opcode = Opcode::LOAD, .rows = 20, .dst = kTo, .address = kData, .bank = 1, .stride = 128};
  for (const std::uint32_t index : {1u, 2u}) {
    const std::uint32_t at = index == 1 ? 7 : 5;
    f.index = index;
    f.limit = at + 1;
    machine.check(f, machine.get<float>(kData + at * 128, 20));
    f.limit = at;
    CHECK_EQ(machine.run({f, end_command()}), Outcome{ErrorCode::INDEX_RANGE, 0});
  }
}

TEST_CASE("golden machine: STORE_COLUMN writes FP16 down a column and nothing else") {
  VectorMachine machine(1);
  const auto x = random_values(37, 2);
  machine.load(kX, x);
  machine.put(kData, std::vector<std::uint16_t>(64 * 64, 0x1234));
  machine.transport.write(Reg::POSITION, 10);
  auto expected = machine.get<std::uint16_t>(kData, 64 * 64);
  for (std::size_t i = 0; i < 37; ++i) expected[i * 64 + 11] = golden::f32_to_f16(x[i]);
  Fields f{.opcode = Opcode::STORE_COLUMN,
           .rows = 37,
           .src = kX,
           .address = kData,
           .bank = 1,
           .stride = 128,
           .limit = 64};
  CHECK_EQ(machine.run({f, end_command()}), Outcome{ErrorCode::NONE, 1});
  CHECK(machine.get<std::uint16_t>(kData, 64 * 64) == expected);
  f.limit = 11;
  CHECK_EQ(machine.run({f, end_command()}), Outcome{ErrorCode::INDEX_RANGE, 0});
  f.limit = 65;  // Twice that is more than the stride.
  CHECK_EQ(machine.run({f, end_command()}), Outcome{ErrorCode::BAD_FIELD, 0});
}

TEST_CASE("golden machine: F16_MATVEC with a stride and a span, as attention uses it") {
  VectorMachine machine(1);
  const std::uint32_t capacity = 96, position = 40;
  std::vector<std::uint16_t> cache(64 * capacity);
  const auto values = random_values(cache.size(), 4);
  for (std::size_t i = 0; i < cache.size(); ++i) cache[i] = golden::f32_to_f16(values[i]);
  const auto x = random_values(position + 2, 5);
  machine.load(kX, x);
  machine.put(kData, cache);
  machine.transport.write(Reg::POSITION, position);  // Bank 1 is one further.
  auto padded = x;
  padded.resize(64);
  const auto expected = golden::f16_definition({cache, 64, 64, capacity}, golden::to_bfp(padded)).y;
  Fields f{.opcode = Opcode::F16_MATVEC,
           .rows = 64,
           .cols = capacity,
           .src = kX,
           .dst = kTo,
           .address = kData,
           .span = 2,
           .stride = capacity * 2};
  machine.check(f, expected);
  f.span = 1;
  f.rows = position + 1;
  f.bank = 1;
  CHECK_EQ(machine.run({f, end_command()}), Outcome{ErrorCode::INDEX_RANGE, 0});
}

TEST_CASE("golden machine: SOFTMAX with a span takes the positions so far") {
  VectorMachine machine(0);
  const auto x = random_values(64, 6);
  machine.load(kX, x);
  machine.transport.write(Reg::POSITION, 20);
  std::vector<float> result(21);
  CHECK_FALSE(golden::softmax(std::span(x).first(21), 0.5F, result));
  machine.check(
      {.opcode = Opcode::SOFTMAX, .rows = 64, .src = kX, .dst = kX, .span = 1, .alpha = 0.5F},
      result);
}
