// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <vector>

#include "driver/layout.h"

namespace trine {

/// Keys and values of a text that nobody wrote, so that a token far behind it can be run without
/// what is in front of it.
///
/// A key is the layer's bias plus normal noise of deviation 1, about what a product with a
/// normalized vector gives, rotated to its position; a value the same without rotation. So keys
/// have the loud channels of the model's biases, and scores the spread of its queries. The same
/// seed, layer and position give the same numbers, whatever else is filled.
class SyntheticCache {
 public:
  /// For positions [0, positions). The layout must outlive it.
  SyntheticCache(const Layout& layout, std::uint64_t positions, std::uint64_t seed);

  /// Fills what a layer has in the memory of a device.
  void fill(Transport& transport, std::size_t layer) const;

 private:
  const Layout& layout_;
  std::uint64_t positions_, seed_;
  std::vector<float> rope_;   // (positions, head_dim)
  std::vector<float> noise_;  // To draw from evenly.
};

}  // namespace trine
