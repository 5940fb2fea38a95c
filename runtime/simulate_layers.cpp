// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstring>

#include "driver/profile.h"
#include "golden/format/crc32c.h"
#include "runtime/core.h"
#include "runtime/decoder.h"
#include "runtime/jobs.h"
#include "runtime/lockstep.h"
#include "runtime/report.h"
#include "runtime/simulation.h"
#include "runtime/synthetic_cache.h"

namespace trine {
namespace {

std::string checksum(std::span<const float> values) {
  return fmt::format("{:08x}", golden::crc32c(std::as_bytes(values)));
}

/// Multiplications of a command whose first token is at `position`.
std::uint64_t macs_of(const Command& command, std::uint64_t position) {
  const auto opcode = static_cast<Opcode>(command.get(command::OPCODE));
  if (opcode != Opcode::TRIT_MATVEC && opcode != Opcode::F16_MATVEC) return 0;
  const std::uint64_t meant = position + 1, span = command.get(command::SPAN);
  return (span == 1 ? meant : command.get(command::ROWS)) *
         (span == 2 ? meant : command.get(command::COLS));
}

/// Cycles in which a load or store moved no beat: the other units count what they wait for.
std::uint64_t stall_transfer(const ProfileRecord& record, std::string_view unit) {
  if (unit != "load" && unit != "store") return 0;
  const std::uint64_t beats = std::uint64_t{record.read_beats} + record.write_beats;
  return record.unit_cycles - std::min<std::uint64_t>(record.unit_cycles, beats);
}

/// The golden device, which makes the state at a boundary, and the device that runs from there.
class Run {
 public:
  Run(const golden::PackedModel& model, const SessionOptions& options, std::size_t context,
      Progress& progress)
      : memory_(Program::memory_bytes(model, {.groups = options.request.groups}, context)),
        core_(make_core(options.name, options.request, memory_ + kProfileBytes, progress)),
        program_(model, core_->device().params(), memory_ + kProfileBytes, context),
        golden_(make_golden(core_->device().params(), memory_ + kProfileBytes,
                            options.request.threads)),
        golden_executor_(golden_->device()),
        core_executor_(core_->device()) {
    program_.load(golden_->device());
    program_.load(core_->device());
  }

  /// Everything before layer `first` of the last token, on the golden device; of the text in front
  /// of the tokens, what layers below `end` read.
  void prepare(std::span<const std::int32_t> tokens, const SyntheticText& text, std::size_t first,
               std::size_t end, Progress& progress) {
    if (text.positions > 0) {
      const SyntheticCache cache(program_.layout(), text.positions, text.seed);
      // Tokens go through all layers.
      const std::size_t layers = tokens.size() > 1 ? program_.config().layers : end;
      for (std::size_t layer = 0; layer < layers; ++layer) {
        cache.fill(golden_->device().transport(), layer);
        progress.step(layer + 1, layers, "layers of cache");
      }
    }
    Decoder decoder(program_, golden_executor_, text.positions);
    for (std::size_t at = 0; at + 1 < tokens.size(); ++at) {
      decoder.forward(tokens[at], golden::Logits::None);
      progress.step(at + 1, tokens.size() - 1, "tokens of context");
    }
    state_.position = static_cast<std::uint32_t>(decoder.position());
    state_.token[0] = static_cast<std::uint32_t>(tokens.back());
    if (first == 0) return;
    const TokenList list =
        program_.partial({.head = HeadRows::None, .end_layer = first, .boundary = true});
    golden_executor_.write(list);
    golden_executor_.run(list, state_);
  }

  /// Stands where `other` stands behind its prepare(), for layers [first, end): golden's cache of
  /// those, and `x`, which enters layer `first`.
  void take_over(Run& other, std::size_t first, std::size_t end, std::span<const float> x) {
    state_ = other.state_;
    copy_cache(other.golden_->device(), golden_->device(), first, end);
    golden_->device().write(program_.layout().boundary(0), x);
  }

  /// What enters each of these layers, in ascending order, when the token goes on from `first`. The
  /// golden device is then where it was.
  std::vector<std::vector<float>> entries(std::size_t first, std::span<const std::size_t> layers) {
    const std::vector<float> start = boundary(*golden_);
    std::vector<std::vector<float>> all;
    for (const std::size_t layer : layers) {
      const TokenList list = program_.partial({.head = HeadRows::None,
                                               .first_layer = first,
                                               .end_layer = layer,
                                               .embedding = first == 0,
                                               .boundary = true});
      golden_executor_.write(list);
      golden_executor_.run(list, state_);
      all.push_back(boundary(*golden_));
      first = layer;
    }
    golden_->device().write(program_.layout().boundary(0), start);
    return all;
  }

  /// Cuts layers [first, end) into `parts` stretches of about as many weights; the layers at which
  /// all but the first begin. Fewer when there are not as many layers.
  std::vector<std::size_t> cuts(std::size_t first, std::size_t end, std::size_t parts) const {
    if (parts < 2) return {};
    std::vector<double> ends;  // Weight beats up to the end of a layer.
    double beats = 0;
    for (std::size_t layer = first; layer < end; ++layer) {
      const bool last = layer + 1 == program_.config().layers;
      const TokenList list = program_.partial({.head = last ? HeadRows::Last : HeadRows::None,
                                               .first_layer = layer,
                                               .end_layer = layer + 1,
                                               .embedding = layer == 0,
                                               .boundary = !last});
      beats += static_cast<double>(list.weight_beats(program_.machine(), state_.position));
      ends.push_back(beats);
    }
    std::vector<std::size_t> all;
    for (std::size_t part = 1; part < parts; ++part) {
      const double wanted = beats * static_cast<double>(part) / static_cast<double>(parts);
      // The layer whose begin is nearest.
      std::size_t at = (all.empty() ? first : all.back()) + 1;
      while (at < end &&
             std::abs(ends[at - first] - wanted) < std::abs(ends[at - first - 1] - wanted))
        ++at;
      if (at < end) all.push_back(at);
    }
    return all;
  }

  /// Runs layers [first, end) on both; with `check` they are compared command by command.
  Simulation simulate(std::size_t first, std::size_t end, bool check) {
    const std::size_t layers = program_.config().layers;
    const bool head = end == layers;
    const TokenList list = program_.partial({.head = head ? HeadRows::Last : HeadRows::None,
                                             .first_layer = first,
                                             .end_layer = end,
                                             .embedding = first == 0,
                                             .boundary = !head});
    Simulation simulation{.model = {},
                          .core = {},
                          .tokens = {},
                          .position = state_.position,
                          .cache_seed = {},
                          .layers = layers,
                          .first = first,
                          .end = end,
                          .state_in = {},
                          .state_out = {},
                          .best = {},
                          .commands = {},
                          .elapsed = 0,
                          .compared = {},
                          .seconds = 0,
                          .dram = {}};
    if (first > 0) simulation.state_in = checksum(boundary(*golden_));
    copy_state(first, end);
    core_->expect_beats(list.weight_beats(program_.machine(), state_.position));
    const std::size_t count = list.commands.size();
    if (count * sizeof(ProfileRecord) > kProfileBytes)
      throw Error(fmt::format("{} commands are too many for the profile", count));
    const auto start = std::chrono::steady_clock::now();
    core_->device().set_profile(memory_, static_cast<std::uint32_t>(count));
    if (check) {
      LockstepExecutor both({"device", core_->device()}, {"golden", golden_->device()});
      both.write(list);
      both.run(list, state_);
      simulation.compared = both.compared();
    } else {
      golden_executor_.write(list);
      golden_executor_.run(list, state_);
      core_executor_.write(list);
      core_executor_.run(list, state_);
    }
    simulation.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    simulation.dram = core_->dram();
    simulation.state_out = compare_ends(end, head, simulation);
    read_costs(list, simulation);
    return simulation;
  }

 private:
  static constexpr std::uint64_t kProfileBytes = 1 << 22;

  std::vector<float> boundary(Core& core) const {
    std::vector<float> x(program_.config().hidden);
    core.device().read(program_.layout().boundary(0), x);
    return x;
  }

  /// What layers [first, end) read and golden wrote: x, and the cache up to this position.
  void copy_state(std::size_t first, std::size_t end) {
    core_->device().write(program_.layout().boundary(0), boundary(*golden_));
    copy_cache(golden_->device(), core_->device(), first, end);
  }
  void copy_cache(Device& from, Device& to, std::size_t first, std::size_t end) const {
    std::vector<std::byte> buffer(program_.layout().sequence_bytes());
    for (std::size_t i = first; i < end; ++i) {
      const std::uint64_t address = program_.layout().layer(i).cache;
      from.transport().read_memory(address, buffer);
      to.transport().write_memory(address, buffer);
    }
  }

  /// The checksum of what leaves, which must be golden's.
  std::string compare_ends(std::size_t end, bool head, Simulation& simulation) {
    std::vector<float> got, want;
    if (head) {
      got.resize(program_.config().vocab);
      want.resize(got.size());
      core_->device().read(program_.layout().logits(0), got);
      golden_->device().read(program_.layout().logits(0), want);
      float best = 0;
      core_->device().read(program_.layout().best(0), std::span(&best, 1));
      simulation.best = std::bit_cast<std::int32_t>(best);
    } else {
      got = boundary(*core_);
      want = boundary(*golden_);
    }
    if (std::memcmp(got.data(), want.data(), got.size() * sizeof(float)) != 0)
      throw Different(fmt::format("the {} differ from golden's (--check finds where)",
                                  head ? "logits" : fmt::format("results of layer {}", end - 1)));
    return checksum(got);
  }

  /// The profile, as part of the list of the whole token.
  void read_costs(const TokenList& list, Simulation& simulation) const {
    const TokenList& whole = program_.list(1, HeadRows::Last);
    const auto begin_of = [&](const TokenList& in) {
      if (simulation.first == 0) return std::size_t{0};
      return static_cast<std::size_t>(
          std::ranges::find(in.info, std::optional(simulation.first), &CommandInfo::layer) -
          in.info.begin());
    };
    // What a part has more: x and the rope table in front, x and END behind.
    const std::size_t from = begin_of(list), offset = begin_of(whole) - from;
    std::size_t to = list.info.size();
    if (simulation.end < simulation.layers)
      while (list.info[to - 1].layer != simulation.end - 1) --to;
    std::vector<ProfileRecord> records(list.info.size());
    core_->device().transport().read_memory(memory_, std::as_writable_bytes(std::span(records)));
    if (to > from) simulation.elapsed = records[to - 1].end - records[from].start;
    for (std::size_t i = from; i < to; ++i) {
      const ProfileRecord& record = records[i];
      const Command& command = list.commands.commands()[i];
      if (record.index != i || command.words != whole.commands.commands()[i + offset].words)
        throw Error(fmt::format("the profile has no record of command {}", i));
      const CommandInfo& info = list.info[i];
      simulation.commands.push_back(
          {.index = i + offset,
           .operation = std::string(operation_name(info.operation)),
           .unit = std::string(unit_of(info.operation)),
           .layer = info.layer,
           .label = std::string(list.label(i)),
           .cost = {.commands = 1,
                    .cycles = record.end - record.start,
                    .weight_beats = record.weight_beats,
                    .read_beats = record.read_beats,
                    .write_beats = record.write_beats,
                    .stall_memory = record.stall_memory,
                    .stall_table = record.stall_table,
                    .stall_rows = record.stall_rows,
                    .stall_transfer = stall_transfer(record, unit_of(info.operation)),
                    .unit_cycles = record.unit_cycles,
                    .macs = macs_of(command, state_.position)}});
    }
  }

  std::uint64_t memory_;  // Of the program; the profile lies behind.
  std::unique_ptr<Core> core_;
  Program program_;
  std::unique_ptr<Core> golden_;
  DeviceExecutor golden_executor_, core_executor_;
  SequenceState state_;
};

SimulatedModel describe_model(const golden::PackedModel& model) {
  const golden::ModelConfig& config = model.config();
  // The header has the checksum of every tensor; the data follow it.
  const auto header = model.file().file_bytes().first(model.file().tensors().front().file_offset);
  return {.name = std::filesystem::canonical(model.directory()).filename().string(),
          .checksum = fmt::format("{:08x}", golden::crc32c(header)),
          .layers = config.layers,
          .hidden = config.hidden,
          .vocab = config.vocab};
}

SimulatedCore describe_core(const SessionOptions& options, std::size_t context) {
  const MemoryTiming& memory = options.request.memory;
  const std::string& dram = options.request.memory_model;
  const bool ideal = dram.empty() || dram == "ideal";
  return {.device = options.name,
          .groups = options.request.groups,
          .ports = options.request.ports,
          .act_width = options.request.act_width,
          .context = context,
          .latency = memory.read_latency,
          .bandwidth = memory.bandwidth,
          .stall = memory.stall_r,
          .seed = memory.stall_r > 0 ? std::optional(memory.seed) : std::nullopt,
          .memory = ideal ? "" : dram,
          .core_mhz = ideal ? std::nullopt : std::optional(options.request.core_mhz)};
}

}  // namespace

Simulation simulate_layers(const ModelFile& file, const SessionOptions& options,
                           std::span<const std::int32_t> tokens, const SyntheticText& text,
                           std::size_t first, std::size_t end, Progress& progress) {
  if (file.packed() == nullptr)
    throw Error(file.directory().string() + ": is not quantized: simulate takes a packed model");
  const std::size_t context = context_of(options, file.config());
  const golden::PackedModel& model = *file.packed();
  SessionOptions each = options;
  each.request.threads = std::max(1u, options.request.threads / std::max(1u, options.jobs));
  Jobs jobs(progress, std::max(1u, options.jobs));
  std::vector<std::unique_ptr<Run>> runs;
  runs.push_back(std::make_unique<Run>(model, each, context, jobs.progress(0)));
  runs[0]->prepare(tokens, text, first, end, progress);
  // Golden is fast, so it says what enters every part before the first one runs.
  std::vector<std::size_t> begins = runs[0]->cuts(first, end, options.jobs);
  const std::vector<std::vector<float>> entries = runs[0]->entries(first, begins);
  begins.insert(begins.begin(), first);
  begins.push_back(end);
  for (std::size_t i = 1; i + 1 < begins.size(); ++i) {
    runs.push_back(std::make_unique<Run>(model, each, context, jobs.progress(i)));
    runs[i]->take_over(*runs[0], begins[i], begins[i + 1], entries[i - 1]);
  }
  std::vector<Simulation> parts(runs.size());
  const auto start = std::chrono::steady_clock::now();
  jobs.run(runs.size(), [&](std::size_t i) {
    parts[i] = runs[i]->simulate(begins[i], begins[i + 1], options.check);
  });
  Simulation simulation = merge(parts, std::vector<std::string>(parts.size(), "a part"));
  simulation.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  simulation.model = describe_model(*file.packed());
  simulation.core = describe_core(options, context);
  simulation.tokens.assign(tokens.begin(), tokens.end());
  if (text.positions > 0) simulation.cache_seed = text.seed;
  return simulation;
}

}  // namespace trine
