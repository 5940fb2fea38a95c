// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <map>
#include <memory>

#include "golden/codec/dequantize_model.h"
#include "tools/common.h"
#include "tools/progress.h"

namespace trine::tools {
namespace {

const std::map<std::string, golden::Dtype> kDtypes = {
    {"f16", golden::Dtype::F16}, {"bf16", golden::Dtype::BF16}, {"f32", golden::Dtype::F32}};

struct DequantizeCommand {
  CommonOptions common;
  std::string model, out;
  std::string dtype = "f16";
  double shard_gb = 5;
};

void run_dequantize(const DequantizeCommand& options) {
  ProgressLine progress("dequantize", options.common);
  const auto summary = golden::dequantize_model(
      options.model, options.out,
      {.dtype = kDtypes.at(options.dtype),
       .shard_bytes = static_cast<std::uint64_t>(options.shard_gb * 1e9)},
      [&](std::size_t done, std::size_t total) { progress.step(done, total, "matrices"); });
  if (options.common.json)
    return print_json({{"model", options.model},
                       {"out", options.out},
                       {"dtype", options.dtype},
                       {"matrices", summary.matrices},
                       {"weights", summary.weights},
                       {"bytes", summary.bytes},
                       {"shards", summary.shards},
                       {"kept_f16", summary.kept_f16}});
  fmt::print("{}: {} matrices, {} weights, {} as {} in {} file{}\n", options.out, summary.matrices,
             summary.weights, size_text(summary.bytes), options.dtype, summary.shards,
             summary.shards == 1 ? "" : "s");
}

}  // namespace

void add_dequantize(Command& app) {
  const auto options = std::make_shared<DequantizeCommand>();
  Command* command =
      add_command(app, "dequantize", "Write a packed model as a checkpoint", options->common);
  command->add_option("model", options->model, "Directory of a packed model")->required();
  command->add_option("out", options->out, "Directory to make; must be absent or empty")
      ->required();
  command->add_option("--dtype", options->dtype, "Type of the weights")
      ->check(one_of(kDtypes))
      ->capture_default_str();
  command->add_option("--shard-size", options->shard_gb, "Most GB of one file")
      ->check(number_in(1e-3, 1e6))
      ->capture_default_str();
  command->callback([options] { run_dequantize(*options); });
}

}  // namespace trine::tools
