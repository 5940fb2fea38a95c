// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "driver/machine_params.h"
#include "golden/families/model_config.h"

namespace trine {

/// Where the values of a token lie in its bank of the vector memory, in words. Attention, the feed
/// forward part and the head use the same words after `best`, one after the other; the parameters
/// of a layer have done their work when the feed forward part begins.
struct VectorLayout {
  std::uint32_t x = 0;           // (hidden) the residual stream.
  std::uint32_t normed = 0;      // (hidden) input and last output of both halves of a layer.
  std::uint32_t rope = 0;        // (head_dim) cosines and sines of the position.
  std::uint32_t best = 0;        // (16) result of ARGMAX.
  std::uint32_t parameters = 0;  // Of a layer; at the end the final norm.

  std::uint32_t query = 0, key = 0, value = 0;  // One behind the other, (q), (kv), (kv).
  std::uint32_t attended = 0;                   // (q)
  std::uint32_t scores = 0;                     // (capacity), without the attention unit.
  std::uint32_t gate = 0, up = 0;               // (intermediate), (up_rows)
  std::uint64_t up_rows = 0;  // Rows of up at a time: all, or as many row tiles as fit.
  std::uint32_t logits = 0;
  std::uint32_t logits_rows = 0;  // Logits at a time.

  /// How often that is for all logits.
  std::size_t head_blocks(std::size_t vocab) const {
    return (vocab + logits_rows - 1) / logits_rows;
  }
};

/// The vectors of a layer as one block of FP16 elements, in the order of the family's description.
struct ParameterLayout {
  std::array<std::uint32_t, golden::kVectors> first{};  // Of those that the family has.
  std::uint32_t count = 0;

  std::uint32_t operator[](golden::Vector vector) const {
    return first[static_cast<std::size_t>(vector)];
  }
};
ParameterLayout parameter_layout(const golden::ModelConfig& config);

/// Throws Error when the core has too little vector memory, naming what the model needs.
/// `capacity`: positions of the cache.
VectorLayout vector_layout(const golden::ModelConfig& config, const MachineParams& machine,
                           std::uint64_t capacity);

}  // namespace trine
