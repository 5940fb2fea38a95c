// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "golden/checkpoint/safetensors.h"
#include "golden/format/trit_matrix.h"

namespace trine::golden {

/// What `recover` found in dequantized weights.
struct Recovery {
  TritMatrix matrix;
  bool log_spaced = false;         // The codebook is; else its entries are found one by one.
  std::size_t differing = 0;       // Weights that are not the rounded product; 0 without lossy.
  std::size_t negative_zeros = 0;  // -0 of the source, which a level cannot tell from 0.
  double max_error = 0;            // Largest absolute difference; 0 without lossy.
  double rms_error = 0;
  std::string evidence;  // Why not exact; empty when it is.
};

/// Finds depth, codebook, levels and scale indices of weights (rows, cols) that are products
/// float(q * (codebook[s] / outermost)) rounded to nearest even to `dtype` (F16, BF16, F32), and
/// proves it by comparing every product with its weight (0 and -0 are equal).
///
/// Where weights allow several answers it takes the least depth that fits, the lowest entry that
/// fits a group (for its largest level is then the outermost), entry 0 for a group of zeros, a
/// log-spaced codebook whose ends are BF16 or F16 numbers (as those of v2 are) if one fits, else
/// the middle of those that fit; entries that no group uses come after those that are used.
///
/// When nothing fits: throws Error naming row, columns and what contradicts there; with `lossy`
/// the nearest codes for the groups that do not fit, or when they are more than half, of the whole
/// matrix quantized anew with the best scales; and `evidence`. Throws Error for a weight that is
/// not finite.
Recovery recover(std::span<const float> weights, std::size_t rows, std::size_t cols, Dtype dtype,
                 bool lossy = false);

}  // namespace trine::golden
