// SPDX-License-Identifier: Apache-2.0

#include "golden/codec/recover.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "format_fixture.h"
#include "golden/codec/dtype_codes.h"
#include "golden/codec/groups.h"
#include "golden/codec/quantize.h"

namespace trine::golden {
namespace {

constexpr Dtype kDtypes[] = {Dtype::F16, Dtype::BF16, Dtype::F32};

/// Roughly normal weights whose size differs from row to row, rounded to BF16 as published ones.
std::vector<float> random_weights(std::size_t rows, std::size_t cols, unsigned seed, double sigma) {
  std::mt19937 random(seed);
  std::vector<float> weights(rows * cols);
  double row_sigma = sigma;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (i % cols == 0) row_sigma = sigma * (0.5 + static_cast<double>(random() % 100) / 50);
    double sum = -6;
    for (int j = 0; j < 12; ++j) sum += static_cast<double>(random()) / 4294967295.0;
    weights[i] = round_to(Dtype::BF16, static_cast<float>(sum * row_sigma));
  }
  return weights;
}

std::vector<float> products(const TritMatrix& matrix, Dtype dtype) {
  auto weights = dequantize(matrix);
  for (float& weight : weights) weight = round_to(dtype, weight);
  return weights;
}

Recovery recover_matrix(const TritMatrix& matrix, Dtype dtype) {
  return recover(products(matrix, dtype), matrix.shape.rows, matrix.shape.cols, dtype);
}

/// The next number of the type, away from zero.
float next_number(float value, Dtype dtype) {
  if (dtype == Dtype::F32) return std::nextafterf(value, 2 * value);
  if (dtype == Dtype::F16) return f16_to_f32(static_cast<std::uint16_t>(f32_to_f16(value) + 1));
  return bf16_to_f32(static_cast<std::uint16_t>(f32_to_bf16(value) + 1));
}

TEST_CASE("recover: every depth, both ways of scales, every type: the same levels and products") {
  for (const unsigned depth : {1u, 2u, 3u, 4u}) {
    for (const Scales scales : {Scales::V2, Scales::Best}) {
      for (const Dtype dtype : kDtypes) {
        CAPTURE(depth);
        CAPTURE(scales == Scales::V2);
        CAPTURE(dtype_name(dtype));
        const MatrixShape shape{160, 256, depth};
        const TritMatrix matrix =
            quantize(random_weights(shape.rows, shape.cols, depth, 0.03), shape, scales);
        const Recovery found = recover_matrix(matrix, dtype);
        CHECK(found.matrix.shape == shape);
        CHECK(found.log_spaced);
        CHECK(found.differing == 0);
        CHECK(found.matrix.levels == matrix.levels);
        CHECK(products(found.matrix, dtype) == products(matrix, dtype));
        if (scales == Scales::V2) {  // Its ends are weights, so even the entries are exact.
          CHECK(found.matrix.codebook == matrix.codebook);
          CHECK(found.matrix.scales == matrix.scales);
        }
      }
    }
  }
}

TEST_CASE("recover: a weight changed by one step of its type is refused with its row") {
  for (const unsigned depth : {2u, 3u, 4u}) {
    for (const Dtype dtype : kDtypes) {
      CAPTURE(depth);
      CAPTURE(dtype_name(dtype));
      const MatrixShape shape{160, 256, depth};
      const TritMatrix matrix =
          quantize(random_weights(shape.rows, shape.cols, 20 + depth, 0.03), shape, Scales::V2);
      auto weights = products(matrix, dtype);
      float& weight = weights[100 * 256 + 16 * 5 + 3];
      REQUIRE(weight != 0);
      weight = next_number(weight, dtype);
      // BF16 says so little of a scale that the contradiction may show in another row first.
      const std::string where = dtype == Dtype::BF16 ? "row " : "row 100, columns 80 to 95";
      check_error([&] { recover(weights, 160, 256, dtype); }, {where});
      const Recovery lossy = recover(weights, 160, 256, dtype, true);
      CHECK(lossy.evidence.find(where) == 0);
      CHECK(lossy.differing > 0);
      CHECK(lossy.rms_error > 0);
      CHECK(lossy.max_error >= lossy.rms_error);
      CHECK(lossy.max_error < 0.02);
      if (dtype != Dtype::BF16) {  // All other groups keep their codes.
        CHECK(lossy.differing <= 16);
        std::size_t other = 0;
        for (std::size_t i = 0; i < weights.size(); ++i)
          other += lossy.matrix.levels[i] != matrix.levels[i];
        CHECK(other <= 16);
      }
    }
  }
}

TEST_CASE("recover: sparse and ragged groups, zeros, subnormals: equal products") {
  for (const unsigned depth : {1u, 2u, 3u, 4u}) {
    for (const Dtype dtype : kDtypes) {
      for (const double sigma : {0.03, 4e-6, 3e-8}) {  // The last two are subnormal in F16.
        CAPTURE(depth);
        CAPTURE(dtype_name(dtype));
        CAPTURE(sigma);
        const MatrixShape shape{96, 100, depth};  // The last group of a row has 4 columns.
        auto weights = random_weights(shape.rows, shape.cols, 40 + depth, sigma);
        for (std::size_t row = 0; row < shape.rows; row += 5) {
          const std::size_t kept = row / 5 % 4;  // Nonzero weights of the first group.
          std::fill_n(&weights[row * shape.cols], 16 - kept, 0.0f);
        }
        const TritMatrix matrix = quantize(weights, shape, Scales::V2);
        const Recovery found = recover_matrix(matrix, dtype);
        CHECK(found.differing == 0);
        CHECK(products(found.matrix, dtype) == products(matrix, dtype));
        CHECK_NOTHROW(pack(found.matrix));
      }
    }
  }
}

TEST_CASE("recover: zero matrices, one scale, one weight") {
  for (const Dtype dtype : kDtypes) {
    CAPTURE(dtype_name(dtype));
    const Recovery zero = recover(std::vector<float>(64UL * 40), 64, 40, dtype);
    CHECK(zero.matrix.levels == std::vector<std::int8_t>(64UL * 40));
    CHECK(zero.matrix.scales == std::vector<std::uint8_t>(64UL * 3));

    std::vector<float> weights(64UL * 40);
    weights[77] = -0.5f;
    weights[78] = -0.0f;
    const Recovery one = recover(weights, 64, 40, dtype);
    CHECK(one.matrix.shape.depth == 1);
    CHECK(one.matrix.levels[77] == -1);
    CHECK(one.negative_zeros == 1);
    CHECK(products(one.matrix, dtype) == weights);

    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = i % 3 == 0 ? 0.25f : -0.25f;
    const Recovery same = recover(weights, 64, 40, dtype);
    CHECK(same.matrix.shape.depth == 1);
    CHECK(products(same.matrix, dtype) == weights);
  }
}

TEST_CASE("recover: plain weights and a power-law grid are no levels of one step") {
  for (const Dtype dtype : kDtypes) {
    CAPTURE(dtype_name(dtype));
    auto plain = random_weights(64, 256, 60, 0.03);
    check_error([&] { recover(plain, 64, 256, dtype); },
                {"row 0, columns 0 to 15", "not levels up to 40 times one step"});
    const Recovery lossy = recover(plain, 64, 256, dtype, true);
    CHECK(lossy.matrix.shape.depth == 4);
    CHECK(lossy.differing > 10000);
    CHECK(lossy.rms_error < 0.002);

    // Levels spaced as |q|^1.5 in place of |q|.
    for (const unsigned depth : {2u, 3u, 4u}) {
      CAPTURE(depth);
      const MatrixShape shape{64, 256, depth};
      const TritMatrix matrix = quantize(plain, shape, Scales::V2);
      std::vector<float> power(plain.size());
      for (std::size_t i = 0; i < power.size(); ++i) {
        const double x = static_cast<double>(matrix.levels[i]) / outer_level(depth);
        const double scale = matrix.codebook[matrix.scales[i / 16]];
        power[i] = round_to(
            dtype, static_cast<float>(std::copysign(std::pow(std::fabs(x), 1.5) * scale, x)));
      }
      check_error([&] { recover(power, 64, 256, dtype); }, {"row ", "columns "});
    }
  }
}

TEST_CASE("recover: with too many scales, lossy quantizes anew at the depth that the levels show") {
  std::mt19937 random(71);
  for (const unsigned depth : {1u, 2u, 3u, 4u}) {
    CAPTURE(depth);
    const int outer = outer_level(depth);
    std::vector<float> weights(64 * 256);
    double step = 0;  // One of its own for every group, where a codebook has 27.
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (i % 16 == 0)
        step = 0.01 * std::exp(static_cast<double>(random() % 100'000) / 1e5) / outer;
      int q = static_cast<int>(random() % static_cast<unsigned>(2 * outer + 1)) - outer;
      if (i % 16 == 0) q = outer;
      if (i % 16 == 1) q = 1;  // So that no larger step explains the group.
      weights[i] = static_cast<float>(q * step);
    }
    check_error([&] { recover(weights, 64, 256, Dtype::F32); }, {});
    const Recovery lossy = recover(weights, 64, 256, Dtype::F32, true);
    CHECK(lossy.matrix.shape == MatrixShape{64, 256, depth});
    CHECK_FALSE(lossy.evidence.empty());
    const TritMatrix anew = quantize(weights, {64, 256, depth}, Scales::Best);
    CHECK(lossy.matrix.levels == anew.levels);
    CHECK(lossy.matrix.scales == anew.scales);
  }
}

TEST_CASE("recover: a codebook whose entries were rounded is found entry by entry") {
  const MatrixShape shape{256, 256, 4};
  TritMatrix matrix = quantize(random_weights(256, 256, 70, 0.03), shape, Scales::V2);
  for (double& entry : matrix.codebook) entry = round_to(Dtype::F16, static_cast<float>(entry));
  const Recovery found = recover_matrix(matrix, Dtype::F16);
  CHECK_FALSE(found.log_spaced);
  CHECK(found.matrix.levels == matrix.levels);
  CHECK(products(found.matrix, Dtype::F16) == products(matrix, Dtype::F16));
}

/// A matrix of FP32 weights, group by group one entry of `scales` in turn, each with its outermost
/// level and a level of 1.
TritMatrix of_scales(const MatrixShape& shape, const std::vector<double>& scales, unsigned seed) {
  std::mt19937 random(seed);
  const int outer = outer_level(shape.depth);
  TritMatrix matrix;
  matrix.shape = shape;
  for (std::size_t k = 0; k < kCodebook; ++k)
    matrix.codebook[k] = scales[std::min(k, scales.size() - 1)];
  matrix.levels.resize(shape.rows * shape.cols);
  for (std::size_t i = 0; i < matrix.levels.size(); ++i) {
    const int level = static_cast<int>(random() % static_cast<unsigned>(2 * outer + 1)) - outer;
    matrix.levels[i] = static_cast<std::int8_t>(i % 16 == 0 ? outer : i % 16 == 1 ? 1 : level);
    if (i % 16 == 0)
      matrix.scales.push_back(static_cast<std::uint8_t>(matrix.scales.size() % scales.size()));
  }
  return matrix;
}

TEST_CASE("recover: few entries of a log-spaced codebook are seen as that, wherever they lie") {
  for (const auto& places : {std::vector{0, 1, 3}, {0, 2, 3, 7}, {0, 11, 26}, {0}, {0, 5}}) {
    CAPTURE(places.size());
    std::vector<double> scales;
    for (const int k : places) scales.push_back(0.37 * std::exp(0.0931 * k));
    const TritMatrix matrix = of_scales({64, 256, 2}, scales, 5);
    const Recovery found = recover_matrix(matrix, Dtype::F32);
    CHECK(found.log_spaced);
    CHECK(found.differing == 0);
    CHECK(found.max_error == 0);
    CHECK(found.rms_error == 0);
    CHECK(found.evidence.empty());
    CHECK(found.matrix.shape.depth == 2);
    CHECK(found.matrix.levels == matrix.levels);
    CHECK(products(found.matrix, Dtype::F32) == products(matrix, Dtype::F32));
  }
  // Not on any line that 27 entries could make.
  const std::vector<double> scales = {0.37, 0.371, 0.4, 0.41, 0.523, 0.7, 0.7001};
  const TritMatrix matrix = of_scales({64, 256, 2}, scales, 6);
  const Recovery found = recover_matrix(matrix, Dtype::F32);
  CHECK_FALSE(found.log_spaced);
  CHECK(found.matrix.levels == matrix.levels);
  CHECK(found.matrix.scales == matrix.scales);
}

TEST_CASE("recover: a group of another scale is refused, with lossy the nearest codes") {
  std::vector<double> scales;
  for (int k = 0; k < 27; ++k) scales.push_back(0.2 * std::exp(0.05 * k));
  const MatrixShape shape{64, 256, 3};
  const TritMatrix matrix = of_scales(shape, scales, 8);
  // Another by so little that it cannot be a scale of its own.
  constexpr std::size_t kGroupAt = 20 * 16 + 3;  // Row 20, columns 48 to 63: entry 323 % 27 = 26.
  for (const double factor : {1.0016, 0.9985}) {
    CAPTURE(factor);
    auto weights = products(matrix, Dtype::F16);
    const double scale = scales[kGroupAt % 27] * factor;
    for (std::size_t i = kGroupAt * 16; i < kGroupAt * 16 + 16; ++i)
      weights[i] = round_to(Dtype::F16, static_cast<float>(matrix.levels[i] * (scale / 13)));
    std::size_t nearest = 0;
    for (std::size_t k = 1; k < 27; ++k)
      if (std::fabs(std::log(scales[k] / scale)) < std::fabs(std::log(scales[nearest] / scale)))
        nearest = k;
    std::string message;
    try {
      recover(weights, shape.rows, shape.cols, Dtype::F16);
      FAIL_CHECK("not refused");
    } catch (const Error& error) {
      message = error.what();
    }
    CAPTURE(message);
    double low = 0, high = 0, entry = 0;
    int entries = 0;
    REQUIRE(std::sscanf(message.c_str(),
                        "row 20, columns 48 to 63: at depth 3 these weights need a scale of %lf to "
                        "%lf, but the nearest of the %d codebook entries that other groups show is "
                        "%lf",
                        &low, &high, &entries, &entry) == 4);
    CHECK(low <= scale * (1 + 1e-6));
    CHECK(high >= scale * (1 - 1e-6));
    CHECK(high / low < 1.002);
    CHECK(entries == 27);
    CHECK(entry == doctest::Approx(scales[nearest]).epsilon(1e-3));

    const Recovery lossy = recover(weights, shape.rows, shape.cols, Dtype::F16, true);
    CHECK(lossy.evidence == message);
    // The entry and levels of least squared error, by trying all.
    const auto error_of = [&](std::size_t k) {
      double error = 0;
      for (std::size_t i = kGroupAt * 16; i < kGroupAt * 16 + 16; ++i) {
        const double step = lossy.matrix.codebook[k] / 13;
        const double level = std::clamp(std::nearbyint(weights[i] / step), -13.0, 13.0);
        error += (weights[i] - level * step) * (weights[i] - level * step);
      }
      return error;
    };
    std::size_t best = 0;
    for (std::size_t k = 1; k < 27; ++k)
      if (error_of(k) < error_of(best)) best = k;
    CHECK(lossy.matrix.scales[kGroupAt] == best);
    const auto after = products(lossy.matrix, Dtype::F16);
    double squares = 0, most = 0;
    std::size_t differing = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const double difference = std::fabs(double{weights[i]} - double{after[i]});
      squares += difference * difference;
      most = std::max(most, difference);
      differing += difference != 0;
      if (i / 16 != kGroupAt) CHECK(difference == 0);
    }
    CHECK(lossy.differing == differing);
    CHECK(lossy.max_error == most);
    CHECK(lossy.rms_error ==
          doctest::Approx(std::sqrt(squares / static_cast<double>(weights.size()))));
  }
}

TEST_CASE("recover: a scale beyond the 27 that others have is refused, seen at first or not") {
  // Of more than 2^15 groups every second one is looked at first; the odd one has entry -1 or 27.
  std::vector<double> scales;
  for (int k = 0; k < 27; ++k) scales.push_back(0.2 * std::exp(0.05 * k));
  const MatrixShape shape{2048, 272, 2};
  const TritMatrix matrix = of_scales(shape, scales, 9);
  const auto weights = products(matrix, Dtype::F32);
  CHECK(recover(weights, shape.rows, shape.cols, Dtype::F32).matrix.levels == matrix.levels);
  for (const int entry : {-1, 27}) {
    CAPTURE(entry);
    constexpr std::size_t kGroupAt = 3 * 17 + 2;
    static_assert(kGroupAt % 2 == 1);
    auto other = weights;
    const double step = 0.2 * std::exp(0.05 * entry) / outer_level(2);
    for (std::size_t i = kGroupAt * 16; i < kGroupAt * 16 + 16; ++i)
      other[i] = static_cast<float>(matrix.levels[i] * step);
    check_error([&] { recover(other, shape.rows, shape.cols, Dtype::F32); },
                {"row 3, columns 32 to 47: at depth 2 these weights need a scale of ",
                 "but the nearest of the 27 codebook entries that other groups show is "});
  }
}

TEST_CASE(
    "recover: ends that are numbers of 16 bits are exact, also when the lowest is seen late") {
  // Only the group that is not looked at first has the lowest entry.
  const double low = 0x1.9ap-3, high = 0x1.7cp-1;
  std::vector<double> scales;
  for (int k = 0; k < 27; ++k)
    scales.push_back(std::exp(std::log(low) + k * (std::log(high) - std::log(low)) / 26));
  const MatrixShape shape{2048, 272, 2};
  const std::vector<double> others(scales.begin() + 1, scales.end());
  const TritMatrix matrix = of_scales(shape, others, 10);
  auto weights = products(matrix, Dtype::F32);
  constexpr std::size_t kGroupAt = 3 * 17 + 2;
  for (std::size_t i = kGroupAt * 16; i < kGroupAt * 16 + 16; ++i)
    weights[i] = static_cast<float>(matrix.levels[i] * scales[0] / outer_level(2));
  const Recovery found = recover(weights, shape.rows, shape.cols, Dtype::F32);
  CHECK(found.matrix.levels == matrix.levels);
  CHECK(found.matrix.scales[kGroupAt] == 0);
  CHECK(found.matrix.codebook == log_spaced(std::log(low), std::log(high)));
}

TEST_CASE("recover: bad arguments are refused") {
  std::vector<float> weights(32 * 16);
  check_error([&] { recover(weights, 32, 17, Dtype::F16); }, {"512 weights", "32 x 17"});
  weights[35] = std::numeric_limits<float>::infinity();
  check_error([&] { recover(weights, 32, 16, Dtype::F16); }, {"row 2, column 3", "not finite"});
}

}  // namespace
}  // namespace trine::golden
