// SPDX-License-Identifier: Apache-2.0
//
// trine_read_chunks: TRINE_Groups, TRINE_Ports and TRINE_FifoBeats are its
// parameters.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "Vtrine_read_chunks.h"
#include "sim/dut.h"
#include "tests/rtl/stalls.h"

using namespace trine::test;
using trine::sim::Dut;

namespace {

constexpr unsigned kGroups = TRINE_Groups;
constexpr unsigned kPorts = TRINE_Ports;
constexpr unsigned kFifoBeats = TRINE_FifoBeats;
constexpr unsigned kAddrWidth = 40;
constexpr unsigned kBeatBytes = 4 * kGroups;
constexpr unsigned kPortBytes = kBeatBytes / kPorts;
constexpr unsigned kChunk = 16 * kPortBytes;
constexpr std::uint64_t kNone = ~std::uint64_t{0};

struct Job {
  std::uint64_t addr;
  std::uint32_t beats;
};

std::vector<std::uint32_t> words_at(std::uint64_t addr, unsigned bytes) {
  std::vector<std::uint32_t> words(bytes / 4);
  for (unsigned i = 0; i < words.size(); ++i) words[i] = scramble(addr + 4 * i);
  return words;
}

/// `width` bits of a port from bit `first` on.
template <class Port>
std::uint64_t slice(const Port& port, unsigned first, unsigned width) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < width; ++i) {
    const unsigned bit = first + i;
    const auto byte = reinterpret_cast<const std::uint8_t*>(&port)[bit / 8];
    value |= std::uint64_t{byte >> (bit % 8) & 1u} << i;
  }
  return value;
}

/// When a port's memory offers a transfer, by its cycle.
using Offer = std::function<bool(std::uint64_t cycle)>;

/// A memory behind each port, and a consumer: runs jobs and checks what comes and how.
class Bench {
 public:
  Bench(std::string name, Stalls stalls, unsigned latency, unsigned seed)
      : dut(std::move(name), 2'000'000), latency_(latency), accept_(stalls.sink, seed) {
    for (unsigned p = 0; p < kPorts; ++p) {
      accept_ar_.emplace_back(stalls.source, seed + 10 * p + 1);
      offer[p] = [coin = Coin(stalls.source, seed + 10 * p + 2)](std::uint64_t) mutable {
        return coin();
      };
    }
    accept = [this](std::uint64_t) { return accept_(); };
    dut->drop_i = dut->flush_i = 0;
    dut->job_valid_i = 0;
    dut->r_valid_i = dut->r_last_i = 0;
    dut->ar_ready_i = 0;
    dut->beat_ready_i = 0;
  }

  /// Returns the cycles from the first beat to the last.
  std::uint64_t run(const std::vector<Job>& jobs, std::uint64_t bad = kNone) {
    std::deque<std::uint64_t> expected;
    for (const Job& job : jobs)
      for (std::uint32_t i = 0; i < job.beats; ++i)
        expected.push_back(job.addr + std::uint64_t{i} * kBeatBytes);
    std::size_t next = 0;
    first_ = 0;
    while (next < jobs.size() || !expected.empty()) cycle(jobs, next, expected, bad);
    dut->job_valid_i = 0;
    dut->beat_ready_i = 1;
    dut->r_valid_i = 0;
    dut.step(2);
    CHECK_EQ(dut->idle_o, 1);
    CHECK_EQ(dut->beat_valid_o, 0);
    CHECK_EQ(dut->job_ready_o, 1);
    return last_ - first_ + 1;
  }

  /// Begins a job, drops it after `cycles` and takes what comes all the same.
  void drop(const Job& job, unsigned cycles) {
    std::deque<std::uint64_t> expected;
    for (std::uint32_t i = 0; i < job.beats; ++i)
      expected.push_back(job.addr + std::uint64_t{i} * kBeatBytes);
    std::size_t next = 0;
    for (unsigned i = 0; i < cycles; ++i) cycle({job}, next, expected, kNone);
    dut->drop_i = 1;
    next = 1;
    cycle({job}, next, expected, kNone);
    dut->drop_i = 0;
    const std::size_t asked = asked_;
    for (unsigned i = 0; !dut->idle_o; ++i) {
      REQUIRE_LT(i, 10 * kFifoBeats);
      cycle({job}, next, expected, kNone);
    }
    // A burst that waits on AR when the job is dropped still goes out.
    REQUIRE_LE(asked_ - asked, kPorts * kChunk / kBeatBytes);
    REQUIRE_EQ(job.beats - expected.size(), asked_);
    asked_ = 0;
  }

  /// Begins a job and forgets it after `cycles`; what the ports' memories owe then still comes.
  void abandon(const Job& job, unsigned cycles) {
    std::deque<std::uint64_t> expected;
    for (std::uint32_t i = 0; i < std::min(job.beats, 2 * cycles); ++i)
      expected.push_back(job.addr + std::uint64_t{i} * kBeatBytes);
    std::size_t next = 0;
    for (unsigned i = 0; i <= cycles; ++i) {
      dut->flush_i = i == cycles;
      flushes_ += dut->flush_i;
      cycle({job}, next, expected, kNone);
    }
    dut->flush_i = 0;
    dut->job_valid_i = 0;
    dut->eval();
    CHECK_EQ(dut->idle_o, 1);
    CHECK_EQ(dut->beat_valid_o, 0);
  }

  Dut<Vtrine_read_chunks> dut;
  std::array<Offer, kPorts> offer;
  Offer accept;
  unsigned bad_response = 2;
  std::array<unsigned, kPorts> transfers{};  // That each port has moved,
  std::array<unsigned, kPorts> most{};       // and the most that were under way.

 private:
  struct Burst {
    std::uint64_t addr, ready_at;
    unsigned left;
  };

  void drive_port(unsigned p, std::uint64_t bad) {
    const unsigned bit = 1u << p;
    if (accept_ar_[p]()) dut->ar_ready_i |= static_cast<std::uint8_t>(bit);
    if ((dut->r_valid_i & bit) != 0 || bursts_[p].empty()) return;
    const Burst& burst = bursts_[p].front();
    if (burst.ready_at > dut.cycle() || !offer[p](dut.cycle())) return;
    dut->r_valid_i |= static_cast<std::uint8_t>(bit);
    const std::vector<std::uint32_t> data = words_at(burst.addr, kPortBytes);
    std::memcpy(reinterpret_cast<char*>(&dut->r_data_i) + p * kPortBytes, data.data(), kPortBytes);
    dut->r_last_i = static_cast<std::uint8_t>((dut->r_last_i & ~bit) | (burst.left == 1 ? bit : 0));
    const unsigned resp = burst.addr / kPortBytes == bad / kPortBytes ? bad_response : 0;
    dut->r_resp_i = static_cast<std::uint8_t>((dut->r_resp_i & ~(3u << 2 * p)) | resp << 2 * p);
  }

  void check_address(unsigned p) {
    const bool valid = (dut->ar_valid_o >> p & 1) != 0;
    REQUIRE((valid || !waits_[p]));
    if (!valid) return;
    const std::uint64_t addr = slice(dut->ar_addr_o, kAddrWidth * p, kAddrWidth);
    const unsigned count = static_cast<unsigned>(slice(dut->ar_len_o, 8 * p, 8)) + 1;
    if (waits_[p]) {
      REQUIRE_EQ(addr, held_[p].addr);
      REQUIRE_EQ(count, held_[p].left);
    }
    REQUIRE_EQ(addr % kBeatBytes, 0u);
    REQUIRE_EQ(count % kPorts, 0u);
    REQUIRE_EQ(addr / kChunk, (addr + count * kPortBytes - 1) / kChunk);
    REQUIRE_EQ(addr / 4096, (addr + count * kPortBytes - 1) / 4096);
    REQUIRE_EQ(addr / kChunk % kPorts, p);
    held_[p] = {addr, dut.cycle() + latency_, count};
    waits_[p] = (dut->ar_ready_i >> p & 1) == 0;
    if (waits_[p]) return;
    bursts_[p].push_back(held_[p]);
    under_way_[p] += count;
    asked_ += count / kPorts;
    most[p] = std::max(most[p], under_way_[p]);
    REQUIRE(under_way_[p] <= (flushes_ + 1) * kFifoBeats);  // What is forgotten takes no room.
  }

  void cycle(const std::vector<Job>& jobs, std::size_t& next, std::deque<std::uint64_t>& expected,
             std::uint64_t bad) {
    dut->job_valid_i = next < jobs.size();
    if (dut->job_valid_i) {
      dut->job_addr_i = jobs[next].addr;
      dut->job_beats_i = jobs[next].beats;
    }
    dut->ar_ready_i = 0;
    for (unsigned p = 0; p < kPorts; ++p) drive_port(p, bad);
    dut->beat_ready_i = accept(dut.cycle());
    dut->eval();

    REQUIRE_EQ(dut->r_ready_o, (1u << kPorts) - 1);
    REQUIRE_EQ(dut->r_bad_last_o, 0);
    REQUIRE_EQ(dut->r_stray_o, 0);
    REQUIRE_EQ(dut->ar_waits_o, dut->ar_valid_o & ~dut->ar_ready_i);
    for (unsigned p = 0; p < kPorts; ++p) {
      const bool waits = !bursts_[p].empty() && (dut->r_valid_i >> p & 1) == 0;
      REQUIRE_EQ(dut->r_waits_o >> p & 1, waits ? 1 : 0);
    }
    for (unsigned p = 0; p < kPorts; ++p) check_address(p);
    if (dut->beat_valid_o) {
      REQUIRE(!expected.empty());
      REQUIRE(get_words(dut->beat_data_o) == words_at(expected.front(), kBeatBytes));
      REQUIRE_EQ(dut->beat_error_o, expected.front() / kBeatBytes == bad / kBeatBytes);
      if (dut->beat_ready_i) {
        last_ = dut.cycle();
        if (first_ == 0) first_ = last_;
        expected.pop_front();
      }
    }
    const bool job_taken = dut->job_valid_i && dut->job_ready_o;
    const unsigned moved = dut->r_valid_i;
    dut.step();
    if (job_taken) ++next;
    dut->r_valid_i = 0;
    for (unsigned p = 0; p < kPorts; ++p) {
      if ((moved >> p & 1) == 0) continue;
      ++transfers[p];
      --under_way_[p];
      Burst& burst = bursts_[p].front();
      burst.addr += kPortBytes;
      if (--burst.left == 0) bursts_[p].pop_front();
    }
  }

  unsigned latency_;
  std::vector<Coin> accept_ar_;
  Coin accept_;
  std::array<std::deque<Burst>, kPorts> bursts_;
  std::array<bool, kPorts> waits_{};
  std::array<Burst, kPorts> held_{};
  std::array<unsigned, kPorts> under_way_{};
  std::uint64_t first_ = 0, last_ = 0;
  std::size_t asked_ = 0;  // Beats.
  unsigned flushes_ = 0;
};

}  // namespace

TEST_CASE("trine_read_chunks: random jobs in order under any stalls of any port") {
  unsigned seed = 0;
  for (const Stalls& stalls : kStallMatrix) {
    for (const unsigned latency : {1u, 40u}) {
      CAPTURE(++seed);
      Bench bench("read_chunks_" + std::to_string(seed), stalls, latency, 100 * seed);
      Random random(seed);
      std::vector<Job> jobs;
      for (int i = 0; i < 20; ++i)
        jobs.push_back({std::uint64_t{random.below(0x4000000)} * kBeatBytes,
                        1 + random.below(i % 3 != 0 ? 20 : 300)});
      bench.run(jobs);
    }
  }
}

TEST_CASE("trine_read_chunks: jobs of any length, anywhere, are forgotten by a flush") {
  Bench bench("read_chunks_long", {0.8, 0.9}, 6, 1);
  Random random(3);
  for (unsigned i = 0; i < 96; ++i) {
    CAPTURE(i);
    const std::uint64_t page =
        (std::uint64_t{random.word()} << 12) % (std::uint64_t{1} << kAddrWidth);
    bench.abandon({page, random.word() | 1u << 31 >> i % 32}, 1 + random.below(60));
  }
  bench.run({{0x8000, 70}, {0x3000, 3}});
}

TEST_CASE("trine_read_chunks: single beats anywhere, and the end of the address space") {
  Bench bench("read_chunks_edges", {1.0, 1.0}, 1, 1);
  std::vector<Job> jobs;
  for (unsigned i = 0; i < 40; ++i) jobs.push_back({0x10000 + i * 37ull * kBeatBytes, 1});
  for (unsigned i = 1; i < 6; ++i) jobs.push_back({0x20000 - i * kBeatBytes, 2 * i});
  jobs.push_back({(std::uint64_t{1} << kAddrWidth) - 3 * kBeatBytes, 3});
  bench.run(jobs);
}

TEST_CASE("trine_read_chunks: a beat a cycle over all ports, each with its part") {
  constexpr std::uint32_t kBeats = 64 * 16;
  Bench bench("read_chunks_rate", {1.0, 1.0}, std::min(kFifoBeats / 2 - 15, 100u), 1);
  // Until every port is in step, the order of the chunks costs a few cycles.
  const std::uint64_t cycles = bench.run({{0x40000, kBeats}});
  MESSAGE(kBeats, " beats in ", cycles, " cycles");
  CHECK_LE(cycles, kBeats + 16);
  for (const unsigned transfers : bench.transfers) CHECK_EQ(transfers, kBeats);
}

TEST_CASE("trine_read_chunks: a port that is slower for good sets the pace") {
  constexpr std::uint32_t kBeats = 4096;
  for (const unsigned behind : {9u, 20u, 33u}) {
    Bench bench("read_chunks_slow", {1.0, 1.0}, 10, 1);
    // Evenly spaced pauses of one port; the others could go on.
    bench.offer[kPorts - 1] = [behind](std::uint64_t cycle) {
      return cycle * behind / 100 == (cycle + 1) * behind / 100;
    };
    const double rate = kBeats / static_cast<double>(bench.run({{0x40000, kBeats}}));
    MESSAGE("one of ", kPorts, " ports ", behind, " % behind: ", 100 * rate, " % of the beats");
    CHECK_GE(rate, 0.99 * (100 - behind) / 100);
    CHECK_LE(rate, 1.02 * (100 - behind) / 100);
    // No port has run further ahead than its FIFO.
    for (const unsigned most : bench.most) CHECK_LE(most, kFifoBeats);
  }
}

TEST_CASE("trine_read_chunks: a port that pauses is absorbed while FIFOs hold beats") {
  constexpr std::uint32_t kBeats = 3000;
  // With full FIFOs, a port may be silent for as many cycles as its FIFO holds transfers, less the
  // bursts that the consumer is at and what asking anew takes.
  constexpr std::uint64_t kPause = kFifoBeats - 16, kWarm = 4 * kFifoBeats;
  for (unsigned port = 0; port < kPorts; ++port) {
    CAPTURE(port);
    Bench bench("read_chunks_pause", {1.0, 1.0}, 4, 1);
    std::uint64_t missed = 0;
    // The consumer waits until all FIFOs are full, then takes a beat a cycle.
    bench.accept = [&](std::uint64_t cycle) {
      if (cycle >= kWarm && cycle < kWarm + kPause) missed += !bench.dut->beat_valid_o;
      return cycle >= kWarm;
    };
    bench.offer[port] = [](std::uint64_t cycle) {
      return cycle < kWarm || cycle >= kWarm + kPause;
    };
    bench.run({{0x40000, kBeats}});
    CHECK_EQ(missed, 0u);
  }
}

TEST_CASE("trine_read_chunks: never asks for more than the FIFOs can take") {
  Bench bench("read_chunks_full", {1.0, 1.0}, 1, 1);
  bench.accept = [](std::uint64_t cycle) { return cycle > 3 * kFifoBeats; };
  bench.run({{0x1000, 4 * kFifoBeats}});
  for (const unsigned most : bench.most) CHECK_LE(most, kFifoBeats);
}

TEST_CASE("trine_read_chunks: an error on any port comes with its beat, and only with that") {
  Bench bench("read_chunks_error", {0.7, 0.7}, 3, 5);
  for (unsigned port = 0; port < kPorts; ++port) {
    for (unsigned transfer = 0; transfer < kPorts; ++transfer) {
      CAPTURE(port);
      CAPTURE(transfer);
      bench.bad_response = 2 + transfer % 2;  // SLVERR, DECERR.
      // The second beat of the port's chunk.
      bench.run({{0x8000, 200}}, 0x8000 + port * kChunk + kBeatBytes + transfer * kPortBytes);
      bench.run({{0x8000, 50}});
    }
  }
}

TEST_CASE("trine_read_chunks: a dropped job asks for nothing more, and the next one comes whole") {
  for (unsigned cycles = 1; cycles < 40; cycles += 3) {
    CAPTURE(cycles);
    Bench bench("read_chunks_drop", {1.0, 1.0}, 5, 1);
    bench.drop({0x40000, 10 * kFifoBeats}, cycles);
    bench.run({{0x1000, 100}});
  }
}

TEST_CASE(
    "trine_read_chunks: what is owed after a flush is dropped, and the next job comes whole") {
  for (const double odds : {1.0, 0.4}) {
    for (unsigned cycles = 1; cycles < 60; ++cycles) {
      CAPTURE(cycles);
      Bench bench("read_chunks_flush", {odds, odds}, 20, cycles);
      bench.abandon({0x40000, 10 * kFifoBeats}, cycles);
      if (cycles % 3 == 0) bench.abandon({0x1000 + kBeatBytes, 3}, cycles / 3);
      bench.run({{0x1000, 100}, {0x2000, 1}});
    }
  }
}
