// SPDX-License-Identifier: Apache-2.0

#include "machine/cost_model.h"

#include <doctest/doctest.h>

#include "golden/error.h"

using namespace trine;

namespace {

ResolvedCommand product(std::uint32_t rows, std::uint32_t cols, std::uint32_t depth) {
  Command c;
  c.set(command::OPCODE, static_cast<std::uint32_t>(Opcode::TRIT_MATVEC));
  c.set(command::ROWS, rows).set(command::COLS, cols).set(command::DEPTH, depth);
  return {c, c.info(), 0};
}

ResolvedCommand elements(Opcode opcode, std::uint32_t rows) {
  Command c;
  c.set(command::OPCODE, static_cast<std::uint32_t>(opcode)).set(command::ROWS, rows);
  return {c, c.info(), 0};
}

}  // namespace

TEST_CASE("CostModel: beats are those of the format, a long product is bound by them") {
  for (const unsigned depth : {1u, 2u, 3u, 4u}) {
    CAPTURE(depth);
    CostModel model(MachineParams{});
    const CommandCost cost = model.command(product(22016, 2048, depth));
    CHECK_EQ(cost.weight_beats, 688 * 8 * golden::panel_beats(depth));
    // The back takes a row a cycle: at depth 1 a panel has 31 beats and 32 rows.
    const double bound = static_cast<double>(688 * 8 * std::max(32u, golden::panel_beats(depth)));
    CHECK_GE(static_cast<double>(cost.unit_cycles), bound);
    CHECK_LE(static_cast<double>(cost.unit_cycles), bound + 1500);
  }
}

TEST_CASE("CostModel: a slow memory bounds a product by its rate") {
  CostModel model(MachineParams{}, {.beats_per_cycle = 0.5});
  const CommandCost cost = model.command(product(22016, 2048, 4));
  CHECK_GE(cost.unit_cycles, 2 * cost.weight_beats - 600);  // A FIFO of them came before.
  CHECK_LE(cost.unit_cycles, 2 * cost.weight_beats + 1500);
  CHECK_GT(cost.stall_memory, cost.weight_beats / 2);
}

TEST_CASE("CostModel: narrow products wait for their tables") {
  CostModel model(MachineParams{});
  const CommandCost wide = model.command(product(32, 16 * 16, 4));
  const CommandCost blocks = model.command(product(32, 16 * 16 * 20, 4));
  // Each block takes the 826 cycles of a build, whatever the stream needs.
  CHECK_GE(blocks.unit_cycles - wide.unit_cycles, 19 * 826);
  CHECK_LE(blocks.unit_cycles - wide.unit_cycles, 19 * 832);
}

TEST_CASE("CostModel: the same command costs the same; what is no command is refused") {
  CostModel model(MachineParams{});
  CHECK_EQ(model.command(product(64, 64, 4)).cycles, model.command(product(64, 64, 4)).cycles);
  CHECK_THROWS_AS(model.command(ResolvedCommand{}), Error);
  const CostMemory none[] = {
      {.read_latency = 0}, {.write_latency = 0.5}, {.beats_per_cycle = 0}, {.beats_per_cycle = 1.1},
      {.write_cycles = 0}, {.read_burst = 0},      {.write_burst = 0}};
  for (const CostMemory& memory : none)
    CHECK_THROWS_WITH_AS(
        CostModel(MachineParams{}, memory),
        "a memory of the cost model: latencies and bursts of at least 1, at most a "
        "beat a cycle",
        Error);
}

TEST_CASE("CostModel: ports that share a beat answer later, and one of them writes it in turns") {
  const CostMemory memory{.read_latency = 30, .write_latency = 20};
  CHECK(over_ports(memory, 1) == memory);
  const CostMemory four = over_ports(memory, 4);
  CHECK(four == CostMemory{.read_latency = 35, .write_latency = 20, .write_cycles = 4});
  // A beat of 16 bytes takes four transfers: 256 more cycles for 256 beats but 64 of them.
  CostModel one(MachineParams{.groups = 4}), shared(MachineParams{.groups = 4}, over_ports({}, 4));
  const auto store = elements(Opcode::STORE, 1024);
  CHECK_GE(shared.command(store).unit_cycles, one.command(store).unit_cycles + 3 * 256 - 64);
}

TEST_CASE("CostModel: what was done ahead behind the command before costs no time twice") {
  CostModel model(MachineParams{});
  const auto load = elements(Opcode::LOAD, 4096), add = elements(Opcode::ADD, 4096);
  const CommandCost first = model.command(load);
  const Predecessor before = CostModel::predecessor(load, first);
  CHECK_FALSE(before.none);
  CHECK(before.lets_read);
  CHECK_EQ(before.unit_cycles, first.unit_cycles);
  CHECK_LT(model.command(add, before).cycles, model.command(add).cycles);
  CHECK_LT(model.command(load, before).cycles, first.cycles);
  // Behind a STORE nothing is read ahead, and END is the start of the next list.
  const auto store = elements(Opcode::STORE, 16);
  CHECK_FALSE(CostModel::predecessor(store, model.command(store)).lets_read);
  const auto end = elements(Opcode::END, 0);
  CHECK(CostModel::predecessor(end, model.command(end)).none);
}

TEST_CASE("CostModel: every opcode has a cost") {
  CostModel model(MachineParams{});
  for (const OpcodeInfo& opcode : kOpcodes) {
    Command c;
    c.set(command::OPCODE, static_cast<std::uint32_t>(opcode.opcode));
    c.set(command::ROWS, 64).set(command::COLS, 64).set(command::DEPTH, 4);
    c.set(command::LIMIT, 8);
    CAPTURE(opcode.name);
    const CommandCost cost = model.command({c, &opcode, 0});
    CHECK_GT(cost.cycles, cost.unit_cycles);
    CHECK_EQ(cost.unit_cycles != 0, opcode.unit != Unit::CONTROL);
  }
}
