// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <memory>
#include <optional>

#include "runtime/generate.h"
#include "tools/batch_generate.h"
#include "tools/common.h"
#include "tools/device_options.h"
#include "tools/interrupt.h"
#include "tools/progress.h"
#include "tools/run_report.h"
#include "tools/sampling_options.h"
#include "tools/text_output.h"
#include "tools/tokens.h"
#include "tools/trace_output.h"

namespace trine::tools {
namespace {

struct GenerateCommand {
  CommonOptions common;
  DeviceOptions device;
  PromptOptions prompt;
  std::string model;
  std::size_t count = 0;
  bool ignore_eos = false;
  SamplingOptions sampling;
  std::filesystem::path prompts;
  unsigned batch = 0;
};

Json rate(std::size_t tokens, std::chrono::duration<double> time) {
  return ratio(static_cast<double>(tokens), time.count());
}

Json result_json(const GenerateResult& result, const Json& generated) {
  const auto passes = result.prefill_tokens + result.decode_tokens;
  const std::chrono::duration<double> time = result.prefill_time + result.decode_time;
  const std::uint64_t cycles = result.prefill.cycles + result.decode.cycles;
  return {{"text", generated},
          {"tokens", result.tokens},
          {"ended", result.ended},
          {"prefill_tokens", result.prefill_tokens},
          {"decode_tokens", result.decode_tokens},
          {"cycles_per_token", ratio(cycles, passes)},
          {"prefill_cycles_per_token", ratio(result.prefill.cycles, result.prefill_tokens)},
          {"decode_cycles_per_token", ratio(result.decode.cycles, result.decode_tokens)},
          {"seconds", time.count()},
          {"tokens_per_second", ratio(static_cast<double>(passes), time.count())},
          {"prefill_tokens_per_second", rate(result.prefill_tokens, result.prefill_time)},
          {"decode_tokens_per_second", rate(result.decode_tokens, result.decode_time)}};
}

/// What the run took: cycles where the device counts them, else the time.
void print_summary(const Json& report) {
  const Json& equal = report["equal"];
  const auto cycles = report["cycles"].get<std::uint64_t>();
  const std::string cost =
      cycles > 0 ? fmt::format("{} cycles, {} cycles per token, bus utilization {}, {} kHz", cycles,
                               text(report["cycles_per_token"], "{:.0f}"),
                               percent(report["utilization"]), text(report["khz"], "{:.0f}"))
                 : fmt::format("prompt {} tokens per second, then {}",
                               text(report["prefill_tokens_per_second"], "{:.1f}"),
                               text(report["decode_tokens_per_second"], "{:.1f}"));
  fmt::print("{} tokens{}, {}, {:.2f} s, equal: {}\n", report["tokens"].size(),
             report["ended"].get<bool>() ? " and the end token" : "", cost,
             report["seconds"].get<double>(), equal.is_null() ? "not checked" : "yes");
}

void run_generate(GenerateCommand& options) {
  options.device.set_seed(options.sampling.seed);
  if (!options.prompts.empty() && options.device.jobs > 1)
    throw UsageError("--jobs", "means nothing for --prompts, whose texts go on together");
  if (!options.prompts.empty())
    return run_batch({.model = options.model,
                      .prompts = options.prompts,
                      .batch = options.batch,
                      .count = options.count,
                      .ignore_eos = options.ignore_eos},
                     options.common, options.device, options.sampling);
  check_device_options(options.device);
  const ModelFile file(options.model);
  warn_all(options.common, file.warnings());
  const golden::SamplerOptions sampling = sampler_options(options.sampling, file, options.common);
  golden::Sampler sampler(sampling);
  const auto prompt = prompt_tokens(options.prompt, file, options.common,
                                    context_of(options.device, file.config()), options.count - 1);
  std::optional<golden::Tokenizer> tokenizer;
  if (file.has_tokenizer()) tokenizer.emplace(file.tokenizer());
  ProgressLine progress("generate", options.common);
  Session session(file, options.device, progress);
  const std::size_t total = prompt.size() + options.count - 1;  // Tokens through the model.
  session.expect_tokens(prompt.size(), golden::Logits::Last, options.count - 1);
  announce_trace(options.device, session.expected_beats(), options.common);

  TextOutput output(tokenizer ? &*tokenizer : nullptr, !options.common.json, progress,
                    golden::Place::Inside);
  std::size_t done = 0;
  const auto on_token = [&](const TokenEvent& event) {
    if (event.prompt)
      done = event.index + 1;
    else if (event.index > 0)
      done = prompt.size() + event.index;
    if (!event.prompt) output.push(event.token);
    if (!session.simulated()) progress.step(done, total, "tokens");
  };
  // A signal ends the text, not the program: what there is of it is reported.
  const AnswersInterrupt answers;
  GenerateResult result;
  try {
    in_lockstep(options.common, options.model, [&] {
      generate(session.model(), prompt, sampler,
               {.max_tokens = options.count,
                .stop_at_eos = !options.ignore_eos,
                .counters = [&] { return session.counters(); },
                .on_token = on_token},
               result);
      session.finish();
    });
  } catch (const Interrupted&) {
  }
  output.finish();
  if (session.parallel()) {
    // What a list takes is known when it was simulated, which golden does not wait for.
    result.prefill = session.counters(0, prompt.size());
    result.decode = session.counters(prompt.size(), ~std::size_t{0});
  }

  Json report = {
      {"model", options.model}, {"prompt_tokens", prompt}, {"sampling", sampling_json(sampling)}};
  report.update(result_json(result, output.text()));
  report["interrupted"] = interrupting_signal() != 0;
  add_run(report, session.report());
  options.common.json ? print_json(report) : print_summary(report);
  if (interrupting_signal() != 0)
    throw Interrupted(
        fmt::format("interrupted: {} of {} tokens were generated; the same command begins anew",
                    result.tokens.size(), options.count));
}

}  // namespace

void add_generate(Command& app) {
  const auto options = std::make_shared<GenerateCommand>();
  Command* command =
      add_command(app, "generate", "Continue a text, token by token", options->common);
  command->add_option("model", options->model, "Directory of a packed model")->required();
  Option* prompts =
      add_prompt_options(*command, options->prompt)
          ->add_option("--prompts", options->prompts,
                       "A file with a text a line; each goes on by itself, several together")
          ->type_name("FILE");
  command
      ->add_option(
          "--batch", options->batch,
          "Texts that share every weight beat, in a bank of vector memory each [as many as "
          "--vectors]")
      ->check(whole_in(1, 255))
      ->needs(prompts);
  command->add_option("-n", options->count, "Tokens to generate at most")
      ->required()
      ->check(whole_in(1, 1 << 24));
  command->add_flag("--ignore-eos", options->ignore_eos, "Go on after an end token");
  add_sampling(*command, options->sampling);
  add_jobs(*command, options->device);
  add_device_options(*command, options->device, DeviceChoice::Model);
  command->callback([options] {
    with_trace(options->device, {options->model}, [&] { run_generate(*options); });
  });
}

}  // namespace trine::tools
