// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>

#include "golden/checkpoint/safetensors.h"

namespace trine::golden {

struct DequantizeOptions {
  Dtype dtype = Dtype::F16;  // F16, BF16 or F32.
  std::uint64_t shard_bytes = 5'000'000'000;
};

struct DequantizeSummary {
  std::size_t matrices = 0, weights = 0, shards = 0;
  std::uint64_t bytes = 0;   // Of all tensors.
  std::size_t kept_f16 = 0;  // Other tensors that stay F16 for BF16 would change them.
};

/// Writes a packed model as a Hugging Face directory, one matrix in memory at a time. A weight is
/// the FP32 product of `dequantize`, rounded to nearest even to `dtype`. The other tensors keep
/// their values: they are written as `dtype`, or as F16 where that would change one. config.json is
/// the packed model's with its torch_dtype set. Throws Error naming matrix, row and column of a
/// weight that is not finite in `dtype`; `out_dir` is absent or complete afterwards.
DequantizeSummary dequantize_model(
    const std::filesystem::path& model_dir, const std::filesystem::path& out_dir,
    const DequantizeOptions& options,
    const std::function<void(std::size_t done, std::size_t total)>& progress = {});

}  // namespace trine::golden
