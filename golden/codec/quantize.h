// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <span>

#include "golden/format/trit_matrix.h"

namespace trine::golden {

/// How the codebook of a matrix and the scales of its groups are chosen.
enum class Scales : std::uint8_t {
  /// As the published models: per group the best of four of its own magnitudes, 27 log-spaced
  /// entries from the smallest to the largest of these, the nearest entry in the logarithm.
  V2,
  /// Per group the entry of least squared error, and the range of the 27 log-spaced entries that
  /// makes the squared error of the matrix small. Same format, same bits, less error.
  Best,
};

/// Quantizes weights (rows, cols). The result does not depend on the number of threads.
/// `importance` (cols), not negative: `Best` multiplies the squared errors of a column by it; empty
/// for 1 everywhere; V2 takes none. Throws Error for a bad shape, a size that does not match, and
/// a weight or importance that is not finite.
TritMatrix quantize(std::span<const float> weights, const MatrixShape& shape, Scales scales,
                    std::span<const double> importance = {});

/// Root of the mean squared difference between `weights` and what `matrix` stands for.
double rms_error(std::span<const float> weights, const TritMatrix& matrix);

}  // namespace trine::golden
