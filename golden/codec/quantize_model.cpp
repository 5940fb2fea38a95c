// SPDX-License-Identifier: Apache-2.0

#include "golden/codec/quantize_model.h"

#include <fmt/format.h>

#include <cmath>

#include "golden/checkpoint/checkpoint.h"
#include "golden/codec/partial_model.h"
#include "golden/error.h"
#include "golden/families/padding.h"
#include "golden/format/crc32c.h"

namespace trine::golden {
namespace {

using nlohmann::json;

double squares(std::span<const float> weights) {
  double sum = 0;
  for (const double weight : weights) sum += weight * weight;
  return sum;
}

/// What a matrix is before it is quantized.
struct Source {
  const TensorSpec &own, &stored;  // Its shape in the checkpoint and with padded heads.
  std::vector<float> weights;      // Padded.
  unsigned depth = 0;
};

TritMatrix quantize_tensor(const Checkpoint& checkpoint, const Source& source,
                           const QuantizeOptions& options, PartialModel& model) {
  const TensorSpec& spec = source.stored;
  try {
    std::vector<double> importance;
    if (!options.importance.empty()) {
      const auto it = options.importance.find(spec.name);
      if (it == options.importance.end()) throw Error("no importance of its columns");
      importance = pad_columns(it->second, source.own, pad_heads(checkpoint.config()));
    }
    return quantize(source.weights, {spec.shape[0], spec.shape[1], source.depth}, options.scales,
                    importance);
  } catch (const Error& error) {
    model.discard();
    throw Error(fmt::format("{}: tensor '{}': {}", checkpoint.directory().string(), spec.name,
                            error.what()));
  }
}

/// Tells one calibration from another.
std::uint32_t checksum(const std::map<std::string, std::vector<double>>& importance) {
  std::uint32_t crc = 0;
  for (const auto& [name, values] : importance)
    crc = crc32c(std::as_bytes(std::span(values)), crc32c(std::as_bytes(std::span(name)), crc));
  return crc;
}

QuantizeSummary summarize(const PartialModel& model) {
  QuantizeSummary summary;
  double error_squares = 0, weight_squares = 0;
  for (const auto& record : model.records()) {
    const std::size_t weights = record.shape.rows * record.shape.cols;
    const auto add = [&](double& sum, const char* fact) {
      const double rms = record.facts.at(fact);
      sum += rms * rms * static_cast<double>(weights);
    };
    add(error_squares, "rms_error");
    add(weight_squares, "rms_weight");
    ++summary.matrices;
    ++summary.matrices_of_depth.at(record.shape.depth);
    summary.weights += weights;
    summary.stream_bytes += record.shape.stream_bytes(kCanonical);
  }
  summary.rms_error = std::sqrt(error_squares / static_cast<double>(summary.weights));
  summary.rms_weight = std::sqrt(weight_squares / static_cast<double>(summary.weights));
  return summary;
}

}  // namespace

QuantizeSummary quantize_model(const std::filesystem::path& checkpoint_dir,
                               const std::filesystem::path& out_dir, const QuantizeOptions& options,
                               const std::function<void(const QuantizeProgress&)>& progress) {
  const Checkpoint checkpoint(checkpoint_dir);
  const ModelConfig padded = pad_heads(checkpoint.config());
  const auto own = matrix_tensors(checkpoint.config()), specs = matrix_tensors(padded);
  auto depths = apply_depth_rules(options.depths, specs);
  for (const TensorSpec& spec : specs) depths.emplace(spec.name, options.depth);
  const json method = {{"scales", options.scales == Scales::V2 ? "v2" : "best"},
                       {"depths", depths},
                       {"importance", checksum(options.importance)}};
  PartialModel model(checkpoint, out_dir, {{"quantize", method}});
  const std::size_t resumed = model.records().size();
  for (std::size_t i = resumed; i < specs.size(); ++i) {
    const Tensor& tensor = checkpoint.at(specs[i].name);
    const Source source{own[i], specs[i], pad(tensor.to_f32(), own[i], padded),
                        depths.at(tensor.name)};
    tensor.release();
    const std::vector<float>& weights = source.weights;
    const TritMatrix matrix = quantize_tensor(checkpoint, source, options, model);
    const double rms_weight = std::sqrt(squares(weights) / static_cast<double>(weights.size()));
    const double rms = rms_error(weights, matrix);
    model.append(tensor.name, matrix, {{"rms_error", rms}, {"rms_weight", rms_weight}});
    if (progress) progress({tensor.name, matrix.shape, rms, rms_weight, i + 1, specs.size()});
  }
  QuantizeSummary summary = summarize(model);
  summary.resumed = resumed;
  model.finish();
  return summary;
}

}  // namespace trine::golden
