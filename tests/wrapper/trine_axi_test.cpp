// SPDX-License-Identifier: Apache-2.0
//
// The wrappers for boards (fpga/trine_axi.v, fpga/trine_axi4.v) run lists like golden, with bursts
// as long as they may be: TRINE_Groups, TRINE_Ports and TRINE_Axi3 are the parameters of the model.

#include <cmath>
#include <random>

#include "Vtrine_axi_shell.h"
#include "Vtrine_axi_shell___024root.h"
#include "golden/exact/codebook.h"
#include "golden/format/trit_matrix.h"
#include "sim/rtl_transport.h"
#include "sim/systemc/bursts.h"
#include "sim/verilated_core.h"
#include "tests/system/pair.h"

using namespace trine;
using namespace trine::test;
using namespace trine::command;

namespace {

using WrappedCore = sim::VerilatedCore<Vtrine_axi_shell, sim::EvalEdges<Vtrine_axi_shell>>;

constexpr std::uint32_t kFloats = 0x10000, kBook = 0x20000, kStream = 0x21000, kTarget = 0x80000;
constexpr golden::MatrixShape kShape{64, 96, 4};
constexpr sim::BusShape kBus{.beat_bytes = 4 * TRINE_Groups,
                             .ports = TRINE_Ports,
                             .read_burst = TRINE_Axi3 ? 16 : 256,
                             .write_burst = TRINE_Axi3 ? 16 : 64};

/// The wrapper and golden; what is written goes to both.
struct Bench {
  explicit Bench(MemoryTiming timing = {}) : faults(std::make_shared<BusFaults>()) {
    sim::SimOptions options;
    options.groups = TRINE_Groups;
    options.ports = TRINE_Ports;
    options.memory_bytes = kTestMemory;
    options.memory = std::move(timing);
    options.memory.bus = faults;
    wrapped = std::make_unique<sim::RtlTransport>(
        options, [](MemoryMap& memory, const sim::SimOptions& given) {
          return std::make_unique<WrappedCore>(memory, given);
        });
    DeviceRequest request;
    request.groups = TRINE_Groups;
    request.memory_bytes = kTestMemory;
    golden = device_entry("golden").make(request);
    fill();
  }

  void write(std::uint64_t address, std::span<const std::byte> bytes) {
    wrapped->write_memory(address, bytes);
    golden->write_memory(address, bytes);
  }

  void fill() {
    std::mt19937 random(11);
    std::vector<float> floats(4096);
    for (float& x : floats) x = static_cast<float>(random() % 2000) / 128 - 8;
    write(kFloats, std::as_bytes(std::span(floats)));
    golden::TritMatrix matrix;
    matrix.shape = kShape;
    matrix.levels.resize(kShape.rows * kShape.cols);
    for (auto& level : matrix.levels)
      level = static_cast<std::int8_t>(static_cast<int>(random() % 81) - 40);
    matrix.scales.resize(kShape.rows * kShape.groups_per_row());
    for (auto& scale : matrix.scales) scale = static_cast<std::uint8_t>(random() % 27);
    for (std::size_t k = 0; k < golden::kCodebook; ++k)
      matrix.codebook[k] = std::exp2(0.3 * static_cast<double>(k) - 10);
    const auto book = golden::hardware_codebook(matrix.codebook, kShape.depth);
    std::vector<std::uint32_t> words(kCodebookBytes / 4);
    for (std::size_t k = 0; k < golden::kCodebook; ++k)
      words[k] = book.mantissa[k] | static_cast<std::uint32_t>(book.shift[k]) << 16;
    words[golden::kCodebook] = static_cast<std::uint32_t>(book.exponent);
    write(kBook, std::as_bytes(std::span(words)));
    write(kStream, golden::pack(matrix, Device(*golden).params().geometry()));
  }

  /// Runs on both; memories are equal afterwards.
  void run(const std::vector<Command>& list) {
    CHECK_EQ(run_list(*wrapped, list), run_list(*golden, list));
    std::vector<std::byte> got(kTestMemory), want(kTestMemory);
    wrapped->read_memory(0, got);
    golden->read_memory(0, want);
    CHECK(got == want);
  }

  std::shared_ptr<BusFaults> faults;
  std::unique_ptr<sim::RtlTransport> wrapped;
  std::unique_ptr<Transport> golden;
};

Command load(std::uint32_t rows) {
  return make(Opcode::LOAD).set(ROWS, rows).set(DST, 64).set(ADDR_LO, kFloats);
}
Command store(std::uint32_t rows, std::uint32_t src, std::uint32_t address) {
  return make(Opcode::STORE).set(ROWS, rows).set(SRC, src).set(ADDR_LO, address);
}
const Command kEnd = make(Opcode::END);

std::vector<Command> product() {
  return {load(kShape.cols),
          make(Opcode::TRIT_MATVEC)
              .set(ROWS, kShape.rows)
              .set(COLS, kShape.cols)
              .set(DEPTH, kShape.depth)
              .set(SRC, 64)
              .set(DST, 2048)
              .set(ADDR_LO, kStream)
              .set(BOOK_LO, kBook),
          store(kShape.rows, 2048, kTarget),
          store(kShape.rows, 2048, kTarget + 0x1000).set(F16, 1),
          make(Opcode::STORE_COLUMN)
              .set(ROWS, 40)
              .set(SRC, 2048)
              .set(STRIDE, 192)
              .set(LIMIT, 4)
              .set(ADDR_LO, kTarget + 0x2000),
          kEnd};
}

}  // namespace

TEST_CASE("trine_axi: runs a list of every transfer and a product like golden, over any memory") {
  for (const MemoryTiming& timing : timing_matrix(3)) {
    Bench bench(timing);
    for (unsigned n = 0; n < 3; ++n) bench.run(product());
  }
}

TEST_CASE("trine_axi: bursts are those that the models of the bus expect") {
  Bench bench;
  bench.run({load(3000), kEnd});
  const auto bursts = [](std::uint64_t address, std::uint64_t bytes, bool write) {
    std::array<std::vector<BusFaults::Burst>, BusFaults::kPorts> all;
    sim::for_each_burst(address, bytes, kBus, write, [&](std::uint64_t at, std::uint64_t size) {
      all[write ? 0 : kBus.read_port(at)].push_back(
          {at, static_cast<unsigned>(size / kBus.transfer_bytes())});
    });
    return all;
  };
  const auto list = bursts(0, 2 * 64, false), data = bursts(kFloats, 3000 * 4, false);
  for (unsigned p = 0; p < TRINE_Ports; ++p) {
    CAPTURE(p);
    auto want = list[p];
    want.insert(want.end(), data[p].begin(), data[p].end());
    const auto& got = bench.faults->reads[p];
    REQUIRE_EQ(got.size(), want.size());
    for (std::size_t i = 0; i < want.size(); ++i) {
      CHECK_EQ(got[i].address, want[i].address);
      CHECK_EQ(got[i].beats, want[i].beats);
      if (TRINE_Axi3) CHECK_LE(got[i].beats, 16u);
    }
  }
  bench.run({store(3000, 64, kTarget + 64), kEnd});
  const auto want = bursts(kTarget + 64, 3000 * 4, true)[0];
  const auto& got = bench.faults->writes;
  REQUIRE_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    CHECK_EQ(got[i].address, want[i].address);
    CHECK_EQ(got[i].beats, want[i].beats);
    if (TRINE_Axi3) CHECK_LE(got[i].beats, 16u);
  }
}

TEST_CASE("trine_axi: the interrupt, and a memory that falls silent behind the slices") {
  Bench bench;
  Transport& core = *bench.wrapped;
  core.write(Reg::IRQ_ENABLE, field::IRQ_ENABLE_DONE.mask() | field::IRQ_ENABLE_ERROR.mask());
  core.write(Reg::BUS_LIMIT, 64);
  bench.run(product());
  for (const BusChannel channel :
       {BusChannel::kAr, BusChannel::kR, BusChannel::kAw, BusChannel::kW, BusChannel::kB}) {
    CAPTURE(static_cast<unsigned>(channel));
    for (std::uint64_t k = 0; k < 4; ++k) {
      bench.faults->silence = {channel, 0, bench.faults->count(channel, 0) + k};
      CHECK_EQ(run_list(core, product()).code(), ErrorCode::BUS_TIMEOUT);
      CHECK(bench.wrapped->irq());
      // What a slice took has left the core, which then misses what comes behind it.
      const std::uint32_t named = field::BUS_FAULT_CHANNEL.get(core.read(Reg::BUS_FAULT));
      const auto silent = static_cast<std::uint32_t>(channel) + 1;
      if (TRINE_Slices == 0)
        CHECK_EQ(named, silent);
      else
        CHECK_EQ(named <= 2, silent <= 2);
      bench.faults->silence = {};
      bench.run({kEnd});
      bench.run(product());
    }
  }
}

#if TRINE_AddrWidth > 40
TEST_CASE("trine_axi: reads above a terabyte") {
  Bench bench;
  std::vector<float> values(64);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) / 4;
  constexpr std::uint64_t kHigh = std::uint64_t{1} << 48;
  bench.wrapped->map_memory(kHigh, std::as_bytes(std::span(values)));
  const Command high = load(64).set(ADDR_LO, 0).set(ADDR_HI, kHigh >> 32);
  REQUIRE(run_list(*bench.wrapped, std::vector{high, store(64, 64, kTarget), kEnd},
                   {.window = {0, kHigh + 4096}})
              .done());
  std::vector<float> got(64);
  bench.wrapped->read_memory(kTarget, std::as_writable_bytes(std::span(got)));
  CHECK(got == values);
}
#endif
