// SPDX-License-Identifier: Apache-2.0
//
// Random lists of the whole command set, good ones and corrupted ones, on the RTL and the golden
// machine.

#include "tests/system/command_bench.h"

using namespace trine;
using namespace trine::test;
using namespace trine::command;

namespace {

using Bench = CommandBench;

/// Cores of devices whose vector memory can be compared.
std::vector<Setup> comparable_setups() {
  std::vector<Setup> all = setups(Cores::All);
  std::erase_if(all, [](const Setup& setup) { return !setup.device->shows_vectors; });
  return all;
}

unsigned seed_of(const Setup& setup) {
  return setup.request.groups + setup.request.vectors;
}

}  // namespace

TEST_CASE("trine_top: the whole command set, each command like the golden machine's") {
  for (Setup setup : comparable_setups()) {
    if (!setup.device->steps) continue;
    CAPTURE(setup);
    const auto timings = timing_matrix(setup.request.groups);
    for (const std::size_t t : {std::size_t{0}, std::size_t{4}}) {
      if (t > 0 && !setup.device->takes("stall")) continue;
      CAPTURE(t);
      setup.request.memory = timings[t];
      Bench bench(setup, seed_of(setup));
      for (unsigned n = 0; n < (setup.request.groups == 1 ? 10u : 25u); ++n) {
        CAPTURE(n);
        bench.new_state();
        const auto list = bench.good_list();
        // One command at a time: the first that differs is the one.
        for (Transport* side : bench.pair.sides()) start_list(*side, list);
        for (std::size_t i = 0; i < list.size(); ++i) {
          CAPTURE(i);
          CAPTURE(describe(list[i]));
          CAPTURE(bench.state.position);
          for (Transport* side : bench.pair.sides()) side->stepper()->step();
          bench.check_vector_memory();
        }
        CHECK_EQ(finish_list(bench.pair.device()), finish_list(bench.pair.golden()));
        bench.pair.check_memory();
      }
    }
  }
}

TEST_CASE("opcodes: each is run by every device, with the golden machine's results") {
  for (const Setup& setup : comparable_setups()) {
    CAPTURE(setup);
    Bench bench(setup, 5 * setup.request.groups + setup.request.vectors);
    for (const Opcode op : kOps) {
      CAPTURE(find_opcode(static_cast<std::uint32_t>(op))->name);
      for (unsigned n = 0; n < 3; ++n) {
        bench.new_state();
        const Command c = bench.good_command(op);
        CAPTURE(describe(c));
        REQUIRE(bench.pair.run(std::vector{c, make(Opcode::END)}).done());
        bench.check_vector_memory();
        bench.pair.check_memory();
      }
    }
  }
}

TEST_CASE("opcodes: every device refuses each code that is none") {
  for (const Setup& setup : setups(Cores::All)) {
    CAPTURE(setup);
    Pair pair = setup.pair();
    for (std::uint32_t code = 0; code < 256; ++code) {
      if (find_opcode(code) != nullptr) continue;
      CAPTURE(code);
      const Command c = Command{}.set(OPCODE, code);
      const Outcome outcome = pair.run(std::vector{make(Opcode::FENCE), c, make(Opcode::END)});
      CHECK_EQ(outcome.code(), ErrorCode::BAD_OPCODE);
      CHECK_EQ(outcome.index, 1u);
    }
  }
}

TEST_CASE("trine_top: gated clocks change neither results nor cycles") {
  for (const Setup& setup : comparable_setups()) {
    if (!setup.device->takes("checking")) continue;
    CAPTURE(setup);
    // The fast models have gates, the checking ones do not.
    Setup fast = setup;
    fast.request.checking = false;
    Bench gated(fast, 3), through(setup, 3);
    for (unsigned n = 0; n < 10; ++n) {
      CAPTURE(n);
      std::uint32_t cycles[2] = {};
      for (Bench* bench : {&gated, &through}) {
        bench->new_state();
        const auto list = bench->good_list();
        bench->pair.run(list);
        bench->check_vector_memory();
        cycles[bench == &gated] = bench->pair.device().read(Reg::CYCLES_LO);
      }
      CHECK_EQ(cycles[0], cycles[1]);
    }
  }
}

TEST_CASE("trine_top: a corrupted command gives an error code and index, and the core goes on") {
  for (Setup setup : comparable_setups()) {
    CAPTURE(setup);
    setup.request.watchdog_cycles = 200'000;
    Bench bench(setup, 7 * setup.request.groups + setup.request.vectors);
    unsigned refused = 0, ran = 0;
    for (unsigned n = 0; n < 200; ++n) {
      CAPTURE(n);
      bench.new_state();
      auto list = bench.good_list();
      const std::uint32_t index = bench.below(list.size());
      Command& bad = list[index];
      for (unsigned flips = 1 + bench.below(3); flips > 0; --flips)
        bad.words[bench.below(16)] ^= 1u << bench.below(32);
      CAPTURE(describe(bad));
      const CheckedCommand checked =
          check_command(bad, bench.pair.params(), {0, kTestMemory}, bench.state);
      // What the golden machine leaves open, or would take too long here, is not run.
      if (checked.code == ErrorCode::NONE) {
        ++ran;
        continue;
      }
      ++refused;
      const Outcome got = run_list(bench.pair.device(), list);
      const Outcome want = run_list(bench.pair.golden(), list);
      CHECK_EQ(got, want);
      if (want.index == index) CHECK_EQ(want.code(), checked.code);
      CHECK(!want.done());
      for (Transport* side : bench.pair.sides()) {
        side->write(Reg::CTRL, field::CTRL_RESET.mask());
        CHECK_EQ(side->read(Reg::STATUS), 0u);
        CHECK_EQ(side->read(Reg::ERROR), 0u);
        CHECK_EQ(side->read(Reg::COMMAND), 0u);
        CHECK_EQ(side->read(Reg::LIST_COUNT), 0u);
      }
      if (n % 10 == 0) {
        bench.refill();
        bench.new_state();
        const auto after = bench.good_list();
        bench.pair.run(after);
        bench.check_vector_memory();
      }
    }
    CHECK_GT(refused, 50u);
    CHECK_GT(ran, 0u);
  }
}
