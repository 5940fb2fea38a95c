// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "golden/codec/depths.h"
#include "golden/codec/quantize.h"

namespace trine::golden {

struct QuantizeOptions {
  unsigned depth = 4;  // Of every matrix that `depths` does not name.
  Scales scales = Scales::Best;
  DepthRules depths = {};
  /// Importance of the columns, by weight name; empty, or of every matrix. For `Best`.
  std::map<std::string, std::vector<double>> importance = {};
};

/// One matrix was quantized.
struct QuantizeProgress {
  std::string_view name;
  MatrixShape shape;
  double rms_error = 0;             // Of this matrix.
  double rms_weight = 0;            // Root mean square of its weights.
  std::size_t done = 0, total = 0;  // Matrices.
};

/// What a whole model came to.
struct QuantizeSummary {
  std::size_t matrices = 0;
  std::size_t weights = 0;
  std::size_t stream_bytes = 0;
  std::size_t resumed = 0;                         // Matrices an interrupted run had finished.
  std::array<std::size_t, 5> matrices_of_depth{};  // [1] to [4].
  double rms_error = 0, rms_weight = 0;            // Over all quantized weights.
};

/// Quantizes a Hugging Face checkpoint into a packed model, one matrix in memory at a time.
/// `out_dir` is absent or complete afterwards; see PackedModelWriter for what it may replace, and
/// PartialModel for how an interrupted run goes on.
QuantizeSummary quantize_model(const std::filesystem::path& checkpoint_dir,
                               const std::filesystem::path& out_dir, const QuantizeOptions& options,
                               const std::function<void(const QuantizeProgress&)>& progress = {});

}  // namespace trine::golden
