// SPDX-License-Identifier: Apache-2.0
//
// trine_matvec with parity: a bit that turns over in any of its memories, in any cycle of a
// product, is told or changes nothing. The macros are those of matvec_test.cpp.

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "golden/format/trit_matrix.h"
#include "tests/rtl/matvec_dut.h"
#include "tests/rtl/matvec_jobs.h"
#define TRINE_TEXT_(x) #x
#define TRINE_TEXT(x) TRINE_TEXT_(x)
#include TRINE_TEXT(TRINE_MODEL.h)
#include "Vtrine_matvec___024root.h"

namespace {

using namespace trine::golden;
using trine::test::MatvecJob;
using trine::test::MatvecOutcome;

constexpr Geometry kGeometry{TRINE_GROUPS, TRINE_TILE_ROWS};
using Matvec = trine::test::MatvecDut<TRINE_MODEL, TRINE_GROUPS, TRINE_VECTOR_WORDS, TRINE_VECTORS>;

enum class Memory { kMantissas, kTables, kLevels, kExponents, kBook, kPartials, kHalf, kHalfExps };

/// Turns over bit `bit`, counted modulo the bits of the memory, of entries of `width` bits.
template <class Entries>
void flip_in(Entries& entries, unsigned width, std::uint64_t bit) {
  using Entry = std::remove_cvref_t<decltype(entries[0])>;
  if constexpr (std::is_integral_v<Entry>) {
    const std::uint64_t at = bit / width % (sizeof(entries) / sizeof(Entry));
    entries[at] ^= static_cast<Entry>(Entry{1} << bit % width);
  } else {  // Pages.
    flip_in(entries[bit / width / 256 % (sizeof(entries) / sizeof(Entry))], width, bit);
  }
}

// The memories as Verilator calls them: of the source, or of the netlist. Vector 1, group 1.
#define TRINE_FLIP(source, netlist, width)                      \
  if constexpr (requires { root.trine_matvec__DOT__##source; }) \
    flip_in(root.trine_matvec__DOT__##source, width, bit);      \
  else                                                          \
    flip_in(root.trine_matvec__DOT__##netlist, width, bit)
#define TRINE_FLIP_VECTOR(source, netlist, width)                                  \
  TRINE_FLIP(u_trit__DOT__gen_vector__BRA__1__KET____DOT__u_vector__DOT__##source, \
             u_trit__02egen_vector__05b1__05d__02eu_vector__02e##netlist, width)
#define TRINE_FLIP_GROUP(name, width)                                     \
  TRINE_FLIP_VECTOR(u_tables__DOT__gen_group__BRA__1__KET____DOT__##name, \
                    u_tables__02egen_group__05b1__05d__02e##name, width)

template <class Root>
void flip(Root& root, Memory memory, std::uint64_t bit) {
  constexpr unsigned kAct = TRINE_ACT_WIDTH;
  switch (memory) {
    case Memory::kMantissas:
      TRINE_FLIP_GROUP(mants, 4 * kAct + 1);
      break;
    case Memory::kTables:
      TRINE_FLIP_GROUP(sums, kAct + 5);
      break;
    case Memory::kLevels:
      TRINE_FLIP_GROUP(tails, kAct + 7);
      break;
    case Memory::kExponents:
      TRINE_FLIP_VECTOR(exps, exps, 8 * TRINE_GROUPS + 1);
      break;
    case Memory::kPartials:
      TRINE_FLIP_VECTOR(partials, partials, 57);
      break;
    case Memory::kBook:
      TRINE_FLIP(u_trit__DOT__u_scale__DOT__gen_book__BRA__0__KET____DOT__book,
                 u_trit__02eu_scale__02egen_book__05b0__05d__02ebook, 23);
      break;
    case Memory::kHalf:
      TRINE_FLIP(
          gen_f16__DOT__u_f16__DOT__u_activations__DOT__gen_memories__DOT__gen_memory__BRA__0__KET____DOT__mants,
          gen_f16__02eu_f16__02eu_activations__02egen_memories__02egen_memory__05b0__05d__02emants,
          4 * kAct + 1);
      break;
    case Memory::kHalfExps:
      TRINE_FLIP(gen_f16__DOT__u_f16__DOT__u_activations__DOT__gen_exp__BRA__0__KET____DOT__exps,
                 gen_f16__02eu_f16__02eu_activations__02egen_exp__05b0__05d__02eexps, 9);
      break;
  }
}

/// Trits for two vectors, of two row tiles and two column blocks, or FP16 weights for the last.
MatvecJob make_job(bool half) {
  std::mt19937 rng(5);
  const MatrixShape shape{.rows = 70, .cols = 60, .depth = 4};
  if (!half) {
    const TritMatrix m = trine::test::random_trits(rng, shape);
    MatvecJob job =
        trine::test::trit_job(m, kGeometry, trine::test::random_x(rng, shape.cols), true);
    job.lower = {trine::test::random_x(rng, shape.cols)};
    return job;
  }
  MatvecJob job{.half = true, .raw = true, .rows = 20, .cols = 256};
  for (std::size_t i = 0; i < job.rows * job.cols; ++i) {
    const std::uint16_t weight = static_cast<std::uint16_t>((rng() & 0x83FF) | 15u << 10);
    job.stream.push_back(static_cast<std::byte>(weight & 255));
    job.stream.push_back(static_cast<std::byte>(weight >> 8));
  }
  job.x = trine::test::random_x(rng, job.cols);
  job.lower = {trine::test::random_x(rng, job.cols)};
  return job;
}

/// What `count` flips do, of which some must be told.
void check_flips(Memory memory, unsigned count) {
  const MatvecJob job = make_job(memory == Memory::kHalf || memory == Memory::kHalfExps);
  const MatvecOutcome clean = Matvec().run(job);
  std::mt19937_64 rng(static_cast<unsigned>(memory));
  unsigned told = 0, harmful = 0;
  for (unsigned n = 0; n < count; ++n) {
    CAPTURE(n);
    const std::uint64_t at = rng() % clean.cycles, bit = rng();
    Matvec dut;
    dut.on_cycle = [&](TRINE_MODEL& model, std::uint64_t cycle) {
      if (cycle == at) flip(*model.rootp, memory, bit);
    };
    const MatvecOutcome out = dut.run(job);
    const bool same = out.words == clean.words && out.lower == clean.lower;
    told += out.bad_parity;
    harmful += !same;
    CHECK((same || out.bad_parity || out.bad_set_byte));
    CHECK_EQ(out.cycles, clean.cycles);
  }
  MESSAGE(told << " of " << count << " flips told, " << harmful << " changed results");
  CHECK_GT(told, 0u);
  CHECK_GT(harmful, 0u);
}

}  // namespace

TEST_CASE("trine_matvec with parity: mantissas") {
  check_flips(Memory::kMantissas, 200);
}
TEST_CASE("trine_matvec with parity: lookup tables") {
  check_flips(Memory::kTables, 200);
}
TEST_CASE("trine_matvec with parity: multiples of column 15") {
  check_flips(Memory::kLevels, 800);
}
TEST_CASE("trine_matvec with parity: exponents") {
  check_flips(Memory::kExponents, 100);
}
TEST_CASE("trine_matvec with parity: codebook") {
  check_flips(Memory::kBook, 100);
}
TEST_CASE("trine_matvec with parity: partial sums") {
  check_flips(Memory::kPartials, 200);
}
TEST_CASE("trine_matvec with parity: mantissas of the FP16 engine") {
  check_flips(Memory::kHalf, 100);
}
TEST_CASE("trine_matvec with parity: exponents of the FP16 engine") {
  check_flips(Memory::kHalfExps, 100);
}
