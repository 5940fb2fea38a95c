// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "golden/format/trit_matrix.h"
#include "golden/reference/sampler.h"

namespace trine::tools {

/// A draw from the standard normal distribution (Box-Muller).
double normal(golden::Random& random);

/// Random level, a normal distribution whose clipping point is at 2.5 sigma.
int normal_level(unsigned depth, golden::Random& random);

/// Draws canonical streams of normal weights without unpacked levels in between.
class StreamDraw {
 public:
  StreamDraw(unsigned depth, std::uint64_t seed);

  /// Makes `stream` that of a (rows, cols) matrix of the depth. Scale indexes lie around the middle
  /// of the codebook, those of the rows in `loud` above. The same seed, the same stream. Throws
  /// Error when cols is not a multiple of 16.
  void draw(std::size_t rows, std::size_t cols, std::uint64_t seed,
            const std::set<std::size_t>& loud, std::vector<std::byte>& stream) const;

  /// The codebook with which the weights have about this standard deviation; it spans a factor of
  /// 16, evenly in the logarithm.
  golden::Codebook codebook(double deviation) const;

 private:
  static constexpr unsigned kIndexBits = 12;
  static constexpr std::size_t kEntries = std::size_t{1} << kIndexBits;

  void fill_group(std::byte* panel, std::size_t row, std::size_t group, std::uint64_t random,
                  bool loud) const;

  unsigned depth_;
  double deviation_ = 0;                         // Of level / half.
  std::array<std::uint32_t, kEntries> sets_{};   // Byte k: the set byte of plane k.
  std::array<std::uint8_t, kEntries> levels_{};  // Level + half, for column 15.
};

}  // namespace trine::tools
