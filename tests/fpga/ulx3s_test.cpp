// SPDX-License-Identifier: Apache-2.0
//
// The design of the ULX3S through its serial line alone: the driver finds the core, writes matrix,
// vector and command list into its memory, runs it and reads golden's result.

#include <Vtrine_ulx3s_core.h>
#include <doctest/doctest.h>
#include <verilated.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "driver/device.h"
#include "driver/layout.h"
#include "golden/exact/bfp.h"
#include "golden/exact/codebook.h"
#include "golden/format/trit_matrix.h"
#include "machine/product/trit/definition.h"
#include "tests/fpga/sdram_model.h"
#include "tests/fpga/uart_line.h"

namespace {

using namespace trine;

constexpr unsigned kBitCycles = TRINE_BitCycles;
constexpr std::uint64_t kMemory = 32 * 1024 * 1024;

/// The letters of trine_uart_bridge as a transport.
class UartTransport final : public Transport {
 public:
  UartTransport() {
    context_.randReset(2);
    dut_ = std::make_unique<Vtrine_ulx3s_core>(&context_, "ulx3s");
    dut_->btn_pwr_n = 0;  // Pressed: the state of the flip-flops is random, and nobody looks yet.
    dut_->ftdi_txd = 1;
    for (unsigned i = 0; i < 20; ++i) {
      dut_->clk_25mhz = i % 2;
      dut_->eval();
    }
    dut_->btn_pwr_n = 1;
    while ((dut_->led >> 7 & 1) != 0) cycle(1);
    while (!sdram_.ready()) cycle(1);
  }

  std::uint32_t read(Reg reg) override {
    letter('R', {{static_cast<std::uint32_t>(reg), 2}});
    const std::uint32_t value = word();
    good();
    return value;
  }
  void write(Reg reg, std::uint32_t value) override {
    letter('W', {{static_cast<std::uint32_t>(reg), 2}, {value, 4}});
    good();
  }
  void read_memory(std::uint64_t address, std::span<std::byte> to) override {
    REQUIRE_EQ((address | to.size()) % 4, 0u);
    letter('r', {{static_cast<std::uint32_t>(address), 4},
                 {static_cast<std::uint32_t>(to.size() / 4), 2}});
    for (std::size_t at = 0; at < to.size(); at += 4) {
      const std::uint32_t value = word();
      std::memcpy(&to[at], &value, 4);
    }
    good();
  }
  void write_memory(std::uint64_t address, std::span<const std::byte> from) override {
    REQUIRE_EQ((address | from.size()) % 4, 0u);
    letter('w', {{static_cast<std::uint32_t>(address), 4},
                 {static_cast<std::uint32_t>(from.size() / 4), 2}});
    for (const std::byte byte : from) line_.send(static_cast<std::uint8_t>(byte));
    good();
  }
  std::uint64_t memory_size() const override { return kMemory; }
  void map_memory(std::uint64_t, std::span<const std::byte>) override {
    throw Error("this memory cannot be extended");
  }
  void wait() override { cycle(100); }

 private:
  void cycle(unsigned count) {
    for (; count > 0; --count) {
      dut_->ftdi_txd = line_.cycle(dut_->ftdi_rxd);
      dut_->clk_25mhz = 1;
      dut_->eval();
      // The chip's clock rises in the middle of the cycle; what it drives is there at our next
      // edge.
      const auto driven = sdram_.edge({.command = dut_->sdram_command,
                                       .bank = dut_->sdram_ba,
                                       .address = dut_->sdram_a,
                                       .mask = dut_->sdram_dqm,
                                       .drive = dut_->sdram_drive != 0,
                                       .dq = dut_->sdram_dq_to});
      dut_->sdram_dq_from = driven.value_or(0xDEAD);
      dut_->clk_25mhz = 0;
      dut_->eval();
    }
  }
  void letter(char name, std::initializer_list<std::pair<std::uint32_t, unsigned>> fields) {
    line_.send(static_cast<std::uint8_t>(name));
    for (const auto& [value, bytes] : fields)
      for (unsigned i = 0; i < bytes; ++i) line_.send(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  std::uint8_t byte() {
    for (unsigned waited = 0; waited < 1000 * kBitCycles; waited = line_.sends() ? 0 : waited + 1) {
      if (const auto got = line_.received()) return *got;
      cycle(1);
    }
    throw Error("the board does not answer");
  }
  std::uint32_t word() {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i) value |= std::uint32_t{byte()} << (8 * i);
    return value;
  }
  void good() { REQUIRE_EQ(static_cast<char>(byte()), 'K'); }

  VerilatedContext context_;
  std::unique_ptr<Vtrine_ulx3s_core> dut_;
  test::UartLine line_{kBitCycles};
  test::SdramModel sdram_;
};

}  // namespace

TEST_CASE("trine_ulx3s: the driver runs a product through the serial line, equal to golden") {
  UartTransport board;
  Device device(board);
  CHECK_EQ(device.params().groups, 1u);
  CHECK_EQ(device.params().vector_words, static_cast<std::uint32_t>(TRINE_VectorWords));
  const MemoryWindow window{0, kMemory};
  device.set_window(window);

  constexpr std::uint64_t kX = 0x400, kBook = 0x800, kResult = 0xC00, kStream = 0x1000;
  std::mt19937 rng(1);
  for (const unsigned depth : {4u, 1u}) {
    CAPTURE(depth);
    golden::TritMatrix m{{40, 32, depth}, {}, {}, {}};
    const int outer = golden::outer_level(depth);
    for (std::size_t i = 0; i < m.shape.rows * m.shape.cols; ++i)
      m.levels.push_back(static_cast<std::int8_t>(
          static_cast<int>(rng() % (2U * static_cast<unsigned>(outer) + 1)) - outer));
    for (std::size_t i = 0; i < m.shape.rows * m.shape.groups_per_row(); ++i)
      m.scales.push_back(static_cast<std::uint8_t>(rng() % golden::kCodebook));
    double entry = 1e-3;
    for (double& scale : m.codebook) scale = entry *= 1.2;
    std::vector<float> x(m.shape.cols);
    for (float& v : x)
      v = std::ldexp(static_cast<float>(static_cast<int>(rng() % 4096) - 2048), -10);

    board.write_memory(kStream, golden::pack(m, device.params().geometry()));
    board.write_memory(kBook, codebook_block(m.codebook, depth));
    device.write(kX, x);
    CommandList list(device.params(), window);
    list.load(0, kX, x.size(), CommandList::Element::F32, "x");
    list.trit_matvec(
        {.rows = m.shape.rows, .cols = m.shape.cols, .address = kStream, .src = 0, .dst = 32},
        depth, kBook, "product");
    list.store(32, kResult, 64, CommandList::Element::F32, "y");
    list.end();
    device.write_and_run(list, 0x8000);

    std::vector<float> y(64);
    device.read(kResult, y);
    const golden::TritResult golden =
        golden::trit_definition(m, golden::hardware_codebook(m.codebook, depth), golden::to_bfp(x));
    for (std::size_t r = 0; r < y.size(); ++r)
      CHECK_EQ(std::bit_cast<std::uint32_t>(y[r]),
               r < golden.y.size() ? std::bit_cast<std::uint32_t>(golden.y[r]) : 0U);
  }
  CHECK_GT(device.counters().cycles, 0u);
}

TEST_CASE("trine_ulx3s: every bit of an address reaches the SDRAM") {
  UartTransport board;
  std::vector<std::uint64_t> addresses{0};
  for (std::uint64_t bit = 4; bit < kMemory; bit *= 2) addresses.push_back(bit);
  addresses.push_back(kMemory - 4);
  const auto value = [](std::uint64_t address) {
    return static_cast<std::uint32_t>((address + 1) * 0x9E3779B9U);
  };
  for (const std::uint64_t address : addresses) {
    const std::uint32_t word = value(address);
    board.write_memory(address, std::as_bytes(std::span(&word, 1)));
  }
  for (const std::uint64_t address : addresses) {
    CAPTURE(address);
    std::uint32_t word = 0;
    board.read_memory(address, std::as_writable_bytes(std::span(&word, 1)));
    CHECK_EQ(word, value(address));
  }
}

TEST_CASE("trine_ulx3s: the core writes exactly the bytes of its elements") {
  UartTransport board;
  Device device(board);
  const MemoryWindow window{0, kMemory};
  device.set_window(window);
  constexpr std::uint64_t kX = 0x400, kResult = 0x440;
  const std::array<float, 16> x{1, -2, 0.5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  device.write(kX, x);
  const std::array<std::uint32_t, 4> before{~0U, ~0U, ~0U, ~0U};
  board.write_memory(kResult, std::as_bytes(std::span(before)));
  CommandList list(device.params(), window);
  list.load(0, kX, x.size(), CommandList::Element::F32, "x");
  list.store(0, kResult, 3, CommandList::Element::F16, "three halves");
  list.end();
  device.write_and_run(list, 0x8000);
  std::array<std::uint32_t, 4> after{};
  board.read_memory(kResult, std::as_writable_bytes(std::span(after)));
  CHECK(after == std::array<std::uint32_t, 4>{0xC0003C00U, 0xFFFF3800U, ~0U, ~0U});
}

TEST_CASE("trine_ulx3s: addresses beyond its memory are errors of the list, and the core goes on") {
  UartTransport board;
  Device device(board);
  device.set_window({0, 2 * kMemory});
  CommandList list(device.params(), {0, 2 * kMemory});
  list.load(0, kMemory - 64, 32, CommandList::Element::F32, "across the end");
  list.end();
  try {
    device.write_and_run(list, 0x8000);
    FAIL("the list ran");
  } catch (const DeviceError& error) {
    CHECK(error.code() == ErrorCode::AXI_READ);
  }
  CommandList good(device.params(), {0, kMemory});
  good.load(0, 0, 32, CommandList::Element::F32, "inside");
  good.end();
  device.write_and_run(good, 0x8000);
}
