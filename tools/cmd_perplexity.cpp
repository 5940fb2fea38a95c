// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <memory>

#include "runtime/perplexity.h"
#include "tools/common.h"
#include "tools/device_options.h"
#include "tools/progress.h"
#include "tools/run_report.h"
#include "tools/tokens.h"
#include "tools/trace_output.h"

namespace trine::tools {
namespace {

struct PerplexityCommand {
  CommonOptions common;
  DeviceOptions device;
  PromptOptions prompt;
  std::string model;
  PerplexityOptions cut;
};

void run_perplexity(PerplexityCommand& options) {
  check_device_options(options.device);
  const ModelFile file(options.model);
  warn_all(options.common, file.warnings());
  const auto tokens = source_tokens(options.prompt, file, options.common);
  const std::size_t count = count_predictions(
      tokens.size(), options.cut, context_of(options.device, file.config()), file.config());
  ProgressLine progress("perplexity", options.common);
  Session session(file, options.device, progress);
  session.expect_tokens(count, golden::Logits::All);
  announce_trace(options.device, session.expected_beats(), options.common);
  const golden::Perplexity result = in_lockstep(options.common, options.model, [&] {
    return measure_perplexity(session, tokens, options.cut.window, count, progress);
  });

  Json report = {{"model", options.model},
                 {"perplexity", result.value()},
                 {"tokens", result.tokens},
                 {"nats_per_token", ratio(result.nats, static_cast<double>(result.tokens))},
                 {"window", options.cut.window}};
  add_run(report, session.report());
  if (options.common.json) return print_json(report);
  fmt::print("perplexity {:.4f} over {} tokens in windows of {}; {}\n", result.value(),
             result.tokens, options.cut.window, run_text(report));
}

}  // namespace

void add_perplexity(Command& app) {
  const auto options = std::make_shared<PerplexityCommand>();
  Command* command =
      add_command(app, "perplexity", "Measure how well a model predicts a text", options->common);
  command
      ->add_option("model", options->model,
                   "Directory of a packed model; for the reference also of a checkpoint")
      ->required();
  add_prompt_sources(*command, options->prompt);
  command
      ->add_option("--window", options->cut.window,
                   "Tokens of a window; each starts from an empty cache")
      ->check(whole_in(1, 1 << 24))
      ->capture_default_str();
  command->add_option("--limit", options->cut.limit, "Tokens to predict [all whole windows]")
      ->check(whole_in(1, std::uint64_t{1} << 40));
  add_device_seed(*command, options->device);
  add_jobs(*command, options->device);
  add_device_options(*command, options->device, DeviceChoice::Model);
  command->callback([options] {
    with_trace(options->device, {options->model}, [&] { run_perplexity(*options); });
  });
}

}  // namespace trine::tools
