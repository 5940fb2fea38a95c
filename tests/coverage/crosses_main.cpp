// SPDX-License-Identifier: Apache-2.0
//
// Functional points of the trit product: depth, rows, columns, vectors, back-pressure, error of the
// bus, position in a burst, and every cross of them. `crosses --help` has the options. Exit status:
// 0; 1 when a point was not met, or core and golden differ; 2 for a bad argument.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/coverage/crosses.h"

namespace {

using namespace trine::coverage;

/// How far it is, on a terminal.
void tell(const std::string& text) {
  if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\033[K{}", text);
}

/// Every `of`-th point, each time another one of every `of`.
std::vector<Point> sample(const std::vector<Point>& points, unsigned of) {
  std::vector<Point> some;
  for (std::size_t i = 0, begin = 0; begin < points.size(); ++i, begin += of) {
    const std::size_t at = begin + i * 7 % of;
    if (at < points.size()) some.push_back(points[at]);
  }
  return some;
}

std::string describe(const Point& point) {
  std::string text;
  for (std::size_t axis = 0; axis < kAxes; ++axis)
    text += fmt::format("{}{} {}", axis == 0 ? "" : ", ", axes()[axis].name,
                        axes()[axis].values[point[axis]]);
  return text;
}

/// Of every two axes, how many pairs of values there can be and how many were met.
nlohmann::json pairs_json(const std::vector<Point>& points, const std::vector<Met>& all) {
  nlohmann::json pairs = nlohmann::json::array();
  for (std::size_t a = 0; a < kAxes; ++a)
    for (std::size_t b = a + 1; b < kAxes; ++b) {
      std::set<std::pair<int, int>> possible, met;
      for (const Point& point : points) possible.emplace(point[a], point[b]);
      for (const Met& one : all)
        if (one.times != 0) met.emplace(one.point[a], one.point[b]);
      pairs.push_back(fmt::format("{} x {}: {} of {}", axes()[a].name, axes()[b].name, met.size(),
                                  possible.size()));
    }
  return pairs;
}

}  // namespace

int main(int argc, char** argv) {
  unsigned of = 1;
  CLI::App app("Which crosses of the trit product's cases are met, with golden's results.");
  app.add_option("--sample", of, "One of so many points")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  try {
    app.parse(argc, argv);
    const auto points = all_points();
    const auto all = run_points(sample(points, of), tell);
    tell("");
    std::size_t count = 0;
    for (const Met& met : all) {
      if (met.times == 0) fmt::print(stderr, "crosses: not met: {}\n", describe(met.point));
      count += met.times != 0 ? 1 : 0;
    }
    const nlohmann::json report{{"points", points.size()},
                                {"asked", all.size()},
                                {"met", count},
                                {"pairs", pairs_json(points, all)}};
    fmt::print("{}\n", report.dump(2));
    return count == all.size() ? 0 : 1;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "crosses: {}\n", error.what());
    return 1;
  }
}
