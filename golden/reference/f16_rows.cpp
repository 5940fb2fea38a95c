// SPDX-License-Identifier: Apache-2.0

#include "golden/reference/f16_rows.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "golden/error.h"
#include "golden/reference/matmul.h"
#include "golden/reference/widened_rows.h"

namespace trine::golden {
namespace {

std::uint16_t code(const std::byte* from) {
  std::uint16_t value = 0;
  std::memcpy(&value, from, sizeof value);
  return value;
}

/// binary16 to FP32 without branches, so that the loop over a row vectorizes.
float widen(std::uint16_t half) {
  const std::uint32_t field = half & 0x7c00U;
  const std::uint32_t bias = field == 0x7c00U ? 224U << 23 : 112U << 23;
  const std::uint32_t normal = ((half & 0x7fffU) << 13) + bias;
  const auto subnormal = std::bit_cast<std::uint32_t>(
      static_cast<float>(static_cast<std::int32_t>(half & 0x3ffU)) * 0x1p-24F);
  const std::uint32_t magnitude = field == 0 ? subnormal : normal;
  return std::bit_cast<float>(magnitude | (half & 0x8000U) << 16);
}

}  // namespace

F16Rows::F16Rows(const Tensor& tensor) : bytes_(tensor.bytes), dtype_(tensor.dtype) {
  const bool known =
      dtype_ == Dtype::F16 || dtype_ == Dtype::BF16 || dtype_ == Dtype::F32 || dtype_ == Dtype::F64;
  if (!known || tensor.shape.size() != 2) {
    throw Error("tensor " + tensor.name + " is not a matrix of F16, BF16, F32 or F64");
  }
  rows_ = tensor.shape[0];
  cols_ = tensor.shape[1];
}

void F16Rows::read(std::size_t first, std::span<float> to) const {
  const std::byte* from = bytes_.data() + first * cols_ * dtype_bytes(dtype_);
  if (dtype_ == Dtype::F32) {
    std::memcpy(to.data(), from, to.size_bytes());
  } else if (dtype_ == Dtype::F16) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = widen(code(from + 2 * i));
  } else if (dtype_ == Dtype::F64) {
    for (std::size_t i = 0; i < to.size(); ++i) {
      double value = 0;
      std::memcpy(&value, from + sizeof value * i, sizeof value);
      to[i] = static_cast<float>(value);
    }
  } else {
    for (std::size_t i = 0; i < to.size(); ++i) {
      to[i] = std::bit_cast<float>(std::uint32_t{code(from + 2 * i)} << 16);
    }
  }
}

void F16Rows::multiply(std::span<const float> xs, std::size_t count, std::span<float> outs,
                       Workers& workers) const {
  constexpr std::size_t kRows = 16;
  workers.rows(rows_, kRows, [&](std::size_t first, std::size_t last) {
    if (dtype_ != Dtype::F16) return multiply_widened(first, last, xs, count, outs);
    multiply_halves(bytes_.data(), cols_, first, last,
                    {.xs = xs.data(),
                     .count = count,
                     .x_stride = cols_,
                     .outs = outs.data(),
                     .out_stride = rows_});
  });
}

void F16Rows::multiply_widened(std::size_t first, std::size_t last, std::span<const float> xs,
                               std::size_t count, std::span<float> outs) const {
  constexpr std::size_t kRows = 16;  // Converted to FP32 at a time.
  std::vector<float> weights(kRows * cols_);
  for (std::size_t r = first; r < last; r += kRows) {
    const std::size_t rows = std::min(kRows, last - r);
    const std::span<float> block = std::span(weights).first(rows * cols_);
    read(r, block);
    matmul(block, rows, cols_, xs, count, outs.data() + r, rows_);
  }
}

}  // namespace trine::golden
