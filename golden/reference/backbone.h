// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <span>
#include <vector>

#include "golden/checkpoint/checkpoint.h"
#include "golden/format/packed_model.h"
#include "golden/reference/f16_rows.h"

namespace trine::golden {

/// Everything of a model but its linear matrices. The model that it was read from must outlive it.
struct Backbone {
  /// The vectors of a layer; empty are those that the family does not have.
  struct Layer {
    std::array<std::vector<float>, kVectors> vectors;
    std::span<const float> operator[](Vector vector) const {
      return vectors[static_cast<std::size_t>(vector)];
    }
  };

  explicit Backbone(const Checkpoint& model);
  explicit Backbone(const PackedModel& model);

  ModelConfig config;
  F16Rows embedding;  // (vocab, hidden)
  F16Rows head;       // (vocab, hidden); the embedding again when tied.
  std::vector<float> final_norm;
  std::vector<Layer> layers;
};

}  // namespace trine::golden
