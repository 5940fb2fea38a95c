// SPDX-License-Identifier: Apache-2.0

#include "golden/codec/import_model.h"

#include <fmt/format.h>

#include "golden/checkpoint/checkpoint.h"
#include "golden/codec/partial_model.h"
#include "golden/codec/recover.h"
#include "golden/error.h"
#include "golden/families/padding.h"

namespace trine::golden {
namespace {

using nlohmann::json;

/// A matrix that does not fit makes all others worthless too.
Recovery recover_tensor(const Checkpoint& checkpoint, const TensorSpec& own,
                        const TensorSpec& stored, bool lossy, PartialModel& model) {
  const Tensor& tensor = checkpoint.at(own.name);
  const ModelConfig padded = pad_heads(checkpoint.config());
  try {
    // Products that were widened to F64 are F32 products.
    const Dtype dtype = tensor.dtype == Dtype::F64 ? Dtype::F32 : tensor.dtype;
    return recover(pad(tensor.to_f32(), own, padded), stored.shape[0], stored.shape[1], dtype,
                   lossy);
  } catch (const Error& error) {
    model.discard();
    const bool moved = stored.shape != own.shape;
    throw Error(fmt::format("{}: matrix '{}' ({}{}): {}", checkpoint.directory().string(),
                            tensor.name, dtype_name(tensor.dtype),
                            moved ? ", counted with padded heads" : "", error.what()));
  }
}

json facts_of(const Recovery& found) {
  return {{"log_spaced", found.log_spaced},         {"differing", found.differing},
          {"negative_zeros", found.negative_zeros}, {"max_error", found.max_error},
          {"rms_error", found.rms_error},           {"evidence", found.evidence}};
}

ImportSummary summarize(const Checkpoint& checkpoint, const PartialModel& model) {
  ImportSummary summary;
  for (const auto& record : model.records()) {
    const json& facts = record.facts;
    summary.matrices.push_back({.name = record.name,
                                .shape = record.shape,
                                .dtype = checkpoint.at(record.name).dtype,
                                .codebook = record.codebook,
                                .log_spaced = facts.at("log_spaced"),
                                .differing = facts.at("differing"),
                                .negative_zeros = facts.at("negative_zeros"),
                                .max_error = facts.at("max_error"),
                                .rms_error = facts.at("rms_error"),
                                .evidence = facts.at("evidence")});
    summary.weights += record.shape.rows * record.shape.cols;
    summary.differing += summary.matrices.back().differing;
    summary.stream_bytes += record.shape.stream_bytes(kCanonical);
  }
  return summary;
}

}  // namespace

ImportSummary import_model(const std::filesystem::path& checkpoint_dir,
                           const std::filesystem::path& out_dir, bool lossy,
                           const std::function<void(std::size_t, std::size_t)>& progress) {
  const Checkpoint checkpoint(checkpoint_dir);
  const auto specs = matrix_tensors(checkpoint.config());
  const auto padded = matrix_tensors(pad_heads(checkpoint.config()));
  PartialModel model(checkpoint, out_dir, {{"import", {{"lossy", lossy}}}});
  const std::size_t resumed = model.records().size();
  for (std::size_t i = resumed; i < specs.size(); ++i) {
    const Tensor& tensor = checkpoint.at(specs[i].name);
    const Recovery found = recover_tensor(checkpoint, specs[i], padded[i], lossy, model);
    model.append(tensor.name, found.matrix, facts_of(found));
    tensor.release();
    if (progress) progress(i + 1, specs.size());
  }
  ImportSummary summary = summarize(checkpoint, model);
  summary.resumed = resumed;
  model.finish();
  return summary;
}

}  // namespace trine::golden
