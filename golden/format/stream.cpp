// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <array>
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

/// Whether each tail code of a depth is out of range.
using BadTails = std::array<std::uint8_t, 1 << 12>;
constexpr BadTails bad_tails(unsigned depth) {
  BadTails bad{};
  const unsigned bits = tail_level_bits(depth);
  for (unsigned tail = 0; tail < 1u << tail_bits(depth); ++tail)
    bad[tail] = (tail & ((1u << bits) - 1)) >= level_count(depth) || tail >> bits >= kCodebook;
  return bad;
}
constexpr std::array<BadTails, 4> kBadTails{bad_tails(1), bad_tails(2), bad_tails(3), bad_tails(4)};
static_assert(tail_bits(4) == 12);

bool has_bad_tail(const std::byte* panel, const PanelLayout& layout) {
  const BadTails& table = kBadTails.at(layout.depth - 1);
  const unsigned width = tail_bits(layout.depth), mask = (1u << width) - 1;
  const std::size_t end = layout.tail_bit(kPanelRows, 0);
  unsigned bad = 0;
  for (std::size_t bit = 0; bit < end; bit += width) {
    std::uint32_t word;  // Inside the panel, for the body follows.
    std::memcpy(&word, panel + bit / 8, sizeof word);
    bad |= table[word >> (bit % 8) & mask];
  }
  return bad != 0;
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

}  // namespace

void validate_stream(std::span<const std::byte> stream, const MatrixShape& shape,
                     const Geometry& geometry) {
  check_length(stream.size(), shape, geometry);
  const PanelLayout layout(shape.depth, geometry);
  const PanelOrder order(shape, geometry);
  for (std::size_t offset = 0; offset < stream.size(); offset += layout.bytes()) {
    check_codes(stream.subspan(offset, layout.bytes()), layout, offset);
  }
  for (std::size_t panel_row = 0; panel_row < order.row_panels; ++panel_row) {
    for (std::size_t block = 0; block < order.blocks; ++block) {
      const std::size_t rows = std::min(kPanelRows, shape.rows - panel_row * kPanelRows);
      const std::size_t first = block * geometry.block_cols();
      const std::size_t cols = std::min(geometry.block_cols(), shape.cols - first);
      if (rows == kPanelRows && cols == geometry.block_cols()) continue;
      const std::size_t offset = order.index(panel_row, block) * layout.bytes();
      for (std::size_t row = 0; row < kPanelRows; ++row) {
        for (std::size_t group = row < rows ? cols / kGroup : 0; group < geometry.groups; ++group) {
          const std::size_t left = cols - std::min(cols, group * kGroup);
          const std::size_t valid = row < rows ? std::min(kGroup, left) : 0;
          if (valid == kGroup) continue;
          check_padding(stream.subspan(offset, layout.bytes()), layout, row, group, valid, offset);
        }
      }
    }
  }
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
