// SPDX-License-Identifier: Apache-2.0

#include "machine/golden_transport.h"

#include <doctest/doctest.h>

#include "golden/error.h"
#include "machine_fixture.h"

using namespace trine;

namespace {

constexpr std::uint32_t kDone = field::STATUS_DONE.mask();
constexpr std::uint32_t kFailed = field::STATUS_ERROR.mask();
constexpr std::uint32_t kBusy = field::STATUS_BUSY.mask();

Command fence() {
  return Fields{.opcode = Opcode::FENCE};
}
Command load16() {
  return Fields{.opcode = Opcode::LOAD, .rows = 16, .address = 0x2000};
}

std::uint64_t counter(Transport& transport, Reg low, Reg high) {
  const std::uint32_t bits = transport.read(low);
  return bits | std::uint64_t{transport.read(high)} << 32;
}

}  // namespace

TEST_CASE("GoldenTransport: every register resets, keeps and refuses what the map says") {
  GoldenTransport transport(MachineParams{}, 4096);
  for (const RegInfo& info : kRegs) {
    CAPTURE(info.name);
    CHECK_EQ(transport.read(info.reg), info.reset);
  }
  for (const RegInfo& info : kRegs) {
    if (info.reg == Reg::CTRL) continue;  // It would start.
    std::uint32_t writable = 0;
    for (const Field& f : kFields)
      if (f.reg == info.reg && f.access == Access::RW) writable |= f.mask();
    for (const std::uint32_t value : {0xffffffffu, 0x5a5a5a5au, 0u}) {
      CAPTURE(info.name);
      transport.write(info.reg, value);
      CHECK_EQ(transport.read(info.reg), (info.reset & ~writable) | (value & writable));
    }
  }
  CHECK_THROWS_AS(transport.read(static_cast<Reg>(0x02C)), Error);
  CHECK_THROWS_AS(transport.write(static_cast<Reg>(0xFFC), 1), Error);
}

TEST_CASE("GoldenTransport: capabilities follow the parameters") {
  GoldenTransport transport({.groups = 4,
                             .tile_rows = 64,
                             .vectors = 2,
                             .act_width = 10,
                             .vector_words = 4096,
                             .max_cols = 1024,
                             .f16_engine = false,
                             .attention_heads = 3,
                             .attention_width = 14,
                             .parity = true,
                             .stream_sum = true},
                            4096);
  CHECK_EQ(transport.read(Reg::CAPS),
           4u | 2u << 8 | 1u << 13 | 1u << 14 | 1u << 15 | 10u << 16 | 14u << 21 | 3u << 26);
  CHECK_EQ(transport.read(Reg::TILE_ROWS), 64u);
  CHECK_EQ(transport.read(Reg::VECTOR_WORDS), 4096u);
  CHECK_EQ(transport.read(Reg::MAX_COLS), 1024u);
}

TEST_CASE("GoldenTransport: refuses parameters that no core has") {
  for (const MachineParams& params :
       {MachineParams{.groups = 3}, MachineParams{.groups = 32}, MachineParams{.groups = 0},
        MachineParams{.tile_rows = 48}, MachineParams{.tile_rows = 0}, MachineParams{.vectors = 0},
        MachineParams{.act_width = 7}, MachineParams{.act_width = 17},
        MachineParams{.vector_words = 0}, MachineParams{.max_cols = 0}}) {
    CHECK_THROWS_AS(GoldenTransport(params, 4096), Error);
  }
}

TEST_CASE("GoldenTransport: runs one command a wait, from BUSY to DONE") {
  Machine machine;
  auto& transport = machine.transport;
  machine.put_list({fence(), load16(), end_command()});
  transport.wait();  // Idle: nothing happens.
  CHECK_EQ(transport.read(Reg::STATUS), 0u);
  transport.write(Reg::CTRL, field::CTRL_START.put(1));
  for (std::uint32_t index = 0; index < 3; ++index) {
    CHECK_EQ(transport.read(Reg::STATUS), kBusy);
    CHECK_EQ(transport.read(Reg::COMMAND), index);
    transport.wait();
  }
  CHECK_EQ(transport.read(Reg::STATUS), kDone);
  CHECK_EQ(transport.read(Reg::COMMAND), 2u);
  CHECK_EQ(transport.read(Reg::ERROR), 0u);
  transport.write(Reg::STATUS, kFailed);  // Another bit's acknowledgement leaves DONE.
  CHECK_EQ(transport.read(Reg::STATUS), kDone);
  transport.write(Reg::STATUS, kDone);
  CHECK_EQ(transport.read(Reg::STATUS), 0u);
}

TEST_CASE("GoldenTransport: an error stays until acknowledged, its code until START") {
  Machine machine;
  auto& transport = machine.transport;
  CHECK_EQ(machine.run({fence()}), Outcome{ErrorCode::LIST_OVERRUN, 1});
  CHECK_EQ(transport.read(Reg::STATUS), kFailed);
  transport.write(Reg::STATUS, kFailed);
  CHECK_EQ(transport.read(Reg::STATUS), 0u);
  CHECK_EQ(transport.read(Reg::ERROR), static_cast<std::uint32_t>(ErrorCode::LIST_OVERRUN));
  CHECK_EQ(machine.run({fence()}), Outcome{ErrorCode::LIST_OVERRUN, 1});
  CHECK_EQ(machine.run({end_command()}), Outcome{ErrorCode::NONE, 0});  // START clears both.
}

TEST_CASE("GoldenTransport: START and CLEAR are ignored while busy") {
  Machine machine;
  auto& transport = machine.transport;
  machine.put_list({fence(), fence(), end_command()});
  transport.write(Reg::CTRL, field::CTRL_START.put(1));
  transport.wait();
  transport.write(Reg::CTRL, field::CTRL_START.put(1) | field::CTRL_CLEAR.put(1));
  CHECK_EQ(transport.read(Reg::COMMAND), 1u);
  transport.wait();
  transport.wait();
  CHECK_EQ(transport.read(Reg::STATUS), kDone);
  CHECK_EQ(counter(transport, Reg::COMMANDS_LO, Reg::COMMANDS_HI), 3u);
}

TEST_CASE("GoldenTransport: ABORT stops behind the command that runs, and not at END") {
  Machine machine;
  auto& transport = machine.transport;
  transport.write(Reg::CTRL, field::CTRL_ABORT.put(1));  // Idle: ignored.
  machine.put_list({fence(), fence(), fence(), end_command()});
  transport.write(Reg::CTRL, field::CTRL_START.put(1));
  transport.wait();
  transport.write(Reg::CTRL, field::CTRL_ABORT.put(1));
  transport.wait();
  CHECK_EQ(transport.read(Reg::STATUS), kFailed);
  CHECK_EQ(transport.read(Reg::ERROR), static_cast<std::uint32_t>(ErrorCode::ABORTED));
  CHECK_EQ(transport.read(Reg::COMMAND), 1u);
  CHECK_EQ(machine.start(), Outcome{ErrorCode::NONE, 3});

  machine.put_list({end_command()});
  transport.write(Reg::CTRL, field::CTRL_START.put(1));
  transport.write(Reg::CTRL, field::CTRL_ABORT.put(1));
  transport.wait();
  CHECK_EQ(transport.read(Reg::STATUS), kDone);
}

TEST_CASE("GoldenTransport: the interrupt line is an enabled status bit") {
  Machine machine;
  auto& transport = machine.transport;
  machine.run({end_command()});
  CHECK_FALSE(transport.irq());
  transport.write(Reg::IRQ_ENABLE, field::IRQ_ENABLE_ERROR.mask());
  CHECK_FALSE(transport.irq());
  transport.write(Reg::IRQ_ENABLE, field::IRQ_ENABLE_DONE.mask());
  CHECK(transport.irq());
  transport.write(Reg::STATUS, kDone);
  CHECK_FALSE(transport.irq());
  machine.run({fence()});
  CHECK_FALSE(transport.irq());
  transport.write(Reg::IRQ_ENABLE, field::IRQ_ENABLE_ERROR.mask());
  CHECK(transport.irq());
}

TEST_CASE("GoldenTransport: counts commands and beats by the width of the bus") {
  for (const unsigned groups : {1u, 4u, 16u}) {
    CAPTURE(groups);
    Machine machine({.groups = groups, .tile_rows = 64});
    auto& transport = machine.transport;
    const std::uint64_t beat = 4 * groups;
    const golden::MatrixShape shape{40, 100, 3};
    const std::uint64_t stream = shape.beats({groups, 64});
    const std::vector<Command> list{
        Fields{.opcode = Opcode::LOAD, .rows = 100, .half = true, .address = 0x2000},
        Fields{.opcode = Opcode::TRIT_MATVEC,
               .rows = 40,
               .cols = 100,
               .dst = 128,
               .depth = 3,
               .address = 0x10000,
               .book = 0x3000},
        fence()};
    CHECK_EQ(machine.run(list).code, ErrorCode::BAD_CODEBOOK);  // All zeros; counted all the same.
    CHECK_EQ(counter(transport, Reg::COMMANDS_LO, Reg::COMMANDS_HI), 2u);
    CHECK_EQ(counter(transport, Reg::WEIGHT_BEATS_LO, Reg::WEIGHT_BEATS_HI), stream);
    CHECK_EQ(counter(transport, Reg::READ_BEATS_LO, Reg::READ_BEATS_HI),
             stream + (2 * 64 + 128 + (200 + beat - 1) / beat * beat) / beat);
    CHECK_EQ(counter(transport, Reg::WRITE_BEATS_LO, Reg::WRITE_BEATS_HI), 0u);
    CHECK_EQ(counter(transport, Reg::CYCLES_LO, Reg::CYCLES_HI), 0u);

    machine.run({Fields{.opcode = Opcode::STORE, .rows = 17, .address = 0x2000}, end_command()});
    CHECK_EQ(counter(transport, Reg::WRITE_BEATS_LO, Reg::WRITE_BEATS_HI),
             (17 * 4 + beat - 1) / beat);
    CHECK_EQ(counter(transport, Reg::COMMANDS_LO, Reg::COMMANDS_HI), 4u);
    transport.write(Reg::CTRL, field::CTRL_CLEAR.put(1));
    for (const CounterRegs& counter_regs : kCounterRegs)
      CHECK_EQ(counter(transport, counter_regs.low, counter_regs.high), 0u);
  }
}

TEST_CASE("GoldenTransport: maps memory behind its own only") {
  GoldenTransport transport(MachineParams{}, 0x4000);
  const std::vector<std::byte> file(100, std::byte{9});
  CHECK_THROWS_AS(transport.map_memory(0x3000, file), Error);
  transport.map_memory(0x4000, file);
  std::byte byte{};
  transport.read_memory(0x4063, std::span(&byte, 1));
  CHECK_EQ(byte, std::byte{9});
  CHECK_THROWS_AS(transport.write_memory(0x4000, std::span(&byte, 1)), Error);
  CHECK_EQ(transport.memory_size(), 0x4000u);
}
