// SPDX-License-Identifier: Apache-2.0

#include "runtime/session.h"

#include <fmt/format.h>

#include <algorithm>

#include "golden/reference/fp32_linears.h"
#include "golden/reference/reference_model.h"

namespace trine {

bool SessionOptions::simulated() const {
  return !reference() && device_entry(name).has_clock;
}

void check_session_options(const SessionOptions& options, std::span<const std::string> given) {
  if (!options.reference())
    return check_options(device_entry(options.name), options.request, given);
  if (options.check) throw OptionError("check", "compares a core: means nothing for the reference");
  if (options.context != 0)
    throw OptionError("context", "means nothing for the reference, which has all positions");
  if (!given.empty())
    throw OptionError(given.front(), fmt::format("means nothing for the reference; {} has it",
                                                 devices_with(given.front())));
}

std::size_t context_of(const SessionOptions& options, const golden::ModelConfig& config) {
  if (options.reference()) return config.max_positions;
  if (options.context > 0) return options.context;
  return std::min<std::size_t>(config.max_positions, Program::kDefaultContext);
}

std::string context_hint(std::size_t context, const golden::ModelConfig& config) {
  if (context >= config.max_positions) return "";
  return fmt::format(" of cache (context, up to {})", config.max_positions);
}

Session::Session(const ModelFile& file, const SessionOptions& options, Progress& progress)
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

void Session::make_decoder(const ModelFile& file, const SessionOptions& options,
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
  const std::uint64_t bytes = Program::memory_bytes(packed, most, context, options.sequences);
  core_ = make_core(options.name, options.request, bytes, progress);
  Device& device = core_->device();
  program_.emplace(packed, device.params(), bytes, context, options.sequences);
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
  expected_beats_ = decoder_->weight_beats(prompt, logits) +
                    decode * decoder_->weight_beats(1, golden::Logits::Last);
  core_->expect_beats(expected_beats_);
}

RunReport Session::report() {
  RunReport report{
      .device = device_name_, .equal = {}, .counters = counters(), .khz = khz(), .dram = {}};
  if (core_ != nullptr) report.dram = core_->dram();
  if (lockstep_ != nullptr) {
    report.equal = true;
    report.compared = lockstep_->compared();
  }
  return report;
}

}  // namespace trine
