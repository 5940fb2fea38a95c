// SPDX-License-Identifier: Apache-2.0

// A core module without a core: it says what TRINE_CORE_* tell it to say, and asking it for a core
// throws its name.

#include "golden/error.h"
#include "sim/core_abi.h"
#include "sim/core_module.h"

namespace trine::sim {
namespace {

#ifdef TRINE_FAKE_ABI
constexpr const char* kAbi = TRINE_FAKE_ABI;
#else
constexpr const char* kAbi = kCoreAbi;
#endif

constexpr CoreModule kModule{.abi = kAbi,
                             .name = TRINE_CORE_NAME,
                             .shape = {TRINE_CORE_SHAPE},
                             .checking = false,
                             .make = [](MemoryMap&, const SimOptions&) -> std::unique_ptr<RtlCore> {
                               throw Error("fake core " TRINE_CORE_NAME);
                             }};

}  // namespace
}  // namespace trine::sim

extern "C" const trine::sim::CoreModule* trine_core_module() {
  return &trine::sim::kModule;
}
