// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cmath>
#include <cstring>
#include <span>
#include <vector>

#include "golden/checkpoint/float16.h"
#include "golden/checkpoint/safetensors.h"

namespace trine::golden {

/// `value` rounded to nearest even to F16, BF16 or F32, as FP32.
inline float round_to(Dtype dtype, float value) {
  if (dtype == Dtype::F16) return f16_to_f32(f32_to_f16(value));
  if (dtype == Dtype::BF16) return bf16_to_f32(f32_to_bf16(value));
  return value;
}

/// The stored bytes of `values` as F16, BF16 or F32, round to nearest even.
inline std::vector<std::byte> encode_as(Dtype dtype, std::span<const float> values) {
  std::vector<std::byte> bytes(values.size() * dtype_bytes(dtype));
  if (dtype == Dtype::F32) {
    if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint16_t code = dtype == Dtype::F16 ? f32_to_f16(values[i]) : f32_to_bf16(values[i]);
    std::memcpy(&bytes[2 * i], &code, 2);
  }
  return bytes;
}

}  // namespace trine::golden
