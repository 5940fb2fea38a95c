// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "tools/common.h"
#include "tools/device_options.h"
#include "tools/progress.h"
#include "tools/synth_model.h"

namespace trine::tools {
namespace {

struct SynthCommand {
  CommonOptions common;
  std::string preset, out;
  std::size_t layers = 0;  // 0: those of the preset.
  unsigned depth = 4;
  std::uint64_t seed = 1;
};

void run_synth(const SynthCommand& options) {
  using Clock = std::chrono::steady_clock;
  SynthOptions synth{.preset = *std::ranges::find(kPresets, options.preset, &Preset::name),
                     .depth = options.depth,
                     .seed = options.seed};
  if (options.layers != 0) synth.preset.layers = options.layers;
  ProgressLine progress("synth", options.common);
  const auto start = Clock::now();
  const SynthSummary summary = synthesize_model(
      options.out, synth,
      [&](std::size_t done, std::size_t total) { progress.step(done, total, "matrices"); });
  const std::chrono::duration<double> time = Clock::now() - start;

  const Json report = {{"preset", options.preset},      {"out", options.out},
                       {"layers", synth.preset.layers}, {"depth", options.depth},
                       {"seed", options.seed},          {"matrices", summary.matrices},
                       {"weights", summary.weights},    {"stream_bytes", summary.stream_bytes},
                       {"seconds", time.count()}};
  if (options.common.json) return print_json(report);
  fmt::print("{}: {} layers, {} matrices, {} weights, {} of streams, {:.1f} s\n", options.out,
             synth.preset.layers, summary.matrices, summary.weights,
             size_text(summary.stream_bytes), time.count());
}

}  // namespace

void add_synth(Command& app) {
  const auto options = std::make_shared<SynthCommand>();
  Command* command = add_command(
      app, "synth", "Make a packed model of the size of a published one, of random weights",
      options->common);
  command->add_option("--preset", options->preset, "Whose sizes")
      ->required()
      ->check(one_of(preset_names()));
  command
      ->add_option("out", options->out,
                   "Directory to make; an existing packed model there is replaced")
      ->required();
  command->add_option("--layers", options->layers, "So many layers [those of the preset]")
      ->check(whole_in(1, 1024));
  command->add_option("--depth", options->depth, "Trits per weight")
      ->check(whole_in(1, 4))
      ->capture_default_str();
  add_seed(*command, options->seed, "all values");
  command->callback([options] { run_synth(*options); });
}

}  // namespace trine::tools
