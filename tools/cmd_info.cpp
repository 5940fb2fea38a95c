// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <memory>

#include "runtime/model_file.h"
#include "tools/common.h"

namespace trine::tools {
namespace {

struct InfoCommand {
  CommonOptions common;
  std::string model;
};

Json config_json(const golden::ModelConfig& config) {
  return {{"family", config.family->model_type},
          {"hidden", config.hidden},
          {"intermediate", config.intermediate},
          {"layers", config.layers},
          {"heads", config.heads},
          {"kv_heads", config.kv_heads},
          {"head_dim", config.own_head_dim()},
          {"stored_head_dim", config.head_dim},
          {"vocab", config.vocab},
          {"max_positions", config.max_positions},
          {"rms_norm_eps", config.rms_norm_eps},
          {"rope", golden::rope_type_name(config.rope.type)},
          {"rope_theta", config.rope.theta},
          {"tied_head", config.tied_head},
          {"eos_token", config.eos_token}};
}

/// The linear matrices; those of a checkpoint have neither depth nor stream.
Json matrices_json(const ModelFile& file) {
  Json all = Json::array();
  if (file.packed() == nullptr) {
    for (const golden::TensorSpec& spec : golden::matrix_tensors(file.config())) {
      const golden::Tensor& tensor = file.checkpoint()->at(spec.name);
      all.push_back({{"name", spec.name},
                     {"rows", spec.shape[0]},
                     {"cols", spec.shape[1]},
                     {"depth", nullptr},
                     {"bits_per_weight", 8 * golden::dtype_bytes(tensor.dtype)},
                     {"bytes", tensor.bytes.size()}});
    }
    return all;
  }
  for (const golden::PackedMatrix& matrix : file.packed()->matrices()) {
    const std::size_t bytes = matrix.stream->bytes.size();
    all.push_back({{"name", matrix.name},
                   {"rows", matrix.shape.rows},
                   {"cols", matrix.shape.cols},
                   {"depth", matrix.shape.depth},
                   {"bits_per_weight", ratio(8 * bytes, matrix.shape.rows * matrix.shape.cols)},
                   {"bytes", bytes}});
  }
  return all;
}

void print_text(const Json& report, const std::string& verdict) {
  fmt::print("{}: {}\n", report["model"].get<std::string>(), verdict);
  for (const auto& [key, value] : report["config"].items())
    fmt::print("  {:<14} {}\n", key, value.dump());
  fmt::print("\n{:>7} {:>7} {:>5} {:>11} {:>10}  {}\n", "rows", "cols", "depth", "bits/weight",
             "size", "matrix");
  for (const Json& matrix : report["matrices"])
    fmt::print("{:>7} {:>7} {:>5} {:>11} {:>10}  {}\n", matrix["rows"].get<std::size_t>(),
               matrix["cols"].get<std::size_t>(), text(matrix["depth"]),
               text(matrix["bits_per_weight"]), size_text(matrix["bytes"].get<std::size_t>()),
               matrix["name"].get<std::string>());
  fmt::print("\n{} weights in {} matrices: {}, {} bits per weight\n",
             report["weights"].get<std::size_t>(), report["matrices"].size(),
             size_text(report["bytes"].get<std::size_t>()), text(report["bits_per_weight"]));
}

void run_info(const InfoCommand& options) {
  const ModelFile file(options.model);
  warn_all(options.common, file.warnings());
  const bool packed = file.packed() != nullptr;
  Json report = {{"model", options.model},
                 {"format", packed ? std::string(golden::kFormatName) : "checkpoint"},
                 {"format_version", packed ? Json(golden::kFormatVersion) : Json(nullptr)},
                 {"valid", true},
                 {"config", config_json(file.config())},
                 {"matrices", matrices_json(file)}};
  std::size_t weights = 0, bytes = 0;
  for (const Json& matrix : report["matrices"]) {
    weights += matrix["rows"].get<std::size_t>() * matrix["cols"].get<std::size_t>();
    bytes += matrix["bytes"].get<std::size_t>();
  }
  report["weights"] = weights;
  report["bytes"] = bytes;
  report["bits_per_weight"] = ratio(8 * bytes, weights);
  if (options.common.json) return print_json(report);
  print_text(report, file.remembered() ? "packed model, all checksums and codes were valid when an "
                                         "earlier command checked them, unchanged since"
                     : packed          ? "packed model, all checksums and codes are valid"
                                       : "checkpoint, all tensors are there");
}

}  // namespace

void add_info(Command& app) {
  const auto options = std::make_shared<InfoCommand>();
  Command* command =
      add_command(app, "info", "Show what a model holds, and check all of its checksums and codes",
                  options->common);
  command->add_option("model", options->model, "Directory of a packed model or a checkpoint")
      ->required();
  command->callback([options] { run_info(*options); });
}

}  // namespace trine::tools
