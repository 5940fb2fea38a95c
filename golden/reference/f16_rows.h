// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <span>

#include "golden/checkpoint/safetensors.h"
#include "golden/exact/workers.h"

namespace trine::golden {

/// A matrix (rows, cols) left where it is stored, as FP16, BF16, FP32 or FP64, and read by rows as
/// FP32; for the embedding and the head, which are large. The tensor's file must outlive it.
class F16Rows {
 public:
  F16Rows() = default;
  /// Throws Error when the tensor has another type or is no matrix.
  explicit F16Rows(const Tensor& tensor);

  std::size_t rows() const { return rows_; }
  std::size_t cols() const { return cols_; }
  /// Rows first .. first + to.size() / cols() - 1, exactly.
  void read(std::size_t first, std::span<float> to) const;
  /// outs[t][r] = sum of row r times xs[t] in FP32; xs (count, cols), outs (count, rows).
  void multiply(std::span<const float> xs, std::size_t count, std::span<float> outs,
                Workers& workers) const;

 private:
  /// `multiply` for rows first .. last - 1 of any type.
  void multiply_widened(std::size_t first, std::size_t last, std::span<const float> xs,
                        std::size_t count, std::span<float> outs) const;

  std::span<const std::byte> bytes_;
  Dtype dtype_ = Dtype::F32;
  std::size_t rows_ = 0, cols_ = 0;
};

}  // namespace trine::golden
