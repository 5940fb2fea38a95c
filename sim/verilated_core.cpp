// SPDX-License-Identifier: Apache-2.0

// A core module: compiled once a build of the core, with what `trine_core` in cmake/Simulator.cmake
// sets. TRINE_MODEL is the class that Verilator generated, TRINE_MODEL_HEADER and TRINE_ROOT_HEADER
// are its headers, TRINE_CORE_NAME and TRINE_CORE_SHAPE tell the build from others.

#include "sim/verilated_core.h"

#include TRINE_MODEL_HEADER
#include TRINE_ROOT_HEADER

#include "sim/core_abi.h"
#include "sim/core_module.h"

namespace trine::sim {
namespace {

std::unique_ptr<RtlCore> make(MemoryMap& memory, const SimOptions& options) {
  return std::make_unique<VerilatedCore<TRINE_MODEL>>(memory, options);
}

constexpr CoreModule kModule{.abi = kCoreAbi,
                             .name = TRINE_CORE_NAME,
                             .shape = {TRINE_CORE_SHAPE},
                             .checking = TraceFile<TRINE_MODEL>::kBuilt,
                             .make = make};

}  // namespace
}  // namespace trine::sim

extern "C" __attribute__((visibility("default"))) const trine::sim::CoreModule*
trine_core_module() {
  return &trine::sim::kModule;
}
