// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "runtime/selftest/bench.h"

namespace trine::selftest {

/// A stage of the self-test: what it is called, what it tries, what its failure means, and how it
/// runs. It stands on those before it.
struct Stage {
  std::string name, what, advice;
  std::function<void(Bench&)> run;
  /// Why a core does not have what the stage tries; empty when it does. May be empty.
  std::function<std::string(const MachineParams&)> lacks{};
};

// In this order.
std::vector<Stage> register_stages();
std::vector<Stage> memory_stages();
std::vector<Stage> product_stages();
std::vector<Stage> vector_stages();  // One for each opcode of the vector unit.
std::vector<Stage> cache_stages();
std::vector<Stage> model_stages();

/// Lists run, end and stop: behind the host's memory, before the core's.
Stage control_stage();

/// Why a core does not have something; empty for one that has.
std::string lacks_capability(const MachineParams& params, Capability capability);

}  // namespace trine::selftest
