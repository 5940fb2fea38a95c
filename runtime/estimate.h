// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "driver/program.h"
#include "machine/cost_model.h"
#include "sim/dram/spec.h"

namespace trine {

/// What a cycle is spent on.
enum class Resource : std::uint8_t {
  Bus,     // Weight beats, the memory keeping up,
  Dram,    // or not.
  Tables,  // Lookup tables or activations are not ready.
  Rows,    // The row pipeline is full, or waits for the common exponent.
  VectorUnit,
  Transfers,  // Loads and stores.
  Control,    // Fetch, checks, dispatch, the first and last cycles of a product.
};
std::string_view resource_name(Resource resource);
inline constexpr std::size_t kResources = static_cast<std::size_t>(Resource::Control) + 1;

inline constexpr std::size_t kOperations = static_cast<std::size_t>(Operation::Control) + 1;

/// What a list, or several, would take.
struct Estimate {
  std::uint64_t tokens = 0, commands = 0, cycles = 0;
  std::uint64_t weight_beats = 0;
  std::uint64_t bytes = 0;  // Read and written, commands and codebooks included.
  std::array<std::uint64_t, kResources> spent{};          // Cycles by Resource; together `cycles`.
  std::array<std::uint64_t, kOperations> by_operation{};  // Of commands, by Operation.

  /// The resource with the most cycles.
  Resource limit() const;
  Estimate& operator+=(const Estimate& other);
};

/// A memory as the cost model wants it, from a DRAM at a core's clock: the unloaded latency of a
/// read behind `path` cycles, and the rate of a long sequential read of whole pages, which is
/// simulated.
CostMemory cost_memory(const dram::MemorySpec& dram, double core_mhz, std::uint64_t beat_bytes,
                       double path = 1);

/// One token, in bank 0 and with logits, at `position`.
Estimate estimate_decode(const Program& program, CostModel& model, std::uint32_t position);

/// `tokens` tokens from position 0 on, as many at a time as the core has banks, with the logits of
/// the last one only.
Estimate estimate_prefill(const Program& program, CostModel& model, std::uint64_t tokens);

}  // namespace trine
