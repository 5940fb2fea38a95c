// SPDX-License-Identifier: Apache-2.0
//
// trine_uart_bridge: bytes of a serial line to AXI4-Lite and to words of memory, with slaves that
// take their time, refuse, and a line that breaks off.

#include <Vtrine_uart_bridge.h>
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "sim/dut.h"
#include "tests/fpga/uart_line.h"

namespace {

constexpr unsigned kBitCycles = TRINE_BitCycles;
constexpr std::uint32_t kRegisters = 0x800;  // Addresses from here on answer with an error.
constexpr std::uint32_t kMemory = 0x1000;    // Likewise.

/// The bridge between a line and slaves that wait up to `slowness` cycles.
class Bench {
 public:
  Bench(unsigned slowness, unsigned seed)
      : dut("uart_bridge", 20'000'000), rng_(seed), slow_(slowness) {
    dut->rx_i = 1;  // Inputs begin at random.
    dut->m_axil_awready_i = dut->m_axil_wready_i = dut->m_axil_bvalid_i = 0;
    dut->m_axil_arready_i = dut->m_axil_rvalid_i = dut->mem_ready_i = dut->mem_done_i = 0;
    dut.step(4);
  }

  void send(const std::string& letter,
            std::initializer_list<std::pair<std::uint64_t, unsigned>> fields) {
    for (const char c : letter) line.send(static_cast<std::uint8_t>(c));
    for (const auto& [value, bytes] : fields)
      for (unsigned i = 0; i < bytes; ++i) line.send(static_cast<std::uint8_t>(value >> (8 * i)));
  }

  /// The answer's bytes; the line must then stay at rest.
  std::string answer(std::size_t bytes) {
    std::string got;
    for (unsigned limit = 0; got.size() < bytes; ++limit) {
      REQUIRE_LT(limit, 4'000'000u);
      cycle();
      if (const auto byte = line.received()) got.push_back(static_cast<char>(*byte));
    }
    quiet();
    return got;
  }
  void quiet() {
    for (unsigned i = 0; i < 30 * kBitCycles || line.sends(); ++i) cycle();
    CHECK_FALSE(line.received().has_value());
    CHECK_EQ(line.framing_errors(), 0u);
  }

  static std::uint32_t word(const std::string& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i)
      value |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes.at(at + i))) << (8 * i);
    return value;
  }

  void cycle() {
    dut->eval();
    registers();
    memory();
    dut->rx_i = line.cycle(dut->tx_o);
    // Outputs of this cycle decide what its edge does.
    const bool aw = dut->m_axil_awvalid_o && dut->m_axil_awready_i;
    const bool w = dut->m_axil_wvalid_o && dut->m_axil_wready_i;
    const bool ar = dut->m_axil_arvalid_o && dut->m_axil_arready_i;
    const bool b = dut->m_axil_bvalid_i && dut->m_axil_bready_o;
    const bool r = dut->m_axil_rvalid_i && dut->m_axil_rready_o;
    const bool mem = dut->mem_valid_o && dut->mem_ready_i;
    if (aw) write_address_ = static_cast<int>(dut->m_axil_awaddr_o);
    if (w) {
      CHECK_EQ(dut->m_axil_wstrb_o, 0xF);
      write_data_ = dut->m_axil_wdata_o;
      has_data_ = true;
    }
    if (ar) read_address_ = static_cast<int>(dut->m_axil_araddr_o);
    if (b) {
      write_address_ = -1;
      has_data_ = false;
      ++writes;
    }
    if (r) {
      read_address_ = -1;
      ++reads;
    }
    if (mem) {
      access_ = true;
      access_write_ = dut->mem_write_o;
      access_address_ = dut->mem_addr_o;
      if (access_write_ && access_address_ < kMemory) words[access_address_] = dut->mem_data_o;
    }
    dut.step();
  }

  trine::sim::Dut<Vtrine_uart_bridge> dut;
  trine::test::UartLine line{kBitCycles};
  std::array<std::uint32_t, kRegisters / 4> regs{};
  std::map<std::uint32_t, std::uint32_t> words;
  unsigned reads = 0, writes = 0;

 private:
  bool now() { return slow_ == 0 || rng_() % (slow_ + 1) == 0; }
  void registers() {
    dut->m_axil_awready_i = write_address_ < 0 && now();
    dut->m_axil_wready_i = !has_data_ && now();
    dut->m_axil_arready_i = read_address_ < 0 && now();
    if (write_address_ >= 0 && has_data_ && !dut->m_axil_bvalid_i && now()) {
      dut->m_axil_bvalid_i = 1;
      const auto at = static_cast<std::uint32_t>(write_address_);
      dut->m_axil_bresp_i = at < kRegisters ? 0 : at % 8 == 0 ? 2 : 3;
      if (at < kRegisters) regs[at / 4] = write_data_;
    } else if (write_address_ < 0) {
      dut->m_axil_bvalid_i = 0;
    }
    if (read_address_ >= 0 && !dut->m_axil_rvalid_i && now()) {
      dut->m_axil_rvalid_i = 1;
      const auto at = static_cast<std::uint32_t>(read_address_);
      dut->m_axil_rresp_i = at < kRegisters ? 0 : at % 8 == 0 ? 2 : 3;
      dut->m_axil_rdata_i = at < kRegisters ? regs[at / 4] : 0xDEADBEEF;
    } else if (read_address_ < 0) {
      dut->m_axil_rvalid_i = 0;
    }
    dut->eval();
  }
  void memory() {
    dut->mem_ready_i = !access_ && now();
    dut->mem_done_i = 0;
    if (access_ && now()) {
      access_ = false;
      dut->mem_done_i = 1;
      dut->mem_error_i = access_address_ >= kMemory;
      dut->mem_data_i = words.contains(access_address_) ? words[access_address_] : 0;
    }
    dut->eval();
  }

  std::mt19937 rng_;
  unsigned slow_;
  int write_address_ = -1, read_address_ = -1;
  std::uint32_t write_data_ = 0, access_address_ = 0;
  bool has_data_ = false, access_ = false, access_write_ = false;
};

}  // namespace

TEST_CASE("trine_uart_bridge: registers are written and read, slow slaves or not") {
  for (const unsigned slowness : {0u, 3u, 50u}) {
    CAPTURE(slowness);
    Bench bench(slowness, 1);
    std::mt19937 rng(slowness);
    for (unsigned i = 0; i < 20; ++i) {
      const std::uint32_t address = rng() % kRegisters / 4 * 4,
                          value = static_cast<std::uint32_t>(rng());
      bench.send("W", {{address, 2}, {value, 4}});
      CHECK(bench.answer(1) == "K");
      CHECK_EQ(bench.regs[address / 4], value);
      bench.send("R", {{address, 2}});
      const std::string read = bench.answer(5);
      CHECK_EQ(Bench::word(read, 0), value);
      CHECK_EQ(read[4], 'K');
    }
    CHECK_EQ(bench.reads, 20u);
    CHECK_EQ(bench.writes, 20u);
  }
}

TEST_CASE("trine_uart_bridge: a slave's refusal and an address out of range are E") {
  Bench bench(2, 2);
  for (const std::uint32_t at : {kRegisters, kRegisters + 4}) {  // SLVERR, DECERR.
    bench.send("R", {{at, 2}});
    CHECK(bench.answer(5).substr(4) == "E");
    bench.send("W", {{at, 2}, {1, 4}});
    CHECK(bench.answer(1) == "E");
  }
  const unsigned reads = bench.reads, writes = bench.writes;
  bench.send("R", {{0x1000, 2}});  // Registers have twelve bits of address: the slave is not asked.
  CHECK(bench.answer(5) == std::string("\0\0\0\0E", 5));
  bench.send("W", {{0xF000, 2}, {1, 4}});
  CHECK(bench.answer(1) == "E");
  CHECK_EQ(bench.reads, reads);
  CHECK_EQ(bench.writes, writes);
  bench.send("r", {{kMemory - 4, 4}, {2, 2}});
  CHECK(bench.answer(9).substr(8) == "E");
  bench.send("w", {{kMemory, 4}, {1, 2}, {5, 4}});
  CHECK(bench.answer(1) == "E");
  bench.send("W", {{8, 2}, {7, 4}});  // An error is told once.
  CHECK(bench.answer(1) == "K");
}

TEST_CASE("trine_uart_bridge: memory is written and read in words") {
  for (const unsigned slowness : {0u, 5u}) {
    Bench bench(slowness, 3);
    std::mt19937 rng(slowness + 1);
    for (const unsigned count : {0u, 1u, 2u, 65u}) {
      CAPTURE(count);
      const std::uint32_t address = rng() % 256 * 4;
      std::vector<std::uint32_t> data(count);
      bench.send("w", {{address, 4}, {count, 2}});
      for (std::uint32_t& word : data) {
        word = static_cast<std::uint32_t>(rng());
        bench.send("", {{word, 4}});
      }
      CHECK(bench.answer(1) == "K");
      for (unsigned i = 0; i < count; ++i) CHECK_EQ(bench.words[address + 4 * i], data[i]);
      bench.send("r", {{address, 4}, {count, 2}});
      const std::string read = bench.answer(4UL * count + 1);
      for (unsigned i = 0; i < count; ++i) CHECK_EQ(Bench::word(read, 4UL * i), data[i]);
      CHECK_EQ(read.back(), 'K');
    }
  }
}

TEST_CASE("trine_uart_bridge: an unknown letter is answered with ?") {
  Bench bench(0, 4);
  for (const char letter : {'x', '\0', 'K'}) {
    bench.send(std::string(1, letter), {});
    CHECK(bench.answer(1) == "?");
  }
}

TEST_CASE("trine_uart_bridge: a break ends a request that came in part") {
  for (const char letter : {'R', 'W', 'r', 'w'}) {
    CAPTURE(letter);
    Bench bench(0, 5);
    bench.send(std::string(1, letter), {{4, 1}});
    bench.line.send_break();
    bench.quiet();
    bench.send("W", {{12, 2}, {0x12345678, 4}});
    CHECK(bench.answer(1) == "K");
    CHECK_EQ(bench.regs[3], 0x12345678u);
  }
  Bench bench(0, 6);  // In the words of a list.
  bench.send("w", {{0, 4}, {3, 2}, {1, 4}, {2, 2}});
  bench.line.send_break();
  bench.quiet();
  CHECK_EQ(bench.words.size(), 1u);
  bench.send("r", {{0, 4}, {1, 2}});
  CHECK(bench.answer(5) == std::string("\1\0\0\0K", 5));
}

TEST_CASE("trine_uart_bridge: bytes that come too soon turn an answer into E") {
  Bench bench(0, 7);
  bench.send("r", {{0, 4}, {4, 2}});
  bench.send("W", {{12, 2}, {9, 4}});  // While the words of the first answer leave.
  CHECK_EQ(bench.answer(17).back(), 'E');
  CHECK_EQ(bench.writes, 0u);
  bench.line.send_break();
  bench.quiet();
  bench.send("W", {{12, 2}, {9, 4}});
  CHECK(bench.answer(1) == "K");
}
