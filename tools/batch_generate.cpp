// SPDX-License-Identifier: Apache-2.0

#include "tools/batch_generate.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fstream>
#include <optional>

#include "golden/lines.h"
#include "runtime/batch.h"
#include "runtime/tokens.h"
#include "tools/progress.h"
#include "tools/run_report.h"

namespace trine::tools {
namespace {

using Prompts = std::vector<std::vector<std::int32_t>>;

/// "1,2,3"; `where` is for messages.
std::vector<std::int32_t> token_numbers(const std::string& line, const std::string& where) {
  std::vector<std::int32_t> tokens;
  const char *at = line.data(), *const end = at + line.size();
  while (true) {
    std::int32_t token = 0;
    const auto [next, code] = std::from_chars(at, end, token);
    if (code != std::errc{} || (next != end && *next != ','))
      throw Error(where + ": is not a list of token numbers, and the model has no tokenizer");
    tokens.push_back(token);
    if (next == end) return tokens;
    at = next + 1;
  }
}

Prompts read_prompts(const std::filesystem::path& path, const ModelFile& file,
                     const golden::Tokenizer* tokenizer) {
  std::ifstream in(path);
  if (!in) throw Error(path.string() + ": cannot be read");
  Prompts prompts;
  for (std::string line; read_line(in, line, path.string());) {
    const std::string where = fmt::format("{}, line {}", path.string(), prompts.size() + 1);
    if (line.empty()) throw Error(where + ": the prompt is empty");
    prompts.push_back(tokenizer != nullptr ? tokenizer->encode_prompt(line)
                                           : token_numbers(line, where));
    if (prompts.back().empty()) throw Error(where + ": the prompt has no tokens");
    check_tokens(prompts.back(), file.config(), where);
  }
  if (prompts.empty()) throw Error(path.string() + ": no prompts");
  return prompts;
}

/// Sets vectors and sequences of the core; --vectors, where it was given, must do.
void choose_banks(DeviceOptions& device, unsigned batch) {
  if (device.reference())
    throw UsageError("--prompts", "needs a core: means nothing for the reference");
  if (batch == 0) batch = device.request.vectors;
  if (device.was_given("vectors")) {
    if (batch > device.request.vectors)
      throw UsageError("--batch",
                       fmt::format("{} texts together, --vectors {} has banks for {}", batch,
                                   device.request.vectors, device.request.vectors));
  } else {
    const std::vector<unsigned>& choices = device_entry(device.name).choices.vectors;
    const auto fits = std::ranges::find_if(choices, [&](unsigned v) { return v >= batch; });
    if (fits == choices.end())
      throw UsageError("--batch", fmt::format("{} texts together, device {} has banks for "
                                              "{} at most",
                                              batch, device.name, choices.back()));
    device.request.vectors = *fits;
  }
  device.sequences = batch;
}

std::string text_of(const BatchText& text, const golden::Tokenizer* tokenizer) {
  if (tokenizer == nullptr) return fmt::format("{}", fmt::join(text.tokens, " "));
  golden::StreamDecoder decoder(*tokenizer, golden::Place::Inside);
  std::string all;
  for (const std::int32_t token : text.tokens) all += decoder.push(token);
  return all + decoder.finish();
}

}  // namespace

void run_batch(const BatchCommand& command, const CommonOptions& common, DeviceOptions device,
               const SamplingOptions& sampling) {
  choose_banks(device, command.batch);
  check_device_options(device);
  const ModelFile file(command.model);
  const golden::SamplerOptions sampler = sampler_options(sampling, file, common);
  std::optional<golden::Tokenizer> tokenizer;
  if (file.has_tokenizer()) tokenizer.emplace(file.tokenizer());
  const golden::Tokenizer* const words = tokenizer ? &*tokenizer : nullptr;
  const Prompts prompts = read_prompts(command.prompts, file, words);
  ProgressLine progress("generate", common);
  Session session(file, device, progress);
  std::size_t total = 0;  // Tokens through the model, at most.
  for (const auto& prompt : prompts) total += prompt.size() + command.count - 1;

  const auto start = std::chrono::steady_clock::now();
  const BatchResult result = in_lockstep(common, command.model, [&] {
    return generate_batch(session.program(), session.executor(), prompts,
                          {.max_tokens = command.count,
                           .stop_at_eos = !command.ignore_eos,
                           .sampler = sampler,
                           .on_step = [&](std::size_t done) {
                             if (!session.simulated()) progress.step(done, total, "tokens");
                           }});
  });
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;

  Json texts = Json::array();
  for (const BatchText& text : result.texts)
    texts.push_back({{"prompt_tokens", text.prompt},
                     {"text", words != nullptr ? Json(text_of(text, words)) : Json(nullptr)},
                     {"tokens", text.tokens},
                     {"ended", text.ended}});
  Json report = {{"model", command.model},
                 {"batch", device.sequences},
                 {"vectors", device.request.vectors},
                 {"sampling", sampling_json(sampler)},
                 {"texts", std::move(texts)},
                 {"steps", result.steps},
                 {"tokens_through", result.tokens_through},
                 {"seconds", time.count()}};
  add_run(report, session.report());
  const auto cycles = report["cycles"].get<std::uint64_t>();
  report["cycles_per_step"] = ratio(cycles, result.steps);
  report["cycles_per_token"] = ratio(cycles, result.tokens_through);
  if (common.json) return print_json(report);
  for (std::size_t i = 0; i < result.texts.size(); ++i)
    fmt::print("{}: {}\n", i + 1, text_of(result.texts[i], words));
  fmt::print(
      "{} texts, {} together: {} tokens through the model in {} steps, {} cycles per token, "
      "{}\n",
      result.texts.size(), device.sequences, result.tokens_through, result.steps,
      text(report["cycles_per_token"], "{:.0f}"), run_text(report));
}

}  // namespace trine::tools
