// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace trine::golden {

inline constexpr const char* kGenerationFile = "generation_config.json";

/// What the generation_config.json beside a model says about how its texts are continued. What is
/// empty is not stated.
struct GenerationConfig {
  std::vector<std::int64_t> eos_token;  // One or several.
  bool sample = false;                  // Otherwise the most probable token is taken.
  std::optional<double> temperature, top_p, repetition_penalty;
  std::optional<std::size_t> top_k;
  /// Keys whose value asks for something that is not done here.
  std::vector<std::string> ignored;
};

/// Throws Error naming `where` and the key that is wrong; tokens must be below `vocab`.
GenerationConfig parse_generation_config(const std::string& json_text, const std::string& where,
                                         std::size_t vocab);
/// The file in a model's directory; states nothing when there is none.
GenerationConfig read_generation_config(const std::filesystem::path& directory, std::size_t vocab);

/// The tokens that end a text: those of config.json and those of generation_config.json, each once.
std::vector<std::int64_t> all_end_tokens(std::vector<std::int64_t> config,
                                         const GenerationConfig& generation);

}  // namespace trine::golden
