// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <vector>

#include "golden/checkpoint/checkpoint.h"
#include "golden/exact/workers.h"
#include "golden/reference/f16_rows.h"
#include "golden/reference/linear_backend.h"

namespace trine::golden {

/// The linear matrices of a checkpoint multiplied in FP32 from where they are stored, widened row
/// by row: the reference for models that are larger than memory. Give it many vectors at a time.
class StoredLinears final : public LinearBackend {
 public:
  /// `threads` share the rows of a matrix. The checkpoint must outlive it.
  explicit StoredLinears(const Checkpoint& model, unsigned threads = 1);

  void apply(std::size_t layer, std::span<const Linear> matrices, std::span<const float> x,
             std::span<const std::span<float>> outs) override;
  void apply_batch(std::size_t layer, std::span<const Linear> matrices, std::span<const float> xs,
                   std::size_t count, std::span<const std::span<float>> outs) override;

 private:
  Workers workers_;
  std::vector<std::array<F16Rows, std::size(kLinears)>> layers_;
};

}  // namespace trine::golden
