// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "driver/device_registry.h"
#include "runtime/selftest.h"

namespace trine {

/// What a stage of the self-test takes on a core: the same on every device that is one.
struct StageCounts {
  std::string stage;
  std::uint64_t commands = 0, read_beats = 0, write_beats = 0, weight_beats = 0;
  std::uint64_t cycles = 0;       // With an ideal memory: no device takes fewer.
  std::uint64_t cycles_most = 0;  // With the memory of `ExpectedCounts`, and a margin.
  bool operator==(const StageCounts&) const = default;
};

struct ExpectedCounts {
  std::string core;    // "g16p4", as core_name() has it.
  std::string memory;  // "ideal", or the DRAM that cycles_most is for.
  std::vector<StageCounts> stages;
};

/// Those of an ideal memory, and of a run with another one when there is one: its cycles and
/// `kMargin` more. Only stages that ran a list; both reports passed.
ExpectedCounts expected_counts(const SelfTestReport& ideal, const SelfTestReport* other,
                               const std::string& core, const std::string& memory);
/// Part of the cycles of a simulated DRAM that a board may take more: refresh that falls otherwise,
/// other masters, a longer way. A choice, not a measurement.
inline constexpr double kCountsMargin = 0.25;

/// The first count that a report has otherwise than it must, as a sentence; empty when there is
/// none. Commands and beats must be equal, whatever the memory; cycles, where the device has exact
/// ones, equal to those of the ideal memory, or in between when it is for another.
std::string compare_counts(const SelfTestReport& report, const ExpectedCounts& expected,
                           Cycles cycles);

/// As JSON. Reading throws Error naming file, or `name`, key and what is wrong.
std::string counts_text(const ExpectedCounts& counts);
ExpectedCounts parse_counts(const std::string& text, const std::string& name);
ExpectedCounts read_counts(const std::filesystem::path& file);

}  // namespace trine
