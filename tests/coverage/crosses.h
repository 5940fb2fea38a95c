// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace trine::coverage {

/// What the axes of the cross are called, and their values. A point has one value of each.
struct Axis {
  const char* name;
  std::vector<std::string> values;
};
enum Of : std::uint8_t { kDepth, kRows, kCols, kVectors, kPressure, kError, kPosition, kAxes };
const std::array<Axis, kAxes>& axes();
using Point = std::array<std::uint8_t, kAxes>;

/// All points that there can be: matrices of two row tiles have few columns, and a list without an
/// error has no place of it.
std::vector<Point> all_points();

/// How often each point was met, of those that were asked for.
struct Met {
  Point point;
  std::uint64_t times = 0;
};

/// Runs TRIT_MATVEC on the core beside golden for each of the points: a list with an error of the
/// bus says so and nothing else, the one behind it has golden's results. What was met is what the
/// bus says that happened, not what was asked for. Throws soak::Finding when core and golden
/// differ.
std::vector<Met> run_points(const std::vector<Point>& points,
                            const std::function<void(const std::string&)>& tell);

}  // namespace trine::coverage
