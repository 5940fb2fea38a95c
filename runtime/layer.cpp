// SPDX-License-Identifier: Apache-2.0

#include "runtime/layer.h"

#include <fmt/format.h>

#include <bit>

namespace trine {
namespace {

std::string first_difference(const MatvecRun& run, const MatvecRun& golden,
                             const std::string& matrix, std::size_t rows) {
  for (std::size_t row = 0; row < run.y.size(); ++row) {
    const auto a = std::bit_cast<std::uint32_t>(run.y[row]);
    const auto b = std::bit_cast<std::uint32_t>(golden.y[row]);
    if (a != b)
      return fmt::format(
          "{}, vector {}, row {}: the device has {:.9g} ({:#010x}), golden {:.9g} ({:#010x})",
          matrix, row / rows, row % rows, run.y[row], a, golden.y[row], b);
  }
  return "";
}

}  // namespace

LayerReport& LayerReport::operator+=(const LayerReport& other) {
  counters += other.counters;
  weights += other.weights;
  seconds += other.seconds;
  if (other.equal) equal = equal.value_or(true) && *other.equal;
  if (difference.empty()) difference = other.difference;
  return *this;
}

LayerReport run_layer(Core& core, Core* golden, const StreamMatrix& matrix,
                      std::span<const float> x, const std::string& label) {
  core.expect_beats(matrix.shape.beats(core.device().params().geometry()));
  const MatvecRun run = run_matvec(core.device(), matrix, x, Results::Float, label);
  LayerReport report{.counters = run.counters,
                     .weights = matrix.shape.rows * matrix.shape.cols,
                     .vectors = x.size() / matrix.shape.cols,
                     .seconds = run.seconds,
                     .equal = {},
                     .difference = {}};
  if (golden != nullptr) {
    report.difference =
        first_difference(run, run_matvec(golden->device(), matrix, x, Results::Float, label), label,
                         matrix.shape.rows);
    report.equal = report.difference.empty();
  }
  return report;
}

}  // namespace trine
