// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "runtime/core.h"
#include "runtime/matvec.h"

namespace trine {

/// What products came to, of one matrix or of several together.
struct LayerReport {
  Counters counters;
  std::uint64_t weights = 0;
  std::uint64_t vectors = 1;  // That share them.
  double seconds = 0;
  std::optional<bool> equal;  // To the golden model's, bit for bit; empty when not compared.
  std::string difference;     // The first row with another bit; empty when there is none.

  LayerReport& operator+=(const LayerReport& other);
};

/// Multiplies on a core and, unless it is nullptr, on a golden one. `label` names the matrix.
/// Throws Error when it does not fit.
LayerReport run_layer(Core& core, Core* golden, const StreamMatrix& matrix,
                      std::span<const float> x, const std::string& label);

}  // namespace trine
