// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace trine::tools {

/// The shape of a published model (Qwen2 architecture), or of one for tests.
struct Preset {
  std::string_view name;
  std::size_t hidden, intermediate, layers, heads, kv_heads, vocab, max_positions;
  bool tied_head;

  /// Rows of the q, k and v matrices together.
  constexpr std::size_t qkv_rows() const { return hidden + 2 * (hidden / heads) * kv_heads; }
};

inline constexpr std::array kPresets = {
    Preset{"qwen2.5-0.5b", 896, 4864, 24, 14, 2, 151'936, 32'768, true},
    Preset{"qwen2.5-1.5b", 1536, 8960, 28, 12, 2, 151'936, 32'768, true},
    Preset{"qwen2.5-3b", 2048, 11008, 36, 16, 2, 151'936, 32'768, true},
    Preset{"qwen2.5-7b", 3584, 18944, 28, 28, 4, 152'064, 32'768, false},
    // Small enough for tests; no width is a multiple of 256, so that padding occurs.
    Preset{"tiny", 320, 720, 3, 5, 1, 2048, 1024, true},
};

/// A matrix that a layer multiplies by in one call; matrices with a common input count as one.
struct LayerMatrix {
  std::string_view name;
  std::size_t rows, cols;
};

constexpr std::array<LayerMatrix, 4> layer_matrices(const Preset& preset) {
  return {{{"qkv", preset.qkv_rows(), preset.hidden},
           {"o", preset.hidden, preset.hidden},
           {"gate_up", 2 * preset.intermediate, preset.hidden},
           {"down", preset.hidden, preset.intermediate}}};
}

}  // namespace trine::tools
