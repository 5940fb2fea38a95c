// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace trine::golden {

/// Facts of the packed trit format (docs/format.md); rtl/trine_pkg.sv states the same numbers.
inline constexpr std::size_t kGroup = 16;      // Columns that share a scale.
inline constexpr std::size_t kCodebook = 27;   // Scale entries of a matrix.
inline constexpr std::size_t kPanelRows = 32;  // Rows of a panel.
inline constexpr unsigned kMaxSetByte = 242;   // 3^5 - 1.

constexpr int outer_level(unsigned depth) {
  return depth == 1 ? 1 : depth == 2 ? 4 : depth == 3 ? 13 : 40;
}
constexpr unsigned tail_level_bits(unsigned depth) {  // wbits(d)
  return depth == 1 ? 2 : depth == 2 ? 4 : depth == 3 ? 5 : 7;
}
constexpr unsigned tail_bits(unsigned depth) {
  return tail_level_bits(depth) + 5;
}  // tb(d)
/// Beats of one panel: tail then body. 31, 57, 82, 108.
constexpr unsigned panel_beats(unsigned depth) {
  return tail_bits(depth) + 24 * depth;
}

/// The geometry that a stream is laid out for.
struct Geometry {
  std::size_t groups = 16;       // G: groups side by side; a beat is 4*G bytes. A power of two.
  std::size_t tile_rows = 2048;  // A multiple of 32.
  std::size_t block_cols() const { return kGroup * groups; }
  std::size_t beat_bytes() const { return 4 * groups; }
  bool operator==(const Geometry&) const = default;
};
inline constexpr Geometry kCanonical{};

/// Shape and depth of one matrix; sizes of its stream.
struct MatrixShape {
  std::size_t rows = 0, cols = 0;
  unsigned depth = 4;
  std::size_t groups_per_row() const { return (cols + kGroup - 1) / kGroup; }
  std::size_t beats(const Geometry& geometry) const;
  std::size_t stream_bytes(const Geometry& geometry) const;
  bool operator==(const MatrixShape&) const = default;
};

using Codebook = std::array<double, kCodebook>;

/// A quantized matrix, unpacked: weight[r][c] = q * codebook[scale] / outer_level(depth).
struct TritMatrix {
  MatrixShape shape;
  std::vector<std::int8_t> levels;   // (rows, cols), -outermost..outermost
  std::vector<std::uint8_t> scales;  // (rows, groups_per_row), 0..26
  Codebook codebook{};               // Ascending, positive.
};

/// The stream of `matrix` in `geometry` (docs/format.md). Throws Error for a level or scale out of
/// range.
std::vector<std::byte> pack(const TritMatrix& matrix, const Geometry& geometry = kCanonical);

/// The inverse. Throws Error naming the byte offset and what is wrong there: length, set byte
/// above 242, tail code out of range, padding that is not zero.
TritMatrix unpack(std::span<const std::byte> stream, const MatrixShape& shape,
                  const Codebook& codebook, const Geometry& geometry = kCanonical);

/// Checks what `unpack` checks, several times faster; throws Error like it.
void validate_stream(std::span<const std::byte> stream, const MatrixShape& shape,
                     const Geometry& geometry = kCanonical);

/// The same for whole panels of a stream, of which the first one is panel `first`; offsets in
/// messages are those in the stream.
void validate_panels(std::span<const std::byte> panels, const MatrixShape& shape,
                     const Geometry& geometry, std::size_t first);

/// The same codes in another geometry. The codes themselves are copied unread: validate first.
std::vector<std::byte> relayout(std::span<const std::byte> stream, const MatrixShape& shape,
                                const Geometry& from, const Geometry& to);

/// FP32 weights (rows, cols): float(q * (codebook[scale] / outermost)).
std::vector<float> dequantize(const TritMatrix& matrix);

}  // namespace trine::golden
