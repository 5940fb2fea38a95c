// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cmath>
#include <limits>

#include "format_fixture.h"
#include "golden/checkpoint/checkpoint.h"
#include "golden/codec/quantize.h"
#include "golden/codec/quantize_model.h"
#include "golden/format/packed_model.h"

namespace trine::golden {
namespace {

std::vector<float> random_weights(std::size_t count, unsigned seed, float sigma = 0.03f) {
  std::minstd_rand random(seed);
  std::vector<float> weights(count);
  for (float& weight : weights) {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += static_cast<double>(random()) / 2147483647.0;
    weight = static_cast<float>(sum) * sigma;
  }
  return weights;
}

/// Squared error of one group at one scale, levels as the format defines them.
double group_error(std::span<const float> group, double scale, int limit) {
  double error = 0;
  for (const float weight : group) {
    const double x = std::clamp<double>(weight / scale * limit, -limit, limit);
    const double difference = weight - std::nearbyint(x) * scale / limit;
    error += difference * difference;
  }
  return error;
}

void check_well_formed(const TritMatrix& matrix) {
  CHECK(std::ranges::is_sorted(matrix.codebook));
  CHECK(matrix.codebook.front() > 0);
  CHECK(std::isfinite(matrix.codebook.back()));
  const double step = std::log(matrix.codebook.back() / matrix.codebook.front()) / 26;
  for (std::size_t k = 0; k + 1 < kCodebook; ++k) {  // Log-spaced; the logarithms round.
    CHECK(std::log(matrix.codebook[k + 1] / matrix.codebook[k]) ==
          doctest::Approx(step).epsilon(1e-9).scale(1));
  }
  CHECK_NOTHROW(pack(matrix));
}

TEST_CASE("quantize v2: equals the independent vectors") {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(TRINE_SOURCE_DIR "/tests/vectors")) {
    const std::string name = entry.path().stem().string();
    if (!name.starts_with("trit_")) continue;
    CAPTURE(name);
    const Safetensors file(entry.path());
    const auto number = [&](const char* key) { return std::stoul(file.metadata().at(key)); };
    const MatrixShape shape{number("rows"), number("cols"), static_cast<unsigned>(number("depth"))};
    const TritMatrix matrix = quantize(file.at("weight").to_f32(), shape, Scales::V2);
    const auto equal = [](const auto& values, const Tensor& tensor) {
      return values.size() == tensor.elements() &&
             std::memcmp(values.data(), tensor.bytes.data(), values.size()) == 0;
    };
    CHECK(equal(matrix.scales, file.at("scale_index")));
    // The levels of this one are extremes that no quantizer made.
    if (name != "trit_d4_max") CHECK(equal(matrix.levels, file.at("q")));
    // The logarithms here are below 4, so the roundings of log, step and position are at most
    // 2^-52 each; together with exp's own they move an entry by less than 8 * 2^-52.
    Codebook expected;
    std::memcpy(expected.data(), file.at("codebook").bytes.data(), sizeof expected);
    for (std::size_t k = 0; k < kCodebook; ++k) {
      CHECK(std::fabs(matrix.codebook[k] / expected[k] - 1) < 8 * 0x1p-52);
    }
    ++count;
  }
  CHECK(count == 12);
}

TEST_CASE("quantize v2: scales are candidates of the group, levels the nearest") {
  for (const unsigned depth : {1u, 2u, 3u, 4u}) {
    const MatrixShape shape{7, 35, depth};
    const auto weights = random_weights(7UL * 35, depth);
    const TritMatrix matrix = quantize(weights, shape, Scales::V2);
    check_well_formed(matrix);
    double low = 1e9, high = 0;
    for (std::size_t row = 0; row < 7; ++row) {
      for (std::size_t g = 0; g < 3; ++g) {
        const std::span group(&weights[row * 35 + 16 * g], std::min<std::size_t>(16, 35 - 16 * g));
        std::vector<double> sorted(16 - group.size(), 0.0);  // Padding sorts first.
        for (const float weight : group) sorted.push_back(std::fabs(weight));
        std::ranges::sort(sorted);
        double best = 0, least = 1e9;
        for (const std::size_t at : {10u, 12u, 14u, 15u}) {
          if (sorted[at] == 0) continue;
          const double error = group_error(group, sorted[at], outer_level(depth));
          if (error < least * (1 - 1e-12)) best = sorted[at], least = error;
        }
        low = std::min(low, best);
        high = std::max(high, best);
        const auto distance = [&](double entry) { return std::fabs(std::log(entry / best)); };
        const auto nearest = std::ranges::min_element(matrix.codebook, {}, distance);
        const std::size_t s = matrix.scales[row * 3 + g];
        CHECK(s == static_cast<std::size_t>(nearest - matrix.codebook.begin()));
        for (std::size_t i = 0; i < group.size(); ++i) {
          const double x = std::clamp<double>(group[i] / matrix.codebook[s] * outer_level(depth),
                                              -outer_level(depth), outer_level(depth));
          CHECK(matrix.levels[row * 35 + 16 * g + i] == std::nearbyint(x));
        }
      }
    }
    CHECK(matrix.codebook.front() == doctest::Approx(low).epsilon(1e-14));
    CHECK(matrix.codebook.back() == doctest::Approx(high).epsilon(1e-14));
  }
}

TEST_CASE("quantize best: no codebook entry would serve a group better") {
  for (const unsigned depth : {1u, 2u, 3u, 4u}) {
    const auto weights = random_weights(20UL * 48, 10 + depth);
    const TritMatrix matrix = quantize(weights, {20, 48, depth}, Scales::Best);
    check_well_formed(matrix);
    for (std::size_t group = 0; group < 60; ++group) {
      const std::span values(&weights[16 * group], 16);
      const double chosen =
          group_error(values, matrix.codebook[matrix.scales[group]], outer_level(depth));
      for (const double entry : matrix.codebook) {
        CHECK(chosen <= group_error(values, entry, outer_level(depth)) * (1 + 1e-12));
      }
    }
  }
}

TEST_CASE("quantize best: the search for the range halves its step five times, from a quarter") {
  bool finest = false;
  for (unsigned seed = 0; seed < 20; ++seed) {
    const auto weights = random_weights(20UL * 48, 100 + seed);
    const Codebook start = quantize(weights, {20, 48, 2}, Scales::V2).codebook;
    const Codebook found = quantize(weights, {20, 48, 2}, Scales::Best).codebook;
    const double step = std::log(start.back() / start.front()) / (4 << 5);
    for (const double steps : {std::log(found.front() / start.front()) / step,
                               std::log(found.back() / start.back()) / step}) {
      CAPTURE(seed);
      CHECK(std::fabs(steps - std::round(steps)) < 1e-6);
      finest = finest || static_cast<long>(std::round(steps)) % 2 != 0;
    }
  }
  CHECK(finest);
}

TEST_CASE("quantize best: importance 1 changes nothing, another one moves error to other columns") {
  const MatrixShape shape{40, 56, 2};
  const auto weights = random_weights(40UL * 56, 21);
  const TritMatrix plain = quantize(weights, shape, Scales::Best);
  std::vector<double> importance(56, 1.0);
  const TritMatrix ones = quantize(weights, shape, Scales::Best, importance);
  CHECK(ones.levels == plain.levels);
  CHECK(ones.scales == plain.scales);
  CHECK(ones.codebook == plain.codebook);

  for (std::size_t c = 0; c < 56; c += 5) importance[c] = 100;
  const TritMatrix weighted = quantize(weights, shape, Scales::Best, importance);
  check_well_formed(weighted);
  const auto weighted_error = [&](const TritMatrix& matrix) {
    const auto values = dequantize(matrix);
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
      sum += importance[i % 56] * std::pow(double{weights[i]} - double{values[i]}, 2);
    return sum;
  };
  CHECK(weighted_error(weighted) < 0.9 * weighted_error(plain));
  CHECK(rms_error(weights, weighted) > rms_error(weights, plain));
}

TEST_CASE("quantize: zero groups, zero matrices, equal scales, tiny and huge weights") {
  for (const Scales scales : {Scales::V2, Scales::Best}) {
    for (const unsigned depth : {1u, 2u, 3u, 4u}) {
      CAPTURE(depth);
      const std::vector<float> zeros(3UL * 20);
      TritMatrix matrix = quantize(zeros, {3, 20, depth}, scales);
      check_well_formed(matrix);
      CHECK(rms_error(zeros, matrix) == 0);
      CHECK(std::ranges::count(matrix.scales, 0) == 6);

      auto weights = random_weights(3UL * 32, 4);
      std::fill_n(weights.begin() + 32, 16, 0.0f);  // A group of zeros between others.
      matrix = quantize(weights, {3, 32, depth}, scales);
      check_well_formed(matrix);
      CHECK(matrix.scales[2] == 0);
      CHECK(std::ranges::all_of(std::span(matrix.levels).subspan(32, 16),
                                [](int q) { return q == 0; }));

      // One non-zero weight: the other candidates are zero and no scale.
      std::vector<float> one(16);
      one[5] = -0.25f;
      matrix = quantize(one, {1, 16, depth}, scales);
      check_well_formed(matrix);
      CHECK(matrix.levels[5] == -outer_level(depth));
      CHECK(std::fabs(dequantize(matrix)[5] + 0.25f) < 1e-7f);

      const std::vector<float> equal(32, 0.5f);
      matrix = quantize(equal, {2, 16, depth}, scales);
      check_well_formed(matrix);
      CHECK(rms_error(equal, matrix) < 1e-15);

      for (const float size : {1e-44f, 1e-30f, 1e37f}) {
        std::vector<float> extreme(32, size);
        extreme[3] = -size / 4;
        extreme[20] = 0.01f;
        matrix = quantize(extreme, {2, 16, depth}, scales);
        check_well_formed(matrix);
        CHECK(std::isfinite(rms_error(extreme, matrix)));
      }
    }
  }
}

TEST_CASE("quantize: bad input is refused with its place") {
  std::vector<float> weights(40, 1.0f);
  check_error([&] { quantize(weights, {2, 19, 4}, Scales::V2); }, {"40 weights", "2 x 19"});
  check_error([&] { quantize(weights, {2, 20, 7}, Scales::V2); }, {"depth 7"});
  weights[23] = std::numeric_limits<float>::quiet_NaN();
  check_error([&] { quantize(weights, {2, 20, 4}, Scales::V2); }, {"row 1, column 3"});
  std::vector<float> good(40, 1.0f);
  std::vector<double> importance(20, 1.0);
  check_error([&] { quantize(good, {2, 20, 4}, Scales::V2, importance); }, {"best"});
  check_error([&] { quantize(good, {4, 10, 4}, Scales::Best, importance); }, {"20 columns"});
  importance[7] = -1;
  check_error([&] { quantize(good, {2, 20, 4}, Scales::Best, importance); }, {"column 7"});
  check_error([&] { rms_error(weights, TritMatrix{}); }, {"40 weights"});
}

TEST_CASE("quantize: the same result every time") {
  const auto weights = random_weights(300UL * 700, 77);  // Several chunks.
  for (const Scales scales : {Scales::V2, Scales::Best}) {
    const TritMatrix a = quantize(weights, {300, 700, 4}, scales);
    const TritMatrix b = quantize(weights, {300, 700, 4}, scales);
    CHECK(a.levels == b.levels);
    CHECK(a.scales == b.scales);
    CHECK(a.codebook == b.codebook);
  }
}

TEST_CASE("quantize: best entries have less error than v2 at every depth") {
  const Checkpoint checkpoint(TRINE_SOURCE_DIR "/models/kjv");
  const auto weights = checkpoint.at(weight_name(3, Linear::O)).to_f32();
  // Over the whole model the gains are 2.0, 5.5, 8.3 and 16.1 %.
  const double least_gain[] = {0, 0.015, 0.05, 0.07, 0.14};
  for (const unsigned depth : {1u, 2u, 3u, 4u}) {
    const auto rms = [&](Scales scales) {
      return rms_error(weights, quantize(weights, {256, 256, depth}, scales));
    };
    CAPTURE(depth);
    CHECK(rms(Scales::Best) < rms(Scales::V2) * (1 - least_gain[depth]));
  }
}

TEST_CASE("quantize_model: the shipped model, best entries against v2") {
  const TempDir dir;
  const auto run = [&](Scales scales) {
    std::size_t calls = 0;
    const auto summary =
        quantize_model(TRINE_SOURCE_DIR "/models/kjv", dir / "out", {.depth = 4, .scales = scales},
                       [&](const QuantizeProgress& progress) {
                         CHECK(progress.done == ++calls);
                         CHECK(progress.total == 42);
                         CHECK(progress.rms_error < progress.rms_weight);
                       });
    CHECK(calls == 42);
    CHECK(summary.matrices == 42);
    CHECK(summary.weights == 6 * (2 * 256 * 256 + 2 * 128 * 256 + 3 * 256 * 768));
    CHECK(summary.stream_bytes == summary.weights / 512 * panel_beats(4) * 4);
    CHECK_NOTHROW(PackedModel(dir / "out").validate());
    return summary.rms_error;
  };
  CHECK(run(Scales::Best) < run(Scales::V2) * 0.85);
}

TEST_CASE("quantize: the best codebook does not depend on the order of the rows") {
  // Two chunks of 4096 groups; the sum of two costs is the same either way round.
  const MatrixShape shape{256, 512, 1};
  const auto small = random_weights(shape.rows * shape.cols / 2, 1);
  const auto large = random_weights(shape.rows * shape.cols / 2, 2, 0.1f);
  const auto codebook = [&](const auto& first, const auto& second) {
    std::vector<float> weights = first;
    weights.insert(weights.end(), second.begin(), second.end());
    return quantize(weights, shape, Scales::Best).codebook;
  };
  CHECK(codebook(small, large) == codebook(large, small));
}

TEST_CASE("quantize: a weight in the middle between two levels gets what the division says") {
  // One in each group, beside negative ones alone: one that is found has its whole group divided
  // out.
  for (const unsigned depth : {1u, 2u, 3u, 4u}) {
    CAPTURE(depth);
    const int half = outer_level(depth);
    for (int step = 1; step < 1024; step += 2) {
      CAPTURE(step);
      for (int lower = -half; lower < half; ++lower) {
        std::vector<float> weights(16);
        weights[0] = static_cast<float>(2 * lower + 1) / 2 * static_cast<float>(step);
        weights[15] = -static_cast<float>(half * step);
        const TritMatrix matrix = quantize(weights, {1, 16, depth}, Scales::V2);
        const double scale = matrix.codebook[matrix.scales[0]];
        const int want = static_cast<int>(std::nearbyint(weights[0] / scale * half));
        if (matrix.levels[0] != want) CHECK_MESSAGE(matrix.levels[0] == want, lower);
      }
    }
  }
}

}  // namespace
}  // namespace trine::golden
