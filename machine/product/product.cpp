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

namespace {

/// Rows below which a thread is not worth waking.
constexpr std::size_t kShareRows = 128;

void hand_out(std::span<const std::int64_t> accumulators, Workers& workers, const RowSink& sink) {
  workers.rows(accumulators.size(), kShareRows, [&](std::size_t first, std::size_t last) {
    sink(first, accumulators.subspan(first, last - first));
  });
}

TritProduct trit_plain(const TritStream& stream, const BfpVector& x, Form form) {
  if (form != Form::Definition) return trit_table(stream, x);
  const TritMatrix matrix = unpack(stream.bytes, stream.shape, {}, stream.geometry);
  TritProduct product;
  product.accumulator = trit_definition(matrix, stream.codebook, x).accumulator;
  return product;
}

F16Product f16_plain(const F16Stream& stream, const BfpVector& x, Workers& workers, Form form) {
  const auto [bytes, rows, cols, stride] = stream;
  std::vector<std::uint16_t> bits(rows * cols);
  for (std::size_t r = 0; r < rows; ++r)
    std::memcpy(bits.data() + r * cols, bytes.subspan(r * stride, 2 * cols).data(), 2 * cols);
  const F16Matrix matrix{bits, rows, cols, cols};
  F16Result result =
      form == Form::Table ? f16_table(matrix, x, workers) : f16_definition(matrix, x);
  return {{result.overflow, result.nonfinite}, std::move(result.accumulator)};
}

}  // namespace

TritFaults trit_product(const TritStream& stream, const Activations& x, Workers& workers, Form form,
                        const RowSink& sink) {
  if (form == Form::Fastest)
    if (const auto faults = trit_simd(stream, x, workers, sink)) return *faults;
  TritProduct product = trit_plain(stream, x.bfp(), form);
  hand_out(product.accumulator, workers, sink);
  return product;
}

TritProduct trit_product(const TritStream& stream, const BfpVector& x, Workers& workers,
                         Form form) {
  if (form == Form::Fastest)
    if (auto product = trit_simd(stream, x, workers)) return std::move(*product);
  return trit_plain(stream, x, form);
}

F16Faults f16_product(const F16Stream& stream, const BfpVector& x, Workers& workers, Form form,
                      const RowSink& sink) {
  if (form == Form::Fastest) return f16_simd(stream, x, workers, sink);
  F16Product product = f16_plain(stream, x, workers, form);
  hand_out(product.accumulator, workers, sink);
  return product;
}

F16Product f16_product(const F16Stream& stream, const BfpVector& x, Workers& workers, Form form) {
  if (form == Form::Fastest) return f16_simd(stream, x, workers);
  return f16_plain(stream, x, workers, form);
}

}  // namespace trine::golden
