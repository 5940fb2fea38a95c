// SPDX-License-Identifier: Apache-2.0

// Speed of the simulator: the gate and up projections of Qwen2.5-3B as one matrix, d = 4, through
// the whole core with an ideal memory, on one thread. Checks the result against the golden model
// and prints rates beside three baselines of the same run. Exits 1 when the result differs.

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <ctime>
#include <random>

#include "bench/bare_engine.h"
#include "isa/commands.h"
#include "machine/product/trit/definition.h"
#include "sim/rtl_transport.h"

namespace {

using namespace trine;

/// The largest matrix is the two projections; fewer rows take less time under valgrind.
constexpr std::uint32_t kMaxRows = 22016;
constexpr std::size_t kCols = 2048;
constexpr unsigned kDepth = 4;
constexpr std::uint64_t kVectorAt = 0x10000, kBookAt = 0x20000, kResultAt = 0x100000;
constexpr std::uint64_t kStreamAt = 1ull << 30;

/// Processor time of `work`: other programs on the machine do not count.
template <class Work>
double seconds(Work&& work) {
  const std::clock_t start = std::clock();
  work();
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

/// Uniform levels and scales: every table entry is used, so nothing is predictable.
golden::TritMatrix random_matrix(std::size_t rows) {
  golden::TritMatrix matrix;
  matrix.shape = {rows, kCols, kDepth};
  std::mt19937 random(1);
  std::uniform_int_distribution<int> level(-golden::outer_level(kDepth),
                                           golden::outer_level(kDepth));
  std::uniform_int_distribution<int> scale(0, golden::kCodebook - 1);
  matrix.levels.resize(rows * kCols);
  for (auto& value : matrix.levels) value = static_cast<std::int8_t>(level(random));
  matrix.scales.resize(rows * matrix.shape.groups_per_row());
  for (auto& value : matrix.scales) value = static_cast<std::uint8_t>(scale(random));
  for (std::size_t k = 0; k < golden::kCodebook; ++k)
    matrix.codebook[k] = std::exp2(static_cast<double>(k) / 4 - 10);
  return matrix;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint32_t rows =
      argc > 1 ? static_cast<std::uint32_t>(std::strtoul(argv[1], nullptr, 10)) : kMaxRows;
  if (argc > 2 || rows == 0 || rows > kMaxRows || rows % 32 != 0) {
    fmt::print(stderr, "usage: sim_speed [ROWS], a multiple of 32 up to {}\n", kMaxRows);
    return 2;
  }
  const golden::TritMatrix matrix = random_matrix(rows);
  const std::vector<std::byte> stream = golden::pack(matrix);
  const golden::HardwareCodebook book = golden::hardware_codebook(matrix.codebook, kDepth);
  std::vector<float> x(kCols);
  std::mt19937 random(2);
  std::normal_distribution<float> normal;
  for (float& value : x) value = normal(random);

  sim::SimOptions options;
  options.memory_bytes = kStreamAt;
  sim::RtlTransport rtl(options);
  rtl.map_memory(kStreamAt, stream);
  rtl.write_memory(kVectorAt, std::as_bytes(std::span(x)));
  std::array<std::uint32_t, kCodebookBytes / 4> words{};
  for (std::size_t k = 0; k < golden::kCodebook; ++k)
    words[k] = book.mantissa[k] | static_cast<std::uint32_t>(book.shift[k]) << 16;
  words[golden::kCodebook] = static_cast<std::uint32_t>(book.exponent);
  rtl.write_memory(kBookAt, std::as_bytes(std::span(words)));

  using namespace trine::command;
  std::array<Command, 4> list;
  const auto op = [](Opcode code) { return static_cast<std::uint32_t>(code); };
  constexpr std::uint32_t kResultWord = kCols;
  list[0].set(OPCODE, op(Opcode::LOAD)).set(ROWS, kCols).set(ADDR_LO, kVectorAt);
  list[1].set(OPCODE, op(Opcode::TRIT_MATVEC)).set(DEPTH, kDepth).set(ROWS, rows);
  list[1].set(COLS, kCols).set(DST, kResultWord).set(ADDR_LO, kStreamAt).set(BOOK_LO, kBookAt);
  list[2].set(OPCODE, op(Opcode::STORE)).set(ROWS, rows).set(SRC, kResultWord);
  list[2].set(ADDR_LO, kResultAt);
  list[3].set(OPCODE, op(Opcode::END));
  rtl.write_memory(0, std::as_bytes(std::span(list)));

  rtl.write(Reg::LIST_COUNT, list.size());
  const std::uint64_t limit = kStreamAt + stream.size();
  rtl.write(Reg::MEM_LIMIT_LO, static_cast<std::uint32_t>(limit));
  rtl.write(Reg::MEM_LIMIT_HI, static_cast<std::uint32_t>(limit >> 32));
  rtl.write(Reg::CTRL, field::CTRL_START.put(1));
  const double time = seconds([&] {
    while (field::STATUS_BUSY.get(rtl.read(Reg::STATUS)) != 0) rtl.wait();
  });
  if (const std::uint32_t error = rtl.read(Reg::ERROR); error != 0) {
    fmt::print(stderr, "the core stopped: {}\n", find_error(error)->name);
    return 1;
  }
  std::vector<float> y(rows);
  rtl.read_memory(kResultAt, std::as_writable_bytes(std::span(y)));

  const golden::BfpVector blocks = golden::to_bfp(x);
  golden::TritResult want;
  const double golden_time = seconds([&] { want = golden::trit_unpacked(matrix, book, blocks); });
  const bench::BareRun bare = bench::run_bare_engine(matrix.shape, stream, book, blocks);
  std::vector<std::byte> copy(stream.size());
  const double copy_time = seconds([&] { std::memcpy(copy.data(), stream.data(), copy.size()); });

  const std::uint64_t cycles = rtl.read(Reg::CYCLES_LO), beats = rtl.read(Reg::WEIGHT_BEATS_LO);
  const double weights = static_cast<double>(rows * kCols);
  fmt::print("matrix           {} x {}, d = {}, {} groups\n", rows, kCols, kDepth, options.groups);
  fmt::print("cycles           {}\n", cycles);
  fmt::print("weight beats     {} ({:.2f} % of the cycles)\n", beats,
             100 * static_cast<double>(beats) / static_cast<double>(cycles));
  fmt::print("stalls           {} memory, {} table, {} rows\n", rtl.read(Reg::STALL_MEMORY_LO),
             rtl.read(Reg::STALL_TABLE_LO), rtl.read(Reg::STALL_ROWS_LO));
  fmt::print("simulation       {:.3f} s, {:.0f} kHz, {:.0f} M weights/s\n", time,
             static_cast<double>(cycles) / time / 1e3, weights / time / 1e6);
  fmt::print(
      "engine alone     {:.3f} s, {:.0f} kHz, {:.0f} M weights/s in {} cycles: the core has {:.2f} "
      "of its speed\n",
      bare.seconds, static_cast<double>(bare.cycles) / bare.seconds / 1e3,
      weights / bare.seconds / 1e6, bare.cycles, bare.seconds / time);
  fmt::print(
      "golden, fast     {:.3f} s, {:.0f} M weights/s: simulation takes {:.2f} times as long\n",
      golden_time, weights / golden_time / 1e6, time / golden_time);
  fmt::print("copy of stream   {:.4f} s: simulation takes {:.0f} times as long\n", copy_time,
             time / copy_time);
  const bool equal = std::memcmp(y.data(), want.y.data(), rows * sizeof(float)) == 0 &&
                     bare.accumulators == want.accumulator;
  fmt::print("result           {}\n", equal ? "equal to golden" : "DIFFERS from golden");
  return equal ? 0 : 1;
}
