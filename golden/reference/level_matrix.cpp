// SPDX-License-Identifier: Apache-2.0

#include "golden/reference/level_matrix.h"

#include <algorithm>

#include "golden/reference/widened_rows.h"

namespace trine::golden {
namespace {

/// `rows` rows of `cols` elements with zeros up to `stride`.
template <typename T>
std::vector<T> padded(std::span<const T> from, std::size_t rows, std::size_t cols,
                      std::size_t stride) {
  std::vector<T> to(rows * stride);
  for (std::size_t r = 0; r < rows; ++r) std::copy_n(&from[r * cols], cols, &to[r * stride]);
  return to;
}

}  // namespace

LevelMatrix::LevelMatrix(const PackedMatrix& matrix) : shape_(matrix.shape) {
  TritMatrix trits = unpack(matrix.stream->bytes, matrix.shape, matrix.codebook);
  const std::size_t stride = shape_.groups_per_row() * kGroup;
  levels_ = shape_.cols == stride
                ? std::move(trits.levels)
                : padded<std::int8_t>(trits.levels, shape_.rows, shape_.cols, stride);
  scales_ = std::move(trits.scales);
  for (std::size_t k = 0; k < kCodebook; ++k)
    steps_[k] = static_cast<float>(matrix.codebook[k] / outer_level(shape_.depth));
}

std::vector<float> LevelMatrix::weights() const {
  const std::size_t groups = shape_.groups_per_row();
  std::vector<float> weights(shape_.rows * shape_.cols);
  for (std::size_t r = 0; r < shape_.rows; ++r)
    for (std::size_t c = 0; c < shape_.cols; ++c)
      weights[r * shape_.cols + c] = static_cast<float>(levels_[r * groups * kGroup + c]) *
                                     steps_[scales_[r * groups + c / kGroup]];
  return weights;
}

void LevelMatrix::multiply(std::span<const float> xs, std::size_t count, std::span<float> outs,
                           Workers& workers) const {
  const std::size_t groups = shape_.groups_per_row(), stride = groups * kGroup;
  std::vector<float> copy;
  if (stride != shape_.cols) copy = padded(xs, count, shape_.cols, stride);
  const RowProducts products{.xs = copy.empty() ? xs.data() : copy.data(),
                             .count = count,
                             .x_stride = stride,
                             .outs = outs.data(),
                             .out_stride = shape_.rows};
  constexpr std::size_t kRows = 32;  // Below, threads are not worth waking.
  workers.rows(shape_.rows, kRows, [&](std::size_t first, std::size_t last) {
    multiply_levels({.levels = levels_.data(),
                     .scales = scales_.data(),
                     .steps = steps_.data(),
                     .groups = groups},
                    first, last, products);
  });
}

}  // namespace trine::golden
