// SPDX-License-Identifier: Apache-2.0

#include "golden/format/trit_matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "golden/error.h"
#include "golden/format/panel.h"

namespace trine::golden {
namespace {

/// For every level (plus 40) its trits: byte k is t_k + 1. Planes above the depth read as 1.
constexpr std::array<std::uint32_t, 81> make_digits() {
  std::array<std::uint32_t, 81> digits{};
  for (std::uint32_t code = 0; code < 81; ++code) {
    std::uint32_t rest = code;  // level + 40 has the base-3 digits t_k + 1.
    for (unsigned plane = 0; plane < 4; ++plane, rest /= 3) {
      digits[code] |= rest % 3 << (8 * plane);
    }
  }
  return digits;
}
constexpr auto kLevelDigits = make_digits();

/// For every set byte its five trits: byte j is t[5s + j] + 1.
constexpr std::array<std::uint64_t, 256> make_set_digits() {
  std::array<std::uint64_t, 256> digits{};
  for (std::uint64_t code = 0; code <= kMaxSetByte; ++code) {
    std::uint64_t rest = code;
    for (unsigned j = 0; j < kSetColumns; ++j, rest /= 3) digits[code] |= rest % 3 << (8 * j);
  }
  return digits;
}
constexpr auto kSetDigits = make_set_digits();

void check_content(const TritMatrix& matrix) {
  const auto& shape = matrix.shape;
  if (matrix.levels.size() != shape.rows * shape.cols ||
      matrix.scales.size() != shape.rows * shape.groups_per_row()) {
    throw Error(fmt::format("{} levels and {} scales do not make {} x {}", matrix.levels.size(),
                            matrix.scales.size(), shape.rows, shape.cols));
  }
  const int limit = outer_level(shape.depth);
  const auto level =
      std::ranges::find_if(matrix.levels, [&](std::int8_t q) { return q < -limit || q > limit; });
  if (level != matrix.levels.end()) {
    const auto at = static_cast<std::size_t>(level - matrix.levels.begin());
    throw Error(fmt::format("level {} at row {}, column {} is out of range for depth {}", *level,
                            at / shape.cols, at % shape.cols, shape.depth));
  }
  const auto scale =
      std::ranges::find_if(matrix.scales, [](std::uint8_t s) { return s >= kCodebook; });
  if (scale != matrix.scales.end()) {
    const auto at = static_cast<std::size_t>(scale - matrix.scales.begin());
    throw Error(fmt::format("scale index {} at row {}, group {} is out of range", *scale,
                            at / shape.groups_per_row(), at % shape.groups_per_row()));
  }
}

/// The set bytes of one group (byte k: plane k) from its levels.
std::uint32_t encode_set(const std::int8_t* levels) {
  std::uint32_t bytes = 0;
  std::uint32_t power = 1;
  for (std::size_t j = 0; j < kSetColumns; ++j, power *= 3) {
    bytes += kLevelDigits[static_cast<std::size_t>(levels[j] + 40)] * power;
  }
  return bytes;  // No byte exceeds 242, so nothing carried.
}

void pack_group(const PanelLayout& layout, const RowLanes& lanes, std::byte* panel, std::size_t row,
                std::size_t group, const std::int8_t* levels, std::uint8_t scale) {
  for (std::size_t set = 0; set < kSets; ++set) {
    const std::uint32_t bytes = encode_set(levels + kSetColumns * set);
    for (unsigned plane = 0; plane < layout.depth; ++plane) {
      panel[lanes.at(group, set, plane)] = static_cast<std::byte>(bytes >> (8 * plane) & 0xffu);
    }
  }
  const auto w15 = static_cast<unsigned>(levels[15] + outer_level(layout.depth));
  layout.put_tail(panel, row, group,
                  w15 | static_cast<unsigned>(scale) << tail_level_bits(layout.depth));
}

void unpack_group(const PanelLayout& layout, const RowLanes& lanes, const std::byte* panel,
                  std::size_t row, std::size_t group, std::int8_t* levels, std::uint8_t& scale) {
  const int bias = outer_level(layout.depth);
  for (std::size_t set = 0; set < kSets; ++set) {
    std::uint64_t biased = 0;  // Byte j: level + half, at most 80.
    std::uint64_t power = 1;
    for (unsigned plane = 0; plane < layout.depth; ++plane, power *= 3) {
      biased += kSetDigits[static_cast<std::size_t>(panel[lanes.at(group, set, plane)])] * power;
    }
    for (std::size_t j = 0; j < kSetColumns; ++j) {
      levels[kSetColumns * set + j] =
          static_cast<std::int8_t>(static_cast<int>(biased >> (8 * j) & 0xffu) - bias);
    }
  }
  const unsigned tail = layout.tail(panel, row, group);
  const unsigned bits = tail_level_bits(layout.depth);
  levels[15] = static_cast<std::int8_t>(static_cast<int>(tail & ((1u << bits) - 1)) - bias);
  scale = static_cast<std::uint8_t>(tail >> bits);
}

}  // namespace

std::size_t MatrixShape::beats(const Geometry& geometry) const {
  return PanelOrder(*this, geometry).count() * panel_beats(depth);
}

std::size_t MatrixShape::stream_bytes(const Geometry& geometry) const {
  return beats(geometry) * geometry.beat_bytes();
}

std::vector<std::byte> pack(const TritMatrix& matrix, const Geometry& geometry) {
  const MatrixShape& shape = matrix.shape;
  check_shape(shape, geometry);
  check_content(matrix);
  const PanelLayout layout(shape.depth, geometry);
  const PanelOrder order(shape, geometry);
  const std::size_t groups = shape.groups_per_row();
  std::vector<std::byte> stream(shape.stream_bytes(geometry));
  std::array<std::int8_t, kGroup> levels{};
  for (std::size_t row = 0; row < order.row_panels * kPanelRows; ++row) {
    const RowLanes lanes = layout.row(row % kPanelRows);
    for (std::size_t group = 0; group < order.blocks * geometry.groups; ++group) {
      const std::size_t block = group / geometry.groups;
      const bool real = row < shape.rows && group < groups;
      levels.fill(0);
      if (real) {
        const auto* from = &matrix.levels[row * shape.cols + group * kGroup];
        std::copy_n(from, std::min(kGroup, shape.cols - group * kGroup), levels.begin());
      }
      pack_group(layout, lanes, &stream[order.index(row / kPanelRows, block) * layout.bytes()],
                 row % kPanelRows, group % geometry.groups, levels.data(),
                 real ? matrix.scales[row * groups + group] : std::uint8_t{0});
    }
  }
  return stream;
}

TritMatrix unpack(std::span<const std::byte> stream, const MatrixShape& shape,
                  const Codebook& codebook, const Geometry& geometry) {
  validate_stream(stream, shape, geometry);
  const PanelLayout layout(shape.depth, geometry);
  const PanelOrder order(shape, geometry);
  const std::size_t groups = shape.groups_per_row();
  TritMatrix matrix{shape, {}, {}, codebook};
  matrix.levels.resize(shape.rows * shape.cols);
  matrix.scales.resize(shape.rows * groups);
  std::array<std::int8_t, kGroup> levels{};
  for (std::size_t row = 0; row < shape.rows; ++row) {
    const RowLanes lanes = layout.row(row % kPanelRows);
    for (std::size_t group = 0; group < groups; ++group) {
      const std::size_t panel = order.index(row / kPanelRows, group / geometry.groups);
      unpack_group(layout, lanes, &stream[panel * layout.bytes()], row % kPanelRows,
                   group % geometry.groups, levels.data(), matrix.scales[row * groups + group]);
      std::copy_n(levels.begin(), std::min(kGroup, shape.cols - group * kGroup),
                  &matrix.levels[row * shape.cols + group * kGroup]);
    }
  }
  return matrix;
}

std::vector<float> dequantize(const TritMatrix& matrix) {
  const MatrixShape& shape = matrix.shape;
  const std::size_t groups = shape.groups_per_row();
  std::vector<float> weights(shape.rows * shape.cols);
  for (std::size_t row = 0; row < shape.rows; ++row) {
    for (std::size_t col = 0; col < shape.cols; ++col) {
      const double step = matrix.codebook.at(matrix.scales.at(row * groups + col / kGroup)) /
                          outer_level(shape.depth);
      weights[row * shape.cols + col] =
          static_cast<float>(matrix.levels[row * shape.cols + col] * step);
    }
  }
  return weights;
}

}  // namespace trine::golden
