// SPDX-License-Identifier: Apache-2.0

#include "tests/fault/flip_core.h"

#include <Vtrine_g4.h>
#include <Vtrine_g4___024root.h>
#include <Vtrine_g4e1s1.h>
#include <Vtrine_g4e1s1___024root.h>

#include <algorithm>
#include <vector>

#include "isa/commands.h"
#include "sim/verilated_core.h"
#include "tests/fault/unit_flips.h"

#if TRINE_DIRECT_EDGES
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
bool Vtrine_g4___024root___edge(Vtrine_g4___024root* root, bool inputs, bool calm);
unsigned Vtrine_g4___024root___stream(Vtrine_g4___024root* root, const void* beats, unsigned most,
                                      bool& calm);
bool Vtrine_g4e1s1___024root___edge(Vtrine_g4e1s1___024root* root, bool inputs, bool calm);
unsigned Vtrine_g4e1s1___024root___stream(Vtrine_g4e1s1___024root* root, const void* beats,
                                          unsigned most, bool& calm);
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
#endif

namespace trine::fault {
namespace {

/// Bits of an entry of each memory, of a core without or with parity.
template <unsigned kOdd>
struct Widths {
  static constexpr unsigned kSum = 16 + kOdd, kTail = 18 + kOdd, kMants = 48 + kOdd,
                            kBook = 22 + kOdd, kPartial = 56 + kOdd;
  static constexpr std::uint64_t kGroupTables = 8 * 256 * kSum + 256 * kTail;
};
template <class Model>
struct Core;

#if TRINE_DIRECT_EDGES
template <>
struct Core<Vtrine_g4> : Widths<0> {
  using Edges =
      sim::DirectEdges<Vtrine_g4, Vtrine_g4___024root___edge, Vtrine_g4___024root___stream>;
};
template <>
struct Core<Vtrine_g4e1s1> : Widths<1> {
  using Edges = sim::DirectEdges<Vtrine_g4e1s1, Vtrine_g4e1s1___024root___edge,
                                 Vtrine_g4e1s1___024root___stream>;
};
#else
template <>
struct Core<Vtrine_g4> : Widths<0> {
  using Edges = sim::EvalEdges<Vtrine_g4>;
};
template <>
struct Core<Vtrine_g4e1s1> : Widths<1> {
  using Edges = sim::EvalEdges<Vtrine_g4e1s1>;
};
#endif

// Of the core that was made last; a process has one at a time.
InsideFlip wanted;
std::uint64_t cycle;
std::vector<std::uint64_t> vector_cycles, attention_cycles;

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

#define TRINE_MEMORY(name) \
  trine_top__DOT__u_core__DOT__u_units__DOT__u_vector_memory__DOT__gen_bank__BRA__0__KET____DOT__##name

/// Turns over a bit of a word of vector memory, or the bit that makes its ones even.
template <class Root>
void flip_word(Root& root) {
  const std::uint64_t word = wanted.bit / kWordBits, bit = wanted.bit % kWordBits;
  if (bit < 32)
    root.TRINE_MEMORY(u_ram__DOT__mem)[word / 4][word % 4] ^= 1u << bit;
  else if constexpr (requires { root.TRINE_MEMORY(gen_parity__DOT__u_ram__DOT__mem); })
    root.TRINE_MEMORY(gen_parity__DOT__u_ram__DOT__mem)[word / 4] ^=
        static_cast<std::uint8_t>(1u << word % 4);
  else
    throw Error("flip: the core has no parity");
}

template <class Model, class Root>
void flip(Root& root) {
  using Is = Core<Model>;
  std::uint64_t bit = wanted.bit;
  bool done = false;
  const auto tables = [&](auto& sums, auto& tails) {
    for (unsigned page = 0; page < 8; ++page) flip_in(sums[page], Is::kSum, bit, done);
    flip_in(tails, Is::kTail, bit, done);
  };
  switch (wanted.inside) {
    case Inside::kTables:
      tables(root.TRINE_GROUP(0, sums), root.TRINE_GROUP(0, tails));
      tables(root.TRINE_GROUP(1, sums), root.TRINE_GROUP(1, tails));
      tables(root.TRINE_GROUP(2, sums), root.TRINE_GROUP(2, tails));
      tables(root.TRINE_GROUP(3, sums), root.TRINE_GROUP(3, tails));
      break;
    case Inside::kMantissas:
      flip_in(root.TRINE_GROUP(0, mants), Is::kMants, bit, done);
      flip_in(root.TRINE_GROUP(1, mants), Is::kMants, bit, done);
      flip_in(root.TRINE_GROUP(2, mants), Is::kMants, bit, done);
      flip_in(root.TRINE_GROUP(3, mants), Is::kMants, bit, done);
      break;
    case Inside::kScales:
      flip_in(root.TRINE_TRIT(u_scale__DOT__gen_book__BRA__0__KET____DOT__book), Is::kBook, bit,
              done);
      flip_in(root.TRINE_TRIT(u_scale__DOT__gen_book__BRA__1__KET____DOT__book), Is::kBook, bit,
              done);
      break;
    case Inside::kPartials:
      flip_in(root.TRINE_VECTOR(partials), Is::kPartial, bit, done);
      break;
    case Inside::kWords:
      flip_word(root);
      done = true;
      break;
    case Inside::kVectorRegisters:
    case Inside::kAttentionRegisters:
    case Inside::kAttentionMemories:
      if constexpr (std::is_same_v<Model, Vtrine_g4>) done = flip_unit(root, wanted.inside, bit);
      break;
  }
  if (!done) throw Error("flip: there is no such bit");
}

/// The edges of the core, with the bit turned over before one of them.
template <class Model>
struct FlipEdges {
  using Edges = typename Core<Model>::Edges;
  static void low(Model& model) { Edges::low(model); }
  static bool high(Model& model, bool inputs, bool calm) {
    // The unit of unit_start_t; calm cycles of `stream` are those of the matrix unit.
    const auto unit =
        static_cast<Unit>(model.rootp->trine_top__DOT__u_core__DOT__unit_start[10] >> 29);
    if (unit == Unit::VECTOR) vector_cycles.push_back(cycle);
    if (unit == Unit::ATTENTION) attention_cycles.push_back(cycle);
    if (cycle++ != wanted.cycle) return Edges::high(model, inputs, calm);
    flip<Model>(*model.rootp);
    return Edges::high(model, true, false);
  }
  /// Ends in front of that edge.
  static unsigned stream(Model& model, const void* beats, unsigned most, bool& calm) {
    if (cycle <= wanted.cycle)
      most = static_cast<unsigned>(std::min<std::uint64_t>(most, wanted.cycle - cycle));
    const unsigned done = Edges::stream(model, beats, most, calm);
    cycle += done;
    return done;
  }
};

template <class Model>
std::uint64_t bits(Inside inside) {
  using Is = Core<Model>;
  switch (inside) {
    case Inside::kTables:
      return 4 * Is::kGroupTables;
    case Inside::kMantissas:
      return 4ull * 2048 * Is::kMants;
    case Inside::kScales:
      return 2ull * 32 * Is::kBook;
    case Inside::kPartials:
      return 2048ull * Is::kPartial;
    case Inside::kWords:
      return 65536ull * kWordBits;
    case Inside::kVectorRegisters:
    case Inside::kAttentionRegisters:
    case Inside::kAttentionMemories:
      return std::is_same_v<Model, Vtrine_g4> ? count_unit_bits(inside) : 0;
  }
  return 0;
}

template <class Model>
std::unique_ptr<sim::RtlTransport> make(const sim::SimOptions& options) {
  return std::make_unique<sim::RtlTransport>(
      options, [](MemoryMap& memory, const sim::SimOptions& given) {
        return std::make_unique<sim::VerilatedCore<Model, FlipEdges<Model>>>(memory, given);
      });
}

}  // namespace

std::uint64_t bits_of(Inside inside, bool parity) {
  return parity ? bits<Vtrine_g4e1s1>(inside) : bits<Vtrine_g4>(inside);
}

std::span<const std::uint64_t> cycles_of(Inside inside) {
  if (inside == Inside::kVectorRegisters) return vector_cycles;
  if (inside == Inside::kAttentionRegisters || inside == Inside::kAttentionMemories)
    return attention_cycles;
  return {};
}

std::unique_ptr<sim::RtlTransport> make_flip_core(std::uint64_t memory_bytes,
                                                  const InsideFlip& flip, bool parity) {
  wanted = flip;
  cycle = 0;
  vector_cycles.clear();
  attention_cycles.clear();
  sim::SimOptions options;
  options.groups = 4;
  options.memory_bytes = memory_bytes;
  options.parity = options.stream_sum = parity ? 1 : 0;
  return parity ? make<Vtrine_g4e1s1>(options) : make<Vtrine_g4>(options);
}

}  // namespace trine::fault
