// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "golden/format/trit_matrix.h"

namespace trine::golden {

inline constexpr std::size_t kSets = 3;        // Sets of five columns in a group.
inline constexpr std::size_t kSetColumns = 5;  // Columns of a set; column 15 is in the tail code.
inline constexpr std::byte kZeroSet{121};      // Five zero trits.

constexpr unsigned level_count(unsigned depth) {  // 3^d
  return 2 * static_cast<unsigned>(outer_level(depth)) + 1;
}

/// Throws Error for a depth, size or geometry that the format does not allow.
void check_shape(const MatrixShape& shape, const Geometry& geometry);
/// Also throws when the stream has not exactly the length that the shape asks for.
void check_length(std::size_t bytes, const MatrixShape& shape, const Geometry& geometry);

/// Where the set bytes of one row of group 0 are: set s, plane k at
/// `base + s * set_stride + k * plane_stride`; group g is 4 * g bytes further.
struct RowLanes {
  std::size_t base = 0, set_stride = 0, plane_stride = 1;
  std::size_t at(std::size_t group, std::size_t set, std::size_t plane) const {
    return base + 4 * group + set * set_stride + plane * plane_stride;
  }
};

/// The byte layout of one panel: tail beats, then body beats.
struct PanelLayout {
  unsigned depth;
  std::size_t groups;

  PanelLayout(unsigned d, const Geometry& geometry) : depth(d), groups(geometry.groups) {}
  std::size_t beat_bytes() const { return 4 * groups; }
  std::size_t body_offset() const { return tail_bits(depth) * beat_bytes(); }
  std::size_t bytes() const { return panel_beats(depth) * beat_bytes(); }

  RowLanes row(std::size_t row) const;
  std::size_t tail_bit(std::size_t row, std::size_t group) const {
    return (row * groups + group) * tail_bits(depth);
  }
  /// Reads a tail code. The three bytes are inside the panel, for the body follows the tail.
  unsigned tail(const std::byte* panel, std::size_t row, std::size_t group) const {
    const std::size_t bit = tail_bit(row, group);
    std::uint32_t word = 0;
    std::memcpy(&word, panel + bit / 8, 3);
    return word >> (bit % 8) & ((1u << tail_bits(depth)) - 1);
  }
  /// Writes a tail code where all bits are still zero.
  void put_tail(std::byte* panel, std::size_t row, std::size_t group, unsigned code) const {
    const std::size_t bit = tail_bit(row, group);
    std::uint32_t word = 0;
    std::memcpy(&word, panel + bit / 8, 3);
    word |= code << (bit % 8);
    std::memcpy(panel + bit / 8, &word, 3);
  }
};

/// The order of the panels of a matrix in its stream.
struct PanelOrder {
  std::size_t row_panels, blocks, tile_panels;

  PanelOrder(const MatrixShape& shape, const Geometry& geometry)
      : row_panels((shape.rows + kPanelRows - 1) / kPanelRows),
        blocks((shape.groups_per_row() + geometry.groups - 1) / geometry.groups),
        tile_panels(geometry.tile_rows / kPanelRows) {}
  std::size_t count() const { return row_panels * blocks; }
  /// Position in the stream of the panel with rows 32 * row_panel.. of a column block.
  std::size_t index(std::size_t row_panel, std::size_t block) const {
    const std::size_t first = row_panel / tile_panels * tile_panels;
    const std::size_t height = std::min(tile_panels, row_panels - first);
    return first * blocks + block * height + (row_panel - first);
  }
  /// The inverse: row panel and column block of the panel at a position.
  struct Place {
    std::size_t row_panel, block;
  };
  Place place(std::size_t index) const {
    const std::size_t first = index / (tile_panels * blocks) * tile_panels;
    const std::size_t height = std::min(tile_panels, row_panels - first);
    const std::size_t in_tile = index - first * blocks;
    return {first + in_tile % height, in_tile / height};
  }
};

}  // namespace trine::golden
