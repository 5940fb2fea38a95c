// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <span>
#include <vector>

#include "golden/checkpoint/safetensors.h"

namespace trine::golden {

/// A matrix (rows, cols) left where it is stored, as FP16, BF16 or FP32, and read by rows as FP32;
/// for the embedding and the head, which are large. The tensor's file must outlive it.
class HalfRows {
 public:
  HalfRows() = default;
  /// Throws Error when the tensor has another type or is no matrix.
  explicit HalfRows(const Tensor& tensor);

  std::size_t rows() const { return rows_; }
  std::size_t cols() const { return cols_; }
  /// Rows first .. first + to.size() / cols() - 1, exactly.
  void read(std::size_t first, std::span<float> to) const;

 private:
  std::span<const std::byte> bytes_;
  Dtype dtype_ = Dtype::F32;
  std::size_t rows_ = 0, cols_ = 0;
};

}  // namespace trine::golden
