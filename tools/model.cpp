// SPDX-License-Identifier: Apache-2.0

#include "tools/model.h"

#include <fmt/format.h>

#include "golden/reference/fp32_linears.h"
#include "tools/definition_check.h"

namespace trine::tools {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTokenizerFile = "tokenizer.json";

golden::Backbone make_backbone(const ModelFile& file) {
  return file.packed() != nullptr ? golden::Backbone(*file.packed())
                                  : golden::Backbone(*file.checkpoint());
}

std::unique_ptr<golden::LinearBackend> make_reference(const ModelFile& file, unsigned threads) {
  if (file.packed() != nullptr)
    return std::make_unique<golden::Fp32Linears>(*file.packed(), threads);
  return std::make_unique<golden::Fp32Linears>(*file.checkpoint(), threads);
}

/// Writable memory of a device: small when it reads the weights from the mapped file, otherwise
/// enough for all of them laid out anew. Pages cost nothing until they are touched.
std::uint64_t memory_bytes(const golden::PackedModel& model, const golden::Geometry& geometry) {
  constexpr std::uint64_t kSlack = 1ull << 28, kPage = 4096;
  std::uint64_t bytes = kSlack;
  if (geometry.groups != golden::kCanonical.groups)
    for (const golden::PackedMatrix& matrix : model.matrices())
      bytes += matrix.shape.stream_bytes(geometry) + kPage;
  return (bytes + kPage - 1) / kPage * kPage;
}

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

Session::Session(const ModelFile& file, const DeviceOptions& options, Progress& progress)
    : device_name_(options.name),
      simulated_(options.kind == DeviceKind::Rtl),
      backbone_(make_backbone(file)) {
  if (options.kind != DeviceKind::Reference && file.packed() == nullptr)
    throw Error(
        fmt::format("{}: is not quantized: --device {} takes a packed model, as `trine "
                    "quantize` makes it",
                    file.directory().string(), options.name));
  linears_ = options.kind == DeviceKind::Reference ? make_reference(file, options.threads)
                                                   : make_core_backend(file, options, progress);
  model_.emplace(backbone_, *linears_, options.threads);
}

template <class Backend>
std::unique_ptr<golden::LinearBackend> Session::checked(std::unique_ptr<Backend> backend) {
  compared_ = [raw = backend.get()] { return raw->compared(); };
  return backend;
}

std::unique_ptr<golden::LinearBackend> Session::make_core_backend(const ModelFile& file,
                                                                  const DeviceOptions& options,
                                                                  Progress& progress) {
  const golden::PackedModel& packed = *file.packed();
  const std::uint64_t bytes = memory_bytes(packed, {.groups = options.sim.groups});
  core_ = make_core(options, bytes, progress);
  program_.emplace(packed, core_->device().params(), bytes);
  program_->load(core_->device());
  if (!options.check) return std::make_unique<DeviceBackend>(core_->device(), *program_);
  if (options.kind == DeviceKind::Golden)
    return checked(
        std::make_unique<DefinitionCheck>(packed, core_->device(), *program_, options.threads));
  golden_ = std::make_unique<Core>(core_->device().params(), bytes, options.threads);
  program_->load(golden_->device());
  return checked(std::make_unique<LockstepBackend>(
      LockstepBackend::Side{options.name, core_->device()},
      LockstepBackend::Side{"golden", golden_->device()}, *program_));
}

void Session::expect_tokens(std::size_t count) {
  if (core_) core_->expect_beats(count * program_->token_beats());
}

void Session::report(Json& json) {
  json["device"] = device_name_;
  json["equal"] = compared_ ? Json(true) : Json(nullptr);
  if (compared_) json["compared"] = compared_();
  add_counters(json, counters(), khz());
}

}  // namespace trine::tools
