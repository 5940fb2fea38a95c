// SPDX-License-Identifier: Apache-2.0

#include "golden/format/panel.h"

#include <fmt/format.h>

#include <bit>

#include "golden/error.h"

namespace trine::golden {

static_assert(std::endian::native == std::endian::little);

void check_shape(const MatrixShape& shape, const Geometry& geometry) {
  constexpr std::size_t kMaxExtent = std::size_t{1} << 28;
  if (shape.depth < 1 || shape.depth > 4) {
    throw Error(fmt::format("depth {} is not 1 to 4", shape.depth));
  }
  if (shape.rows == 0 || shape.cols == 0 || shape.rows > kMaxExtent || shape.cols > kMaxExtent) {
    throw Error(fmt::format("a matrix of {} rows and {} columns", shape.rows, shape.cols));
  }
  if (!std::has_single_bit(geometry.groups) || geometry.groups > 4096) {
    throw Error(fmt::format("{} groups a beat: not a power of two up to 4096", geometry.groups));
  }
  if (geometry.tile_rows == 0 || geometry.tile_rows % kPanelRows != 0) {
    throw Error(
        fmt::format("row tile of {}: not a multiple of {}", geometry.tile_rows, kPanelRows));
  }
}

void check_length(std::size_t bytes, const MatrixShape& shape, const Geometry& geometry) {
  check_shape(shape, geometry);
  if (bytes != shape.stream_bytes(geometry)) {
    throw Error(fmt::format("a stream of {} bytes, {} x {} at depth {} takes {}", bytes, shape.rows,
                            shape.cols, shape.depth, shape.stream_bytes(geometry)));
  }
}

RowLanes PanelLayout::row(std::size_t row) const {
  const std::size_t beat = beat_bytes();
  const std::size_t body = body_offset();
  switch (depth) {
    case 4:  // A row is three beats.
      return {body + row * 3 * beat, beat, 1};
    case 2:  // Two rows share three beats, half of the lanes each.
      return {body + row / 2 * 3 * beat + row % 2 * 2, beat, 1};
    case 1:  // Four rows share three beats, a lane each.
      return {body + row / 4 * 3 * beat + row % 4, beat, 1};
    default: {  // Four rows share nine beats; the planes of the fourth are in lane 3.
      const std::size_t unit = body + row / 4 * 9 * beat;
      if (row % 4 == 3) return {unit + 3, 3 * beat, beat};
      return {unit + row % 4 * beat, 3 * beat, 1};
    }
  }
}

}  // namespace trine::golden
