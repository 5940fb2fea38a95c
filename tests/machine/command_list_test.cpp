// SPDX-License-Identifier: Apache-2.0

#include "driver/command_list.h"

#include <doctest/doctest.h>

#include <functional>

#include "golden/error.h"
#include "machine_fixture.h"

using namespace trine;

using Element = CommandList::Element;

TEST_CASE("CommandList: every method makes exactly its command") {
  CommandList list(MachineParams{});
  list.load(16, 0x1'0000'0040, 20, Element::F16, "x");
  list.trit_matvec({.rows = 100, .cols = 300, .address = 0x80, .src = 16, .dst = 512, .raw = true},
                   3, 0xC0, "w");
  list.f16_matvec({.rows = 5, .cols = 7, .address = 0x40, .src = 32, .dst = 64}, "h");
  list.store(512, 0x2'0000'0000, 100, Element::F32, "y");
  list.fence();
  CHECK_FALSE(list.finished());
  list.end();
  CHECK(list.finished());

  const Command expected[] = {
      Fields{.opcode = Opcode::LOAD, .rows = 20, .dst = 16, .half = true, .address = 0x1'0000'0040},
      Fields{.opcode = Opcode::TRIT_MATVEC,
             .rows = 100,
             .cols = 300,
             .src = 16,
             .dst = 512,
             .depth = 3,
             .raw = true,
             .address = 0x80,
             .book = 0xC0},
      Fields{.opcode = Opcode::F16_MATVEC,
             .rows = 5,
             .cols = 7,
             .src = 32,
             .dst = 64,
             .address = 0x40},
      Fields{.opcode = Opcode::STORE, .rows = 100, .src = 512, .address = 0x2'0000'0000},
      Fields{.opcode = Opcode::FENCE},
      Fields{.opcode = Opcode::END}};
  REQUIRE_EQ(list.commands().size(), std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i)
    CHECK(list.commands()[i].words == expected[i].words);
  CHECK_EQ(list.bytes().size(), 6 * 64u);
}

TEST_CASE("CommandList: refuses what the machine would refuse, with label and code") {
  const MachineParams machine{.vector_words = 1024, .max_cols = 512, .f16_engine = false};
  const MemoryWindow window{0x1000, 0x100000};
  const auto refused = [&](const char* code, const std::function<void(CommandList&)>& append) {
    CommandList list(machine, window);
    try {
      append(list);
      FAIL_CHECK("not refused: ", code);
    } catch (const Error& error) {
      const std::string what = error.what();
      CAPTURE(what);
      CHECK(what.find(code) != std::string::npos);
      CHECK(what.find("tensor") != std::string::npos);
    }
    CHECK(list.commands().empty());
  };
  const std::string label = "tensor";
  refused("BAD_FIELD", [&](auto& l) { l.load(0, 0x1000, 0, Element::F32, label); });
  refused("ALIGNMENT", [&](auto& l) { l.load(8, 0x1000, 1, Element::F32, label); });
  refused("ALIGNMENT", [&](auto& l) { l.store(0, 0x1020, 1, Element::F32, label); });
  refused("VECTOR_RANGE", [&](auto& l) { l.load(16, 0x1000, 1009, Element::F32, label); });
  refused("ADDRESS_RANGE", [&](auto& l) { l.load(0, 0xFC0, 1, Element::F32, label); });
  refused("ADDRESS_RANGE", [&](auto& l) { l.store(0, 0xFFFC0, 17, Element::F32, label); });
  refused("BAD_FIELD", [&](auto& l) {
    l.trit_matvec({.rows = 32, .cols = 513, .address = 0x1000}, 4, 0x1000, label);
  });
  refused("BAD_FIELD", [&](auto& l) {
    l.trit_matvec({.rows = 32, .cols = 16, .address = 0x1000}, 0, 0x1000, label);
  });
  refused("BAD_OPCODE",
          [&](auto& l) { l.f16_matvec({.rows = 1, .cols = 16, .address = 0x1000}, label); });
  refused("5 is not 1 to 4", [&](auto& l) {
    l.trit_matvec({.rows = 32, .cols = 16, .address = 0x1000}, 5, 0x1000, label);
  });
  refused("does not fit",
          [&](auto& l) { l.load(0, 0x1000, std::uint64_t{1} << 32, Element::F32, label); });
  refused("ADDRESS_RANGE", [&](auto& l) {  // The codebook alone is outside.
    l.trit_matvec({.rows = 32, .cols = 16, .address = 0x1000}, 1, 0xFFFC0, label);
  });
}

TEST_CASE("CommandList: nothing follows END") {
  CommandList list(MachineParams{});
  list.end();
  CHECK_THROWS_AS(list.fence(), Error);
  CHECK_THROWS_AS(list.end(), Error);
  CHECK_EQ(list.commands().size(), 1u);
}

TEST_CASE("CommandList: describes a command by its fields and its label") {
  CommandList list(MachineParams{});
  list.trit_matvec({.rows = 64, .cols = 48, .address = 0x1'0000'0080, .src = 0, .dst = 48}, 2, 0xC0,
                   "model.layers.0.mlp.up_proj.weight");
  CHECK_EQ(
      list.describe_at(0),
      "command 0 (TRIT_MATVEC depth=2 raw=0 bank=0 rows=64 cols=48 src=0 dst=48 addr=0x100000080 "
      "book=0xc0; model.layers.0.mlp.up_proj.weight)");
  CHECK_EQ(list.describe_at(1), "command 1 (past the list of 1)");
  Command unknown;
  unknown.words[0] = 0x77;
  CHECK_EQ(describe(unknown), "opcode 0x77");
}

TEST_CASE("MemoryWindow: knows its ends and the end of the bus") {
  const MemoryWindow window{0x40, 0x100};
  CHECK(window.holds(0x40, 0xC0));
  CHECK_FALSE(window.holds(0x3F, 1));
  CHECK_FALSE(window.holds(0x40, 0xC1));
  CHECK_FALSE(window.holds(~std::uint64_t{0}, 2));
  const MemoryWindow all{0, ~std::uint64_t{0}};
  const std::uint64_t bus = std::uint64_t{1} << kAddressBits;
  CHECK(all.holds(bus - 64, 64));
  CHECK_FALSE(all.holds(bus - 64, 65));
  CHECK_FALSE(all.holds(bus, 1));
  CHECK_FALSE(all.holds(0, ~std::uint64_t{0}));
}
