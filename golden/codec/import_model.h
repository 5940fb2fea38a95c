// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "golden/checkpoint/safetensors.h"
#include "golden/format/trit_matrix.h"

namespace trine::golden {

/// What import found in one matrix; see Recovery.
struct ImportedMatrix {
  std::string name;
  MatrixShape shape;
  Dtype dtype{};
  Codebook codebook{};
  bool log_spaced = false;
  std::size_t differing = 0, negative_zeros = 0;
  double max_error = 0, rms_error = 0;
  std::string evidence;  // With lossy: why the matrix is not exact.
};

struct ImportSummary {
  std::vector<ImportedMatrix> matrices;
  std::size_t weights = 0, differing = 0, stream_bytes = 0;
  std::size_t resumed = 0;  // Matrices that an interrupted run had finished.
};

/// Recovers the packed model that a dequantized Hugging Face checkpoint was made from, one matrix
/// in memory at a time, without being told depths or codebooks, and proves every weight (see
/// `recover`). Throws Error naming tensor, row and evidence for a matrix that does not fit, unless
/// `lossy`. `out_dir` is absent or complete; see PackedModelWriter for what it may replace, and
/// PartialModel for how an interrupted run goes on.
ImportSummary import_model(
    const std::filesystem::path& checkpoint_dir, const std::filesystem::path& out_dir, bool lossy,
    const std::function<void(std::size_t done, std::size_t total)>& progress = {});

}  // namespace trine::golden
