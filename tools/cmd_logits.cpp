// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <memory>

#include "runtime/logit_writer.h"
#include "runtime/logits.h"
#include "tools/common.h"
#include "tools/device_options.h"
#include "tools/outputs.h"
#include "tools/progress.h"
#include "tools/run_report.h"
#include "tools/tokens.h"
#include "tools/trace_output.h"

namespace trine::tools {
namespace {

struct LogitsCommand {
  CommonOptions common;
  DeviceOptions device;
  PromptOptions prompt;
  std::string model, out;
};

void run_logits(LogitsCommand& options) {
  check_device_options(options.device);
  const ModelFile file(options.model);
  warn_all(options.common, file.warnings());
  const auto tokens = prompt_tokens(options.prompt, file, options.common,
                                    context_of(options.device, file.config()));
  check_apart(options.out,
              {options.model, options.prompt.text_file, options.prompt.tokens_file.string()});
  const std::size_t vocab = file.config().vocab;
  // First, so that a place that cannot be written is found before the work is done.
  LogitWriter writer(options.out, tokens, vocab, options.device.name);
  ProgressLine progress("logits", options.common);
  Session session(file, options.device, progress);
  session.expect_tokens(tokens.size(), golden::Logits::All);
  announce_trace(options.device, session.expected_beats(), options.common);
  in_lockstep(options.common, options.model, [&] {
    for_each_logits(session, tokens, options.prompt.window, progress,
                    [&](std::span<const float> logits) { writer.append(logits); });
  });
  writer.finish();

  Json report = {{"model", options.model},          {"out", options.out},
                 {"positions", tokens.size()},      {"vocab", vocab},
                 {"window", options.prompt.window}, {"tokens", tokens}};
  add_run(report, session.report());
  if (options.common.json) return print_json(report);
  fmt::print("{}: logits of {} positions, {} tokens each; {}\n", options.out, tokens.size(), vocab,
             run_text(report));
}

}  // namespace

void add_logits(Command& app) {
  const auto options = std::make_shared<LogitsCommand>();
  Command* command = add_command(
      app, "logits", "Write the logits of every position of a text to a file", options->common);
  command
      ->add_option("model", options->model,
                   "Directory of a packed model; for the reference also of a checkpoint")
      ->required();
  add_windowed_prompt_options(*command, options->prompt);
  command
      ->add_option(
          "-o,--out", options->out,
          "File: NAME.npy (float32), else safetensors with logits F32 (positions, vocabulary) and "
          "tokens I32")
      ->required();
  add_device_seed(*command, options->device);
  add_jobs(*command, options->device);
  add_device_options(*command, options->device, DeviceChoice::Model);
  command->callback(
      [options] { with_trace(options->device, {options->model}, [&] { run_logits(*options); }); });
}

}  // namespace trine::tools
