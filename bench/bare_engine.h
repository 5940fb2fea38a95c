// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "golden/exact/bfp.h"
#include "golden/exact/codebook.h"
#include "golden/format/trit_matrix.h"

namespace trine::bench {

/// What the engine did with a weight stream.
struct BareRun {
  std::vector<std::int64_t> accumulators;  // A[r] of each row.
  std::uint64_t cycles = 0;                // From the first beat that was offered to the last row.
  double seconds = 0;                      // Of processor time, for these.
};

/// Multiplies by the trit engine alone (trine_trit_engine, 16 groups), Verilated and clocked as the
/// fast core is: no memory, no control, a beat offered in every cycle. It is what a simulation of
/// the whole core is compared with. Rows are a multiple of 32, columns of 256. Throws
/// Error when the engine does not come to an end.
BareRun run_bare_engine(const golden::MatrixShape& shape, std::span<const std::byte> stream,
                        const golden::HardwareCodebook& book, const golden::BfpVector& x);

}  // namespace trine::bench
