// SPDX-License-Identifier: Apache-2.0

#include "golden/checkpoint/checkpoint.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "golden/checkpoint/json.h"
#include "golden/error.h"

namespace trine::golden {
namespace {

constexpr const char* kSingleFile = "model.safetensors";
constexpr const char* kIndexFile = "model.safetensors.index.json";

/// Reads an index: the shard of every tensor.
std::map<std::string, std::string> read_index(const std::filesystem::path& path) {
  const nlohmann::json index = parse_json(read_text(path), path.string());
  if (!index.is_object() || !index.contains("weight_map") || !index["weight_map"].is_object()) {
    throw Error(fmt::format("{}: has no 'weight_map' object", path.string()));
  }
  std::map<std::string, std::string> shard_of;
  for (const auto& [tensor, value] : index["weight_map"].items()) {
    const std::string shard = value.is_string() ? value.get<std::string>() : "";
    if (shard.empty() || shard.find('/') != std::string::npos) {
      throw Error(
          fmt::format("{}: tensor '{}' is not mapped to a file name", path.string(), tensor));
    }
    shard_of[tensor] = shard;
  }
  return shard_of;
}

/// Opens the shards of an index; each must hold exactly the tensors that the index says.
std::vector<Safetensors> open_shards(const std::filesystem::path& directory) {
  const auto index_path = directory / kIndexFile;
  const auto shard_of = read_index(index_path);
  std::set<std::string> names;
  for (const auto& [tensor, shard] : shard_of) names.insert(shard);
  for (const auto& name : names) {
    if (!std::filesystem::exists(directory / name)) {
      throw Error(fmt::format("{}: shard '{}' is missing", index_path.string(), name));
    }
  }
  std::vector<Safetensors> shards;
  for (const auto& name : names) {
    const auto& shard = shards.emplace_back(directory / name);
    for (const Tensor& tensor : shard.tensors()) {
      const auto it = shard_of.find(tensor.name);
      if (it == shard_of.end() || it->second != name) {
        throw Error(fmt::format("{}: tensor '{}' is in shard '{}' but the index does not say so",
                                index_path.string(), tensor.name, name));
      }
    }
    for (const auto& [tensor, file] : shard_of) {
      if (file == name) shard.at(tensor);
    }
  }
  return shards;
}

void check_tensor(const Checkpoint& checkpoint, const TensorSpec& spec) {
  const Tensor& tensor = checkpoint.at(spec.name);
  const auto refuse = [&](const std::string& why) {
    throw Error(fmt::format("{}: tensor '{}' {}", checkpoint.directory().string(), spec.name, why));
  };
  if (tensor.shape != spec.shape) {
    refuse(fmt::format("has shape [{}], config.json asks for [{}]", fmt::join(tensor.shape, ", "),
                       fmt::join(spec.shape, ", ")));
  }
  if (tensor.dtype != Dtype::F64 && tensor.dtype != Dtype::F32 && tensor.dtype != Dtype::F16 &&
      tensor.dtype != Dtype::BF16) {
    refuse(fmt::format("is {}, not F64, F32, F16 or BF16", dtype_name(tensor.dtype)));
  }
}

/// A tensor that this model has no use for would be ignored in silence: refuse it, but for the
/// rotary frequencies of old exports and a tied head that is stored a second time.
void check_extra(const Checkpoint& checkpoint, const Tensor& tensor) {
  if (tensor.name.ends_with(".rotary_emb.inv_freq")) return;
  const Family& family = *checkpoint.config().family;
  if (tensor.name == family.head) {
    const Tensor& embedding = checkpoint.at(family.embedding);
    if (tensor.dtype == embedding.dtype && std::ranges::equal(tensor.bytes, embedding.bytes)) {
      return;
    }
    throw Error(
        fmt::format("{}: tensor '{}' differs from the embedding although config.json ties them",
                    checkpoint.directory().string(), tensor.name));
  }
  throw Error(fmt::format("{}: tensor '{}' is not part of a {} model of this configuration",
                          checkpoint.directory().string(), tensor.name, family.model_type));
}

}  // namespace

Checkpoint::Checkpoint(const std::filesystem::path& directory) : directory_(directory) {
  config_ = read_config(directory / "config.json");
  generation_ = read_generation_config(directory, config_.vocab);
  config_.eos_token = all_end_tokens(std::move(config_.eos_token), generation_);
  if (std::filesystem::exists(directory / kSingleFile)) {
    shards_.emplace_back(directory / kSingleFile);
  } else if (std::filesystem::exists(directory / kIndexFile)) {
    shards_ = open_shards(directory);
  } else {
    throw Error(
        fmt::format("{}: has neither {} nor {}", directory.string(), kSingleFile, kIndexFile));
  }
  std::set<std::string> known;
  for (const auto& specs : {matrix_tensors(config_), plain_tensors(config_)}) {
    for (const TensorSpec& spec : specs) {
      check_tensor(*this, spec);
      known.insert(spec.name);
    }
  }
  for (const Safetensors& shard : shards_) {
    for (const Tensor& tensor : shard.tensors()) {
      if (!known.contains(tensor.name)) check_extra(*this, tensor);
    }
  }
}

std::vector<std::filesystem::path> Checkpoint::files() const {
  std::vector<std::filesystem::path> paths;
  for (const Safetensors& shard : shards_) paths.push_back(shard.path());
  return paths;
}

const Tensor* Checkpoint::find(std::string_view name) const {
  for (const Safetensors& shard : shards_) {
    if (const Tensor* tensor = shard.find(name)) return tensor;
  }
  return nullptr;
}

const Tensor& Checkpoint::at(std::string_view name) const {
  const Tensor* tensor = find(name);
  if (tensor == nullptr) {
    throw Error(fmt::format("{}: tensor '{}' is missing", directory_.string(), name));
  }
  return *tensor;
}

}  // namespace trine::golden
