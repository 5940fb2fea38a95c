// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "sim/axi_timing.h"
#include "sim/burst_memory.h"
#include "sim/dram/spec.h"

namespace trine::sim {

/// The part of a run that goes into the trace: [from, to) of cycles or of command indexes.
struct TraceWindow {
  enum class Unit : std::uint8_t { kCycles, kCommands };
  Unit unit = Unit::kCycles;
  std::uint64_t from = 0, to = ~std::uint64_t{0};
};

/// How far a simulation is.
struct SimProgress {
  std::uint64_t cycles = 0;
  double khz = 0;           // Simulated cycles per millisecond of wall time, over the whole run.
  double fraction = -1;     // Of the expected read beats; negative when nobody said how many.
  double seconds_left = 0;  // Meaningful when `fraction` is positive.
};

/// What to simulate and how to watch it.
struct SimOptions {
  unsigned groups = 16;                     // 1, 4 or 16.
  unsigned vectors = 1;                     // Banks; 4 with 16 groups.
  std::uint64_t memory_bytes = 1ull << 30;  // Writable memory from address 0; sparse.
  AxiTiming memory{};                       // Ideal by default.
  std::optional<dram::MemorySpec> dram{};   // A DRAM in front of the memory map.
  double core_mhz = 300;                    // Clock of the core, for the DRAM.
  std::shared_ptr<BurstMemory> backend{};   // Answers the bursts in place of the memory map.
  std::uint64_t seed = 1;                   // Of the initial values in the checking build.
  bool checking = false;                    // Assertions and random initial values.
  std::filesystem::path trace_file{};       // FST; empty: none. Takes the checking build.
  TraceWindow trace_window{};
  std::uint64_t wait_cycles = 100'000;        // Longest wait().
  std::uint64_t watchdog_cycles = 1'000'000;  // Busy cycles without progress that are an error.
  std::function<void(const SimProgress&)> progress{};  // Called after every wait(); may be empty.
};

}  // namespace trine::sim
