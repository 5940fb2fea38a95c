// SPDX-License-Identifier: Apache-2.0
//
// How fast the golden model multiplies, beside a plain read of the same bytes in the same run: trit
// streams of every depth and FP16 rows, larger than the caches, on one thread and on all, with the
// vectors of every processor that this one can stand for. Arguments: names of those wanted, or
// 'best' for those of this processor alone.

#include <fmt/format.h>
#include <hwy/targets.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "golden/exact/workers.h"
#include "machine/product/f16/simd.h"
#include "machine/product/trit/simd.h"

using namespace trine;

namespace {

constexpr std::size_t kBytes = 600'000'000;  // Working set; no cache holds it.
constexpr std::size_t kChunks = 40;
constexpr int kRuns = 15;
constexpr std::size_t kCached = 256;  // Columns of a stream that a cache holds.

/// Seconds of one call.
template <typename Work>
double seconds(const Work& work) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Adds all words up, in several sums so that the memory sets the speed.
std::uint64_t read_all(std::span<const std::byte> bytes, golden::Workers& workers) {
  constexpr std::size_t kSums = 16, kLine = 8 * kSums;
  std::atomic<std::uint64_t> total = 0;
  workers.rows(bytes.size() / kLine, 64, [&](std::size_t first, std::size_t last) {
    std::array<std::uint64_t, kSums> sums{};
    for (std::size_t line = first; line < last; ++line) {
      constexpr std::size_t kAhead = 4096;  // As the products do: it makes the read faster too.
      for (std::size_t at = 0; at < kLine; at += 64)
        __builtin_prefetch(bytes.data() + line * kLine + kAhead + at);
      std::array<std::uint64_t, kSums> words;
      std::memcpy(words.data(), bytes.data() + line * kLine, kLine);
      for (std::size_t i = 0; i < kSums; ++i) sums[i] += words[i];
    }
    for (const std::uint64_t sum : sums) total += sum;
  });
  return total;
}

/// Measures work(workers, chunk), which multiplies by the bytes of a chunk, and the read of these,
/// in turn. Every chunk counts with its best time: a chunk is short enough to be done once without
/// another program in between, and all together no cache holds.
/// `cached` is what a small one does on one thread, in weights a second.
template <typename Work>
void measure(const std::string& what, std::span<const std::byte> bytes, std::size_t weights,
             const Work& work, double cached = 0) {
  const std::size_t chunk_bytes = bytes.size() / kChunks;
  for (const unsigned threads : {1u, golden::hardware_threads()}) {
    golden::Workers workers(threads);
    std::vector<double> products(kChunks, 1e9), reads(kChunks, 1e9);
    volatile std::uint64_t sink = 0;
    for (int run = 0; run < kRuns; ++run) {
      for (std::size_t i = 0; i < kChunks; ++i) {
        const auto chunk = bytes.subspan(i * chunk_bytes, chunk_bytes);
        products[i] = std::min(products[i], seconds([&] { work(workers, chunk); }));
      }
      for (std::size_t i = 0; i < kChunks; ++i) {
        const auto chunk = bytes.subspan(i * chunk_bytes, chunk_bytes);
        reads[i] = std::min(reads[i], seconds([&] { sink = sink + read_all(chunk, workers); }));
      }
    }
    const double product = std::reduce(products.begin(), products.end());
    const double read = std::reduce(reads.begin(), reads.end());
    const auto size = static_cast<double>(chunk_bytes * kChunks);
    fmt::print(
        "{:<20} {:>2} threads {:>6.1f} G weights/s {:>6.1f} GB/s, read {:>5.1f} GB/s: {:.0f} %{}\n",
        what, threads, static_cast<double>(weights) / product / 1e9, size / product / 1e9,
        size / read / 1e9, 100 * read / product,
        cached > 0 && threads == 1 ? fmt::format(", from the cache {:.1f}", cached / 1e9) : "");
    std::fflush(stdout);
    if (threads == golden::hardware_threads()) break;  // One, when there is but one.
  }
}

golden::BfpVector activations(std::size_t count, std::mt19937& random) {
  std::normal_distribution<float> normal;
  std::vector<float> x(count);
  for (float& value : x) value = normal(random);
  return golden::to_bfp(x);
}

golden::TritMatrix random_matrix(const golden::MatrixShape& shape, std::mt19937& random) {
  golden::TritMatrix matrix{.shape = shape, .levels = {}, .scales = {}, .codebook = {}};
  const int half = golden::outer_level(shape.depth);
  matrix.levels.resize(shape.rows * shape.cols);
  for (auto& level : matrix.levels)
    level = static_cast<std::int8_t>(
        static_cast<int>(random() % static_cast<unsigned>(2 * half + 1)) - half);
  matrix.scales.resize(shape.rows * shape.groups_per_row());
  for (auto& scale : matrix.scales) scale = static_cast<std::uint8_t>(random() % golden::kCodebook);
  for (std::size_t k = 0; k < golden::kCodebook; ++k)
    matrix.codebook[k] = std::exp2(static_cast<double>(k) / 4 - 10);
  return matrix;
}

/// Weights a second of a stream that stays in the cache, on one thread: what the arithmetic allows.
double cached_rate(unsigned depth, std::mt19937& random) {
  const golden::MatrixShape shape{golden::kCanonical.tile_rows, kCached, depth};
  const auto matrix = random_matrix(shape, random);
  const auto stream = golden::pack(matrix);
  const auto codebook = golden::hardware_codebook(matrix.codebook, depth);
  const auto x = activations(shape.cols, random);
  golden::Workers one(1);
  double best = 1e9;
  for (int run = 0; run < 40 * kRuns; ++run)
    best =
        std::min(best, seconds([&] {
                   (void)golden::trit_simd({stream, shape, golden::kCanonical, codebook}, x, one);
                 }));
  return static_cast<double>(shape.rows * shape.cols) / best;
}

void measure_trits(const std::string& target, unsigned depth, std::mt19937& random) {
  golden::MatrixShape shape{golden::kCanonical.tile_rows, 4'096, depth};
  const auto matrix = random_matrix(shape, random);
  const auto tile = golden::pack(matrix);
  // A row tile is a part of the stream of its own, so a tall matrix is a row tile many times over.
  const std::size_t tiles = kBytes / kChunks / tile.size();  // Of a chunk.
  std::vector<std::byte> stream(kChunks * tiles * tile.size());
  for (std::size_t at = 0; at < stream.size(); at += tile.size())
    std::ranges::copy(tile, stream.begin() + static_cast<std::ptrdiff_t>(at));
  shape.rows *= tiles;
  const auto codebook = golden::hardware_codebook(matrix.codebook, depth);
  const auto x = activations(shape.cols, random);
  const std::string what = fmt::format("{} trits, d = {}", target, depth);
  golden::Workers one(1);
  if (!golden::trit_simd(
          {std::span(stream).first(tiles * tile.size()), shape, golden::kCanonical, codebook}, x,
          one)) {
    fmt::print("{}: no vectors, tables are used\n", what);
    return;
  }
  measure(
      what, stream, kChunks * shape.rows * shape.cols,
      [&](golden::Workers& workers, std::span<const std::byte> chunk) {
        (void)golden::trit_simd({chunk, shape, golden::kCanonical, codebook}, x, workers);
      },
      cached_rate(depth, random));
}

void measure_f16(const std::string& target, std::mt19937& random) {
  constexpr std::size_t kCols = 2'048, kRows = kBytes / kChunks / (2 * kCols);  // Of a chunk.
  std::vector<std::uint16_t> weights(kChunks * kRows * kCols);
  std::vector<std::uint16_t> row(kCols);
  for (auto& weight : row) weight = static_cast<std::uint16_t>((random() & 0x87ff) | 0x2000);
  for (std::size_t r = 0; r < kChunks * kRows; ++r)
    std::ranges::copy(row, weights.begin() + static_cast<std::ptrdiff_t>(r * kCols));
  const auto bytes = std::as_bytes(std::span(weights));
  const auto x = activations(kCols, random);
  measure(target + " FP16", bytes, weights.size(),
          [&](golden::Workers& workers, std::span<const std::byte> chunk) {
            (void)golden::f16_simd({chunk, kRows, kCols, 2 * kCols}, x, workers);
          });
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> wanted(arguments + 1, arguments + count);
  for (auto rest = hwy::SupportedTargets() & ~(HWY_SCALAR | HWY_EMU128); rest != 0;
       rest &= rest - 1) {
    const std::string target = hwy::TargetName(rest & -rest);
    if (!wanted.empty() && wanted.front() != "best" &&
        std::ranges::find(wanted, target) == wanted.end())
      continue;
    hwy::SetSupportedTargetsForTest(rest);  // It and all that are older.
    hwy::GetChosenTarget().DeInit();
    std::mt19937 random(1);
    for (unsigned depth = 4; depth >= 1; --depth) measure_trits(target, depth, random);
    measure_f16(target, random);
    hwy::SetSupportedTargetsForTest(0);
    if (!wanted.empty() && wanted.front() == "best") break;
  }
  return 0;
}
