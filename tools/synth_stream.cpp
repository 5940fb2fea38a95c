// SPDX-License-Identifier: Apache-2.0

#include "tools/synth_stream.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <string>

#include "golden/error.h"
#include "golden/format/panel.h"

namespace trine::tools {

using golden::Random;

double normal(Random& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
  return radius * std::cos(2 * std::numbers::pi * random.uniform());
}

int normal_level(unsigned depth, Random& random) {
  const int half = golden::outer_level(depth);
  return std::clamp(static_cast<int>(std::nearbyint(normal(random) * half / 2.5)), -half, half);
}

StreamDraw::StreamDraw(unsigned depth, std::uint64_t seed) : depth_(depth) {
  const int half = golden::outer_level(depth);
  Random random(seed);
  for (std::size_t i = 0; i < kEntries; ++i) {
    std::uint32_t column_weight = 1;
    for (std::size_t column = 0; column < golden::kSetColumns; ++column, column_weight *= 3) {
      // level + half has the base-3 digits t_k + 1.
      auto code = static_cast<std::uint32_t>(normal_level(depth, random) + half);
      for (unsigned plane = 0; plane < depth; ++plane, code /= 3)
        sets_[i] += code % 3 * column_weight << (8 * plane);
    }
    const int level = normal_level(depth, random);
    levels_[i] = static_cast<std::uint8_t>(level + half);
    deviation_ += level * level;
  }
  deviation_ = std::sqrt(deviation_ / kEntries) / half;
}

void StreamDraw::fill_group(std::byte* panel, std::size_t row, std::size_t group,
                            std::uint64_t random, bool loud) const {
  const golden::PanelLayout layout(depth_, golden::kCanonical);
  const golden::RowLanes lanes = layout.row(row);
  for (std::size_t set = 0; set < golden::kSets; ++set, random >>= kIndexBits) {
    const std::uint32_t bytes = sets_[random % kEntries];
    for (unsigned plane = 0; plane < depth_; ++plane)
      panel[lanes.at(group, set, plane)] = static_cast<std::byte>(bytes >> (8 * plane));
  }
  const std::uint8_t level = levels_[random % kEntries];
  random >>= kIndexBits;
  // 16 coins: 8 +- 2, here around 13, the middle of the codebook; a loud row is 8 further up.
  const unsigned scale = static_cast<unsigned>(std::popcount(random & 0xffff)) + 5;
  constexpr unsigned kLoud = 8, kLast = golden::kCodebook - 1;
  layout.put_tail(panel, row, group,
                  level | std::min(scale + (loud ? kLoud : 0), kLast)
                              << golden::tail_level_bits(depth_));
}

void StreamDraw::draw(std::size_t rows, std::size_t cols, std::uint64_t seed,
                      const std::set<std::size_t>& loud, std::vector<std::byte>& stream) const {
  if (cols % golden::kGroup != 0)
    throw Error("a synthetic stream of " + std::to_string(cols) + " columns, not a multiple of 16");
  const golden::MatrixShape shape{rows, cols, depth_};
  const golden::PanelLayout layout(depth_, golden::kCanonical);
  const golden::PanelOrder order(shape, golden::kCanonical);
  const auto zero_tail = static_cast<unsigned>(golden::outer_level(depth_));
  stream.resize(shape.stream_bytes(golden::kCanonical));
  Random random(seed);
  for (std::size_t row_panel = 0; row_panel < order.row_panels; ++row_panel) {
    for (std::size_t block = 0; block < order.blocks; ++block) {
      std::byte* const panel = &stream[order.index(row_panel, block) * layout.bytes()];
      std::fill(panel, panel + layout.body_offset(), std::byte{0});
      std::fill(panel + layout.body_offset(), panel + layout.bytes(), golden::kZeroSet);
      const std::size_t first = block * layout.groups;
      const std::size_t groups = std::min(layout.groups, shape.groups_per_row() - first);
      for (std::size_t row = 0; row < golden::kPanelRows; ++row) {
        const std::size_t in_matrix = row_panel * golden::kPanelRows + row;
        const std::size_t drawn = in_matrix < rows ? groups : 0;
        const bool is_loud = loud.contains(in_matrix);
        for (std::size_t group = 0; group < drawn; ++group)
          fill_group(panel, row, group, random.next(), is_loud);
        for (std::size_t group = drawn; group < layout.groups; ++group)
          layout.put_tail(panel, row, group, zero_tail);
      }
    }
  }
}

golden::Codebook StreamDraw::codebook(double deviation) const {
  constexpr double kSpan = 16, kMiddle = (golden::kCodebook - 1) / 2.0;
  golden::Codebook codebook{};
  for (std::size_t k = 0; k < golden::kCodebook; ++k)
    codebook[k] = deviation / deviation_ *
                  std::pow(kSpan, (static_cast<double>(k) - kMiddle) / (golden::kCodebook - 1));
  return codebook;
}

}  // namespace trine::tools
