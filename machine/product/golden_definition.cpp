// SPDX-License-Identifier: Apache-2.0

#include "machine/product/golden_definition.h"

#include <cstring>
#include <utility>

#include "machine/product/f16_matvec.h"
#include "machine/product/trit_matvec.h"

namespace trine {

StreamProduct trit_stream_definition(std::span<const std::byte> stream,
                                     const golden::MatrixShape& shape,
                                     const golden::Geometry& geometry,
                                     const golden::HardwareCodebook& codebook,
                                     const golden::BfpVector& x) {
  const golden::TritMatrix matrix = golden::unpack(stream, shape, {}, geometry);
  StreamProduct product;
  product.accumulator = golden::trit_matvec(matrix, codebook, x).accumulator;
  return product;
}

golden::F16Product f16_stream_definition(const golden::F16Stream& weights,
                                         const golden::BfpVector& x) {
  const auto [bytes, rows, cols, stride] = weights;
  std::vector<std::uint16_t> codes(rows * cols);
  for (std::size_t r = 0; r < rows; ++r)
    std::memcpy(codes.data() + r * cols, bytes.data() + r * stride, cols * 2);
  auto result = golden::f16_matvec({codes, rows, cols, cols}, x);
  return {std::move(result.accumulator), result.overflow, result.nonfinite};
}

}  // namespace trine
