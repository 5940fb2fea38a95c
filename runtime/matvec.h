// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "driver/device.h"
#include "golden/format/trit_matrix.h"
#include "machine/product/f16/definition.h"

namespace trine {

/// What one matrix-vector product on a device gave and took.
struct MatvecRun {
  std::vector<float> y;                   // (vectors, rows); empty of a raw run.
  std::vector<std::int64_t> accumulator;  // (vectors, rows); only of a raw run.
  Counters counters;
  double seconds = 0;  // Wall time of the command list.
};

enum class Results : std::uint8_t { Float, Raw };

/// A quantized matrix as the device takes it: the stream is in its geometry.
struct StreamMatrix {
  golden::MatrixShape shape;
  golden::Codebook codebook{};
  std::vector<std::byte> stream;
};

/// Runs LOAD, a matrix-vector product and STORE; where vector memory cannot hold all results, in
/// parts of whole row tiles (of FP16: of 32 rows). x is (vectors, cols), of as many vectors as the
/// core has banks at most, which share every weight beat. `label` names the matrix in messages;
/// throws Error when it does not fit the core.
MatvecRun run_matvec(Device& device, const StreamMatrix& matrix, std::span<const float> x,
                     Results results, const std::string& label);
/// The same on the FP16 engine, which takes one vector.
MatvecRun run_matvec(Device& device, const golden::F16Matrix& matrix, std::span<const float> x,
                     Results results, const std::string& label);

}  // namespace trine
