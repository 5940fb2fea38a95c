// SPDX-License-Identifier: Apache-2.0

#include "golden/codec/dequantize_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "golden/checkpoint/checkpoint_writer.h"
#include "golden/checkpoint/json.h"
#include "golden/codec/dtype_codes.h"
#include "golden/error.h"
#include "golden/families/padding.h"
#include "golden/format/packed_model.h"

namespace trine::golden {
namespace {

constexpr std::size_t kPiece = 1 << 20;  // Elements that are converted at a time.

/// Calls work(first, values) for all elements of a tensor, a piece at a time.
template <class Work>
void in_pieces(const Tensor& tensor, Work work) {
  std::vector<float> values;
  for (std::size_t first = 0; first < tensor.elements(); first += kPiece) {
    values.resize(std::min(kPiece, tensor.elements() - first));
    tensor.to_f32(first, values);
    work(values);
  }
  tensor.release();
}

/// True when the dtype holds all values of the tensor.
bool keeps_values(const Tensor& tensor, Dtype dtype) {
  bool same = true;
  in_pieces(tensor, [&](std::span<const float> values) {
    same = same && std::ranges::all_of(values, [&](float v) { return round_to(dtype, v) == v; });
  });
  return same;
}

std::string config_text(const PackedModel& model, Dtype dtype) {
  auto config = nlohmann::ordered_json::parse(model.file().metadata().at("config"));
  // The newer of its two names, when the checkpoint had that.
  auto& name = config[config.contains("dtype") ? "dtype" : "torch_dtype"];
  name = dtype == Dtype::F16 ? "float16" : dtype == Dtype::BF16 ? "bfloat16" : "float32";
  return config.dump(2) + "\n";
}

/// `own` is the shape that the checkpoint gets.
void append_weights(CheckpointWriter& writer, const PackedMatrix& matrix, const TensorSpec& own,
                    const ModelConfig& config, Dtype dtype) {
  const auto weights =
      unpad(dequantize(unpack(matrix.stream->bytes, matrix.shape, matrix.codebook, kCanonical)),
            own, config);
  const auto bad = std::ranges::find_if_not(
      weights, [&](float weight) { return std::isfinite(round_to(dtype, weight)); });
  if (bad != weights.end()) {
    const auto at = static_cast<std::size_t>(bad - weights.begin());
    throw Error(fmt::format("matrix '{}': {} at row {}, column {} is not finite in {}", matrix.name,
                            *bad, at / own.shape[1], at % own.shape[1], dtype_name(dtype)));
  }
  for (std::size_t first = 0; first < weights.size(); first += kPiece) {
    const std::size_t count = std::min(kPiece, weights.size() - first);
    writer.append(encode_as(dtype, std::span(weights).subspan(first, count)));
  }
}

}  // namespace

DequantizeSummary dequantize_model(const std::filesystem::path& model_dir,
                                   const std::filesystem::path& out_dir,
                                   const DequantizeOptions& options,
                                   const std::function<void(std::size_t, std::size_t)>& progress) {
  const Dtype dtype = options.dtype;
  if (dtype != Dtype::F16 && dtype != Dtype::BF16 && dtype != Dtype::F32) {
    throw Error(fmt::format("weights cannot be written as {}", dtype_name(dtype)));
  }
  const PackedModel model(model_dir);
  model.validate();
  for (const PackedMatrix& matrix : model.matrices()) matrix.stream->release();
  DequantizeSummary summary;
  std::vector<SafetensorsWriter::Entry> entries;
  const ModelConfig own = own_heads(model.config());
  const auto plain = plain_tensors(own), matrices = matrix_tensors(own);
  for (const TensorSpec& spec : plain) {
    const bool kept = keeps_values(model.at(spec.name), dtype);
    entries.push_back({spec.name, kept ? dtype : Dtype::F16, spec.shape});
    summary.kept_f16 += dtype != Dtype::F16 && !kept;
  }
  for (const TensorSpec& spec : matrices) entries.push_back({spec.name, dtype, spec.shape});
  CheckpointWriter writer(out_dir, entries, options.shard_bytes);
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const auto append = [&](std::span<const float> values) {
      writer.append(encode_as(entries[i].dtype, values));
      summary.bytes += values.size() * dtype_bytes(entries[i].dtype);
    };
    const Tensor& tensor = model.at(plain[i].name);
    if (tensor.shape == plain[i].shape) {
      in_pieces(tensor, append);
    } else {
      append(unpad(tensor.to_f32(), plain[i], model.config()));
    }
  }
  for (const PackedMatrix& matrix : model.matrices()) {
    const TensorSpec& spec = matrices[summary.matrices];
    append_weights(writer, matrix, spec, model.config(), dtype);
    matrix.stream->release();
    const std::size_t count = spec.shape[0] * spec.shape[1];
    summary.weights += count;
    summary.bytes += count * dtype_bytes(dtype);
    ++summary.matrices;
    if (progress) progress(summary.matrices, model.matrices().size());
  }
  writer.write_file("config.json", config_text(model, dtype));
  for (const char* name : {"tokenizer.json", "tokenizer_config.json", "generation_config.json"}) {
    writer.copy_file(model_dir / name);
  }
  summary.shards = writer.shards();
  writer.finish();
  return summary;
}

}  // namespace trine::golden
