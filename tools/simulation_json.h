// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <string>

#include "runtime/simulation.h"
#include "tools/common.h"

namespace trine::tools {

inline constexpr const char* kSimulationFormat = "trine-simulation";
inline constexpr unsigned kSimulationVersion = 2;

/// The model and the core of a report, as they stand in it.
Json model_json(const SimulatedModel& model);
Json core_json(const SimulatedCore& core);

/// The report as a file: sums by operation, unit and layer beside the commands.
Json to_json(const Simulation& simulation);
/// What was compared with golden, in words; a simulation that differs from it is none.
std::string compared_text(const Simulation& simulation);

/// No count of a report is larger, so that no sum of a report's counts leaves 64 bits.
inline constexpr std::uint64_t kMostCount = std::uint64_t{1} << 40;

/// Reads it back; throws Error naming the file and what is wrong with it: a member that is missing,
/// of another type, not whole or out of its range, a command that no simulation has.
Simulation read_simulation(const std::filesystem::path& file);

}  // namespace trine::tools
