// SPDX-License-Identifier: Apache-2.0

#include "machine/product/product.h"

#include <cstring>
#include <utility>

#include "machine/product/f16/definition.h"
#include "machine/product/f16/simd.h"
#include "machine/product/f16/table.h"
#include "machine/product/trit/definition.h"
#include "machine/product/trit/simd.h"
#include "machine/product/trit/table.h"

namespace trine::golden {

TritProduct trit_product(const TritStream& stream, const BfpVector& x, Workers& workers,
                         Form form) {
  if (form == Form::Definition) {
    const TritMatrix matrix = unpack(stream.bytes, stream.shape, {}, stream.geometry);
    return {.accumulator = trit_definition(matrix, stream.codebook, x).accumulator};
  }
  if (form == Form::Fastest)
    if (auto product = trit_simd(stream, x, workers)) return std::move(*product);
  return trit_table(stream, x);
}

F16Product f16_product(const F16Stream& stream, const BfpVector& x, Workers& workers, Form form) {
  if (form == Form::Fastest) return f16_simd(stream, x, workers);
  const auto [bytes, rows, cols, stride] = stream;
  std::vector<std::uint16_t> bits(rows * cols);
  for (std::size_t r = 0; r < rows; ++r)
    std::memcpy(bits.data() + r * cols, bytes.subspan(r * stride, 2 * cols).data(), 2 * cols);
  const F16Matrix matrix{bits, rows, cols, cols};
  F16Result result =
      form == Form::Table ? f16_table(matrix, x, workers) : f16_definition(matrix, x);
  return {std::move(result.accumulator), result.overflow, result.nonfinite};
}

}  // namespace trine::golden
