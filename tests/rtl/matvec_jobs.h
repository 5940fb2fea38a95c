// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "golden/exact/bfp.h"
#include "golden/exact/codebook.h"
#include "golden/format/trit_matrix.h"
#include "machine/product/trit/definition.h"
#include "tests/rtl/matvec_dut.h"

namespace trine::test {

/// Activations as the instance of the engine quantizes them: TRINE_ACT_WIDTH is its parameter.
inline golden::BfpVector quantized(std::span<const float> x) {
  return golden::to_bfp(x, TRINE_ACT_WIDTH);
}

/// Levels and scales of all values, a codebook of any steepness.
inline golden::TritMatrix random_trits(std::mt19937& rng, golden::MatrixShape shape) {
  golden::TritMatrix m{shape, {}, {}, {}};
  std::uniform_int_distribution<int> level(-golden::outer_level(shape.depth),
                                           golden::outer_level(shape.depth)),
      scale(0, 26);
  for (std::size_t i = 0; i < shape.rows * shape.cols; ++i)
    m.levels.push_back(static_cast<std::int8_t>(level(rng)));
  for (std::size_t i = 0; i < shape.rows * shape.groups_per_row(); ++i)
    m.scales.push_back(static_cast<std::uint8_t>(scale(rng)));
  const bool steep = rng() % 4 == 0;  // Shifts of up to 63.
  const double step =
      std::uniform_real_distribution<double>(steep ? 2.0 : 1.01, steep ? 5.0 : 1.9)(rng);
  double entry = std::uniform_real_distribution<double>(1e-4, 1e-2)(rng);
  for (double& c : m.codebook) c = entry *= step;
  return m;
}

/// Activations of many sizes; some groups are zeros.
inline std::vector<float> random_x(std::mt19937& rng, std::size_t n) {
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

inline MatvecJob trit_job(const golden::TritMatrix& m, const golden::Geometry& geometry,
                          std::vector<float> x, bool raw) {
  return {.raw = raw,
          .rows = m.shape.rows,
          .cols = m.shape.cols,
          .depth = m.shape.depth,
          .codebook = golden::hardware_codebook(m.codebook, m.shape.depth),
          .stream = golden::pack(m, geometry),
          .x = std::move(x)};
}

/// Compares the results in one bank, the zeros behind them included.
inline void check_words(const MatvecJob& job, const std::vector<std::uint32_t>& words,
                        const std::vector<std::int64_t>& accumulator, const std::vector<float>& y) {
  std::size_t different = 0, first = 0;
  for (std::size_t r = job.padded_rows(); r-- > 0;) {
    const bool real = r < job.rows;
    bool equal = true;
    if (job.raw) {
      const auto a =
          std::bit_cast<std::int64_t>(words[2 * r] | std::uint64_t{words[2 * r + 1]} << 32);
      equal = a == (real ? accumulator[r] : 0);
    } else {
      equal = words[r] == (real ? std::bit_cast<std::uint32_t>(y[r]) : 0);
    }
    if (!equal) {
      ++different;
      first = r;
    }
  }
  CAPTURE(job.raw);
  CAPTURE(first);
  CHECK_EQ(different, 0u);
}

}  // namespace trine::test
