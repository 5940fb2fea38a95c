// SPDX-License-Identifier: Apache-2.0

#include "tools/model.h"

#include <fmt/format.h>

#include <algorithm>

#include "golden/reference/fp32_linears.h"
#include "golden/reference/reference_model.h"

namespace trine::tools {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTokenizerFile = "tokenizer.json";

}  // namespace

ModelFile::ModelFile(const fs::path& directory) : directory_(directory) {
  if (!fs::exists(directory)) throw Error(directory.string() + ": does not exist");
  if (!fs::is_directory(directory))
    throw Error(directory.string() + ": is a file; a model is a directory");
  if (golden::is_packed_model(directory)) {
    packed_.emplace(directory);
    packed_->validate();
  } else {
    checkpoint_.emplace(directory);
  }
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

std::size_t context_of(const DeviceOptions& options, const golden::ModelConfig& config) {
  if (options.reference()) return config.max_positions;
  if (options.context > 0) return options.context;
  return std::min<std::size_t>(config.max_positions, Program::kDefaultContext);
}

std::string context_hint(std::size_t context, const golden::ModelConfig& config) {
  if (context >= config.max_positions) return "";
  return fmt::format(" of cache (--context, up to {})", config.max_positions);
}

Session::Session(const ModelFile& file, const DeviceOptions& options, Progress& progress)
    : device_name_(options.name), simulated_(options.simulated()) {
  if (options.reference())
    make_reference(file, options.request.threads);
  else
    make_decoder(file, options, progress);
}

void Session::make_reference(const ModelFile& file, unsigned threads) {
  if (file.packed() != nullptr) {
    backbone_.emplace(*file.packed());
    linears_ = std::make_unique<golden::Fp32Linears>(*file.packed(), threads);
  } else {
    backbone_.emplace(*file.checkpoint());
    linears_ = std::make_unique<golden::Fp32Linears>(*file.checkpoint(), threads);
  }
  model_ = std::make_unique<golden::ReferenceModel>(*backbone_, *linears_, threads);
}

void Session::make_decoder(const ModelFile& file, const DeviceOptions& options,
                           Progress& progress) {
  if (file.packed() == nullptr)
    throw Error(
        fmt::format("{}: is not quantized: --device {} takes a packed model, as `trine "
                    "quantize` makes it",
                    file.directory().string(), options.name));
  const golden::PackedModel& packed = *file.packed();
  const std::size_t context = context_of(options, packed.config());
  // A core has at most so many banks; memory that nobody touches costs nothing.
  const MachineParams most{.groups = options.request.groups, .vectors = kMaxVectors};
  const std::uint64_t bytes = Program::memory_bytes(packed, most, context);
  core_ = make_core(options, bytes, progress);
  Device& device = core_->device();
  program_.emplace(packed, device.params(), bytes, context);
  program_->load(device);
  if (options.check) {
    const bool golden = options.name == kGoldenDevice;
    other_ = golden ? make_definition(device.params(), bytes)
                    : make_golden(device.params(), bytes, options.request.threads);
    program_->load(other_->device());
    auto lockstep = std::make_unique<LockstepExecutor>(
        LockstepExecutor::Side{options.name, device},
        LockstepExecutor::Side{golden ? "definition" : "golden", other_->device()});
    lockstep_ = lockstep.get();
    executor_ = std::move(lockstep);
  } else {
    executor_ = std::make_unique<DeviceExecutor>(device);
  }
  auto decoder = std::make_unique<Decoder>(*program_, *executor_);
  decoder_ = decoder.get();
  model_ = std::move(decoder);
}

void Session::expect_tokens(std::size_t prompt, golden::Logits logits, std::size_t decode) {
  if (decoder_ == nullptr) return;
  core_->expect_beats(decoder_->weight_beats(prompt, logits) +
                      decode * decoder_->weight_beats(1, golden::Logits::Last));
}

void Session::report(Json& json) {
  json["device"] = device_name_;
  json["equal"] = lockstep_ != nullptr ? Json(true) : Json(nullptr);
  if (lockstep_ != nullptr) json["compared"] = lockstep_->compared();
  add_counters(json, counters(), khz());
}

}  // namespace trine::tools
