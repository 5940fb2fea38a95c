// SPDX-License-Identifier: Apache-2.0

#include "bench/bare_engine.h"

#include <Vtrine_trit_engine.h>

#include <cstring>
#include <ctime>

#include "golden/error.h"
#include "sim/clock_edges.h"
#include "sim/matrix_widths.h"

#if TRINE_DIRECT_EDGES
#include <Vtrine_trit_engine___024root.h>
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
bool Vtrine_trit_engine___024root___edge(Vtrine_trit_engine___024root* root, bool inputs,
                                         bool calm);
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
#endif

namespace trine::bench {
namespace {

#if TRINE_DIRECT_EDGES
using Edges = sim::DirectEdges<Vtrine_trit_engine, Vtrine_trit_engine___024root___edge>;
#else
/// All clocks of the engine, which has no gates, are one.
struct Edges {
  static void low(Vtrine_trit_engine& model) { half(model, 0); }
  static bool high(Vtrine_trit_engine& model, bool, bool) {
    half(model, 1);
    return false;
  }

 private:
  static void half(Vtrine_trit_engine& model, std::uint8_t level) {
    model.clk_i = model.clk_trit_i = model.clk_setup_i = level;
    model.eval();
  }
};
#endif

constexpr std::size_t kGroups = 16, kBeatBytes = 4 * kGroups;
using sim::kBlockBits, sim::kWordBits;
/// Mantissas of a word, as the engine's QuantLanes says, and words of a group.
constexpr std::size_t kLanes = 4, kWords = golden::kGroup / kLanes;
/// The engine marks its tables after reset.
constexpr unsigned kMarkCycles = 1000;

class BareEngine {
 public:
  BareEngine() : model_(&context_, "trine_trit_engine") {
    model_.rst_ni = 0;
    sim::EvalEdges<Vtrine_trit_engine>::low(model_);  // Initializes the model, too.
    model_.clk_trit_i = model_.clk_setup_i = 1;       // Of direct edges: both have all of them.
    cycles(4);
    model_.rst_ni = 1;
    model_.runs_i = model_.used_i = 1;
    cycles(kMarkCycles);
  }
  ~BareEngine() {
    Verilated::threadContextp(&context_);
    model_.final();
  }

  /// The fields are those of trine_matrix_pkg::place_t.
  void load(const golden::BfpVector& x) {
    constexpr int kBias = 127 + golden::kActWidth - 2;
    const auto field = [](int exponent) {
      return static_cast<std::uint8_t>(exponent == golden::kZeroBlock ? 0 : exponent + kBias);
    };
    constexpr std::uint64_t kMask = (1u << golden::kActWidth) - 1;
    for (std::size_t n = 0; n < x.exponents.size(); ++n) {
      for (unsigned word = 0; word < kWords; ++word) {
        std::uint64_t mantissas = 0;
        for (std::size_t i = 0; i < kLanes; ++i) {
          const auto mantissa =
              static_cast<std::uint32_t>(x.mantissas[golden::kGroup * n + kLanes * word + i]);
          mantissas |= (mantissa & kMask) << (golden::kActWidth * i);
        }
        const std::uint64_t last = word + 1 == kWords, group = std::uint64_t{1} << n % kGroups;
        model_.mants_i = mantissas;
        model_.exponent_i = field(x.exponents[n]);
        model_.place_i = std::uint64_t{1} << (kWordBits + 17) | last << (kWordBits + 16) |
                         group << kWordBits | (n / kGroups * kWords + word);
        cycles(1);
      }
    }
    model_.place_i = 0;
    model_.quantized_i = static_cast<std::uint16_t>(x.exponents.size());
    model_.exponents_i = 1;
    model_.max_exp_i = field(x.max_exponent);
    cycles(1);
  }

  void load(const golden::HardwareCodebook& book) {
    for (std::size_t k = 0; k < golden::kCodebook; ++k) {
      const std::uint64_t word = book.mantissa[k] | std::uint64_t{book.shift[k]} << 16;
      model_.book_i = std::uint64_t{1} << 37 | k << 32 | word;
      cycles(1);
    }
    model_.book_i = 0;
  }

  /// The fields are those of trine_matrix_pkg::trit_job_t.
  void start(const golden::MatrixShape& shape) {
    const std::uint64_t panels = shape.rows / 32, blocks = shape.cols / (golden::kGroup * kGroups);
    model_.job_i =
        std::uint64_t{shape.depth} << (kBlockBits + 29) | panels << (kBlockBits + 1) | blocks;
    model_.start_i = 1;
    cycles(1);
    model_.start_i = 0;
    model_.clk_setup_i = 0;  // Everything is in place.
  }

  /// Until all rows have come; the cycles. bench/sim_count.py looks for it by name.
  [[gnu::noinline]] std::uint64_t stream(std::span<const std::byte> stream,
                                         std::vector<std::int64_t>& rows) {
    const std::uint64_t limit = 2 * stream.size() / kBeatBytes + 100'000;
    const std::byte *next = stream.data(), *end = next + stream.size();
    std::size_t row = 0;
    model_.weight_valid_i = 1;
    std::memcpy(&model_.weight_data_i, next, kBeatBytes);
    for (std::uint64_t cycle = 1; cycle <= limit; ++cycle) {
      Edges::low(model_);
      const bool taken = model_.weight_ready_o != 0;
      if (model_.acc_valid_o != 0) {
        rows[row] = static_cast<std::int64_t>(model_.acc_o << 8) >> 8;
        if (++row == rows.size()) return cycle;
      }
      Edges::high(model_, true, false);
      if (!taken || next == end) continue;
      next += kBeatBytes;
      if (next == end)
        model_.weight_valid_i = 0;
      else
        std::memcpy(&model_.weight_data_i, next, kBeatBytes);
    }
    throw Error("the bare engine hangs");
  }

 private:
  void cycles(unsigned count) {
    for (; count > 0; --count) {
      Edges::low(model_);
      Edges::high(model_, true, false);
    }
  }

  VerilatedContext context_;
  Vtrine_trit_engine model_;
};

}  // namespace

BareRun run_bare_engine(const golden::MatrixShape& shape, std::span<const std::byte> stream,
                        const golden::HardwareCodebook& book, const golden::BfpVector& x) {
  BareEngine engine;
  engine.load(x);
  engine.load(book);
  engine.start(shape);
  BareRun run;
  run.accumulators.resize(shape.rows);
  const std::clock_t start = std::clock();
  run.cycles = engine.stream(stream, run.accumulators);
  run.seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  // Verilator keeps its last context, which it does not use again.
  return run;  // NOLINT(clang-analyzer-core.StackAddressEscape)
}

}  // namespace trine::bench
