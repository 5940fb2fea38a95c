// SPDX-License-Identifier: Apache-2.0

#include "driver/command_list.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <string>
#include <utility>

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

TEST_CASE(
    "CommandList: commands on vectors, columns and the cache have their fields, in any bank") {
  using Index = MemoryAccess::Index;
  CommandList list(MachineParams{.vectors = 4});
  list.store(16, 0x40, 5, Element::F16, "y", {2, Index::Token, 128, 7});
  list.store_column(32, 0x80, 20, "v", {.bank = 1, .stride = 256, .limit = 100});
  list.store_blocks(48, 0x40, 32, "k", {2, Index::Position, 128, 64});
  list.attention({.heads = 2,
                  .head_dim = 64,
                  .address = 0x1'0000'0000,
                  .limit = 10,
                  .src = 16,
                  .dst = 256,
                  .bank = 1,
                  .queries = 3},
                 0.125, "a");
  list.rmsnorm({64, 0, 64, 128, 3}, 1e-5F, "n");
  list.rope({128, 0, 256, 512, 1}, 64, "r");
  list.softmax({10, 32, 0, 16, 0}, 0.5F, CommandList::Span::Rows, "s");
  list.silu_mul({3, 16, 32, 48, 2}, "m");
  list.add({4, 16, 32, 64, 0}, "p");
  list.argmax({9, 16, 0, 48, 3}, 1000, "b");
  const char* const expected[] = {
      "STORE f16=1 index=1 bank=2 rows=5 src=16 addr=0x40 stride=128 limit=7; y",
      "STORE_COLUMN bank=1 rows=20 src=32 addr=0x80 stride=256 limit=100; v",
      "STORE_BLOCKS index=2 bank=2 rows=32 src=48 addr=0x40 stride=128 limit=64; k",
      ("ATTENTION bank=1 more=2 rows=128 cols=64 src=16 dst=256 addr=0x100000000 limit=10 "
       "alpha=3025551; a"),
      "RMSNORM bank=3 rows=64 src=0 dst=128 src2=64 alpha=1015021568 beta=925353388; n",
      "ROPE bank=1 rows=128 cols=64 src=0 dst=512 src2=256; r",
      "SOFTMAX span=1 bank=0 rows=10 src=32 dst=16 alpha=1056964608; s",
      "SILU_MUL bank=2 rows=3 src=16 dst=48 src2=32; m",
      "ADD bank=0 rows=4 src=16 dst=64 src2=32; p",
      "ARGMAX bank=3 rows=9 cols=1000 src=16 dst=48; b"};
  REQUIRE_EQ(list.size(), std::size(expected));
  for (std::uint32_t i = 0; i < list.size(); ++i)
    CHECK_EQ(list.describe_at(i), "command " + std::to_string(i) + " (" + expected[i] + ")");
}

TEST_CASE(
    "CommandList: what no field holds is refused with its label, before the machine's checks") {
  CommandList list(MachineParams{.vectors = 8});
  constexpr std::uint64_t kMuch = std::uint64_t{1} << 32;
  const auto refused = [&](const std::string& message, const std::function<void()>& append) {
    CHECK_THROWS_WITH_AS(append(), message.c_str(), Error);
    CHECK_EQ(list.size(), 0u);
  };
  const CommandList::Attention one{.heads = 1, .head_dim = 32, .limit = 1};
  const std::pair<double, const char*> scales[] = {{0.0, "0"},
                                                   {-0.5, "-0.5"},
                                                   {1.4, "1.4"},
                                                   {0x1p-26, "1.4901161193847656e-08"},
                                                   {std::nan(""), "nan"}};
  for (const auto& [scale, text] : scales)
    refused(std::string("t: attention scales scores by 2^-24 to 1.38, not by ") + text,
            [&, factor = scale] { list.attention(one, factor, "t"); });
  for (const unsigned queries : {0u, 9u}) {
    CommandList::Attention many = one;
    many.queries = queries;
    refused("t: attention of " + std::to_string(queries) + " positions",
            [&] { list.attention(many, 1, "t"); });
  }
  refused("t: 4294967296 elements does not fit a command",
          [&] { list.add({.count = kMuch}, "t"); });
  refused("t: 4294967296 elements of a head does not fit a command",
          [&] { list.rope({.count = 32}, kMuch, "t"); });
  refused("t: 4294967296 indexes does not fit a command",
          [&] { list.argmax({.count = 32}, kMuch, "t"); });
  refused("t: 4294967296 indexes does not fit a command",
          [&] { list.store_column(0, 0, 1, "t", {.stride = 64, .limit = kMuch}); });
  refused("t: 4294967296 bytes of stride does not fit a command",
          [&] { list.store_blocks(0, 0, 16, "t", {.stride = kMuch}); });
  refused("t: 4294967296 rows does not fit a command",
          [&] { list.f16_matvec({.rows = kMuch, .cols = 16}, "t"); });
  refused("t: 4294967296 columns does not fit a command",
          [&] { list.trit_matvec({.rows = 32, .cols = kMuch}, 1, 0, "t"); });
}

TEST_CASE("CommandList: an index is checked where its limit lets it reach furthest") {
  using Index = MemoryAccess::Index;
  const auto fits = [](std::uint64_t end, const auto& append) {
    for (const std::uint64_t limit : {end, end - 64}) {
      CommandList list(MachineParams{.groups = 1, .vectors = 2}, {0, limit});
      if (limit == end)
        CHECK_NOTHROW(append(list));
      else
        CHECK_THROWS_WITH_AS(append(list), doctest::Contains("ADDRESS_RANGE"), Error);
    }
  };
  for (const Index index : {Index::Token, Index::Position})
    for (const unsigned bank : {0u, 1u})
      fits(64 * 10 + 64, [&](CommandList& list) {
        list.load(0, 64, 16, Element::F32, "t", {bank, index, 64, 10});
      });
  fits(256 * 20,
       [](CommandList& list) { list.store_column(0, 0, 20, "t", {.stride = 256, .limit = 128}); });
  fits(3 * 64 * 4 + 64, [](CommandList& list) {
    list.attention({.heads = 1, .head_dim = 64, .address = 64, .limit = 3, .queries = 2}, 1, "t");
  });
  // Rows and columns that are limits: all of them.
  for (const CommandList::Span span : {CommandList::Span::Rows, CommandList::Span::Cols})
    fits(64 * 32 * 2,
         [&](CommandList& list) { list.f16_matvec({.rows = 64, .cols = 32, .span = span}, "t"); });
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
  CommandList summed(MachineParams{.stream_sum = true});
  summed.trit_matvec({.rows = 64, .cols = 48, .address = 0x80, .dst = 48, .sum = 0xabcdef}, 2, 0xC0,
                     "a");
  CHECK_EQ(summed.describe_at(0),
           "command 0 (TRIT_MATVEC depth=2 raw=0 bank=0 rows=64 cols=48 src=0 dst=48 addr=0x80 "
           "book=0xc0 sum=0x00abcdef; a)");
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
