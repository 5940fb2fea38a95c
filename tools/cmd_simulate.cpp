// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

#include "tools/common.h"
#include "tools/device_options.h"
#include "tools/progress.h"
#include "tools/run_report.h"
#include "tools/simulation_report.h"
#include "tools/tokens.h"
#include "tools/trace_output.h"

namespace trine::tools {
namespace {

struct SimulateCommand {
  CommonOptions common;
  DeviceOptions device;
  PromptOptions prompt;
  SimulationOutput output;
  std::string model, layers;
  std::optional<std::size_t> position;
  std::uint64_t cache_seed = 1;
};

/// "A:B" as layers [A, B) of `count`; all when empty.
std::pair<std::size_t, std::size_t> parse_layers(const std::string& text, std::size_t count) {
  if (text.empty()) return {0, count};
  std::size_t first = 0, end = 0;
  const char* const last = text.data() + text.size();
  const auto a = std::from_chars(text.data(), last, first);
  if (a.ec == std::errc{} && a.ptr != last && *a.ptr == ':') {
    const auto b = std::from_chars(a.ptr + 1, last, end);
    if (b.ec == std::errc{} && b.ptr == last && first < end) {
      if (end > count)
        throw Error(fmt::format("--layers {}: the model has {} layers", text, count));
      return {first, end};
    }
  }
  throw UsageError("--layers", "'" + text + "' is not A:B with A < B");
}

/// The text in front of the tokens that puts the last one where it is wanted.
SyntheticText text_of(const SimulateCommand& options, std::size_t tokens, std::size_t context,
                      const golden::ModelConfig& config) {
  if (!options.position) return {};
  const std::size_t position = *options.position;
  if (position + 1 < tokens)
    throw Error(fmt::format("--position {}: {} tokens reach position {} at least", position, tokens,
                            tokens - 1));
  if (position >= context)
    throw Error(fmt::format("--position {}: there are {} positions{}", position, context,
                            context_hint(context, config)));
  return {.positions = position + 1 - tokens, .seed = options.cache_seed};
}

void run_simulate(SimulateCommand& options) {
  check_device_options(options.device);
  check_simulation_output(options.output, {options.model, options.prompt.text_file,
                                           options.prompt.tokens_file.string()});
  ModelFile file(options.model, ModelFile::Check::Later);
  if (file.packed() == nullptr)
    throw Error(options.model + ": is not quantized: simulate takes a packed model");
  const auto [first, end] = parse_layers(options.layers, file.config().layers);
  // A cache that holds the position, unless --context says how many it has.
  if (options.position && options.device.context == 0)
    options.device.context =
        std::min(std::max(*options.position + 1, context_of(options.device, file.config())),
                 file.config().max_positions);
  const std::size_t context = context_of(options.device, file.config());
  const auto tokens = prompt_tokens(options.prompt, file, options.common, context);
  const SyntheticText text = text_of(options, tokens.size(), context, file.config());
  // Tokens in front of the last one go through all layers.
  file.check(tokens.size() > 1 ? file.config().layers : end);
  if (!options.device.request.trace_file.empty())
    announce_trace(options.device,
                   expected_beats(*file.packed(), options.device.request.machine(), context,
                                  options.position.value_or(tokens.size() - 1), first, end),
                   options.common);
  ProgressLine progress("simulate", options.common);
  const Simulation simulation =
      in_lockstep(options.common, options.model, [&, first = first, end = end] {
        return simulate_layers(file, options.device, tokens, text, first, end, progress);
      });
  write_simulation(simulation, options.output);
  print_simulation(simulation, options.common);
}

struct MergeOptions {
  CommonOptions common;
  std::vector<std::string> files;
  SimulationOutput output;
};

void run_merge(const MergeOptions& options) {
  check_simulation_output(options.output);
  std::vector<Simulation> parts;
  for (const std::string& file : options.files) parts.push_back(read_simulation(file));
  const Simulation all = merge(parts, options.files);
  write_simulation(all, options.output);
  print_simulation(all, options.common);
}

}  // namespace

void add_simulate(Command& app) {
  const auto options = std::make_shared<SimulateCommand>();
  options->device.name = "rtl";
  Command* command =
      add_command(app, "simulate", "Simulate layers of one token, with the cost of every command",
                  options->common);
  command->add_option("model", options->model, "Directory of a packed model")->required();
  add_prompt_options(*command, options->prompt);
  command
      ->add_option("--layers", options->layers,
                   "Layers A to B - 1 only, from golden's state in front of A; the head comes "
                   "with the last one [all]")
      ->type_name("A:B");
  Option* position =
      command
          ->add_option("--position", options->position,
                       "Position of the last token, behind a synthetic text: keys and values of "
                       "random numbers in the cache [as many as there are tokens before it]")
          ->check(whole_in(0, (1 << 24) - 1));
  command->add_option("--cache-seed", options->cache_seed, "Seed of that text")
      ->check(whole_in(0))
      ->capture_default_str()
      ->needs(position);
  command
      ->add_option("--jobs", options->device.jobs,
                   "Parts of the layers that are simulated side by side, each from golden's state")
      ->check(whole_in(1, 256))
      ->capture_default_str();
  add_simulation_output(*command, options->output);
  add_device_seed(*command, options->device);
  add_device_options(*command, options->device, DeviceChoice::Decoder);
  command->callback([options] {
    with_trace(options->device, {options->model}, [&] { run_simulate(*options); });
  });
}

void add_merge(Command& app) {
  const auto options = std::make_shared<MergeOptions>();
  Command* command = add_command(
      app, "merge", "Put reports of `trine simulate` together, or show one", options->common);
  command->add_option("reports", options->files, "Reports of parts of the layers of one token")
      ->required();
  add_simulation_output(*command, options->output);
  command->callback([options] { run_merge(*options); });
}

}  // namespace trine::tools
