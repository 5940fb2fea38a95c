// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "runtime/session.h"
#include "tools/common.h"

namespace trine::tools {

/// Tokens from the command line: a text, a file of it, their numbers, or a file of these.
struct PromptOptions {
  std::string text;
  std::string text_file;  // "-": the standard input.
  std::vector<std::int32_t> tokens;
  std::filesystem::path tokens_file;
  bool plain = false;      // Special tokens in a text are text.
  std::size_t window = 0;  // Every so many tokens start from an empty cache; 0: one context.
  std::size_t limit = 0;   // The first so many tokens only; 0: all.
  bool text_given = false;

  /// True when one of the sources was given.
  bool given() const;
};

/// Adds --prompt, --prompt-file, --tokens and --tokens-file, exactly one of which must be given,
/// and --plain-text.
Command* add_prompt_sources(Command& command, PromptOptions& options);
/// The same, and --limit.
Command* add_prompt_options(Command& command, PromptOptions& options);
/// The same, and --window.
Command* add_windowed_prompt_options(Command& command, PromptOptions& options);

/// A file's bytes as they are; those of the standard input for "-". Warns of a text that is not
/// UTF-8. Throws Error naming the file.
std::string read_input(const std::string& file, const CommonOptions& common);

/// The tokens of the source, at least one and each in the vocabulary, `limit` of them at most;
/// Error otherwise.
std::vector<std::int32_t> source_tokens(const PromptOptions& options, const ModelFile& file,
                                        const CommonOptions& common);

/// The same; Error also when they (or a window of them) and `more` others do not fit into `context`
/// positions.
std::vector<std::int32_t> prompt_tokens(const PromptOptions& options, const ModelFile& file,
                                        const CommonOptions& common, std::size_t context,
                                        std::size_t more = 0);

}  // namespace trine::tools
