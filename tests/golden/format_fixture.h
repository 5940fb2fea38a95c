// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "golden/checkpoint/config.h"
#include "golden/checkpoint/safetensors.h"
#include "golden/error.h"
#include "golden/families/families.h"

namespace trine::golden {

/// A directory that is gone when the test is over.
class TempDir {
 public:
  TempDir() {
    static int counter = 0;
    path_ = std::filesystem::temp_directory_path() /
            fmt::format("trine-test-{}-{}", ::getpid(), counter++);
    std::filesystem::create_directories(path_);
  }
  ~TempDir() { std::filesystem::remove_all(path_); }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::filesystem::path path_;
};

inline std::string slurp(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
inline void spill(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

/// A safetensors file with this header text and data.
inline std::string safetensors_text(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  std::string text(8, '\0');
  std::memcpy(text.data(), &length, 8);
  return text + header + data;
}

/// `action` must throw Error with a message that contains all of `parts`.
inline void check_error(const std::function<void()>& action,
                        std::initializer_list<std::string> parts) {
  try {
    action();
    FAIL_CHECK("no error");
  } catch (const Error& error) {
    const std::string message = error.what();
    for (const std::string& part : parts) {
      CAPTURE(message);
      CAPTURE(part);
      CHECK(message.find(part) != std::string::npos);
    }
  }
}

/// The names of Qwen2, which most tests use.
inline std::string weight_name(std::size_t layer, Linear linear) {
  return weight_name(kQwen2, layer, linear);
}

inline nlohmann::json tiny_config(bool tied) {
  return {{"architectures", {"Qwen2ForCausalLM"}},
          {"model_type", "qwen2"},
          {"hidden_act", "silu"},
          {"hidden_size", 32},
          {"intermediate_size", 40},
          {"num_hidden_layers", 2},
          {"num_attention_heads", 2},
          {"num_key_value_heads", 1},
          {"head_dim", 32},
          {"vocab_size", 11},
          {"max_position_embeddings", 64},
          {"rms_norm_eps", 1e-6},
          {"rope_theta", 10000.0},
          {"rope_scaling", nullptr},
          {"use_sliding_window", false},
          {"tie_word_embeddings", tied},
          {"eos_token_id", {3, 4}}};
}

/// Writes FP32 tensors, seeded by their names.
inline void write_tensors(const std::filesystem::path& path, const std::vector<TensorSpec>& specs) {
  std::vector<SafetensorsWriter::Entry> entries;
  entries.reserve(specs.size());
  for (const auto& spec : specs) entries.push_back({spec.name, Dtype::F32, spec.shape});
  SafetensorsWriter writer(path, entries, {});
  for (const auto& spec : specs) {
    std::minstd_rand random(static_cast<unsigned>(spec.name.size() + spec.shape[0]));
    std::size_t count = 1;
    for (const std::size_t extent : spec.shape) count *= extent;
    std::vector<float> values(count);
    for (float& value : values) value = static_cast<float>(random() % 2001) * 1e-4f - 0.1f;
    writer.append(std::as_bytes(std::span(values)));
  }
  writer.finish();
}

inline std::vector<TensorSpec> all_tensors(const ModelConfig& config) {
  auto specs = plain_tensors(config);
  for (auto& spec : matrix_tensors(config)) specs.push_back(spec);
  return specs;
}

/// A random checkpoint in one file.
inline void write_checkpoint(const std::filesystem::path& directory, const nlohmann::json& json) {
  std::filesystem::create_directories(directory);
  const std::string config = json.dump(1);
  spill(directory / "config.json", config);
  spill(directory / "tokenizer.json", "{}");
  write_tensors(directory / "model.safetensors", all_tensors(parse_config(config, "tiny")));
}

/// A random little checkpoint.
inline void write_tiny_checkpoint(const std::filesystem::path& directory, bool tied) {
  write_checkpoint(directory, tiny_config(tied));
}

}  // namespace trine::golden
