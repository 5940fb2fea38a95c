// SPDX-License-Identifier: Apache-2.0

// A core module: compiled once a build of the core, with what `trine_core` in cmake/Simulator.cmake
// sets. TRINE_MODEL is the class that Verilator generated, TRINE_MODEL_HEADER and TRINE_ROOT_HEADER
// are its headers, TRINE_CORE_NAME and TRINE_CORE_SHAPE tell the build from others;
// TRINE_DIRECT_EDGES: 1 if the model has the function `edge` of cmake/model_edge.py.

#include "sim/verilated_core.h"

#include <type_traits>

#include TRINE_MODEL_HEADER
#include TRINE_ROOT_HEADER

#include "sim/core_abi.h"
#include "sim/core_module.h"

#if TRINE_DIRECT_EDGES
using Root = std::remove_pointer_t<decltype(TRINE_MODEL::rootp)>;
#define TRINE_JOIN(model, name) model##___024root___##name
#define TRINE_FUNCTION(model, name) TRINE_JOIN(model, name)
bool TRINE_FUNCTION(TRINE_MODEL, edge)(Root* root, bool inputs, bool calm);
unsigned TRINE_FUNCTION(TRINE_MODEL, stream)(Root* root, const void* beats, unsigned most,
                                             bool& calm);
#endif

namespace trine::sim {
namespace {

#if TRINE_DIRECT_EDGES
using Edges = DirectEdges<TRINE_MODEL, TRINE_FUNCTION(TRINE_MODEL, edge),
                          TRINE_FUNCTION(TRINE_MODEL, stream)>;
#else
using Edges = EvalEdges<TRINE_MODEL>;
#endif

std::unique_ptr<RtlCore> make(MemoryMap& memory, const SimOptions& options) {
  return std::make_unique<VerilatedCore<TRINE_MODEL, Edges>>(memory, options);
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
