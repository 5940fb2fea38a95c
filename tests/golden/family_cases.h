// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "golden/checkpoint/safetensors.h"

namespace trine::golden {

/// A checkpoint that the Transformers library wrote, with what it computes from it.
struct FamilyCase {
  std::string name;
  std::filesystem::path directory;
  std::vector<std::int32_t> tokens;  // Of a text, all from position 0.
  std::vector<float> logits;         // (positions, vocab) of the last positions.
  std::vector<std::int32_t> prompt, generated;

  explicit FamilyCase(const std::string& given)
      : name(given),
        directory(std::filesystem::path(TRINE_SOURCE_DIR) / "tests/models/families" / given) {
    const Safetensors file(directory / "expected_logits.safetensors");
    const Tensor& numbers = file.at("tokens");
    tokens.resize(numbers.elements());
    std::memcpy(tokens.data(), numbers.bytes.data(), numbers.bytes.size());
    logits = file.at("logits").to_f32();
    const auto json = nlohmann::json::parse(std::ifstream(directory / "expected_greedy.json"));
    prompt = json["prompt"].get<std::vector<std::int32_t>>();
    generated = json["generated"].get<std::vector<std::int32_t>>();
  }
};

/// Every checkpoint that is there.
inline std::vector<std::string> family_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(TRINE_SOURCE_DIR) / "tests/models/families"))
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

}  // namespace trine::golden
