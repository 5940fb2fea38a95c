// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>

#include "golden/checkpoint/checkpoint.h"
#include "golden/checkpoint/safetensors.h"
#include "golden/codec/choose_depths.h"
#include "golden/codec/quantize_model.h"
#include "golden/error.h"
#include "golden/format/packed_writer.h"
#include "golden/reference/input_moments.h"
#include "runtime/tokens.h"
#include "tools/common.h"
#include "tools/heads.h"
#include "tools/interrupt.h"
#include "tools/progress.h"
#include "tools/tokens.h"

namespace trine::tools {
namespace {

const std::map<std::string, golden::Scales> kScales = {{"v2", golden::Scales::V2},
                                                       {"best", golden::Scales::Best}};

constexpr std::size_t kCalibrationWindow = 256;  // Tokens of one context.

struct QuantizeCommand {
  CommonOptions common;
  std::string checkpoint, out;
  unsigned depth = 4;
  std::string scales = "best";
  golden::DepthRules matrix_depths;
  std::string depths, calibrate;
  double bits = 0;  // 0: the depth is given.
};

/// "NAME=DEPTH" of --matrix-depth.
void add_depth(QuantizeCommand& options, const std::string& text) {
  const std::size_t equals = text.rfind('=');
  const std::string depth = equals == std::string::npos ? "" : text.substr(equals + 1);
  if (depth.size() != 1 || depth[0] < '1' || depth[0] > '4')
    throw UsageError("--matrix-depth", "'" + text + "' is not NAME=1..4");
  options.matrix_depths[text.substr(0, equals)] = static_cast<unsigned>(depth[0] - '0');
}

/// Tokens of a safetensors file, or of a text.
std::vector<std::int32_t> calibration_tokens(const ModelFile& model, const std::string& file,
                                             const CommonOptions& common) {
  const bool numbers = std::filesystem::path(file).extension() == ".safetensors";
  auto tokens = numbers ? tokens_of(golden::Safetensors(file))
                        : model.tokenizer().encode_prompt(read_input(file, common));
  check_tokens(tokens, model.config(), file);
  if (tokens.empty()) throw Error(file + ": no tokens to calibrate on");
  return tokens;
}

/// The mean squares of the inputs of all matrices, by name; nothing without a calibration text.
std::map<std::string, std::vector<double>> calibrate(const QuantizeCommand& options,
                                                     std::size_t& count) {
  if (options.calibrate.empty()) return {};
  const ModelFile model(options.checkpoint);
  if (model.checkpoint() == nullptr)
    throw Error(options.checkpoint + ": is a packed model; to quantize takes a checkpoint");
  const auto tokens = calibration_tokens(model, options.calibrate, options.common);
  count = tokens.size();
  ProgressLine progress("calibrate", options.common);
  return golden::collect_moments(
      *model.checkpoint(), tokens, std::min(kCalibrationWindow, model.config().max_positions),
      golden::hardware_threads(),
      [&](std::size_t done) { progress.step(done, tokens.size(), "tokens"); });
}

/// The depths that were asked for by name, or all of them chosen for --bits.
golden::DepthRules depths_of(const QuantizeCommand& options,
                             const golden::QuantizeOptions& quantize) {
  golden::DepthRules rules = options.matrix_depths;
  if (!options.depths.empty()) rules.merge(golden::read_depth_rules(options.depths));
  if (options.bits == 0) return rules;
  golden::QuantizeOptions fixed = quantize;
  fixed.depths = rules;
  ProgressLine progress("choose depths", options.common);
  return golden::choose_depths(
      golden::Checkpoint(options.checkpoint), options.bits, fixed,
      [&](std::size_t done, std::size_t total) { progress.step(done, total, "matrices"); });
}

void run_quantize(const QuantizeCommand& options) {
  if (!options.calibrate.empty() && options.scales != "best")
    throw UsageError("--calibrate", "weights the errors of --scales best only");
  golden::check_replaceable(options.out);  // Before the work of a calibration.
  const golden::ModelConfig stored = stored_config(options.checkpoint, options.common);
  const KeptWhenInterrupted kept([&] { return kept_matrices(options.out); });
  std::size_t calibration_tokens = 0;
  golden::QuantizeOptions quantize{.depth = options.depth,
                                   .scales = kScales.at(options.scales),
                                   .importance = calibrate(options, calibration_tokens)};
  quantize.depths = depths_of(options, quantize);
  ProgressLine progress("quantize", options.common);
  const golden::QuantizeSummary summary = golden::quantize_model(
      options.checkpoint, options.out, quantize,
      [&](const golden::QuantizeProgress& now) { progress.step(now.done, now.total, "matrices"); });

  Json depths = Json::object();
  for (const unsigned depth : {1u, 2u, 3u, 4u})
    depths[std::to_string(depth)] = summary.matrices_of_depth.at(depth);
  Json report = {{"checkpoint", options.checkpoint},
                 {"out", options.out},
                 {"scales", options.scales},
                 {"calibration_tokens", calibration_tokens},
                 {"matrices", summary.matrices},
                 {"matrices_of_depth", depths},
                 {"resumed", summary.resumed},
                 {"head_dim", stored.own_head_dim()},
                 {"stored_head_dim", stored.head_dim},
                 {"weights", summary.weights},
                 {"stream_bytes", summary.stream_bytes},
                 {"bits_per_weight", ratio(8 * summary.stream_bytes, summary.weights)},
                 {"rms_error", summary.rms_error},
                 {"rms_weight", summary.rms_weight},
                 {"relative_error", ratio(summary.rms_error, summary.rms_weight)}};
  if (options.common.json) return print_json(report);
  if (const std::string padded = padding_text(stored); !padded.empty())
    fmt::print("{}: {}\n", options.out, padded);
  fmt::print("{}: {} matrices, {} weights, {}, {} bits per weight, relative error {}\n",
             options.out, summary.matrices, summary.weights, size_text(summary.stream_bytes),
             text(report["bits_per_weight"]), text(report["relative_error"]));
}

}  // namespace

void add_quantize(Command& app) {
  const auto options = std::make_shared<QuantizeCommand>();
  Command* command =
      add_command(app, "quantize", "Quantize a checkpoint into a packed model", options->common);
  command
      ->add_option("checkpoint", options->checkpoint,
                   "Directory with config.json and model.safetensors")
      ->required();
  command
      ->add_option("out", options->out,
                   "Directory to make; an existing packed model there is replaced")
      ->required();
  auto* depth = command->add_option("--depth", options->depth, "Trits per weight")
                    ->check(whole_in(1, 4))
                    ->capture_default_str();
  command
      ->add_option("--bits", options->bits,
                   "At most so many stored bits per weight on average: the depth of every matrix "
                   "is chosen for the least error")
      ->check(number_in(1, 8))
      ->excludes(depth);
  command
      ->add_option("--scales", options->scales,
                   "How scales are chosen: v2, as the published models; best, of least error")
      ->check(one_of(kScales))
      ->capture_default_str();
  command
      ->add_option("--calibrate", options->calibrate,
                   "Text (- is the standard input), or .safetensors file with tokens I32: weight "
                   "the squared error of each "
                   "column by the mean square of its inputs over it")
      ->type_name("FILE");
  command
      ->add_list_function(
          "--matrix-depth",
          [raw = options.get()](const std::vector<std::string>& all) {
            for (const std::string& one : all) add_depth(*raw, one);
          },
          "Another depth for one matrix, or all that NAME with * matches; may be repeated")
      ->type_name("NAME=D");
  command
      ->add_option("--depths", options->depths,
                   "JSON file of an object {\"NAME\": D, ...}; --matrix-depth comes before it")
      ->type_name("FILE");
  command->callback([options] { run_quantize(*options); });
}

}  // namespace trine::tools
