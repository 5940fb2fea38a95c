// SPDX-License-Identifier: Apache-2.0

#include "tools/tokens.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/tokens.h"

namespace trine::tools {

CLI::App* add_prompt_options(CLI::App& command, PromptOptions& options) {
  auto* group = command.add_option_group("Input")->require_option(1);
  group->add_option("--prompt", options.text, "Text to start from")->type_name("TEXT");
  group->add_option("--tokens", options.tokens, "The same as token numbers: 1,2,3")
      ->delimiter(',')
      ->type_name("LIST");
  return group;
}

void add_windowed_prompt_options(CLI::App& command, PromptOptions& options) {
  auto* file =
      add_prompt_options(command, options)
          ->add_option("--tokens-file", options.tokens_file, "Safetensors file with tokens I32")
          ->type_name("FILE");
  command
      .add_option("--window", options.window,
                  "Start from an empty cache after so many tokens [never]")
      ->needs(file)
      ->check(CLI::PositiveNumber);
  command.add_option("--limit", options.limit, "Use the first tokens of the file only [all]")
      ->needs(file)
      ->check(CLI::PositiveNumber);
}

std::vector<std::int32_t> prompt_tokens(const PromptOptions& options, const ModelFile& file,
                                        std::size_t context, std::size_t more) {
  std::vector<std::int32_t> tokens = options.tokens;
  const bool from_file = !options.tokens_file.empty();
  if (from_file) {
    tokens = tokens_of(golden::Safetensors(options.tokens_file));
    if (options.limit > tokens.size())
      throw Error(fmt::format("--limit {}: {} has {} tokens", options.limit,
                              options.tokens_file.string(), tokens.size()));
    if (options.limit > 0) tokens.resize(options.limit);
    if (tokens.empty()) throw Error(options.tokens_file.string() + ": no tokens");
  } else if (tokens.empty()) {
    if (options.text.empty()) throw Error("the prompt is empty");
    tokens = file.tokenizer().encode_prompt(options.text);
    if (tokens.empty()) throw Error("the prompt has no tokens");
  }
  const golden::ModelConfig& config = file.config();
  check_tokens(tokens, config,
               from_file                ? options.tokens_file.string()
               : options.tokens.empty() ? "--prompt"
                                        : "--tokens");
  const std::size_t together =
      options.window > 0 ? std::min(options.window, tokens.size()) : tokens.size();
  check_fits(together, more, context, config);
  return tokens;
}

}  // namespace trine::tools
