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
  if (options.jobs > 1 && !options.request.trace_file.empty())
    throw OptionError("trace", "goes with one job: there would be a trace of each");
  if (!options.reference())
    return check_options(device_entry(options.name), options.request, given);
  if (options.check) throw OptionError("check", "compares a core: means nothing for the reference");
  if (options.context != 0)
    throw OptionError("context", "means nothing for the reference, which has all positions");
  if (!given.empty())
    throw OptionError(given.front(), fmt::format("means nothing for the reference; {} has it",
                                                 devices_with(given.front())));
}

void check_jobs(const SessionOptions& options) {
  if (options.jobs > 1 && !options.simulated())
    throw OptionError("jobs", options.name + " is not simulated: it has no use for several");
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

namespace {

const golden::PackedModel& packed_of(const ModelFile& file, const SessionOptions& options) {
  if (file.packed() == nullptr)
    throw Error(
        fmt::format("{}: is not quantized: --device {} takes a packed model, as `trine "
                    "quantize` makes it",
                    file.directory().string(), options.name));
  return *file.packed();
}

}  // namespace

Session::Session(const ModelFile& file, const SessionOptions& options, Progress& progress)
    : device_name_(options.name), simulated_(options.simulated()) {
  check_jobs(options);
  if (options.reference())
    make_reference(file, options.request.threads);
  else if (options.jobs > 1)
    make_parallel(file, options, progress);
  else
    make_decoder(file, options, progress);
}

void Session::make_parallel(const ModelFile& file, const SessionOptions& options,
                            Progress& progress) {
  checked_ = options.check;
  auto model = std::make_unique<ParallelDecoder>(packed_of(file, options), options,
                                                 context_of(options, file.config()), progress);
  parallel_ = model.get();
  model_ = std::move(model);
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
  const golden::PackedModel& packed = packed_of(file, options);
  const std::size_t context = context_of(options, packed.config());
  // A core has at most so many banks; memory that nobody touches costs nothing.
  MachineParams most = expected_params(options.name, options.request);
  most.vectors = kMaxVectors;
  const std::uint64_t bytes = Program::memory_bytes(packed, most, context, options.sequences);
  core_ = make_core(options.name, options.request, bytes, progress);
  Device& device = core_->device();
  const std::uint64_t base = device.transport().memory_base();
  program_.emplace(packed, device.params(), bytes, context, options.sequences, base);
  program_->load(device);
  if (options.check) {
    const bool golden = options.name == kGoldenDevice;
    other_ = golden ? make_definition(device.params(), bytes, base)
                    : make_golden(device.params(), bytes, options.request.threads, base);
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
  if (!core_model()) return;
  const auto beats = [&](std::size_t tokens, golden::Logits of) {
    return parallel() ? parallel_->weight_beats(tokens, of) : decoder_->weight_beats(tokens, of);
  };
  expected_beats_ = beats(prompt, logits) + decode * beats(1, golden::Logits::Last);
  if (parallel())
    parallel_->expect_beats(expected_beats_);
  else
    core_->expect_beats(expected_beats_);
}

Counters Session::counters() {
  if (parallel()) return parallel_->counters();
  return core_ ? core_->device().counters() : Counters{};
}

double Session::khz() const {
  if (parallel()) return parallel_->khz();
  return core_ ? core_->khz() : 0;
}

RunReport Session::report() {
  RunReport report{
      .device = device_name_, .equal = {}, .counters = counters(), .khz = khz(), .dram = {}};
  if (core_ != nullptr) report.dram = core_->dram();
  if (parallel()) report.dram = parallel_->dram();
  if (parallel() && checked_ && parallel_->finished()) {
    report.equal = true;
    report.compared = parallel_->compared();
  }
  if (lockstep_ != nullptr) {
    report.equal = true;
    report.compared = lockstep_->compared();
  }
  return report;
}

}  // namespace trine
