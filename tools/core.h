// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>

#include "runtime/core.h"
#include "tools/device_options.h"
#include "tools/progress.h"

namespace trine::tools {

/// The core that the options ask for, with this much writable memory; `progress`, which must
/// outlive it, is told how far a simulation is.
std::unique_ptr<Core> make_core(const DeviceOptions& options, std::uint64_t memory_bytes,
                                Progress& progress);

/// A golden core with the parameters of another, on so many threads.
std::unique_ptr<Core> make_golden(const MachineParams& params, std::uint64_t memory_bytes,
                                  unsigned threads);
/// The same, multiplying by the definition; slow.
std::unique_ptr<Core> make_definition(const MachineParams& params, std::uint64_t memory_bytes);

}  // namespace trine::tools
