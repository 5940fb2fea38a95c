// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "golden/exact/bfp.h"
#include "golden/exact/codebook.h"
#include "golden/exact/workers.h"
#include "golden/format/trit_matrix.h"
#include "machine/product/activations.h"

// A matrix as it lies in memory times a vector, in the exact arithmetic of docs/numerics.md. Each
// of the two kinds of matrix, trit/ and f16/, has three forms: the definition (plain loops over a
// matrix, what all is checked against), tables (by the method of the hardware) and SIMD (near the
// memory's speed). Here one of them is chosen; whoever wants a certain form includes its header.
namespace trine::golden {

enum class Form : std::uint8_t {
  Fastest,  // SIMD where this machine and the arguments suit, otherwise tables.
  Table,
  Definition,  // Refuses a stream with a bad code.
};

/// Takes the accumulators of rows first, first + 1, ... as they get ready: on any thread, several
/// at once, each row once. Must not throw.
using RowSink = std::function<void(std::size_t first, std::span<const std::int64_t> accumulators)>;
/// Puts them into a vector of all rows.
inline RowSink collect(std::vector<std::int64_t>& all) {
  return [&all](std::size_t first, std::span<const std::int64_t> accumulators) {
    std::ranges::copy(accumulators, all.begin() + static_cast<std::ptrdiff_t>(first));
  };
}

/// A packed trit matrix.
struct TritStream {
  std::span<const std::byte> bytes;
  MatrixShape shape;
  Geometry geometry = kCanonical;
  const HardwareCodebook& codebook;
};

/// What is wrong with a stream of trits.
struct TritFaults {
  bool bad_set_byte = false;  // A set byte above 242, anywhere in the stream.
  bool bad_tail = false;      // A tail code out of range, anywhere in the stream.
};

/// What the trit engine makes of a stream.
struct TritProduct : TritFaults {
  std::vector<std::int64_t> accumulator;  // A[r], (rows)
};

/// FP16 weights as they lie in memory; row r starts at byte r * stride.
struct F16Stream {
  std::span<const std::byte> bytes;
  std::size_t rows = 0, cols = 0;
  std::size_t stride = 0;  // Bytes from row to row; at least 2 * cols.
};

/// What is wrong with FP16 weights and their sums.
struct F16Faults {
  bool overflow = false;   // An accumulator saturated.
  bool nonfinite = false;  // A weight has the exponent field 31.
};

/// What the FP16 engine makes of a stream.
struct F16Product : F16Faults {
  std::vector<std::int64_t> accumulator;  // A[r], (rows)
};

// All forms give the same values. A bad code makes its row unspecified and nothing worse. `x` has
// the blocks of all columns; Error is thrown when it or the stream has another size.

TritProduct trit_product(const TritStream& stream, const BfpVector& x, Workers& workers,
                         Form form = Form::Fastest);
TritFaults trit_product(const TritStream& stream, const Activations& x, Workers& workers, Form form,
                        const RowSink& sink);

F16Product f16_product(const F16Stream& stream, const BfpVector& x, Workers& workers,
                       Form form = Form::Fastest);
F16Faults f16_product(const F16Stream& stream, const BfpVector& x, Workers& workers, Form form,
                      const RowSink& sink);

}  // namespace trine::golden
