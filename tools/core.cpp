// SPDX-License-Identifier: Apache-2.0

#include "tools/core.h"

#include "machine/golden_transport.h"

namespace trine::tools {

Core::Core(const MachineParams& params, std::uint64_t memory_bytes, unsigned threads) {
  auto golden = std::make_unique<GoldenTransport>(params, memory_bytes);
  golden->set_threads(threads);
  transport_ = std::move(golden);
  device_ = std::make_unique<Device>(*transport_);
}

Core Core::definition(const MachineParams& params, std::uint64_t memory_bytes) {
  Core core(params, memory_bytes, 1);
  static_cast<GoldenTransport&>(*core.transport_).set_definition(true);
  return core;
}

Core::Core(const sim::SimOptions& options, Progress& progress) {
  sim::SimOptions watched = options;
  watched.progress = [&progress](const sim::SimProgress& now) { progress.simulation(now); };
  auto rtl = std::make_unique<sim::RtlTransport>(std::move(watched));
  rtl_ = rtl.get();
  transport_ = std::move(rtl);
  device_ = std::make_unique<Device>(*transport_);
}

std::unique_ptr<Core> make_core(const DeviceOptions& options, std::uint64_t memory_bytes,
                                Progress& progress) {
  if (options.kind == DeviceKind::Golden) {
    MachineParams params;
    params.groups = options.sim.groups;
    params.vectors = options.sim.vectors;
    return std::make_unique<Core>(params, memory_bytes, options.threads);
  }
  sim::SimOptions sim = options.sim;
  sim.memory_bytes = memory_bytes;
  return std::make_unique<Core>(sim, progress);
}

}  // namespace trine::tools
