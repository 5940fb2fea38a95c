// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>

namespace trine {

/// Steps that hold `value`.
constexpr std::uint64_t ceil_div(std::uint64_t value, std::uint64_t step) {
  return (value + step - 1) / step;
}

/// The least multiple of `step` that holds `value`.
constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t step) {
  return ceil_div(value, step) * step;
}

}  // namespace trine
