// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <string>

#include "sim/dram/memory.h"

namespace trine::dram {

/// How a trace is replayed.
struct ReplayOptions {
  double core_mhz = 300;
  std::uint64_t bytes = 0;      // Of a request; 0: a burst of the memory.
  std::size_t outstanding = 0;  // Requests under way at most; 0: 64 a channel.
};

/// What a replay came to.
struct ReplayResult {
  std::uint64_t requests = 0, reads = 0, writes = 0, bytes = 0;
  std::uint64_t cycles = 0;  // Of the core, from the start until everything has moved.
  double seconds = 0;        // The same as time of the memory.
  double latency_min_ns = 0, latency_mean_ns = 0, latency_max_ns = 0;  // Of reads,
  double latency_p50_ns = 0, latency_p90_ns = 0, latency_p99_ns = 0;   // from arrival to data.
  Stats stats;

  double bandwidth() const { return seconds > 0 ? static_cast<double>(bytes) / seconds : 0; }
};

/// Replays a trace: one request a line, `R` or `W`, an address (decimal, or hexadecimal behind 0x)
/// and, when it must not come before it, a cycle of the core. Requests are handed over in order, as
/// soon as their cycle is reached and fewer than `outstanding` are under way; they retire in order,
/// as on one AXI id. Empty lines are skipped, '#' begins a comment.
///
/// `name` is for messages; `progress` gets the lines so far. Throws Error naming name, line and
/// what is wrong with it, or when the trace cannot be read to its end.
ReplayResult replay(std::istream& trace, const std::string& name, const MemorySpec& spec,
                    const ReplayOptions& options,
                    const std::function<void(std::uint64_t lines)>& progress = {});

}  // namespace trine::dram
