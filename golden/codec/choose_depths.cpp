// SPDX-License-Identifier: Apache-2.0

#include "golden/codec/choose_depths.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "golden/codec/depths.h"
#include "golden/error.h"
#include "golden/families/padding.h"

namespace trine::golden {
namespace {

constexpr std::size_t kSampleRows = 256;
constexpr unsigned kDepths = 4;

struct Choice {
  std::string name;
  std::array<double, kDepths + 1> error{};  // By depth; relative to the weights.
  std::array<double, kDepths + 1> bits{};   // Stored, of the whole matrix.
  double weights = 0;
  unsigned depth = 1;
  bool fixed = false;
};

/// Rows of the matrix, evenly spaced.
std::vector<float> sample_rows(const Tensor& tensor, std::size_t rows) {
  const std::size_t cols = tensor.shape[1];
  std::vector<float> sample(rows * cols);
  for (std::size_t row = 0; row < rows; ++row) {
    tensor.to_f32(row * tensor.shape[0] / rows * cols, std::span(sample).subspan(row * cols, cols));
  }
  return sample;
}

/// Sum of squares of the sample minus what `matrix` stands for, if any, weighted by column.
double energy(std::span<const float> sample, std::span<const double> importance, std::size_t cols,
              std::span<const float> products) {
  double sum = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double value = products.empty() ? sample[i] : double{sample[i]} - double{products[i]};
    sum += value * value * (importance.empty() ? 1 : importance[i % cols]);
  }
  return sum;
}

/// Fills in the errors of a choice: what each depth costs on a sample of the rows, whose columns
/// are padded. `own` is the shape in the checkpoint.
void measure(const Tensor& tensor, const TensorSpec& own, const ModelConfig& padded,
             const QuantizeOptions& options, Choice& choice) {
  const std::size_t rows = std::min(tensor.shape[0], kSampleRows);
  const TensorSpec some{own.name, {rows, own.shape.at(1)}, {Width::Hidden, own.widths.at(1)}};
  const auto sample = pad(sample_rows(tensor, rows), some, padded);
  const std::size_t cols = sample.size() / rows;
  std::vector<double> importance;
  if (!options.importance.empty())
    importance = pad_columns(options.importance.at(tensor.name), own, padded);
  const double total = energy(sample, importance, cols, {});
  for (unsigned depth = 1; depth <= kDepths; ++depth) {
    const auto products =
        dequantize(quantize(sample, {rows, cols, depth}, options.scales, importance));
    const double error = energy(sample, importance, cols, products);
    choice.error.at(depth) = total > 0 ? error / total : 0;
  }
}

/// The matrices with their sizes by depth, at the lowest depth that the rules allow.
std::vector<Choice> lowest_choices(const std::vector<TensorSpec>& specs, const DepthRules& rules) {
  const auto fixed = apply_depth_rules(rules, specs);
  std::vector<Choice> choices;
  for (const TensorSpec& spec : specs) {
    Choice choice;
    choice.name = spec.name;
    choice.weights = static_cast<double>(spec.shape.at(0) * spec.shape.at(1));
    for (unsigned depth = 1; depth <= kDepths; ++depth) {
      const MatrixShape whole{spec.shape[0], spec.shape[1], depth};
      choice.bits.at(depth) = 8.0 * static_cast<double>(whole.stream_bytes(kCanonical));
    }
    if (const auto it = fixed.find(spec.name); it != fixed.end()) {
      choice.depth = it->second;
      choice.fixed = true;
    }
    choices.push_back(std::move(choice));
  }
  return choices;
}

/// Takes the step that removes most error per bit until none fits.
void spend(std::vector<Choice>& choices, double bits) {
  for (const Choice& choice : choices) bits -= choice.bits.at(choice.depth);
  if (bits < 0) return;
  for (;;) {
    Choice* best = nullptr;
    double best_gain = 0, best_bits = 0;
    for (Choice& choice : choices) {
      if (choice.fixed || choice.depth == kDepths) continue;
      const double more = choice.bits.at(choice.depth + 1) - choice.bits.at(choice.depth);
      const double less = choice.error.at(choice.depth) - choice.error.at(choice.depth + 1);
      const double gain = choice.weights * less / more;
      if (more > bits || gain <= best_gain) continue;
      best = &choice;
      best_gain = gain;
      best_bits = more;
    }
    if (best == nullptr) return;
    ++best->depth;
    bits -= best_bits;
  }
}

}  // namespace

std::map<std::string, unsigned> choose_depths(
    const Checkpoint& checkpoint, double bits, const QuantizeOptions& options,
    const std::function<void(std::size_t, std::size_t)>& progress) {
  const auto own = matrix_tensors(checkpoint.config());
  const ModelConfig padded = pad_heads(checkpoint.config());
  auto choices = lowest_choices(matrix_tensors(padded), options.depths);
  double weights = 0, least = 0, most = 0;
  for (const Choice& choice : choices) {
    weights += choice.weights;
    least += choice.bits.at(choice.depth);
    most += choice.bits.at(choice.fixed ? choice.depth : kDepths);
  }
  // Sizes follow from shapes alone: what can't be is refused before any work.
  if (least > bits * weights) {
    throw Error(fmt::format("{}: {} bits per weight are asked for, the least possible are {:.4f}",
                            checkpoint.directory().string(), bits, least / weights));
  }
  if (most < bits * weights) {
    throw Error(fmt::format("{}: {} bits per weight are asked for, the most possible are {:.4f}",
                            checkpoint.directory().string(), bits, most / weights));
  }
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const Tensor& tensor = checkpoint.at(choices[i].name);
    measure(tensor, own[i], padded, options, choices[i]);
    tensor.release();
    if (progress) progress(i + 1, choices.size());
  }
  spend(choices, bits * weights);
  std::map<std::string, unsigned> depths;
  for (const Choice& choice : choices) depths[choice.name] = choice.depth;
  return depths;
}

}  // namespace trine::golden
