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

namespace fs = std::filesystem;

const std::string kBasePrefix = "model.";
constexpr const char* kSingleFile = "model.safetensors";
constexpr const char* kIndexFile = "model.safetensors.index.json";

/// Reads an index: the shard of every tensor.
std::map<std::string, std::string> read_index(const fs::path& path) {
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

/// Opens the shards of an index: all that it names, as the Transformers library does, which takes a
/// tensor from the shard that holds it, whatever the index says of it.
std::vector<Safetensors> open_shards(const fs::path& directory,
                                     std::vector<std::string>& warnings) {
  const auto index_path = directory / kIndexFile;
  const auto shard_of = read_index(index_path);
  std::set<std::string> names;
  for (const auto& [tensor, shard] : shard_of) names.insert(shard);
  for (const auto& name : names) {
    if (!fs::exists(directory / name)) {
      throw Error(fmt::format("{}: shard '{}' is missing", index_path.string(), name));
    }
  }
  const auto warn = [&](const std::string& what) {
    warnings.push_back(fmt::format("{}: {}", index_path.string(), what));
  };
  std::vector<Safetensors> shards;
  std::map<std::string, std::string> found;  // The shard that holds a tensor.
  for (const auto& name : names) {
    const auto& shard = shards.emplace_back(directory / name);
    for (const Tensor& tensor : shard.tensors()) {
      const auto [at, first] = found.emplace(tensor.name, name);
      if (!first) {
        throw Error(fmt::format("{}: tensor '{}' is in shard '{}' and in '{}'", index_path.string(),
                                tensor.name, at->second, name));
      }
      const auto it = shard_of.find(tensor.name);
      if (it == shard_of.end()) {
        warn(fmt::format("does not name tensor '{}', which is taken from '{}'", tensor.name, name));
      } else if (it->second != name) {
        warn(fmt::format("has tensor '{}' in '{}'; it is taken from '{}', which holds it",
                         tensor.name, it->second, name));
      }
    }
  }
  for (const auto& [tensor, shard] : shard_of) {
    if (!found.contains(tensor)) {
      warn(fmt::format("has tensor '{}' in '{}'; no shard holds it", tensor, shard));
    }
  }
  return shards;
}

/// Says what a directory without safetensors holds instead, when that is known.
std::string other_weights(const fs::path& directory) {
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    const std::string extension = entry.path().extension().string();
    const char* what = nullptr;
    if (extension == ".gguf") what = "a GGUF file";
    if (extension == ".bin" || extension == ".pt" || extension == ".pth") what = "a PyTorch file";
    if (extension == ".msgpack" || extension == ".h5") what = "of another framework";
    if (name.starts_with("adapter_model")) what = "an adapter (LoRA), to be merged into its model";
    if (what != nullptr)
      return fmt::format("; {} is {}: save the model as safetensors", name, what);
  }
  return "";
}

/// How weights are quantized that a directory holds under these names; nothing for plain ones.
struct ForeignNames {
  const char *suffix, *beside, *method;  // `beside`: another suffix that must be there too.
};
constexpr ForeignNames kForeign[] = {
    {".qweight", ".g_idx", "GPTQ"},
    {".qweight", ".qzeros", "AWQ"},
    {".SCB", "", "bitsandbytes (8 bits)"},
    {".weight.absmax", "", "bitsandbytes (4 bits)"},
    {".weight_packed", "", "compressed-tensors"},
    {".weight_scale_inv", "", "FP8 blocks"},
    {".weight_scale", "", "FP8 or INT8 with scales"},
};

/// Somebody else's quantization is called by its name instead of the first tensor that is missing.
void refuse_foreign(const fs::path& directory, const std::vector<Safetensors>& shards) {
  const auto find = [&](std::string_view suffix) -> const Tensor* {
    for (const Safetensors& shard : shards) {
      for (const Tensor& tensor : shard.tensors()) {
        if (tensor.name.ends_with(suffix)) return &tensor;
      }
    }
    return nullptr;
  };
  for (const ForeignNames& names : kForeign) {
    const Tensor* tensor = find(names.suffix);
    if (tensor == nullptr || find(names.beside) == nullptr) continue;
    throw Error(fmt::format(
        "{}: tensor '{}' says that the weights are quantized with {}: give the checkpoint with the "
        "weights that they were made from",
        directory.string(), tensor->name, names.method));
  }
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
  if (!is_floating(tensor.dtype)) {
    refuse(fmt::format("is {}, not F64, F32, F16 or BF16", dtype_name(tensor.dtype)));
  }
}

/// True when both have the same values, whatever their types.
bool same_values(const Tensor& a, const Tensor& b) {
  constexpr std::size_t kPiece = 1 << 16;
  if (a.shape != b.shape || !is_floating(a.dtype) || !is_floating(b.dtype)) return false;
  if (a.dtype == b.dtype && std::ranges::equal(a.bytes, b.bytes)) return true;
  std::vector<double> x, y;
  for (std::size_t first = 0; first < a.elements(); first += kPiece) {
    x.resize(std::min(kPiece, a.elements() - first));
    y.resize(x.size());
    a.to_f64(first, x);
    b.to_f64(first, y);
    if (x != y) return false;
  }
  return true;
}

/// A tensor that this model has no use for would be ignored in silence: refuse it, but for the
/// rotary frequencies of old exports and a tied head that is stored a second time.
void check_extra(const Checkpoint& checkpoint, const Tensor& tensor) {
  if (tensor.name.ends_with(".rotary_emb.inv_freq")) return;
  const Family& family = *checkpoint.config().family;
  if (tensor.name == family.head) {
    if (same_values(tensor, checkpoint.at(family.embedding))) return;
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
  if (fs::exists(directory / kSingleFile)) {
    shards_.emplace_back(directory / kSingleFile);
    if (fs::exists(directory / kIndexFile)) {
      warnings_.push_back(fmt::format("{}: is ignored, because {} is there",
                                      (directory / kIndexFile).string(), kSingleFile));
    }
  } else if (fs::exists(directory / kIndexFile)) {
    shards_ = open_shards(directory, warnings_);
  } else {
    throw Error(fmt::format("{}: has neither {} nor {}{}", directory.string(), kSingleFile,
                            kIndexFile, other_weights(directory)));
  }
  refuse_foreign(directory, shards_);
  add_prefix();
  std::set<std::string> known;
  for (const auto& specs : {matrix_tensors(config_), plain_tensors(config_)}) {
    for (const TensorSpec& spec : specs) {
      check_tensor(*this, spec);
      known.insert(spec.name);
    }
  }
  for (const Safetensors& shard : shards_) {
    for (const Tensor& tensor : shard.tensors()) {
      const std::string name = kBasePrefix + tensor.name;
      const Tensor* full = prefixed_.empty() ? nullptr : find(name);
      if (!known.contains(full == nullptr ? tensor.name : name))
        check_extra(*this, full == nullptr ? tensor : *full);
    }
  }
}

/// What was saved from the base model has its names without the prefix of the whole one: those
/// tensors get it.
void Checkpoint::add_prefix() {
  const std::string embedding(config_.family->embedding);
  if (!embedding.starts_with(kBasePrefix) || find(embedding) != nullptr ||
      find(embedding.substr(kBasePrefix.size())) == nullptr) {
    return;
  }
  for (const Safetensors& shard : shards_) {
    for (Tensor tensor : shard.tensors()) {
      tensor.name = kBasePrefix + tensor.name;
      prefixed_.emplace(tensor.name, std::move(tensor));
    }
  }
}

std::string Checkpoint::looked_in() const {
  std::vector<std::string> names;
  for (const Safetensors& shard : shards_) names.push_back(shard.path().filename().string());
  constexpr std::size_t kShown = 3;
  const bool more = names.size() > kShown;
  if (more) names.resize(kShown);
  return fmt::format("looked in {}{}", fmt::join(names, ", "), more ? ", ..." : "");
}

/// A tensor whose name only begins otherwise, for a hint.
std::string Checkpoint::similar(std::string_view name) const {
  const std::string tail =
      fmt::format(".{}", name.starts_with(kBasePrefix) ? name.substr(kBasePrefix.size()) : name);
  for (const Safetensors& shard : shards_) {
    for (const Tensor& tensor : shard.tensors()) {
      if (tensor.name != name && tensor.name.ends_with(tail)) return tensor.name;
    }
  }
  return "";
}

std::vector<fs::path> Checkpoint::files() const {
  std::vector<fs::path> paths;
  for (const Safetensors& shard : shards_) paths.push_back(shard.path());
  return paths;
}

void Checkpoint::check_whole() const {
  for (const Safetensors& shard : shards_) shard.check_whole();
}

const Tensor* Checkpoint::find(std::string_view name) const {
  if (!prefixed_.empty()) {
    const auto it = prefixed_.find(name);
    return it == prefixed_.end() ? nullptr : &it->second;
  }
  for (const Safetensors& shard : shards_) {
    if (const Tensor* tensor = shard.find(name)) return tensor;
  }
  return nullptr;
}

const Tensor& Checkpoint::at(std::string_view name) const {
  if (const Tensor* tensor = find(name)) return *tensor;
  std::string why;
  if (!prefixed_.empty() && config_.family != nullptr && name == config_.family->head) {
    why = fmt::format(
        ": the names lack '{}', so the base model was saved, without its head, and "
        "config.json does not tie that to the embedding",
        kBasePrefix);
  } else if (const std::string other = similar(name); !other.empty()) {
    why = fmt::format(": there is '{}'", other);
  }
  throw Error(
      fmt::format("{}: tensor '{}' is missing{}; {}", directory_.string(), name, why, looked_in()));
}

}  // namespace trine::golden
