// SPDX-License-Identifier: Apache-2.0

#include "sim/dram/in_order.h"

#include <doctest/doctest.h>

#include "tests/dram/traffic.h"

using namespace trine::dram;

TEST_CASE("InOrderMemory: unloaded latency by formula, in the core's cycles") {
  for (const char* name : kMemories) {
    CAPTURE(name);
    MemorySpec spec = plain(name);
    spec.device.timing.REFI = spec.device.timing.REFI_B = 1'000'000;
    InOrderMemory memory(spec, spec.device.clock_mhz);
    const Device& d = spec.device;
    const Timing& t = d.timing;
    const auto latency = [&](std::uint64_t cycle, const Place& at) {
      return memory.access(cycle, address_of(spec, at), d.burst_bytes(), false) - cycle;
    };
    CHECK_EQ(latency(10, {0, 0, 5, 0}), t.RCDRD + t.CL + d.burst_clocks());
    CHECK_EQ(latency(1000, {0, 0, 5, 1}), t.CL + d.burst_clocks());
    CHECK_EQ(latency(2000, {0, 0, 6, 0}), t.RP + t.RCDRD + t.CL + d.burst_clocks());
  }
}

TEST_CASE("InOrderMemory: a stream of overlapping bursts is as fast as behind the scheduler") {
  for (const char* name : kMemories) {
    CAPTURE(name);
    const MemorySpec spec = parse_memory(name);
    constexpr double kCore = 400;
    constexpr std::uint64_t kPages = 2000, kAhead = 4;
    InOrderMemory in_order(spec, kCore);
    std::vector<std::uint64_t> ends;
    for (std::uint64_t page = 0; page < kPages; ++page) {
      const std::uint64_t asked = page < kAhead ? 0 : ends[page - kAhead];
      ends.push_back(in_order.access(asked, page * 4096, 4096, false));
    }
    Memory memory(spec, kCore);
    std::vector<std::uint64_t> last;
    std::uint64_t cycle = 0, done = 0;
    while (done < kPages) {
      memory.advance_to(cycle);
      while (done < last.size() && memory.done(last[done])) ++done;
      while (last.size() < kPages && last.size() < done + kAhead) {
        const std::uint64_t page = last.size();
        last.push_back(memory.read(page * 4096, 4096) + memory.bursts(page * 4096, 4096) - 1);
      }
      ++cycle;
    }
    CHECK(static_cast<double>(ends.back()) ==
          doctest::Approx(static_cast<double>(cycle)).epsilon(0.02));
    const Stats a = in_order.stats(), b = memory.stats();
    CHECK_EQ(a.reads, b.reads);
    CHECK_EQ(a.busy, b.busy);
    CHECK(static_cast<double>(a.hits) ==
          doctest::Approx(static_cast<double>(b.hits)).epsilon(0.02));
    // The scheduler may be eight refreshes behind in each channel.
    CHECK_GE(a.refreshes + 8, b.refreshes);
    CHECK_LE(a.refreshes, b.refreshes + 10ull * spec.channels + b.refreshes / 50);
  }
}

TEST_CASE("InOrderMemory: writes cost the turnaround") {
  const MemorySpec spec = plain("ddr4-2400x64");
  const Timing& t = spec.device.timing;
  InOrderMemory memory(spec, spec.device.clock_mhz);
  const auto at = [&](unsigned bank) { return address_of(spec, {0, bank, 1, 0}); };
  memory.access(100, at(0), 64, false);
  memory.access(100, at(4), 64, false);
  const std::uint64_t write = memory.access(500, at(4), 64, true);
  CHECK_EQ(write, 500 + t.CWL + 4);
  const std::uint64_t read = memory.access(500, at(0), 64, false);
  CHECK_EQ(read, 500 + t.CWL + 4 + t.WTR_S + t.CL + 4);
}
