// SPDX-License-Identifier: Apache-2.0

// Compiled once a model: TRINE_MODEL is the class that Verilator generated, TRINE_MODEL_HEADER and
// TRINE_ROOT_HEADER its headers and TRINE_MAKE_CORE the function of rtl_core.h that makes it.

#include "sim/verilated_core.h"

#include TRINE_MODEL_HEADER
#include TRINE_ROOT_HEADER

namespace trine::sim {

std::unique_ptr<RtlCore> TRINE_MAKE_CORE(MemoryMap& memory, const SimOptions& options) {
  return std::make_unique<VerilatedCore<TRINE_MODEL>>(memory, options);
}

}  // namespace trine::sim
