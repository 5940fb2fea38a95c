// SPDX-License-Identifier: Apache-2.0

#include "golden/codec/quantize_model.h"

#include <fmt/format.h>

#include <cmath>

#include "golden/checkpoint/checkpoint.h"
#include "golden/checkpoint/json.h"
#include "golden/error.h"
#include "golden/format/packed_writer.h"

namespace trine::golden {
namespace {

std::map<std::string, unsigned> matrix_depths(const std::vector<TensorSpec>& matrices,
                                              const QuantizeOptions& options) {
  std::map<std::string, unsigned> depths;
  for (const TensorSpec& spec : matrices) depths[spec.name] = options.depth;
  for (const auto& [name, depth] : options.depths) {
    const auto it = depths.find(name);
    if (it == depths.end()) throw Error(fmt::format("depth for '{}': no such matrix", name));
    it->second = depth;
  }
  return depths;
}

double squares(std::span<const float> weights) {
  double sum = 0;
  for (const double weight : weights) sum += weight * weight;
  return sum;
}

TritMatrix quantize_tensor(const Checkpoint& checkpoint, const TensorSpec& spec,
                           std::span<const float> weights, unsigned depth,
                           const QuantizeOptions& options) {
  try {
    std::span<const double> importance;
    if (!options.importance.empty()) {
      const auto it = options.importance.find(spec.name);
      if (it == options.importance.end()) throw Error("no importance of its columns");
      importance = it->second;
    }
    return quantize(weights, {spec.shape[0], spec.shape[1], depth}, options.scales, importance);
  } catch (const Error& error) {
    throw Error(fmt::format("{}: tensor '{}': {}", checkpoint.directory().string(), spec.name,
                            error.what()));
  }
}

}  // namespace

QuantizeSummary quantize_model(const std::filesystem::path& checkpoint_dir,
                               const std::filesystem::path& out_dir, const QuantizeOptions& options,
                               const std::function<void(const QuantizeProgress&)>& progress) {
  const Checkpoint checkpoint(checkpoint_dir);
  const auto matrices = matrix_tensors(checkpoint.config());
  const auto depths = matrix_depths(matrices, options);
  PackedModelWriter writer(out_dir, read_text(checkpoint_dir / "config.json"), depths);

  QuantizeSummary summary;
  double error_squares = 0, weight_squares = 0;
  for (const TensorSpec& spec : matrices) {
    const auto weights = checkpoint.at(spec.name).to_f32();
    const TritMatrix matrix =
        quantize_tensor(checkpoint, spec, weights, depths.at(spec.name), options);
    writer.append_matrix(spec.name, matrix);

    const auto count = static_cast<double>(weights.size());
    const double rms = rms_error(weights, matrix);
    const double energy = squares(weights);
    error_squares += rms * rms * count;
    weight_squares += energy;
    summary.weights += weights.size();
    summary.stream_bytes += matrix.shape.stream_bytes(kCanonical);
    ++summary.matrices;
    if (progress) {
      progress({spec.name, matrix.shape, rms, std::sqrt(energy / count), summary.matrices,
                matrices.size()});
    }
  }
  for (const TensorSpec& spec : plain_tensors(checkpoint.config())) {
    writer.append_plain(checkpoint.at(spec.name));
  }
  writer.copy_files(checkpoint_dir);
  writer.finish();
  summary.rms_error = std::sqrt(error_squares / static_cast<double>(summary.weights));
  summary.rms_weight = std::sqrt(weight_squares / static_cast<double>(summary.weights));
  return summary;
}

}  // namespace trine::golden
