// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>

namespace trine::golden {

// How the rows of a panel lie in its beats (docs/format.md), as the kernels walk them.

/// The planes of which rows lie in the four lanes of a group, in one beat of a unit: the row of
/// the unit, and the weights of the lanes, lane 0 in the lowest byte.
struct LaneUse {
  unsigned row;
  std::uint32_t weights;
};
constexpr std::uint32_t lanes(unsigned a, unsigned b, unsigned c, unsigned d) {
  return a | b << 8 | c << 16 | d << 24;
}

/// Rows per unit, beats per set, uses per beat (docs/format.md, beats and panels).
template <unsigned kDepth>
struct Unit;
template <>
struct Unit<4> {
  static constexpr unsigned kRows = 1, kBeats = 1, kUses = 1;
  static constexpr LaneUse kUse[kBeats][kUses] = {{{0, lanes(1, 3, 9, 27)}}};
};
template <>
struct Unit<3> {
  static constexpr unsigned kRows = 4, kBeats = 3, kUses = 2;
  static constexpr LaneUse kUse[kBeats][kUses] = {{{0, lanes(1, 3, 9, 0)}, {3, lanes(0, 0, 0, 1)}},
                                                  {{1, lanes(1, 3, 9, 0)}, {3, lanes(0, 0, 0, 3)}},
                                                  {{2, lanes(1, 3, 9, 0)}, {3, lanes(0, 0, 0, 9)}}};
};
template <>
struct Unit<2> {
  static constexpr unsigned kRows = 2, kBeats = 1, kUses = 2;
  static constexpr LaneUse kUse[kBeats][kUses] = {{{0, lanes(1, 3, 0, 0)}, {1, lanes(0, 0, 1, 3)}}};
};
template <>
struct Unit<1> {
  static constexpr unsigned kRows = 4, kBeats = 1, kUses = 4;
  static constexpr LaneUse kUse[kBeats][kUses] = {{{0, lanes(1, 0, 0, 0)},
                                                   {1, lanes(0, 1, 0, 0)},
                                                   {2, lanes(0, 0, 1, 0)},
                                                   {3, lanes(0, 0, 0, 1)}}};
};

}  // namespace trine::golden
