// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <cmath>
#include <memory>

#include "golden/checkpoint/json.h"
#include "golden/checkpoint/safetensors.h"
#include "golden/reference/metrics.h"
#include "tools/common.h"
#include "tools/model.h"
#include "tools/tokens.h"

namespace trine::tools {
namespace {

struct Options {
  CommonOptions common;
  DeviceOptions device;
  std::string model, text, tokens_file;
  std::size_t window = 256;
  std::size_t limit = 0;  // 0: all whole windows.
};

std::vector<std::int32_t> read_tokens(const Options& options, const ModelFile& file) {
  const bool text = options.tokens_file.empty();
  const std::string& where = text ? options.text : options.tokens_file;
  const auto tokens = text ? file.tokenizer().encode_prompt(golden::read_text(where))
                           : tokens_of(golden::Safetensors(where));
  check_tokens(tokens, file.config(), where);
  return tokens;
}

/// How many tokens to predict; Error when there are too few.
std::size_t predictions(const Options& options, const ModelFile& file, std::size_t tokens) {
  const std::size_t context = context_of(options.device, file.config());
  if (options.window > context)
    throw Error(fmt::format("a window of {} tokens: the model has {} positions{}", options.window,
                            context, context_hint(context, file.config())));
  const std::size_t most = tokens > 0 ? tokens - 1 : 0;  // Each needs one before it.
  if (options.limit > most)
    throw Error(
        fmt::format("--limit {}: {} tokens give {} predictions", options.limit, tokens, most));
  if (options.limit == 0 && most < options.window)
    throw Error(fmt::format("{} tokens do not fill a window of {} and predict its last", tokens,
                            options.window));
  return options.limit > 0 ? options.limit : most / options.window * options.window;
}

/// The sum over all windows, of which --limit may cut the last short.
golden::Perplexity measure(golden::LanguageModel& model, std::span<const std::int32_t> tokens,
                           std::size_t window, std::size_t count,
                           const std::function<void(std::size_t)>& on_done) {
  const std::size_t vocab = model.config().vocab;
  golden::Perplexity sum;
  const auto add_windows = [&](std::size_t start, std::size_t size, std::size_t predictions) {
    if (predictions == 0) return;
    const auto part = tokens.subspan(start);
    golden::for_each_window(
        model, part, size, predictions,
        [&](std::size_t first, std::size_t length, std::span<const float> logits) {
          for (std::size_t i = 0; i < length; ++i)
            sum.nats += golden::negative_log_likelihood(logits.subspan(i * vocab, vocab),
                                                        part[first + i + 1]);
          sum.tokens += length;
          on_done(sum.tokens);
        });
  };
  const std::size_t rest = count % window;
  add_windows(0, window, count - rest);
  add_windows(count - rest, rest, rest);
  return sum;
}

void run(Options& options) {
  check_device_options(options.device);
  const ModelFile file(options.model);
  const auto tokens = read_tokens(options, file);
  const std::size_t count = predictions(options, file, tokens.size());
  Progress progress("perplexity", options.common);
  Session session(file, options.device, progress);
  session.expect_tokens(count, golden::Logits::All);
  const golden::Perplexity result = in_lockstep(options.common, options.model, [&] {
    return measure(session.model(), tokens, options.window, count, [&](std::size_t done) {
      if (!session.simulated()) progress.step(done, count, "tokens");
    });
  });
  if (!std::isfinite(result.value())) throw Error("the perplexity is not a finite number");

  Json report = {{"model", options.model},
                 {"perplexity", result.value()},
                 {"tokens", result.tokens},
                 {"nats_per_token", ratio(result.nats, static_cast<double>(result.tokens))},
                 {"window", options.window}};
  session.report(report);
  if (options.common.json) return print_json(report);
  fmt::print("perplexity {:.4f} over {} tokens in windows of {}; {} cycles, equal: {}\n",
             result.value(), result.tokens, options.window, report["cycles"].get<std::uint64_t>(),
             report["equal"].is_null() ? "not checked" : "yes");
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
      ->add_option("--window", options->window,
                   "Tokens of a window; each starts from an empty cache")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 24))
      ->capture_default_str();
  command->add_option("--limit", options->limit, "Tokens to predict [all whole windows]")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 40));
  add_device_seed(*command, options->device);
  add_device_options(*command, options->device, DeviceChoice::Model);
  command->callback([options] { run(*options); });
}

}  // namespace trine::tools
