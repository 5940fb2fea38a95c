// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <vector>

#include "golden/format/trit_matrix.h"
#include "runtime/matvec.h"

namespace trine::tools {

/// Random weights like those of a trained model: levels of a normal distribution that reaches the
/// outermost levels now and then, scale indexes around the middle of a log-spaced codebook.
/// The same seed, the same weights, whatever the geometry.
StreamMatrix synthetic_matrix(const golden::MatrixShape& shape, const golden::Geometry& geometry,
                              std::uint64_t seed);

/// Random activations like those of a trained model: normal, with a few channels far out.
std::vector<float> synthetic_activations(std::size_t count, std::uint64_t seed);

}  // namespace trine::tools
