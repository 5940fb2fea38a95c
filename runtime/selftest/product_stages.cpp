// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "driver/layout.h"
#include "golden/checkpoint/float16.h"
#include "golden/exact/codebook.h"
#include "golden/format/crc32c.h"
#include "golden/format/trit_matrix.h"
#include "runtime/selftest/stages.h"

namespace trine::selftest {
namespace {

using golden::TritMatrix;
using Element = CommandList::Element;
constexpr unsigned kSetCodes = golden::kMaxSetByte + 1;  // 3^5 combinations of five trits.

/// Zeros, the scales all the first.
TritMatrix empty_matrix(std::size_t rows, std::size_t cols, unsigned depth) {
  TritMatrix matrix{.shape = {rows, cols, depth}, .levels = {}, .scales = {}, .codebook = {}};
  matrix.levels.resize(rows * cols);
  matrix.scales.resize(rows * matrix.shape.groups_per_row());
  for (std::size_t k = 0; k < golden::kCodebook; ++k)
    matrix.codebook[k] = std::exp2(0.3 * static_cast<double>(k) - 10);
  return matrix;
}

/// What a row of a result tries.
using RowText = std::function<std::string(std::size_t row)>;

/// Multiplies on both machines, in all banks, RAW or not, and compares.
void multiply(Bench& bench, const TritMatrix& matrix, bool raw, const std::string& what,
              const RowText& row_text) {
  const MachineParams& params = bench.params();
  const auto stream = golden::pack(matrix, params.geometry());
  const std::uint64_t rows = matrix.shape.rows, cols = matrix.shape.cols;
  if (stream.size() > kStreamEnd - kStream - kCodebookBytes)
    throw Error(fmt::format("self-test: the stream of {} is too long", what));
  bench.put(kStream, codebook_block(matrix.codebook, matrix.shape.depth));
  bench.put(kStream + kCodebookBytes, stream);
  const std::uint64_t row_words = raw ? 2 : 1;
  const std::uint64_t out_bytes = (rows * row_words * 4 + 63) / 64 * 64,
                      in_bytes = (cols * 4 + 63) / 64 * 64;
  bench.clear(kOutput, out_bytes * params.vectors);
  const auto dst = static_cast<std::uint32_t>((cols + 15) / 16 * 16);
  CommandList list = bench.list();
  for (unsigned bank = 0; bank < params.vectors; ++bank) {
    bench.put(kInput + bank * in_bytes, bench.values(cols));
    list.load(0, bench.at(kInput + bank * in_bytes), cols, Element::F32, what, {.bank = bank});
  }
  list.trit_matvec({.rows = rows,
                    .cols = cols,
                    .address = bench.at(kStream + kCodebookBytes),
                    .src = 0,
                    .dst = dst,
                    .raw = raw,
                    .bank = params.vectors - 1,
                    .sum = params.stream_sum ? golden::crc32c(stream) : 0},
                   matrix.shape.depth, bench.at(kStream), what);
  for (unsigned bank = 0; bank < params.vectors; ++bank)
    list.store(dst, bench.at(kOutput + bank * out_bytes), rows * row_words, Element::F32, what,
               {.bank = bank});
  bench.run(list);
  bench.compare(kOutput, out_bytes * params.vectors, [&](std::uint64_t byte) {
    const std::uint64_t row = byte % out_bytes / (4 * row_words);
    return fmt::format("{}, bank {}, row {}{}", what, byte / out_bytes, row, row_text(row));
  });
}

/// Columns of two column blocks and a part of a third, as many as core and input have room for.
std::size_t some_columns(const MachineParams& params) {
  const std::size_t block = params.geometry().block_cols();
  return std::min<std::size_t>({2 * block + 24, params.max_cols, params.vector_words / 2});
}

void try_tables(Bench& bench) {
  const std::size_t cols = bench.params().geometry().block_cols();
  TritMatrix sets = empty_matrix(256, cols, 1);
  for (std::size_t row = 0; row < sets.shape.rows; ++row)
    for (std::size_t col = 0; col < cols; ++col) {
      if (col % 16 == 15) continue;
      std::size_t code = row % kSetCodes;
      for (std::size_t digit = 0; digit < col % 16 % 5; ++digit) code /= 3;
      sets.levels[row * cols + col] = static_cast<std::int8_t>(static_cast<int>(code % 3) - 1);
    }
  multiply(bench, sets, true, "tables of five columns", [](std::size_t row) {
    return fmt::format(": entry {} of 243 in each table", row % kSetCodes);
  });
  TritMatrix last = empty_matrix(96, cols, 4);
  const int outer = golden::outer_level(4);
  for (std::size_t row = 0; row < last.shape.rows; ++row)
    for (std::size_t col = 15; col < cols; col += 16)
      last.levels[row * cols + col] = static_cast<std::int8_t>(
          static_cast<int>(row % (2 * static_cast<std::size_t>(outer) + 1)) - outer);
  multiply(bench, last, true, "table of column 15", [&](std::size_t row) {
    return fmt::format(": the multiple {} of its activation", static_cast<int>(row % 81) - outer);
  });
}

void try_scales(Bench& bench) {
  const std::size_t cols = bench.params().geometry().block_cols();
  TritMatrix matrix = empty_matrix(2 * golden::kCodebook, cols, 2);
  std::ranges::fill(matrix.levels, std::int8_t{1});
  const std::size_t groups = matrix.shape.groups_per_row();
  for (std::size_t row = 0; row < matrix.shape.rows; ++row)
    for (std::size_t group = 0; group < groups; ++group)
      matrix.scales[row * groups + group] = static_cast<std::uint8_t>(row % golden::kCodebook);
  for (const bool raw : {true, false})
    multiply(bench, matrix, raw, raw ? "scales" : "scales, as FP32", [](std::size_t row) {
      return fmt::format(": entry {} of the codebook", row % golden::kCodebook);
    });
}

void try_depth(Bench& bench, unsigned depth) {
  TritMatrix matrix = empty_matrix(100, some_columns(bench.params()), depth);
  const auto outer = static_cast<std::uint32_t>(golden::outer_level(depth));
  for (std::int8_t& level : matrix.levels)
    level = static_cast<std::int8_t>(static_cast<int>(bench.below(2 * outer + 1)) -
                                     static_cast<int>(outer));
  for (std::uint8_t& scale : matrix.scales)
    scale = static_cast<std::uint8_t>(bench.below(golden::kCodebook));
  multiply(bench, matrix, false, fmt::format("product at depth {}", depth),
           [](std::size_t) { return ""; });
}

void try_f16(Bench& bench) {
  const std::uint64_t rows = 40, cols = 100;
  const std::uint64_t stride = f16_stride(cols, bench.params());
  const std::uint64_t apart = (stride * 2 + 63) / 64 * 64 + 64;  // Bytes, of rows with gaps.
  std::vector<std::uint16_t> plain(rows * stride), gaps(rows * apart / 2);
  for (std::uint64_t row = 0; row < rows; ++row)
    for (std::uint64_t col = 0; col < cols; ++col)
      plain[row * stride + col] = gaps[row * apart / 2 + col] = golden::f32_to_f16(bench.value());
  for (const bool raw : {true, false})
    for (const bool gap : {false, true}) {
      const std::string what = fmt::format("FP16 product{}{}", raw ? ", accumulators" : "",
                                           gap ? ", rows with gaps" : "");
      bench.put(kStream, gap ? gaps : plain);
      bench.put(kInput, bench.values(cols));
      const std::uint64_t words = rows * (raw ? 2 : 1);
      bench.clear(kOutput, words * 4);
      CommandList list = bench.list();
      list.load(0, bench.at(kInput), cols, Element::F32, what);
      list.f16_matvec({.rows = rows,
                       .cols = cols,
                       .address = bench.at(kStream),
                       .src = 0,
                       .dst = 112,
                       .raw = raw,
                       .stride = gap ? apart : 0},
                      what);
      list.store(112, bench.at(kOutput), words, Element::F32, what);
      bench.run(list);
      bench.compare_elements(kOutput, rows, raw ? 8 : 4, what);
    }
}

}  // namespace

std::vector<Stage> product_stages() {
  std::vector<Stage> all{
      {"tables",
       "every entry of every table of sums, and every multiple of column 15, as exact accumulators",
       "The trit engine's tables: their block RAM, the builder's additions, the lookup's address. "
       "One entry wrong: a bit of that RAM. All rows wrong: the activations or the sums of planes.",
       try_tables},
      {"scales", "every entry of the codebook in every group, exact and as FP32",
       "The codebook loader, the multiplier P * M or its shift; where only the FP32 results "
       "differ, "
       "the result writer.",
       try_scales},
  };
  for (unsigned depth = 1; depth <= 4; ++depth)
    all.push_back({fmt::format("product at depth {}", depth),
                   "random trits and scales, whole column blocks and a part of one, all banks",
                   "The weighting of planes or the gearbox of the tail codes at this depth; where "
                   "only banks above 0 differ, the lanes of those banks.",
                   [depth](Bench& bench) { try_depth(bench, depth); }});
  all.push_back({"FP16 product",
                 "a row-major FP16 matrix, with and without gaps, exact and as FP32",
                 "The FP16 engine: mantissa products (DSP blocks), alignment, accumulator.",
                 try_f16, [](const MachineParams& params) {
                   return lacks_capability(params, Capability::F16_ENGINE);
                 }});
  return all;
}

}  // namespace trine::selftest
