// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>

#include "driver/core_shape.h"
#include "driver/memory.h"
#include "sim/rtl_core.h"
#include "sim/sim_options.h"

namespace trine::sim {

/// What a core module, a shared object with one Verilated core, says about itself. The program
/// reads `abi` first: everything else has the meaning of this header only when it is equal to the
/// program's own.
struct CoreModule {
  const char* abi;   // Fingerprint of the headers and the compiler that the module was built with.
  const char* name;  // "g16v4"
  CoreShape shape;
  bool checking;  // Assertions, random initial values and waves.
  std::unique_ptr<RtlCore> (*make)(MemoryMap& memory, const SimOptions& options);
};

/// The one function that a core module exports, and its name.
using CoreModuleEntry = const CoreModule* (*)();
inline constexpr const char* kCoreModuleEntry = "trine_core_module";

}  // namespace trine::sim
