// SPDX-License-Identifier: Apache-2.0

#include "tests/fault/flip_core.h"

#include <Vtrine_g4.h>
#include <Vtrine_g4___024root.h>

#include <algorithm>

#include "sim/verilated_core.h"

#if TRINE_DIRECT_EDGES
bool Vtrine_g4___024root___edge(Vtrine_g4___024root* root, bool inputs, bool calm);
unsigned Vtrine_g4___024root___stream(Vtrine_g4___024root* root, const void* beats, unsigned most,
                                      bool& calm);
#endif

namespace trine::fault {
namespace {

#if TRINE_DIRECT_EDGES
using Edges = sim::DirectEdges<Vtrine_g4, Vtrine_g4___024root___edge, Vtrine_g4___024root___stream>;
#else
using Edges = sim::EvalEdges<Vtrine_g4>;
#endif

// Of the core that was made last; a process has one at a time.
InsideFlip wanted;
std::uint64_t cycle;

/// Bits of an entry, and the entries, of a memory as Verilator has it; `f` gets both.
template <class Memory>
void flip_in(Memory& memory, unsigned width, std::uint64_t& bit, bool& done) {
  using Entry = std::remove_cvref_t<decltype(memory[0])>;
  const std::uint64_t entries = sizeof(memory) / sizeof(Entry);
  const std::uint64_t bits = entries * width;
  if (done || bit >= bits) {
    bit -= done ? 0 : bits;
    return;
  }
  memory[bit / width] ^= static_cast<Entry>(Entry{1} << bit % width);
  done = true;
}

// The names are Verilator's, for what the sources call gen_group[g].sums and so on.
#define TRINE_TRIT(name) \
  trine_top__DOT__u_core__DOT__u_units__DOT__u_matrix_unit__DOT__u_matvec__DOT__u_trit__DOT__##name
#define TRINE_VECTOR(name) TRINE_TRIT(gen_vector__BRA__0__KET____DOT__u_vector__DOT__##name)
#define TRINE_GROUP(g, name) TRINE_VECTOR(u_tables__DOT__gen_group__BRA__##g##__KET____DOT__##name)

constexpr unsigned kSum = 16, kTail = 18, kMants = 48, kBook = 22, kPartial = 56;
constexpr std::uint64_t kGroupTables = 8 * 256 * kSum + 256 * kTail;

template <class Root>
void flip(Root& root) {
  std::uint64_t bit = wanted.bit;
  bool done = false;
  const auto tables = [&](auto& sums, auto& tails) {
    for (unsigned page = 0; page < 8; ++page) flip_in(sums[page], kSum, bit, done);
    flip_in(tails, kTail, bit, done);
  };
  switch (wanted.inside) {
    case Inside::kTables:
      tables(root.TRINE_GROUP(0, sums), root.TRINE_GROUP(0, tails));
      tables(root.TRINE_GROUP(1, sums), root.TRINE_GROUP(1, tails));
      tables(root.TRINE_GROUP(2, sums), root.TRINE_GROUP(2, tails));
      tables(root.TRINE_GROUP(3, sums), root.TRINE_GROUP(3, tails));
      break;
    case Inside::kMantissas:
      flip_in(root.TRINE_GROUP(0, mants), kMants, bit, done);
      flip_in(root.TRINE_GROUP(1, mants), kMants, bit, done);
      flip_in(root.TRINE_GROUP(2, mants), kMants, bit, done);
      flip_in(root.TRINE_GROUP(3, mants), kMants, bit, done);
      break;
    case Inside::kScales:
      flip_in(root.TRINE_TRIT(u_scale__DOT__gen_book__BRA__0__KET____DOT__book), kBook, bit, done);
      flip_in(root.TRINE_TRIT(u_scale__DOT__gen_book__BRA__1__KET____DOT__book), kBook, bit, done);
      break;
    case Inside::kPartials:
      flip_in(root.TRINE_VECTOR(partials), kPartial, bit, done);
      break;
  }
  if (!done) throw Error("flip: there is no such bit");
}

/// The edges of the core, with the bit turned over before one of them.
struct FlipEdges {
  static void low(Vtrine_g4& model) { Edges::low(model); }
  static bool high(Vtrine_g4& model, bool inputs, bool calm) {
    if (cycle++ != wanted.cycle) return Edges::high(model, inputs, calm);
    flip(*model.rootp);
    return Edges::high(model, true, false);
  }
  /// Ends in front of that edge.
  static unsigned stream(Vtrine_g4& model, const void* beats, unsigned most, bool& calm) {
    if (cycle <= wanted.cycle)
      most = static_cast<unsigned>(std::min<std::uint64_t>(most, wanted.cycle - cycle));
    const unsigned done = Edges::stream(model, beats, most, calm);
    cycle += done;
    return done;
  }
};

}  // namespace

std::uint64_t bits_of(Inside inside) {
  switch (inside) {
    case Inside::kTables:
      return 4 * kGroupTables;
    case Inside::kMantissas:
      return 4ull * 2048 * kMants;
    case Inside::kScales:
      return 2ull * 32 * kBook;
    case Inside::kPartials:
      return 2048ull * kPartial;
  }
  return 0;
}

std::unique_ptr<sim::RtlTransport> make_flip_core(std::uint64_t memory_bytes,
                                                  const InsideFlip& flip) {
  wanted = flip;
  cycle = 0;
  sim::SimOptions options;
  options.groups = 4;
  options.memory_bytes = memory_bytes;
  return std::make_unique<sim::RtlTransport>(
      options, [](MemoryMap& memory, const sim::SimOptions& given) {
        return std::make_unique<sim::VerilatedCore<Vtrine_g4, FlipEdges>>(memory, given);
      });
}

}  // namespace trine::fault
