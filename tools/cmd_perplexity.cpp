// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <memory>

#include "golden/checkpoint/json.h"
#include "golden/checkpoint/safetensors.h"
#include "runtime/perplexity.h"
#include "runtime/tokens.h"
#include "tools/common.h"
#include "tools/device_options.h"
#include "tools/progress.h"
#include "tools/run_report.h"

namespace trine::tools {
namespace {

struct Options {
  CommonOptions common;
  DeviceOptions device;
  std::string model, text, tokens_file;
  PerplexityOptions cut;
};

std::vector<std::int32_t> read_tokens(const Options& options, const ModelFile& file) {
  const bool text = options.tokens_file.empty();
  const std::string& where = text ? options.text : options.tokens_file;
  const auto tokens = text ? file.tokenizer().encode_prompt(golden::read_text(where))
                           : tokens_of(golden::Safetensors(where));
  check_tokens(tokens, file.config(), where);
  return tokens;
}

void run(Options& options) {
  check_device_options(options.device);
  const ModelFile file(options.model);
  const auto tokens = read_tokens(options, file);
  const std::size_t count = count_predictions(
      tokens.size(), options.cut, context_of(options.device, file.config()), file.config());
  ProgressLine progress("perplexity", options.common);
  Session session(file, options.device, progress);
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

void add_perplexity(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      add_command(app, "perplexity", "Measure how well a model predicts a text", options->common);
  command
      ->add_option("model", options->model,
                   "Directory of a packed model; for the reference also of a checkpoint")
      ->required();
  auto* input = command->add_option_group("Input")->require_option(1);
  input->add_option("--text", options->text, "Text file, encoded as a whole")->type_name("FILE");
  input->add_option("--tokens-file", options->tokens_file, "Safetensors file with tokens I32")
      ->type_name("FILE");
  command
      ->add_option("--window", options->cut.window,
                   "Tokens of a window; each starts from an empty cache")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 24))
      ->capture_default_str();
  command->add_option("--limit", options->cut.limit, "Tokens to predict [all whole windows]")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 40));
  add_device_seed(*command, options->device);
  add_device_options(*command, options->device, DeviceChoice::Model);
  command->callback([options] { run(*options); });
}

}  // namespace trine::tools
