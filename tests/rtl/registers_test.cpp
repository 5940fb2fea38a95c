// SPDX-License-Identifier: Apache-2.0

#include "isa/registers.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "Vtrine_registers.h"
#include "isa/commands.h"
#include "sim/dut.h"
#include "tests/rtl/stalls.h"

using namespace trine;
using namespace trine::test;

namespace {

constexpr unsigned kOkay = 0, kSlaveError = 2;

/// The register block with an AXI4-Lite master that delays each channel at random.
class Bench {
 public:
  explicit Bench(double odds = 1.0, unsigned seed = 1, std::uint64_t max_cycles = 100'000)
      : dut("registers_" + std::to_string(seed), max_cycles), go_(odds, seed) {
    dut->aw_valid_i = dut->w_valid_i = dut->b_ready_i = dut->ar_valid_i = dut->r_ready_i = 0;
    dut->busy_i = dut->finish_i = dut->fault_valid_i = 0;
    dut->error_code_i = 0;
    dut->index_i = 0;
    dut->events_i = 0;
    dut->eval();
  }

  /// Returns the response.
  unsigned write(std::uint32_t offset, std::uint32_t value, unsigned strobe = 15) {
    bool aw = true, w = true;
    for (;;) {
      dut->aw_valid_i = aw && (dut->aw_valid_i || go_());
      dut->w_valid_i = w && (dut->w_valid_i || go_());
      set_port(dut->aw_addr_i, dut->aw_valid_i ? offset : 0);
      dut->w_data_i = dut->w_valid_i ? value : ~0u;
      set_port(dut->w_strb_i, dut->w_valid_i ? strobe : 0);
      dut->b_ready_i = go_();
      dut->eval();
      const bool aw_moves = dut->aw_valid_i && dut->aw_ready_o;
      const bool w_moves = dut->w_valid_i && dut->w_ready_o;
      const bool b_moves = dut->b_valid_o && dut->b_ready_i;
      const unsigned response = dut->b_resp_o;
      if (b_moves) REQUIRE((!aw && !w));
      starts += dut->start_o;
      aborts += dut->abort_o;
      dut.step();
      if (aw_moves) aw = false;
      if (w_moves) w = false;
      if (b_moves) {
        dut->b_ready_i = 0;
        return response;
      }
    }
  }
  unsigned write(Reg reg, std::uint32_t value, unsigned strobe = 15) {
    return write(static_cast<std::uint32_t>(reg), value, strobe);
  }

  std::uint32_t read(std::uint32_t offset, unsigned* response = nullptr) {
    bool asked = false;
    std::uint32_t held = 0;
    bool waits = false;
    for (;;) {
      dut->ar_valid_i = !asked && (dut->ar_valid_i || go_());
      set_port(dut->ar_addr_i, dut->ar_valid_i ? offset : 0);
      dut->r_ready_i = go_();
      dut->eval();
      if (waits) REQUIRE((dut->r_valid_o && dut->r_data_o == held));
      held = dut->r_data_o;
      waits = dut->r_valid_o && !dut->r_ready_i;
      const bool ar_moves = dut->ar_valid_i && dut->ar_ready_o;
      const bool r_moves = dut->r_valid_o && dut->r_ready_i;
      if (r_moves) {
        REQUIRE(asked);
        if (response != nullptr)
          *response = dut->r_resp_o;
        else
          CHECK_EQ(dut->r_resp_o, kOkay);
      }
      dut.step();
      if (ar_moves) asked = true;
      if (r_moves) {
        dut->r_ready_i = 0;
        return held;
      }
    }
  }
  std::uint32_t read(Reg reg) { return read(static_cast<std::uint32_t>(reg)); }

  void finish(ErrorCode code) {
    dut->busy_i = 1;
    dut->finish_i = 1;
    dut->error_code_i = static_cast<std::uint8_t>(code);
    dut.step();
    dut->finish_i = dut->busy_i = 0;
    dut->error_code_i = 0;
    dut.step();
  }

  sim::Dut<Vtrine_registers> dut;
  unsigned starts = 0, aborts = 0;  // Cycles in which the pulse was seen during a write.

 private:
  Coin go_;
};

/// What a register reads after reset with this test's parameters.
std::uint32_t reset_of(const RegInfo& info) {
  switch (info.reg) {
    case Reg::CAPS:
      return field::CAPS_GROUPS.put(TRINE_Groups) | field::CAPS_VECTORS.put(TRINE_Vectors) |
             field::CAPS_F16.put(TRINE_F16Engine) | field::CAPS_VECTOR_UNIT.put(TRINE_VectorUnit) |
             field::CAPS_PARITY.put(TRINE_Parity) | field::CAPS_STREAM_SUM.put(TRINE_StreamSum) |
             field::CAPS_ACT_WIDTH.put(TRINE_ActWidth) |
             field::CAPS_ATTENTION_HEADS.put(TRINE_AttentionHeads) |
             field::CAPS_ATTENTION_WIDTH.put(TRINE_AttentionWidth);
    case Reg::TILE_ROWS:
      return TRINE_TileRows;
    case Reg::VECTOR_WORDS:
      return TRINE_VectorWords;
    case Reg::MAX_COLS:
      return TRINE_MaxCols;
    default:
      return info.reset;
  }
}

bool mapped(std::uint32_t offset) {
  return find_register(static_cast<Reg>(offset)) != nullptr;
}

}  // namespace

TEST_CASE("trine_registers: every register resets to its value and keeps only writable bits") {
  for (const double odds : {1.0, 0.4}) {
    Bench bench(odds, 7);
    for (const RegInfo& info : kRegs) {
      CAPTURE(info.name);
      CHECK_EQ(bench.read(info.reg), reset_of(info));
    }
    for (const std::uint32_t value : {~0u, 0x5A5A5A5Au, 0xA5A5A5A5u, 0u}) {
      for (const RegInfo& info : kRegs) {
        if (info.reg == Reg::CTRL) continue;
        CAPTURE(info.name);
        const std::uint32_t writable = mask_of(info.reg, Access::RW);
        CHECK_EQ(bench.write(info.reg, value), kOkay);
        CHECK_EQ(bench.read(info.reg), (reset_of(info) & ~writable) | (value & writable));
      }
    }
  }
}

/// What the machine is told, which follows from what the registers hold.
void check_outputs(Bench& bench, const std::map<Reg, std::uint32_t>& model) {
  const auto word = [&](Reg reg) { return model.at(reg); };
  const auto pair = [&](Reg low, Reg high) {
    return word(low) | static_cast<std::uint64_t>(word(high)) << 32;
  };
  auto& dut = bench.dut;
  CHECK_EQ(dut->list_addr_o, pair(Reg::LIST_LO, Reg::LIST_HI));
  CHECK_EQ(dut->list_count_o, word(Reg::LIST_COUNT));
  CHECK_EQ(dut->mem_base_o, pair(Reg::MEM_BASE_LO, Reg::MEM_BASE_HI));
  CHECK_EQ(dut->mem_limit_o, pair(Reg::MEM_LIMIT_LO, Reg::MEM_LIMIT_HI));
  CHECK_EQ(dut->position_o, word(Reg::POSITION));
  CHECK_EQ(dut->profile_addr_o, pair(Reg::PROFILE_LO, Reg::PROFILE_HI));
  CHECK_EQ(dut->profile_count_o, word(Reg::PROFILE_COUNT));
  CHECK_EQ(dut->bus_limit_o, word(Reg::BUS_LIMIT));
  for (unsigned bank = 0; bank < std::size(kTokenRegs); ++bank) {
    CAPTURE(bank);
    CHECK_EQ(dut->tokens_o[bank], word(kTokenRegs[bank]));
    CHECK_EQ(dut->ahead_o[bank], word(kAheadRegs[bank]));
  }
}

TEST_CASE("trine_registers: a write reaches one register, its output and the bytes of its strobe") {
  Bench bench;
  Random random(3);
  std::map<Reg, std::uint32_t> model;
  for (const RegInfo& info : kRegs) model[info.reg] = reset_of(info);
  for (int n = 0; n < 600; ++n) {
    const Reg reg = kRegs[random.below(static_cast<std::uint32_t>(std::size(kRegs)))].reg;
    if (reg == Reg::CTRL) continue;
    const std::uint32_t value = random.word();
    const unsigned strobe = random.below(16);
    std::uint32_t bits = 0;
    for (unsigned byte = 0; byte < 4; ++byte)
      if ((strobe >> byte & 1) != 0) bits |= 0xFFu << 8 * byte;
    bits &= mask_of(reg, Access::RW);
    model[reg] = (model[reg] & ~bits) | (value & bits);
    CHECK_EQ(bench.write(reg, value, strobe), kOkay);
    check_outputs(bench, model);
    if (n % 10 != 0) continue;
    for (const RegInfo& info : kRegs) {
      CAPTURE(info.name);
      CHECK_EQ(bench.read(info.reg), model[info.reg]);
    }
  }
}

TEST_CASE("trine_registers: takes no second address in front of the first one's data") {
  Bench bench;
  bench.dut->aw_valid_i = 1;
  set_port(bench.dut->aw_addr_i, static_cast<std::uint32_t>(Reg::POSITION));
  bench.dut->eval();
  CHECK_EQ(bench.dut->aw_ready_o, 1);
  bench.dut.step();
  set_port(bench.dut->aw_addr_i, static_cast<std::uint32_t>(Reg::LIST_COUNT));
  for (unsigned cycle = 0; cycle < 3; ++cycle) {
    bench.dut->eval();
    CHECK_EQ(bench.dut->aw_ready_o, 0);
    bench.dut.step();
  }
  bench.dut->aw_valid_i = 0;
  bench.dut->w_valid_i = 1;
  bench.dut->w_data_i = 77;
  set_port(bench.dut->w_strb_i, 15u);
  bench.dut->b_ready_i = 1;
  bench.dut.step();
  bench.dut->w_valid_i = 0;
  for (unsigned cycle = 0; cycle < 6; ++cycle) bench.dut.step();
  CHECK_EQ(bench.dut->position_o, 77u);
  CHECK_EQ(bench.dut->list_count_o, 0u);
}

TEST_CASE("trine_registers: every offset without a register answers with an error") {
  Bench bench;
  for (std::uint32_t offset = 0; offset < 0x1000; offset += 4) {
    CAPTURE(offset);
    unsigned response = 99;
    const std::uint32_t value = bench.read(offset, &response);
    CHECK_EQ(response, mapped(offset) ? kOkay : kSlaveError);
    if (!mapped(offset)) CHECK_EQ(value, 0u);
    CHECK_EQ(bench.write(offset, 0), mapped(offset) ? kOkay : kSlaveError);
  }
  for (std::uint32_t offset = 0; offset < 0x1000; offset += 4)
    if (!mapped(offset)) bench.write(offset, ~0u);
  for (const RegInfo& info : kRegs)
    CHECK_EQ(bench.read(info.reg), reset_of(info) & ~mask_of(info.reg, Access::RW));
  CHECK_EQ(bench.starts, 0u);
  CHECK_EQ(bench.aborts, 0u);
}

TEST_CASE("trine_registers: CTRL pulses for one cycle; START and CLEAR only when not busy") {
  Bench bench(0.5, 11);
  bench.write(Reg::CTRL, field::CTRL_START.mask());
  CHECK_EQ(bench.starts, 1u);
  bench.write(Reg::CTRL, field::CTRL_START.mask(), 14);  // Byte 0 is not strobed.
  CHECK_EQ(bench.starts, 1u);
  bench.dut->busy_i = 1;
  bench.write(Reg::CTRL, field::CTRL_START.mask());
  CHECK_EQ(bench.starts, 1u);
  CHECK_EQ(bench.aborts, 0u);
  bench.write(Reg::CTRL, field::CTRL_ABORT.mask());
  CHECK_EQ(bench.aborts, 1u);
  CHECK_EQ(bench.starts, 1u);
  bench.write(Reg::CTRL, field::CTRL_CLEAR.mask());
  CHECK(bench.read(Reg::CYCLES_LO) > 0);
  bench.dut->busy_i = 0;
  bench.write(Reg::CTRL, field::CTRL_CLEAR.mask());
  CHECK_EQ(bench.read(Reg::CYCLES_LO), 0u);
  CHECK_EQ(bench.read(Reg::CTRL), 0u);
}

TEST_CASE("trine_registers: STATUS and ERROR follow the sequencer and clear as documented") {
  Bench bench;
  bench.write(Reg::CTRL, field::CTRL_START.mask());
  bench.dut->busy_i = 1;
  bench.dut->index_i = 42;
  CHECK_EQ(bench.read(Reg::STATUS), field::STATUS_BUSY.mask());
  CHECK_EQ(bench.read(Reg::COMMAND), 42u);
  bench.finish(ErrorCode::NONE);
  CHECK_EQ(bench.read(Reg::STATUS), field::STATUS_DONE.mask());
  CHECK_EQ(bench.read(Reg::ERROR), 0u);
  bench.write(Reg::STATUS, field::STATUS_ERROR.mask());
  CHECK_EQ(bench.read(Reg::STATUS), field::STATUS_DONE.mask());
  bench.write(Reg::STATUS, field::STATUS_DONE.mask(), 14);
  CHECK_EQ(bench.read(Reg::STATUS), field::STATUS_DONE.mask());
  bench.write(Reg::STATUS, field::STATUS_DONE.mask());
  CHECK_EQ(bench.read(Reg::STATUS), 0u);
  for (const ErrorInfo& info : kErrors) {
    if (info.code == ErrorCode::NONE) continue;
    bench.finish(info.code);
    CHECK_EQ(bench.read(Reg::STATUS), field::STATUS_ERROR.mask());
    CHECK_EQ(bench.read(Reg::ERROR), static_cast<std::uint32_t>(info.code));
    bench.write(Reg::STATUS, field::STATUS_DONE.mask());
    CHECK_EQ(bench.read(Reg::STATUS), field::STATUS_ERROR.mask());
    bench.write(Reg::STATUS, field::STATUS_ERROR.mask());
    CHECK_EQ(bench.read(Reg::STATUS), 0u);
    CHECK_EQ(bench.read(Reg::ERROR), static_cast<std::uint32_t>(info.code));
  }
  bench.finish(ErrorCode::ABORTED);
  bench.write(Reg::CTRL, field::CTRL_START.mask());
  CHECK_EQ(bench.read(Reg::STATUS), 0u);
  CHECK_EQ(bench.read(Reg::ERROR), 0u);
  bench.finish(ErrorCode::NONE);
  bench.write(Reg::CTRL, field::CTRL_START.mask());
  CHECK_EQ(bench.read(Reg::STATUS), 0u);
}

TEST_CASE("trine_registers: a failure of the bus ends the list with its place and command") {
  Bench bench(1.0, 3);
  bench.write(Reg::BUS_LIMIT, 0x1234);
  CHECK_EQ(bench.dut->bus_limit_o, 0x1234u);
  bench.write(Reg::IRQ_ENABLE, field::IRQ_ENABLE_ERROR.mask());
  bench.write(Reg::CTRL, field::CTRL_START.mask());
  for (const bool finishes : {false, true}) {
    CAPTURE(finishes);
    bench.dut->busy_i = 1;
    bench.dut->index_i = 7;
    bench.dut->fault_valid_i = 1;
    bench.dut->finish_i = finishes;
    // Code, channel, port and address of bus_fault_t, from the top.
    const std::uint32_t words[] = {0x9ABCDEF0u, 0x12345678u, 16u << 5 | 2u << 2 | 3u};
    set_words(bench.dut->fault_i, words);
    bench.dut.step();
    bench.dut->fault_valid_i = bench.dut->finish_i = bench.dut->busy_i = 0;
    bench.dut->index_i = 0;
    bench.dut.step();
    CHECK_EQ(bench.dut->irq_o, 1);
    CHECK_EQ(bench.read(Reg::STATUS), field::STATUS_ERROR.mask());
    CHECK_EQ(bench.read(Reg::ERROR), static_cast<std::uint32_t>(ErrorCode::BUS_TIMEOUT));
    CHECK_EQ(bench.read(Reg::COMMAND), 7u);
    CHECK_EQ(bench.read(Reg::BUS_FAULT),
             field::BUS_FAULT_CHANNEL.put(2) | field::BUS_FAULT_PORT.put(3));
    CHECK_EQ(bench.read(Reg::BUS_ADDRESS_LO), 0x9ABCDEF0u);
    CHECK_EQ(bench.read(Reg::BUS_ADDRESS_HI), 0x12345678u);
    bench.write(Reg::CTRL, finishes ? field::CTRL_RESET.mask() : field::CTRL_START.mask());
    for (const Reg reg : {Reg::STATUS, Reg::ERROR, Reg::COMMAND, Reg::BUS_FAULT,
                          Reg::BUS_ADDRESS_LO, Reg::BUS_ADDRESS_HI})
      CHECK_EQ(bench.read(reg), 0u);
  }
}

TEST_CASE("trine_registers: any failure of the bus, in any command, is kept until the next start") {
  Bench bench(1.0, 5);
  Random random(5);
  for (unsigned n = 0; n < 40; ++n) {
    CAPTURE(n);
    bench.write(Reg::CTRL, field::CTRL_START.mask());
    const std::uint32_t low = random.word(), high = random.word(), index = random.word();
    const std::uint32_t channel = random.below(8), port = random.below(4);
    const std::uint32_t code = 1 + random.below(255);
    bench.dut->busy_i = 1;
    bench.dut->index_i = index;
    CHECK_EQ(bench.read(Reg::COMMAND), index);
    for (const bool first : {true, false}) {  // A second one changes nothing.
      const std::uint32_t words[] = {first ? low : ~low, first ? high : ~high,
                                     first ? code << 5 | channel << 2 | port : 0x1FFF};
      set_words(bench.dut->fault_i, words);
      bench.dut->fault_valid_i = 1;
      bench.dut.step();
      bench.dut->fault_valid_i = 0;
      bench.dut->index_i = random.word();
      bench.dut.step();
    }
    bench.dut->busy_i = 0;
    bench.dut.step();
    CHECK_EQ(bench.read(Reg::STATUS), field::STATUS_ERROR.mask());
    CHECK_EQ(bench.read(Reg::ERROR), code);
    CHECK_EQ(bench.read(Reg::COMMAND), index);
    CHECK_EQ(bench.read(Reg::BUS_FAULT),
             field::BUS_FAULT_CHANNEL.put(channel) | field::BUS_FAULT_PORT.put(port));
    CHECK_EQ(bench.read(Reg::BUS_ADDRESS_LO), low);
    CHECK_EQ(bench.read(Reg::BUS_ADDRESS_HI), high);
  }
}

TEST_CASE(
    "trine_registers: COMMAND is 0 from a reset to the next start, whatever the last list did") {
  Bench bench(1.0, 4);
  bench.dut->index_i = 8;
  CHECK_EQ(bench.read(Reg::COMMAND), 0u);
  bench.write(Reg::CTRL, field::CTRL_START.mask());
  bench.dut->busy_i = 1;
  CHECK_EQ(bench.read(Reg::COMMAND), 8u);
  bench.write(Reg::CTRL, field::CTRL_RESET.mask());
  CHECK_EQ(bench.read(Reg::COMMAND), 8u);  // It still runs.
  bench.finish(ErrorCode::ABORTED);
  bench.dut.step(2);
  CHECK_EQ(bench.read(Reg::STATUS), 0u);
  CHECK_EQ(bench.read(Reg::COMMAND), 0u);
  bench.write(Reg::CTRL, field::CTRL_START.mask());
  CHECK_EQ(bench.read(Reg::COMMAND), 8u);
}

TEST_CASE("trine_registers: an event wins over its acknowledgement in the same cycle") {
  Bench bench;
  // The write takes effect in the third cycle after both halves were taken.
  bench.dut->aw_valid_i = bench.dut->w_valid_i = 1;
  set_port(bench.dut->aw_addr_i, static_cast<std::uint32_t>(Reg::STATUS));
  bench.dut->w_data_i = 6;
  bench.dut->w_strb_i = 15;
  bench.dut->b_ready_i = 1;
  bench.dut.step();
  bench.dut->aw_valid_i = bench.dut->w_valid_i = 0;
  bench.dut.step(2);
  bench.finish(ErrorCode::NONE);
  CHECK_EQ(bench.read(Reg::STATUS), field::STATUS_DONE.mask());
}

TEST_CASE("trine_registers: the interrupt follows enabled status bits") {
  for (const bool done : {false, true}) {
    for (unsigned enable = 0; enable < 4; ++enable) {
      CAPTURE(done);
      CAPTURE(enable);
      Bench bench;
      bench.write(Reg::IRQ_ENABLE, enable << 1);
      bench.dut.step();
      CHECK_EQ(bench.dut->irq_o, 0);
      bench.finish(done ? ErrorCode::NONE : ErrorCode::BAD_TAIL);
      bench.dut.step();
      CHECK_EQ(bench.dut->irq_o, (enable >> (done ? 0 : 1)) & 1);
      bench.write(Reg::STATUS, 6);
      bench.dut.step();
      CHECK_EQ(bench.dut->irq_o, 0);
    }
  }
}

TEST_CASE("trine_registers: each event counts in its own counter, cycles while busy") {
  Bench bench;
  constexpr Reg kLow[] = {Reg::WEIGHT_BEATS_LO, Reg::READ_BEATS_LO,  Reg::WRITE_BEATS_LO,
                          Reg::STALL_MEMORY_LO, Reg::STALL_TABLE_LO, Reg::STALL_ROWS_LO,
                          Reg::COMMANDS_LO};
  for (unsigned i = 0; i < 7; ++i) {
    set_port(bench.dut->events_i, 1u << i);
    bench.dut.step(10 + i);
  }
  bench.dut->events_i = 0;
  bench.dut->busy_i = 1;
  bench.dut.step(5);
  bench.dut->busy_i = 0;
  for (unsigned i = 0; i < 7; ++i) CHECK_EQ(bench.read(kLow[i]), 10 + i);
  CHECK_EQ(bench.read(Reg::CYCLES_LO), 5u);
  CHECK_EQ(bench.read(Reg::CYCLES_HI), 0u);
}

TEST_CASE("trine_registers: counters carry past their low bits, one that is read and all at once") {
  constexpr std::uint32_t kStops[] = {0x15555, 0x2AAAA};  // Each bit is set in one of them.
  Bench bench(1.0, 22, 2 * kStops[1]);
  // A high half that is read alone is that of now.
  CHECK_EQ(bench.read(Reg::CYCLES_HI), 0u);
  const auto all_are = [&](std::uint32_t low) {
    for (const CounterRegs& counter : kCounterRegs) {
      CAPTURE(static_cast<unsigned>(counter.low));
      CHECK_EQ(bench.read(counter.high), 0u);
      CHECK_EQ(bench.read(counter.low), low);
    }
  };
  std::uint32_t counted = 0;
  for (const std::uint32_t stop : kStops) {
    bench.dut->busy_i = 1;
    set_port(bench.dut->events_i, 0x7f);
    bench.dut.step(stop - counted);
    bench.dut->busy_i = 0;
    bench.dut->events_i = 0;
    bench.dut.step();
    counted = stop;
    all_are(counted);
  }
  bench.write(Reg::CTRL, field::CTRL_CLEAR.mask());
  all_are(0);
}

TEST_CASE("trine_registers: a soft reset waits for the machine and gives every register back") {
  Bench bench(0.7, 21);
  const auto write_all = [&] {
    for (const RegInfo& info : kRegs)
      if (info.reg != Reg::CTRL) bench.write(info.reg, 0xA5A5A5A5);
  };
  const auto all_reset = [&] {
    bool reset = true;
    for (const RegInfo& info : kRegs) reset &= bench.read(info.reg) == reset_of(info);
    return reset;
  };
  write_all();
  bench.finish(ErrorCode::BAD_TAIL);
  CHECK(!all_reset());
  bench.write(Reg::CTRL, field::CTRL_RESET.mask());
  CHECK(all_reset());
  CHECK_EQ(bench.aborts, 1u);  // Harmless when idle.

  // While busy it aborts first; the registers hold until the machine stops.
  write_all();
  bench.dut->busy_i = 1;
  bench.dut.step();
  bench.write(Reg::CTRL, field::CTRL_RESET.mask());
  CHECK_EQ(bench.aborts, 2u);
  CHECK_EQ(bench.read(Reg::POSITION), 0xA5A5A5A5u);
  bench.finish(ErrorCode::ABORTED);
  CHECK(all_reset());
  // And START works again.
  bench.write(Reg::CTRL, field::CTRL_START.mask());
  CHECK_EQ(bench.starts, 1u);
}
