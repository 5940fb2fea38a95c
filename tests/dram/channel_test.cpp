// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <cmath>
#include <set>

#include "tests/dram/legality.h"
#include "tests/dram/traffic.h"

using namespace trine::dram;

TEST_CASE("Memory: unloaded read latency by formula") {
  for (const char* name : kMemories) {
    CAPTURE(name);
    MemorySpec spec = plain(name);
    spec.device.timing.REFI = spec.device.timing.REFI_B = 1'000'000;  // None closes a row here.
    Bench bench(spec);
    const Device& d = bench.spec.device;
    const Timing& t = d.timing;
    const auto latency = [&](const Place& at) {
      const std::uint64_t start = bench.cycle;
      const std::uint64_t ticket = bench.memory.read(address_of(bench.spec, at), d.burst_bytes());
      while (!bench.memory.done(ticket)) bench.memory.advance_to(++bench.cycle);
      CHECK_EQ(bench.memory.done_cycle(ticket), bench.cycle);
      bench.memory.advance_to(bench.cycle += 200);  // Nothing is left of it.
      return bench.cycle - 200 - start;
    };
    bench.memory.advance_to(bench.cycle = 1);
    CHECK_EQ(latency({0, 0, 5, 0}), t.RCDRD + t.CL + d.burst_clocks());         // Closed.
    CHECK_EQ(latency({0, 0, 5, 1}), t.CL + d.burst_clocks());                   // Open.
    CHECK_EQ(latency({0, 0, 6, 0}), t.RP + t.RCDRD + t.CL + d.burst_clocks());  // Another row.
    const Stats stats = bench.memory.stats();
    CHECK_EQ(stats.misses, 1);
    CHECK_EQ(stats.hits, 1);
    CHECK_EQ(stats.conflicts, 1);
  }
}

TEST_CASE("Memory: the clock ratio counts in the core's cycles") {
  for (const double mhz : {100.0, 300.0, 333.0, 1200.0, 2000.0}) {
    CAPTURE(mhz);
    const MemorySpec spec = plain("ddr4-2400x64");
    Memory memory(spec, mhz);
    std::uint64_t cycle = 10;
    memory.advance_to(cycle);
    const std::uint64_t ticket = memory.read(0, 64);
    while (!memory.done(ticket)) memory.advance_to(++cycle);
    const double ns = (16 + 16 + 4) / 1.2;  // RCD, CL, BL / 2.
    CHECK_GE(static_cast<double>(cycle - 10), ns * mhz / 1000);
    CHECK_LE(static_cast<double>(cycle - 10), (ns + 2 / 1.2) * mhz / 1000 + 1);
  }
  CHECK_THROWS_WITH(Memory(plain("hbm2x4"), 0), "a core clock of 0 MHz: 1 to 10000");
}

namespace {

/// Reads `count` bursts one behind the other, as many under way as the queues hold.
Stats stream(Bench& bench, std::uint64_t count, std::uint64_t step = 1) {
  std::uint64_t asked = 0, got = 0;
  const unsigned bytes = bench.spec.device.burst_bytes();
  while (got < count) {
    bench.memory.advance_to(bench.cycle);
    while (got < asked && bench.memory.done(got)) ++got;
    for (; asked < count && asked - got < 128ull * bench.spec.channels; ++asked)
      bench.memory.read(asked * step * bytes, bytes);
    bench.cycle = std::max(bench.cycle + 1, bench.memory.next_cycle());
  }
  return bench.memory.stats();
}

}  // namespace

TEST_CASE("Memory: a stream runs at the peak of the pins less the refreshes, by formula") {
  for (const char* name : kMemories) {
    CAPTURE(name);
    MemorySpec spec = parse_memory(name);
    if (spec.device.refresh_groups == RefreshGroups::kNone) spec.policy.postpone = 0;
    Bench bench(spec);
    const Device& d = bench.spec.device;
    const Stats s = stream(bench, 40'000);
    CHECK_EQ(s.reads, 40'000);
    CHECK_EQ(s.busy, 40'000 * d.burst_clocks());
    CHECK_EQ(s.hits + s.misses + s.conflicts, s.reads);
    const Timing& t = d.timing;
    if (d.refresh_groups == RefreshGroups::kNone) {
      // A refresh costs RFC and around it: last read to PRE, PRE to REF, and ACT to data.
      const double refresh = t.RFC + t.RTP + t.RP + t.RCDRD + d.burst_clocks();
      CHECK_GE(s.efficiency(), 1 - refresh / t.REFI - 0.01);
      CHECK_LE(s.efficiency(), 1 - static_cast<double>(t.RFC) / t.REFI + 0.01);
    } else {
      CHECK_GE(s.efficiency(), 0.98);  // Refreshes hide behind other banks.
      CHECK_LE(s.efficiency(), 1);
    }
  }
}

TEST_CASE("Memory: all-bank refreshes come one an interval, and the loss is theirs") {
  MemorySpec spec = parse_memory("ddr4-2400x64");
  spec.policy.postpone = 0;
  Bench bench(spec);
  const Stats s = stream(bench, 300'000);
  const Timing& t = spec.device.timing;
  const Clock clocks = s.clocks();
  CHECK_EQ(s.refreshes, clocks / t.REFI);
  const double each = static_cast<double>(s.lost_refresh) / static_cast<double>(s.refreshes);
  CHECK_GE(each, t.RFC + t.RP);
  CHECK_LE(each, t.RFC + t.RAS + t.RP + t.RCDRD + t.CL);
  // The distance of two refreshes is the interval, but for what a row needs to close.
  std::vector<Clock> at;
  for (const DramCommand& c : bench.logs[0])
    if (c.kind == CommandKind::kRefresh) at.push_back(c.clock);
  for (std::size_t i = 0; i < at.size(); ++i) {
    CHECK_GE(at[i], (i + 1) * t.REFI);
    CHECK_LE(at[i], (i + 1) * t.REFI + t.RAS + t.RP);
  }
}

TEST_CASE("Memory: refreshes are put off while there is work, eight at most, and made up for") {
  MemorySpec spec = parse_memory("ddr4-2400x64");
  Bench bench(spec);
  const Timing& t = spec.device.timing;
  stream(bench, 8 * t.REFI / 4);
  CHECK_LE(bench.memory.stats().refreshes, 1);  // Nothing more was asked for at the very end.
  bench.drain();
  bench.memory.advance_to(bench.cycle += 10ull * t.RFC);
  CHECK_GE(bench.memory.stats().refreshes, 8);
}

TEST_CASE("Memory: each bank is refreshed once a round") {
  for (const char* name : {"lpddr4-4266x32", "lpddr5-6400x32", "ddr5-4800x64", "hbm2x4"}) {
    CAPTURE(name);
    Bench bench(parse_memory(name));
    const Device& d = bench.spec.device;
    stream(bench, 60'000);
    const unsigned groups =
        d.refresh_groups == RefreshGroups::kPerBank ? d.banks() : d.banks_per_group;
    for (const auto& log : bench.logs) {
      std::set<unsigned> round;
      unsigned count = 0;
      Clock last = 0;
      for (const DramCommand& c : log) {
        last = c.clock;
        if (c.kind != CommandKind::kRefresh) continue;
        CHECK(round.insert(c.bank).second);
        if (round.size() == groups) round.clear();
        ++count;
      }
      CHECK_GE(count + 9, last / d.timing.REFI_B);
      CHECK_GT(count, 4);
    }
  }
}

TEST_CASE("Memory: hits go first, then the oldest; nothing starves") {
  MemorySpec spec = plain("ddr4-2400x64");
  spec.policy.hit_cap = 3;
  Bench bench(spec);
  const auto read = [&](unsigned bank, std::uint32_t row, std::uint32_t column) {
    return bench.memory.read(address_of(spec, {0, bank, row, column}), 64);
  };
  bench.memory.advance_to(bench.cycle = 1);
  const auto first = read(0, 1, 0);
  const auto other = read(0, 2, 0);
  std::vector<std::uint64_t> hits;
  for (unsigned i = 1; i <= 5; ++i) hits.push_back(read(0, 1, i));
  const auto elsewhere = read(4, 7, 0);
  bench.drain();
  const auto row_of_reads = [&] {
    std::vector<std::pair<unsigned, std::uint32_t>> rows;
    for (const DramCommand& c : bench.logs[0])
      if (c.kind == CommandKind::kRead) rows.emplace_back(c.bank, c.row);
    return rows;
  }();
  // The first row's three hits overtake the read of row 2, then it is its turn, then the rest.
  const std::vector<std::uint32_t> want = {1, 1, 1, 1, 2, 1, 1};
  std::vector<std::uint32_t> got;
  for (const auto& [bank, row] : row_of_reads)
    if (bank == 0) got.push_back(row);
  CHECK_EQ(got, want);
  const Memory& m = bench.memory;
  CHECK_LT(m.done_cycle(first), bench.cycle + 1);
  CHECK_EQ(bench.memory.stats().conflicts, 2);
  static_cast<void>(other);
  static_cast<void>(hits);
  static_cast<void>(elsewhere);
}

TEST_CASE("Memory: writes are collected, then written together") {
  MemorySpec spec = plain("ddr4-2400x64");
  spec.policy.write_high = 8;
  spec.policy.write_low = 2;
  spec.policy.write_queue = 16;
  Bench bench(spec);
  bench.memory.advance_to(bench.cycle = 1);
  // Reads keep coming; writes wait until there are eight.
  for (unsigned i = 0; i < 200; ++i) bench.memory.read(address_of(spec, {0, 0, 1, i % 128}), 64);
  for (unsigned i = 0; i < 7; ++i) bench.memory.write(address_of(spec, {0, 4, 1, i}), 64);
  bench.memory.advance_to(bench.cycle = 300);
  CHECK_EQ(bench.memory.stats().writes, 0);
  CHECK_GT(bench.memory.stats().reads, 30);
  bench.memory.write(address_of(spec, {0, 4, 1, 7}), 64);
  bench.memory.advance_to(bench.cycle = 700);
  CHECK_EQ(bench.memory.stats().writes, 6);  // Down to two.
  bench.drain();
  CHECK_EQ(bench.memory.stats().writes, 8);  // Nothing else to do.
  CHECK_EQ(bench.memory.stats().turnarounds, 3);
  CHECK(Legality(spec.device).check(bench.logs[0]).empty());
}

TEST_CASE("Memory: a read of bytes that wait to be written comes from the controller") {
  MemorySpec spec = plain("ddr4-2400x64");
  Bench bench(spec);
  bench.memory.advance_to(bench.cycle = 1);
  for (unsigned i = 0; i < 4; ++i) bench.memory.read(address_of(spec, {0, 0, 1, i}), 64);
  bench.memory.write(0x4000'0000, 64);
  const auto ticket = bench.memory.read(0x4000'0000, 64);
  CHECK_EQ(bench.memory.done_cycle(ticket), 2);
  CHECK_EQ(bench.memory.stats().forwarded, 1);
  bench.drain();
  CHECK_EQ(bench.memory.stats().reads, 4);
  CHECK_EQ(bench.memory.stats().writes, 1);
}

TEST_CASE("Memory: lost clocks and busy ones are all clocks") {
  for (const char* name : kMemories) {
    CAPTURE(name);
    Bench bench(parse_memory(name));
    std::mt19937_64 random(3);
    Clock last = 0;
    for (unsigned i = 0; i < 3000; ++i) {
      bench.memory.advance_to(bench.cycle += random() % 40);
      if (random() % 3 != 0)
        bench.memory.read(random() % (1 << 26) / 64 * 64, 64);
      else
        bench.memory.write(random() % (1 << 26) / 64 * 64, 64);
    }
    bench.drain();
    const Device& d = bench.spec.device;
    Clock clocks = 0;
    for (const auto& log : bench.logs) {
      last = 0;
      for (const DramCommand& c : log) {
        if (c.kind == CommandKind::kRead) last = c.clock + d.timing.CL + d.burst_clocks();
        if (c.kind == CommandKind::kWrite) last = c.clock + d.timing.CWL + d.burst_clocks();
      }
      clocks += last;
    }
    const Stats s = bench.memory.stats();
    CHECK_EQ(s.clocks(), clocks);
    CHECK_EQ(s.busy, (s.reads + s.writes) * d.burst_clocks());
    CHECK_GT(s.lost_idle, 0);
    CHECK_GT(s.lost_turnaround, 0);
  }
}

TEST_CASE("Memory: no command of random traffic breaks a rule") {
  for (const char* name : kMemories) {
    for (const bool all_bank : {false, true}) {
      for (const unsigned spread : {10u, 20u, 28u}) {  // From one row to everywhere.
        CAPTURE(name);
        CAPTURE(all_bank);
        CAPTURE(spread);
        MemorySpec spec = parse_memory(name);
        spec.policy.all_bank = all_bank;
        spec.policy.read_queue = 24;
        spec.policy.postpone = spread % 3;
        spec.hash = spread != 20;
        Bench bench(spec);
        std::mt19937_64 random(spread);
        std::uint64_t asked = 0, got = 0, written = 0;
        while (got < 1500) {
          bench.memory.advance_to(++bench.cycle);
          while (got < asked && bench.memory.done(got)) ++got;
          const bool burst = bench.cycle / 2000 % 2 == 0;  // Now crowded, now quiet.
          if (random() % (burst ? 2 : 60) != 0 || asked - got > 300) continue;
          const std::uint64_t address = (random() % (1u << spread)) << 4;
          if (random() % 4 == 0 && bench.memory.takes_writes()) {
            bench.memory.write(address, 1 + random() % 256);
            ++written;
          } else {
            const std::uint64_t bytes = 1 + random() % 256;
            bench.memory.read(address, bytes);
            asked += bench.memory.bursts(address, bytes);
          }
        }
        bench.drain();
        CHECK_GT(written, 50);
        for (const auto& log : bench.logs) {
          CHECK_GT(log.size(), 100);
          CHECK_EQ(Legality(spec.device).check(log), "");
        }
      }
    }
  }
}
