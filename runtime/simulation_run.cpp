// SPDX-License-Identifier: Apache-2.0

#include "runtime/simulation_run.h"

#include <fmt/format.h>

#include <chrono>

#include "driver/profile.h"
#include "runtime/lockstep.h"

namespace trine {

SimulationRun::SimulationRun(const golden::PackedModel& model, const SessionOptions& options,
                             std::size_t context, Progress& progress)
    : model_(model),
      context_(context),
      memory_(
          Program::memory_bytes(model, expected_params(options.name, options.request), context)),
      core_(make_core(options.name, options.request, memory_ + kProfileBytes, progress)),
      base_(core_->device().transport().memory_base()) {}

std::unique_ptr<GoldenRun> SimulationRun::make_golden(unsigned threads) const {
  return std::make_unique<GoldenRun>(model_, core_->device().params(), memory_, kProfileBytes,
                                     base_, context_, threads);
}

void SimulationRun::adopt(std::unique_ptr<GoldenRun> golden) {
  golden_ = std::move(golden);
  golden_->program().load(core_->device());
}

Simulation SimulationRun::simulate(const Stretch& stretch, bool check) {
  const Program& program = golden_->program();
  const SequenceState& state = golden_->state();
  const TokenList list = program.part(stretch);
  Simulation simulation{.model = {},
                        .core = {},
                        .tokens = {},
                        .position = state.position,
                        .cache_seed = {},
                        .layers = program.config().layers,
                        .first = stretch.first,
                        .end = stretch.end,
                        .state_in = {},
                        .state_out = {},
                        .best = {},
                        .commands = {},
                        .elapsed = 0,
                        .compared = {},
                        .trace_begin = {},
                        .seconds = 0,
                        .dram = {}};
  if (stretch.first_block > 0)
    simulation.state_in = checksum(golden_->logits(golden_->device(), stretch.first_block));
  else if (stretch.first > 0)
    simulation.state_in = checksum(golden_->boundary(golden_->device()));
  golden_->copy_state(core_->device(), stretch);
  core_->expect_beats(list.weight_beats(program.machine(), state.position));
  const std::size_t count = list.commands.size();
  if (count * sizeof(ProfileRecord) > kProfileBytes)
    throw Error(fmt::format("{} commands are too many for the profile", count));
  const auto start = std::chrono::steady_clock::now();
  core_->device().set_profile(base_ + memory_, static_cast<std::uint32_t>(count));
  if (check) {
    LockstepExecutor both({"device", core_->device()}, {"golden", golden_->device()});
    both.count({list.own_first, list.own_end});
    both.write(list);
    both.run(list, state);
    simulation.compared = both.compared();
  } else {
    DeviceExecutor core(core_->device());
    golden_->executor().write(list);
    golden_->executor().run(list, state);
    core.write(list);
    core.run(list, state);
  }
  simulation.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  simulation.dram = core_->dram();
  simulation.state_out = compare_ends(stretch, simulation);
  read_costs(list, stretch, simulation);
  return simulation;
}

}  // namespace trine
