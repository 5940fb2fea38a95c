// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <memory>

#include "golden/checkpoint/checkpoint.h"
#include "golden/codec/import_model.h"
#include "tools/common.h"
#include "tools/heads.h"
#include "tools/interrupt.h"
#include "tools/progress.h"

namespace trine::tools {
namespace {

struct ImportCommand {
  CommonOptions common;
  std::string checkpoint, out;
  bool lossy = false;
};

Json matrix_json(const golden::ImportedMatrix& matrix) {
  return {{"name", matrix.name},
          {"rows", matrix.shape.rows},
          {"cols", matrix.shape.cols},
          {"dtype", golden::dtype_name(matrix.dtype)},
          {"depth", matrix.shape.depth},
          {"codebook", matrix.codebook},
          {"log_spaced", matrix.log_spaced},
          {"differing", matrix.differing},
          {"negative_zeros", matrix.negative_zeros},
          {"max_error", matrix.max_error},
          {"rms_error", matrix.rms_error},
          {"evidence", matrix.evidence.empty() ? Json(nullptr) : Json(matrix.evidence)}};
}

void print_table(const golden::ImportSummary& summary) {
  fmt::print("{:<48} {:>5} {:>12} {:>12} {:>6} {:>10} {:>10}\n", "matrix", "depth", "lowest",
             "highest", "spaced", "differ", "rms error");
  for (const auto& matrix : summary.matrices) {
    fmt::print("{:<48} {:>5} {:>12.6g} {:>12.6g} {:>6} {:>10} {:>10.3g}\n", matrix.name,
               matrix.shape.depth, matrix.codebook.front(), matrix.codebook.back(),
               matrix.log_spaced ? "log" : "free", matrix.differing, matrix.rms_error);
  }
  for (const auto& matrix : summary.matrices) {
    if (!matrix.evidence.empty()) fmt::print("{}: {}\n", matrix.name, matrix.evidence);
  }
}

void run_import(const ImportCommand& options) {
  const KeptWhenInterrupted kept([&] { return kept_matrices(options.out); });
  const golden::ModelConfig stored = stored_config(options.checkpoint, options.common);
  ProgressLine progress("import", options.common);
  const auto summary = golden::import_model(
      options.checkpoint, options.out, options.lossy,
      [&](std::size_t done, std::size_t total) { progress.step(done, total, "matrices"); });
  if (options.common.json) {
    Json matrices = Json::array();
    for (const auto& matrix : summary.matrices) matrices.push_back(matrix_json(matrix));
    return print_json({{"checkpoint", options.checkpoint},
                       {"out", options.out},
                       {"lossy", options.lossy},
                       {"resumed", summary.resumed},
                       {"head_dim", stored.own_head_dim()},
                       {"stored_head_dim", stored.head_dim},
                       {"weights", summary.weights},
                       {"differing", summary.differing},
                       {"stream_bytes", summary.stream_bytes},
                       {"bits_per_weight", ratio(8 * summary.stream_bytes, summary.weights)},
                       {"matrices", matrices}});
  }
  print_table(summary);
  if (const std::string padded = padding_text(stored); !padded.empty())
    fmt::print("{}: {}\n", options.out, padded);
  fmt::print("{}: {} matrices, {} weights, {} differ from the source\n", options.out,
             summary.matrices.size(), summary.weights, summary.differing);
}

}  // namespace

void add_import(Command& app) {
  const auto options = std::make_shared<ImportCommand>();
  Command* command = add_command(
      app, "import", "Recover a packed model from its dequantized checkpoint", options->common);
  command
      ->add_option("checkpoint", options->checkpoint,
                   "Directory with config.json and dequantized safetensors")
      ->required();
  command
      ->add_option("out", options->out,
                   "Directory to make; an existing packed model there is replaced")
      ->required();
  command->add_flag("--lossy", options->lossy,
                    "Where a matrix does not fit, take the nearest codes and report the error");
  command->callback([options] { run_import(*options); });
}

}  // namespace trine::tools
