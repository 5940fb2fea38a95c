// SPDX-License-Identifier: Apache-2.0

#include "runtime/model_file.h"

#include <fmt/format.h>

#include <chrono>

#include "golden/error.h"
#include "runtime/checked_models.h"

namespace trine {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTokenizerFile = "tokenizer.json";

}  // namespace

ModelFile::ModelFile(const fs::path& directory, Check check) : directory_(directory) {
  if (!fs::exists(directory)) throw Error(directory.string() + ": does not exist");
  if (!fs::is_directory(directory))
    throw Error(directory.string() + ": is a file; a model is a directory");
  if (golden::is_packed_model(directory)) {
    packed_.emplace(directory);
    if (check == Check::Now) this->check(packed_->config().layers);
  } else {
    checkpoint_.emplace(directory);
  }
}

void ModelFile::check_whole() const {
  if (packed_) packed_->file().check_whole();
  if (checkpoint_) checkpoint_->check_whole();
}

void ModelFile::check(std::size_t layers) {
  if (!packed_) return;
  const CheckedModels checked;
  remembered_ = checked.knows(*packed_);
  if (remembered_) return;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  packed_->validate(layers);
  if (layers >= packed_->config().layers)
    checked.remember(*packed_, std::chrono::nanoseconds(now).count());
}

bool ModelFile::has_tokenizer() const {
  return fs::exists(directory_ / kTokenizerFile);
}

golden::Tokenizer ModelFile::tokenizer() const {
  if (!has_tokenizer())
    throw Error(fmt::format("{}: has no {}, so it takes tokens by number and no text",
                            directory_.string(), kTokenizerFile));
  return golden::Tokenizer(directory_ / kTokenizerFile);
}

}  // namespace trine
