// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <map>
#include <memory>

#include "golden/codec/quantize_model.h"
#include "golden/error.h"
#include "tools/common.h"
#include "tools/progress.h"

namespace trine::tools {
namespace {

const std::map<std::string, golden::Scales> kScales = {{"v2", golden::Scales::V2},
                                                       {"best", golden::Scales::Best}};

struct Options {
  CommonOptions common;
  std::string checkpoint, out;
  unsigned depth = 4;
  std::string scales = "best";
  std::map<std::string, unsigned> depths;
};

/// "NAME=DEPTH" of --matrix-depth.
void add_depth(Options& options, const std::string& text) {
  const std::size_t equals = text.rfind('=');
  const std::string depth = equals == std::string::npos ? "" : text.substr(equals + 1);
  if (depth.size() != 1 || depth[0] < '1' || depth[0] > '4')
    throw CLI::ValidationError("--matrix-depth", "'" + text + "' is not NAME=1..4");
  options.depths[text.substr(0, equals)] = static_cast<unsigned>(depth[0] - '0');
}

void run(const Options& options) {
  Progress progress("quantize", options.common);
  const golden::QuantizeSummary summary = golden::quantize_model(
      options.checkpoint, options.out,
      {.depth = options.depth, .scales = kScales.at(options.scales), .depths = options.depths},
      [&](const golden::QuantizeProgress& now) { progress.step(now.done, now.total, "matrices"); });

  Json report = {{"checkpoint", options.checkpoint},
                 {"out", options.out},
                 {"depth", options.depth},
                 {"scales", options.scales},
                 {"matrices", summary.matrices},
                 {"weights", summary.weights},
                 {"stream_bytes", summary.stream_bytes},
                 {"bits_per_weight", ratio(8 * summary.stream_bytes, summary.weights)},
                 {"rms_error", summary.rms_error},
                 {"rms_weight", summary.rms_weight},
                 {"relative_error", ratio(summary.rms_error, summary.rms_weight)}};
  if (options.common.json) return print_json(report);
  fmt::print("{}: {} matrices, {} weights, {}, {} bits per weight, relative error {}\n",
             options.out, summary.matrices, summary.weights, size_text(summary.stream_bytes),
             text(report["bits_per_weight"]), text(report["relative_error"]));
}

}  // namespace

void add_quantize(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      add_command(app, "quantize", "Quantize a checkpoint into a packed model", options->common);
  command
      ->add_option("checkpoint", options->checkpoint,
                   "Directory with config.json and model.safetensors")
      ->required();
  command
      ->add_option("out", options->out,
                   "Directory to make; an existing packed model there is replaced")
      ->required();
  command->add_option("--depth", options->depth, "Trits per weight")
      ->check(CLI::Range(1u, 4u))
      ->capture_default_str();
  command
      ->add_option("--scales", options->scales,
                   "How scales are chosen: v2, as the published models; best, of least error")
      ->check(CLI::IsMember(kScales))
      ->capture_default_str();
  command
      ->add_option_function<std::vector<std::string>>(
          "--matrix-depth",
          [raw = options.get()](const std::vector<std::string>& all) {
            for (const std::string& one : all) add_depth(*raw, one);
          },
          "Another depth for one matrix; may be repeated")
      ->type_name("NAME=D");
  command->callback([options] { run(*options); });
}

}  // namespace trine::tools
