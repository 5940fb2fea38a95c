// SPDX-License-Identifier: Apache-2.0

#include "tools/tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iostream>
#include <iterator>

#include "golden/checkpoint/json.h"
#include "golden/tokenizer/utf8.h"
#include "runtime/tokens.h"

namespace trine::tools {
namespace {

constexpr const char* kStdin = "-";

/// --prompt takes a text as it is; who wrote a name that other programs read a file by should know.
void warn_of_literal(const std::string& text, const CommonOptions& common) {
  std::error_code ignored;
  const bool file = text.size() > 1 && text.front() == '@' && text.size() < 4096 &&
                    std::filesystem::is_regular_file(text.substr(1), ignored);
  if (text == kStdin || file)
    warn(common,
         fmt::format("--prompt {} is taken as text; --prompt-file {} reads {}", text,
                     file ? text.substr(1) : kStdin, file ? "the file" : "the standard input"));
}

std::vector<std::int32_t> tokens_of_text(const PromptOptions& options, const ModelFile& file,
                                         const CommonOptions& common) {
  const bool from_file = !options.text_file.empty();
  if (!from_file) warn_of_literal(options.text, common);
  const std::string text = from_file ? read_input(options.text_file, common) : options.text;
  const std::string name = !from_file                    ? std::string("the prompt")
                           : options.text_file == kStdin ? std::string("the standard input")
                                                         : options.text_file;
  if (text.empty()) throw Error(name + (from_file ? ": is empty" : " is empty"));
  const auto special =
      options.plain ? golden::SpecialTokens::AsText : golden::SpecialTokens::Recognize;
  auto tokens = file.tokenizer().encode_prompt(text, special);
  if (tokens.empty()) throw Error(name + " has no tokens");
  return tokens;
}

/// The numbers of "1,2,3"; throws UsageError for anything else between the commas, nothing
/// included.
void add_numbers(const std::string& list, std::vector<std::int32_t>& to) {
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t comma = std::min(list.find(',', at), list.size());
    std::int32_t number = 0;
    const char *const begin = list.data() + at, *const end = list.data() + comma;
    const auto [rest, error] = std::from_chars(begin, end, number);
    if (error != std::errc{} || rest != end)
      throw UsageError("--tokens", fmt::format("'{}' in '{}' is not the number of a token",
                                               std::string(begin, end), list));
    to.push_back(number);
    at = comma + 1;
  }
}

}  // namespace

bool PromptOptions::given() const {
  return text_given || !text_file.empty() || !tokens.empty() || !tokens_file.empty();
}

Command* add_prompt_sources(Command& command, PromptOptions& options) {
  auto* group = command.add_option_group("Input")->require_option(1);
  group
      ->add_option_function(
          "--prompt",
          [&options](const std::string& text) {
            options.text = text;
            options.text_given = true;
          },
          "Text, as it is: there are no escapes (the shell has some: $'one\\ntwo') and no @FILE; "
          "the model's special tokens, such as <|endoftext|>, become tokens")
      ->type_name("TEXT");
  group
      ->add_option("--prompt-file,--text", options.text_file,
                   "The same from a file, all of it, the last line break too; - is the standard "
                   "input")
      ->type_name("FILE");
  group
      ->add_list_function(
          "--tokens",
          [&options](const std::vector<std::string>& lists) {
            for (const std::string& list : lists) add_numbers(list, options.tokens);
          },
          "Token numbers: 1,2,3")
      ->type_name("LIST");
  group->add_option("--tokens-file", options.tokens_file, "Safetensors file with tokens I32")
      ->type_name("FILE");
  command.add_flag("--plain-text", options.plain,
                   "Special tokens in the text are text like any other");
  return group;
}

Command* add_prompt_options(Command& command, PromptOptions& options) {
  Command* group = add_prompt_sources(command, options);
  command.add_option("--limit", options.limit, "Use the first so many tokens only [all]")
      ->check(whole_in(1));
  return group;
}

Command* add_windowed_prompt_options(Command& command, PromptOptions& options) {
  Command* group = add_prompt_options(command, options);
  command
      .add_option("--window", options.window,
                  "Start from an empty cache after so many tokens [never]")
      ->check(whole_in(1));
  return group;
}

std::string read_input(const std::string& file, const CommonOptions& common) {
  std::string text;
  if (file == kStdin) {
    text = golden::read_all(std::cin, "the standard input");
  } else {
    if (std::filesystem::is_directory(file)) throw Error(file + ": is a directory");
    text = golden::read_input_text(file);
  }
  if (golden::utf8_lossy(text) != text)
    warn(common, fmt::format("{}: is not UTF-8 throughout: what is not counts as U+FFFD",
                             file == kStdin ? "the standard input" : file));
  return text;
}

std::vector<std::int32_t> source_tokens(const PromptOptions& options, const ModelFile& file,
                                        const CommonOptions& common) {
  std::vector<std::int32_t> tokens = options.tokens;
  std::string where = "--tokens";
  if (!options.tokens_file.empty()) {
    where = options.tokens_file.string();
    tokens = tokens_of(golden::Safetensors(options.tokens_file));
    if (tokens.empty()) throw Error(where + ": no tokens");
  } else if (tokens.empty()) {
    where = options.text_file.empty() ? "--prompt" : options.text_file;
    tokens = tokens_of_text(options, file, common);
  }
  check_tokens(tokens, file.config(), where);
  if (options.limit > tokens.size())
    throw Error(fmt::format("--limit {}: {} has {} tokens", options.limit, where, tokens.size()));
  if (options.limit > 0) tokens.resize(options.limit);
  return tokens;
}

std::vector<std::int32_t> prompt_tokens(const PromptOptions& options, const ModelFile& file,
                                        const CommonOptions& common, std::size_t context,
                                        std::size_t more) {
  std::vector<std::int32_t> tokens = source_tokens(options, file, common);
  const std::size_t together =
      options.window > 0 ? std::min(options.window, tokens.size()) : tokens.size();
  check_fits(together, more, context, file.config());
  return tokens;
}

}  // namespace trine::tools
