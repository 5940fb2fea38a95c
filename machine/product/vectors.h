// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "golden/format/trit_matrix.h"
#include "machine/product/f16/definition.h"

namespace trine::golden {

/// One file of test vectors: a matrix, an input vector and every value on the way to the result,
/// computed by an independent implementation. The name of a member is the name of its tensor.
struct VectorFile {
  enum class Kind : std::uint8_t { Trit, F16 };

  std::filesystem::path path;
  Kind kind = Kind::Trit;
  std::size_t rows = 0, cols = 0;
  std::vector<float> x;                   // (cols)
  std::vector<std::int64_t> accumulator;  // (rows)
  std::vector<float> y;                   // (rows)

  // Trit files.
  Geometry geometry;
  TritMatrix matrix;          // q, scale_index, codebook
  std::vector<float> weight;  // (rows, cols), before quantization
  std::vector<std::byte> stream;
  std::vector<std::int32_t> mantissa;           // (blocks * 16)
  std::vector<std::int32_t> exponent;           // (blocks)
  std::vector<std::int32_t> codebook_mantissa;  // (27)
  std::vector<std::int32_t> codebook_shift;     // (27)
  std::int32_t codebook_exponent = 0;
  std::int32_t max_exponent = 0;

  // FP16 files.
  std::vector<std::uint16_t> weight_f16;  // (rows, cols)
  F16Matrix f16() const { return {weight_f16, rows, cols, cols}; }
};

/// Reads and checks a file: tensors, types, shapes, metadata. Throws Error naming file and fault.
VectorFile load_vectors(const std::filesystem::path& path);

/// How one tensor of a vector file compares with what an implementation computed.
struct VectorCheck {
  std::string tensor;
  bool equal = true;
  std::size_t first_difference = 0;  // Element; meaningful when not equal.
  std::string expected, got;         // Of that element, as text; floats with their bits.
};

/// Recomputes every tensor of the file by the golden model's definitions, the stream by `pack` and
/// `unpack`, and the results by the fast versions too. Floats are compared by their bits.
std::vector<VectorCheck> check_golden(const VectorFile& file);

}  // namespace trine::golden
