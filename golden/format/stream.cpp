// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "golden/error.h"
#include "golden/format/panel.h"
#include "golden/format/trit_matrix.h"

namespace trine::golden {
namespace {

[[noreturn]] void refuse(std::size_t offset, const std::string& why) {
  throw Error(fmt::format("byte offset {}: {}", offset, why));
}

/// The largest byte; a plain loop that the compiler vectorises.
unsigned largest(std::span<const std::byte> bytes) {
  std::uint8_t most = 0;
  for (const std::byte byte : bytes) most = std::max(most, static_cast<std::uint8_t>(byte));
  return most;
}

/// Whether any tail code is out of range: as many codes at a time as a word holds behind the bits
/// of the byte in which the first one begins. A level or scale that is too large carries into the
/// bit above it when what its range lacks is added.
template <unsigned kDepth>
bool has_bad_tail(const std::byte* panel, std::size_t codes) {
  constexpr unsigned kWidth = tail_bits(kDepth), kLevelBits = tail_level_bits(kDepth);
  constexpr unsigned kScaleBits = kWidth - kLevelBits;
  constexpr unsigned kCodes = kDepth == 1 ? 8 : 4;
  static_assert(kCodes * kWidth + 7 <= 64);
  constexpr std::uint64_t kOnes = [] {
    std::uint64_t ones = 0;
    for (unsigned i = 0; i < kCodes; ++i) ones |= std::uint64_t{1} << (i * kWidth);
    return ones;
  }();
  constexpr std::uint64_t kLevels = kOnes * ((1u << kLevelBits) - 1);
  constexpr std::uint64_t kScales = kOnes * ((1u << kScaleBits) - 1);
  std::uint64_t level = 0, scale = 0;
  for (std::size_t bit = 0; bit < codes * kWidth; bit += std::size_t{kCodes} * kWidth) {
    std::uint64_t word;  // Inside the panel, for the body follows.
    std::memcpy(&word, panel + bit / 8, sizeof word);
    word >>= bit % 8;
    level |= (word & kLevels) + kOnes * ((1u << kLevelBits) - level_count(kDepth));
    scale |= (word >> kLevelBits & kScales) + kOnes * ((1u << kScaleBits) - kCodebook);
  }
  return (level & kOnes << kLevelBits) != 0 || (scale & kOnes << kScaleBits) != 0;
}

bool has_bad_tail(const std::byte* panel, const PanelLayout& layout) {
  const std::size_t codes = kPanelRows * layout.groups;
  switch (layout.depth) {
    case 1:
      return has_bad_tail<1>(panel, codes);
    case 2:
      return has_bad_tail<2>(panel, codes);
    case 3:
      return has_bad_tail<3>(panel, codes);
    default:
      return has_bad_tail<4>(panel, codes);
  }
}

void check_codes(std::span<const std::byte> panel, const PanelLayout& layout,
                 std::size_t panel_offset) {
  const auto body = panel.subspan(layout.body_offset());
  if (largest(body) > kMaxSetByte) {
    const auto bad = std::ranges::find_if(
        body, [](std::byte byte) { return static_cast<unsigned>(byte) > kMaxSetByte; });
    refuse(panel_offset + layout.body_offset() + static_cast<std::size_t>(bad - body.begin()),
           fmt::format("set byte {} is above {}", static_cast<unsigned>(*bad), kMaxSetByte));
  }
  if (!has_bad_tail(panel.data(), layout)) return;
  const unsigned bits = tail_level_bits(layout.depth);
  const unsigned levels = level_count(layout.depth);
  for (std::size_t row = 0; row < kPanelRows; ++row) {
    for (std::size_t group = 0; group < layout.groups; ++group) {
      const unsigned tail = layout.tail(panel.data(), row, group);
      if ((tail & ((1u << bits) - 1)) >= levels || tail >> bits >= kCodebook) {
        refuse(panel_offset + layout.tail_bit(row, group) / 8,
               fmt::format("tail code {:#x} (row {}, group {} of the panel) is out of range: "
                           "level code {}, scale index {}",
                           tail, row, group, tail & ((1u << bits) - 1), tail >> bits));
      }
    }
  }
}

/// Checks one group of which only the first `valid` columns belong to the matrix.
void check_padding(std::span<const std::byte> panel, const PanelLayout& layout, std::size_t row,
                   std::size_t group, std::size_t valid, std::size_t panel_offset) {
  const RowLanes lanes = layout.row(row);
  for (std::size_t set = 0; set < kSets; ++set) {
    const std::size_t kept = std::clamp(valid, kSetColumns * set, kSetColumns * (set + 1));
    for (unsigned plane = 0; plane < layout.depth; ++plane) {
      auto code = static_cast<unsigned>(panel[lanes.at(group, set, plane)]);
      for (std::size_t column = kSetColumns * set; column < kept; ++column) code /= 3;
      for (std::size_t column = kept; column < kSetColumns * (set + 1); ++column, code /= 3) {
        if (code % 3 != 1) {
          refuse(panel_offset + lanes.at(group, set, plane),
                 fmt::format("column {} of the group is padding and not zero", column));
        }
      }
    }
  }
  const unsigned tail = layout.tail(panel.data(), row, group);
  const unsigned bits = tail_level_bits(layout.depth);
  const bool level =
      (tail & ((1u << bits) - 1)) == static_cast<unsigned>(outer_level(layout.depth));
  if (!level || (valid == 0 && tail >> bits != 0)) {
    refuse(panel_offset + layout.tail_bit(row, group) / 8,
           fmt::format("tail code {:#x} (row {}, group {} of the panel) is padding and not zero",
                       tail, row, group));
  }
}

/// Checks what belongs to no row or column of the matrix, in a panel with `rows` rows and `cols`
/// columns of it.
void check_padding(std::span<const std::byte> panel, const PanelLayout& layout, std::size_t rows,
                   std::size_t cols, std::size_t panel_offset) {
  for (std::size_t row = 0; row < kPanelRows; ++row) {
    for (std::size_t group = row < rows ? cols / kGroup : 0; group < layout.groups; ++group) {
      const std::size_t left = cols - std::min(cols, group * kGroup);
      const std::size_t valid = row < rows ? std::min(kGroup, left) : 0;
      if (valid < kGroup) check_padding(panel, layout, row, group, valid, panel_offset);
    }
  }
}

}  // namespace

void validate_panels(std::span<const std::byte> panels, const MatrixShape& shape,
                     const Geometry& geometry, std::size_t first) {
  check_shape(shape, geometry);
  const PanelLayout layout(shape.depth, geometry);
  const PanelOrder order(shape, geometry);
  const std::size_t count = panels.size() / layout.bytes();
  if (panels.size() % layout.bytes() != 0 || first > order.count() || count > order.count() - first)
    throw Error(fmt::format("{} bytes from panel {} on of {} panels of {} bytes", panels.size(),
                            first, order.count(), layout.bytes()));
  for (std::size_t i = 0; i < count; ++i) {
    const auto panel = panels.subspan(i * layout.bytes(), layout.bytes());
    const std::size_t offset = (first + i) * layout.bytes();
    check_codes(panel, layout, offset);
    const auto [row_panel, block] = order.place(first + i);
    const std::size_t rows = std::min(kPanelRows, shape.rows - row_panel * kPanelRows);
    const std::size_t cols =
        std::min(geometry.block_cols(), shape.cols - block * geometry.block_cols());
    if (rows < kPanelRows || cols < geometry.block_cols())
      check_padding(panel, layout, rows, cols, offset);
  }
}

void validate_stream(std::span<const std::byte> stream, const MatrixShape& shape,
                     const Geometry& geometry) {
  check_length(stream.size(), shape, geometry);
  validate_panels(stream, shape, geometry, 0);
}

std::vector<std::byte> relayout(std::span<const std::byte> stream, const MatrixShape& shape,
                                const Geometry& from, const Geometry& to) {
  check_length(stream.size(), shape, from);
  check_shape(shape, to);
  const PanelLayout source(shape.depth, from);
  const PanelLayout target(shape.depth, to);
  const PanelOrder source_order(shape, from);
  const PanelOrder target_order(shape, to);
  const auto zero_tail = static_cast<unsigned>(outer_level(shape.depth));
  std::vector<std::byte> out(shape.stream_bytes(to));
  for (std::size_t row = 0; row < target_order.row_panels * kPanelRows; ++row) {
    const std::size_t in_panel = row % kPanelRows;
    const RowLanes source_lanes = source.row(in_panel);
    const RowLanes target_lanes = target.row(in_panel);
    for (std::size_t group = 0; group < target_order.blocks * to.groups; ++group) {
      const std::size_t to_group = group % to.groups;
      std::byte* const panel =
          &out[target_order.index(row / kPanelRows, group / to.groups) * target.bytes()];
      if (group >= shape.groups_per_row()) {
        for (std::size_t set = 0; set < kSets; ++set) {
          for (unsigned plane = 0; plane < shape.depth; ++plane) {
            panel[target_lanes.at(to_group, set, plane)] = kZeroSet;
          }
        }
        target.put_tail(panel, in_panel, to_group, zero_tail);
        continue;
      }
      const std::size_t from_group = group % from.groups;
      const std::byte* const codes =
          &stream[source_order.index(row / kPanelRows, group / from.groups) * source.bytes()];
      for (std::size_t set = 0; set < kSets; ++set) {
        for (unsigned plane = 0; plane < shape.depth; ++plane) {
          panel[target_lanes.at(to_group, set, plane)] =
              codes[source_lanes.at(from_group, set, plane)];
        }
      }
      target.put_tail(panel, in_panel, to_group, source.tail(codes, in_panel, from_group));
    }
  }
  return out;
}

}  // namespace trine::golden
