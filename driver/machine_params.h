// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>

#include "golden/format/trit_matrix.h"

namespace trine {

/// The parameters a core was built with: what its capability registers say.
struct MachineParams {
  unsigned groups = 16;  // Groups side by side; a beat is 4 * groups bytes.
  std::uint32_t tile_rows = 2048;
  unsigned vectors = 1;     // Activation vectors that share a weight beat.
  unsigned act_width = 12;  // Bits of an activation mantissa.
  std::uint32_t vector_words = 65536;
  std::uint32_t max_cols = 32768;
  bool f16_engine = true;   // F16_MATVEC exists.
  bool vector_unit = true;  // RMSNORM to ARGMAX exist.
  /// Query heads that share a pass over keys and values, of one position or of several; 0:
  /// STORE_BLOCKS and ATTENTION do not exist.
  unsigned attention_heads = 8;
  unsigned attention_width = 15;  // Bits of a mantissa of query, keys and values.
  bool parity = false;            // A bit that turns over in a memory of the core is told.
  bool stream_sum = false;        // Checksums of trit streams are compared.

  golden::Geometry geometry() const { return {groups, tile_rows}; }
  std::uint64_t beat_bytes() const { return 4ull * groups; }
  bool operator==(const MachineParams&) const = default;
};

/// Banks that a core can have at most: activation vectors that share a weight beat.
inline constexpr unsigned kMaxVectors = 8;

/// Query heads that can share a pass over keys and values at most.
inline constexpr unsigned kMaxAttentionHeads = 32;

/// Bits of an address on the memory bus; no command may reach 2^40.
inline constexpr unsigned kAddressBits = 40;

}  // namespace trine
