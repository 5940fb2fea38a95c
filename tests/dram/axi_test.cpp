// SPDX-License-Identifier: Apache-2.0

// A DRAM behind the AXI bus: the data of the map, the time of the DRAM.

#include <doctest/doctest.h>

#include "sim/dram_memory.h"
#include "tests/system/axi_master.h"

using namespace trine;
using namespace trine::sim;

namespace {

constexpr std::uint64_t kBytes = 1 << 20;

struct Setup {
  explicit Setup(const char* name, AxiTiming t = {}, double core_mhz = 300) : timing(t) {
    map.allocate(0, kBytes);
    for (std::uint32_t a = 0; a < kBytes; a += 4) map.write(a, std::as_bytes(std::span(&a, 1)));
    dram = std::make_shared<DramMemory>(map, timing, 16, dram::parse_memory(name), core_mhz);
    master = std::make_unique<AxiMaster>(dram, timing);
  }
  AxiTiming timing;
  MemoryMap map;
  std::shared_ptr<DramMemory> dram;
  std::unique_ptr<AxiMaster> master;
};

}  // namespace

TEST_CASE("DramMemory: beats come in order with the map's data, behind the DRAM's latency") {
  for (const char* name : {"ddr4-2400x64", "lpddr4-4266x32", "hbm2x4"}) {
    for (const unsigned latency : {1u, 20u}) {
      CAPTURE(name);
      CAPTURE(latency);
      AxiTiming timing;
      timing.read_latency = latency;
      Setup s(name, timing);
      for (unsigned i = 0; i < 16; ++i) s.master->read(0x1000 * i + 0x20, 254);
      s.master->run(8000);
      REQUIRE_EQ(s.master->read_beats.size(), 16 * 254);
      for (std::size_t i = 0; i < s.master->read_beats.size(); ++i) {
        const auto& beat = s.master->read_beats[i];
        CHECK_EQ(beat.data[0], 0x1000 * (i / 254) + 0x20 + 16 * (i % 254));
        CHECK_EQ(beat.response, AxiResponse::kOkay);
      }
      const dram::Device& d = s.dram->memory().spec().device;
      const double clocks = d.timing.RCDRD + d.timing.CL + d.burst_clocks();
      const double first = static_cast<double>(s.master->read_beats[0].cycle) -
                           static_cast<double>(s.master->read_sent[0]);
      CHECK_GE(first, clocks * 300 / d.clock_mhz + latency - 1);
      CHECK_LE(first, (clocks + 2) * 300 / d.clock_mhz + latency + 2);
    }
  }
}

TEST_CASE("DramMemory: the pins bound the rate of a bus that could do more") {
  // 16 bytes a cycle at 1 GHz against 4.8 GB/s of pins.
  Setup s("ddr4-2400x16", {}, 1000);
  for (unsigned i = 0; i < 64; ++i) s.master->read(0x1000ull * i, 256);
  s.master->run(100'000);
  REQUIRE_EQ(s.master->read_beats.size(), 64 * 256);
  const double cycles = static_cast<double>(s.master->read_beats.back().cycle);
  const double share = 64 * 4096 / cycles / 4.8;
  CHECK_LE(share, 1);
  CHECK_GE(share, 0.90);
}

TEST_CASE("DramMemory: writes arrive in the map and at the DRAM; faults take no time of it") {
  AxiTiming timing;
  timing.read_faults.push_back({.burst = 1});
  Setup s("ddr4-2400x64", timing);
  s.master->write(0x100, {{1, 2, 3, 4}, {5, 6, 7, 8}});
  s.master->run(300);
  REQUIRE_EQ(s.master->write_answers.size(), 1);
  CHECK_EQ(s.master->write_answers[0].response, AxiResponse::kOkay);
  std::uint32_t word = 0;
  s.map.read(0x104, std::as_writable_bytes(std::span(&word, 1)));
  CHECK_EQ(word, 2);
  CHECK_EQ(s.dram->memory().stats().writes, 1);  // 32 bytes of one burst.
  s.master->read(0x100, 4);
  s.master->read(0x200, 4);   // Fails.
  s.master->read(kBytes, 4);  // Nowhere.
  s.master->read(0x300, 4);
  s.master->run(300);
  REQUIRE_EQ(s.master->read_beats.size(), 16);
  CHECK_EQ(s.master->read_beats[0].data[1], 2);
  CHECK_EQ(s.master->read_beats[4].response, AxiResponse::kSlaveError);
  CHECK_EQ(s.master->read_beats[8].response, AxiResponse::kDecodeError);
  CHECK_EQ(s.master->read_beats[12].data[0], 0x300);
  CHECK_EQ(s.dram->memory().stats().reads, 2);
}

TEST_CASE("DramMemory: a write is held back while the controller is full") {
  Setup s("ddr4-2400x8", {}, 2000);  // 2.4 GB/s against 32.
  std::vector<AxiMaster::Word> data(256);
  for (unsigned i = 0; i < 60; ++i) s.master->write(0x1000ull * i, data);
  s.master->run(60 * 256 + 100);
  CHECK_LT(s.master->write_answers.size(), 50);
  s.master->run(2'000'000);
  CHECK_EQ(s.master->write_answers.size(), 60);
  CHECK_EQ(s.dram->memory().stats().writes, 60 * 4096 / 8);
}
