// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "runtime/session.h"

namespace trine::tools {

/// Tokens from the command line: a text, their numbers, or a file of them cut into windows.
struct PromptOptions {
  std::string text;
  std::vector<std::int32_t> tokens;
  std::filesystem::path tokens_file;
  std::size_t window = 0;  // Every so many tokens start from an empty cache; 0: one context.
  std::size_t limit = 0;   // 0: all.
};

/// Adds --prompt and --tokens, exactly one of which must be given.
CLI::App* add_prompt_options(CLI::App& command, PromptOptions& options);

/// The same, or --tokens-file, which --window and --limit go with.
void add_windowed_prompt_options(CLI::App& command, PromptOptions& options);

/// The tokens, at least one and each in the vocabulary; Error otherwise, and when they (or a
/// window of them) and `more` others do not fit into `context` positions.
std::vector<std::int32_t> prompt_tokens(const PromptOptions& options, const ModelFile& file,
                                        std::size_t context, std::size_t more = 0);

}  // namespace trine::tools
