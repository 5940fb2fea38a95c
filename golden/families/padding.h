// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <vector>

#include "golden/families/tensors.h"

namespace trine::golden {

// The core takes heads of 32, 64, 128, 256 or 512. Heads of another even width are stored with the
// next of these, and so run without the core knowing of it:
//
//   own        first half | second half
//   stored     first half | zeros | second half | zeros
//
// A rotation pairs elements that are half a head apart, so each half has its own padding. Rows of
// the projections to query, key and value, columns of the one behind attention, biases and norms of
// heads are padded alike; a product with zeros changes no score and no value.

/// The configuration of a model whose heads are padded; the same when they need no padding, or are
/// wider than any that the core takes.
ModelConfig pad_heads(ModelConfig config);
/// The configuration of the model as its config.json states it.
ModelConfig own_heads(ModelConfig config);

/// A tensor of the configuration without padding, `own` its shape, as the padded one has it.
std::vector<float> pad(std::vector<float> values, const TensorSpec& own, const ModelConfig& padded);
/// The same for what stands for each column of a matrix.
std::vector<double> pad_columns(std::vector<double> values, const TensorSpec& own,
                                const ModelConfig& padded);
/// What `pad` was given.
std::vector<float> unpad(std::vector<float> values, const TensorSpec& own,
                         const ModelConfig& padded);

}  // namespace trine::golden
