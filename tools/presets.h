// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "golden/families/families.h"
#include "golden/families/rope.h"

namespace trine::tools {

/// The shape of a published model, or of one for tests.
struct Preset {
  std::string_view name;
  const golden::Family* family;
  std::size_t hidden, intermediate, layers, heads, kv_heads, head_dim, vocab, max_positions;
  bool tied_head;
  double rms_norm_eps;
  golden::RopeConfig rope;

  constexpr std::size_t q_dim() const { return heads * head_dim; }
  /// Rows of the q, k and v matrices together.
  constexpr std::size_t qkv_rows() const { return q_dim() + 2 * kv_heads * head_dim; }
};

namespace rope {
inline constexpr golden::RopeConfig kMillion{.theta = 1e6};
inline constexpr golden::RopeConfig kLlama32{
    .type = golden::RopeType::Llama3, .theta = 5e5, .factor = 32, .original_positions = 8192};
}  // namespace rope

/// The numbers are those of the published config.json files.
inline constexpr std::array kPresets = {
    Preset{"qwen2.5-0.5b", &golden::kQwen2, 896, 4864, 24, 14, 2, 64, 151'936, 32'768, true, 1e-6,
           rope::kMillion},
    Preset{"qwen2.5-1.5b", &golden::kQwen2, 1536, 8960, 28, 12, 2, 128, 151'936, 32'768, true, 1e-6,
           rope::kMillion},
    Preset{"qwen2.5-3b", &golden::kQwen2, 2048, 11008, 36, 16, 2, 128, 151'936, 32'768, true, 1e-6,
           rope::kMillion},
    Preset{"qwen2.5-7b", &golden::kQwen2, 3584, 18944, 28, 28, 4, 128, 152'064, 32'768, false, 1e-6,
           rope::kMillion},
    Preset{"qwen2.5-14b", &golden::kQwen2, 5120, 13824, 48, 40, 8, 128, 152'064, 32'768, false,
           1e-6, rope::kMillion},
    Preset{"qwen2.5-32b", &golden::kQwen2, 5120, 27648, 64, 40, 8, 128, 152'064, 32'768, false,
           1e-6, rope::kMillion},
    Preset{"qwen2.5-72b", &golden::kQwen2, 8192, 29568, 80, 64, 8, 128, 152'064, 32'768, false,
           1e-6, rope::kMillion},
    Preset{"qwen3-0.6b", &golden::kQwen3, 1024, 3072, 28, 16, 8, 128, 151'936, 40'960, true, 1e-6,
           rope::kMillion},
    Preset{"qwen3-1.7b", &golden::kQwen3, 2048, 6144, 28, 16, 8, 128, 151'936, 40'960, true, 1e-6,
           rope::kMillion},
    Preset{"qwen3-4b", &golden::kQwen3, 2560, 9728, 36, 32, 8, 128, 151'936, 40'960, true, 1e-6,
           rope::kMillion},
    Preset{"qwen3-8b", &golden::kQwen3, 4096, 12288, 36, 32, 8, 128, 151'936, 40'960, false, 1e-6,
           rope::kMillion},
    Preset{"llama3.2-1b", &golden::kLlama, 2048, 8192, 16, 32, 8, 64, 128'256, 131'072, true, 1e-5,
           rope::kLlama32},
    Preset{"llama3.2-3b", &golden::kLlama, 3072, 8192, 28, 24, 8, 128, 128'256, 131'072, true, 1e-5,
           rope::kLlama32},
    Preset{"mistral-7b", &golden::kMistral, 4096, 14336, 32, 32, 8, 128, 32'768, 32'768, false,
           1e-5, rope::kMillion},
    // Small enough for tests; no width is a multiple of 256, so that padding occurs.
    Preset{"tiny", &golden::kQwen2, 320, 720, 3, 5, 1, 64, 2048, 1024, true, 1e-6, rope::kMillion},
};

/// A matrix that a layer multiplies by in one call; matrices with a common input count as one.
struct LayerMatrix {
  std::string_view name;
  std::size_t rows, cols;
};

constexpr std::array<LayerMatrix, 4> layer_matrices(const Preset& preset) {
  return {{{"qkv", preset.qkv_rows(), preset.hidden},
           {"o", preset.hidden, preset.q_dim()},
           {"gate_up", 2 * preset.intermediate, preset.hidden},
           {"down", preset.hidden, preset.intermediate}}};
}

/// Of all presets, in their order.
inline std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  names.reserve(kPresets.size());
  for (const Preset& preset : kPresets) names.emplace_back(preset.name);
  return names;
}

}  // namespace trine::tools
