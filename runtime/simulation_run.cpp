// SPDX-License-Identifier: Apache-2.0

#include "runtime/simulation_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "driver/profile.h"
#include "runtime/lockstep.h"
#include "runtime/synthetic_cache.h"

namespace trine {

SimulationRun::SimulationRun(const golden::PackedModel& model, const SessionOptions& options,
                             std::size_t context, Progress& progress)
    : memory_(
          Program::memory_bytes(model, expected_params(options.name, options.request), context)),
      core_(make_core(options.name, options.request, memory_ + kProfileBytes, progress)),
      base_(core_->device().transport().memory_base()),
      program_(model, core_->device().params(), memory_ + kProfileBytes, context, 1, base_),
      golden_(make_golden(core_->device().params(), memory_ + kProfileBytes,
                          options.request.threads, base_)),
      golden_executor_(golden_->device()),
      core_executor_(core_->device()) {
  program_.load(golden_->device());
  program_.load(core_->device());
}

void SimulationRun::prepare(std::span<const std::int32_t> tokens, const SyntheticText& text,
                            std::size_t first, std::size_t end, Progress& progress) {
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

void SimulationRun::take_over(SimulationRun& other, std::size_t first, std::size_t end,
                              std::span<const float> x) {
  state_ = other.state_;
  copy_cache(other.golden_->device(), golden_->device(), first, end);
  golden_->device().write(program_.layout().boundary(0), x);
}

std::vector<std::vector<float>> SimulationRun::entries(std::size_t first,
                                                       std::span<const std::size_t> layers) {
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

std::vector<std::size_t> SimulationRun::cuts(std::size_t first, std::size_t end,
                                             std::size_t parts) const {
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

Simulation SimulationRun::simulate(std::size_t first, std::size_t end, bool check) {
  const std::size_t layers = program_.config().layers;
  const bool head = end == layers;
  const TokenList list = program_.part(first, end);
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
                        .trace_begin = {},
                        .seconds = 0,
                        .dram = {}};
  if (first > 0) simulation.state_in = checksum(boundary(*golden_));
  copy_state(first, end);
  core_->expect_beats(list.weight_beats(program_.machine(), state_.position));
  const std::size_t count = list.commands.size();
  if (count * sizeof(ProfileRecord) > kProfileBytes)
    throw Error(fmt::format("{} commands are too many for the profile", count));
  const auto start = std::chrono::steady_clock::now();
  core_->device().set_profile(base_ + memory_, static_cast<std::uint32_t>(count));
  if (check) {
    LockstepExecutor both({"device", core_->device()}, {"golden", golden_->device()});
    both.count(own_commands(list, first, end));
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

std::pair<std::size_t, std::size_t> SimulationRun::own_commands(const TokenList& list,
                                                                std::size_t first,
                                                                std::size_t end) const {
  const auto of = [&](std::size_t layer) {
    return std::ranges::find(list.info, std::optional(layer), &CommandInfo::layer) -
           list.info.begin();
  };
  const auto from = first == 0 ? 0 : of(first);
  const auto to = end == program_.config().layers ? std::ssize(list.info) : of(end);
  return {static_cast<std::size_t>(from), static_cast<std::size_t>(to)};
}

std::vector<float> SimulationRun::boundary(Core& core) const {
  std::vector<float> x(program_.config().hidden);
  core.device().read(program_.layout().boundary(0), x);
  return x;
}

void SimulationRun::copy_state(std::size_t first, std::size_t end) {
  core_->device().write(program_.layout().boundary(0), boundary(*golden_));
  copy_cache(golden_->device(), core_->device(), first, end);
}

void SimulationRun::copy_cache(Device& from, Device& to, std::size_t first, std::size_t end) const {
  std::vector<std::byte> buffer(program_.layout().sequence_bytes());
  for (std::size_t i = first; i < end; ++i) {
    const std::uint64_t address = program_.layout().layer(i).cache;
    from.transport().read_memory(address, buffer);
    to.transport().write_memory(address, buffer);
  }
}

}  // namespace trine
