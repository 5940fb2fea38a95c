// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <functional>

#include "Vtrine_bus_watch.h"
#include "isa/commands.h"
#include "sim/dut.h"
#include "tests/rtl/stalls.h"

using namespace trine;
using namespace trine::test;

namespace {

constexpr unsigned kPorts = TRINE_Ports;
constexpr unsigned kAddressBits = 40;
constexpr std::uint64_t kAw = 0x3'0000'0040, kW = 0x4'0000'0080, kB = 0x5'0000'00C0;

std::uint64_t ar_address(unsigned port) {
  return 0x11'0000'1000 + 0x100 * port;
}
std::uint64_t r_address(unsigned port) {
  return 0x22'0000'2000 + 0x100 * port;
}

/// Port p's address in slice p.
template <class Port>
void put_addresses(Port& signal, const std::function<std::uint64_t(unsigned)>& address) {
  auto* bytes = reinterpret_cast<std::uint8_t*>(&signal);
  for (unsigned p = 0; p < kPorts; ++p)
    for (unsigned i = 0; i < kAddressBits / 8; ++i)
      bytes[kAddressBits / 8 * p + i] = static_cast<std::uint8_t>(address(p) >> 8 * i);
}

/// A channel of the bus, as BUS_FAULT names it, and its port.
struct Channel {
  unsigned channel, port;

  std::uint64_t address() const {
    const std::uint64_t of[] = {0, ar_address(port), r_address(port), kAw, kW, kB};
    return of[channel];
  }
};

struct Bench {
  Bench() : dut("bus_watch", 10'000'000) {
    dut->flush_i = 0;
    dut->busy_i = 1;
    dut->limit_i = 64;
    dut->r_bad_last_i = dut->r_stray_i = 0;
    put_addresses(dut->ar_addr_i, ar_address);
    put_addresses(dut->r_addr_i, r_address);
    dut->aw_addr_i = kAw;
    dut->w_addr_i = kW;
    dut->b_addr_i = kB;
    quiet();
    dut.step();  // The limit holds from the next cycle on.
  }
  void quiet() {
    dut->ar_waits_i = dut->r_waits_i = 0;
    dut->write_i = 0;
  }
  void wait(const Channel& c) {
    const auto bit = static_cast<std::uint8_t>(1u << c.port);
    if (c.channel == 1) dut->ar_waits_i |= bit;
    if (c.channel == 2) dut->r_waits_i |= bit;
    // AW, W and B waits, B stray, from the top.
    if (c.channel > 2) dut->write_i |= static_cast<std::uint8_t>(8u >> (c.channel - 3));
  }
  /// Cycles until a fault, at most `most`.
  unsigned until_fault(unsigned most) {
    for (unsigned n = 1; n <= most; ++n) {
      dut.step();
      if (dut->fault_valid_o) return n;
    }
    return ~0u;
  }
  void check_fault(ErrorCode code, const Channel& c, std::uint64_t address) {
    const auto words = get_words(dut->fault_o);
    CHECK_EQ(words[0] | std::uint64_t{words[1]} << 32, address);
    CHECK_EQ(words[2], static_cast<std::uint32_t>(code) << 5 | c.channel << 2 | c.port);
  }

  sim::Dut<Vtrine_bus_watch> dut;
};

std::vector<Channel> all_channels() {
  std::vector<Channel> all{{3, 0}, {4, 0}, {5, 0}};
  for (unsigned p = 0; p < kPorts; ++p) {
    all.push_back({1, p});
    all.push_back({2, p});
  }
  return all;
}

}  // namespace

TEST_CASE("trine_bus_watch: a channel that stands still fails within the limit, not before half") {
  for (const unsigned limit : {1u, 2u, 3u, 4u, 5u, 64u, 65u, 1000u}) {
    for (const Channel& c : all_channels()) {
      CAPTURE(limit);
      CAPTURE(c.channel);
      CAPTURE(c.port);
      Bench bench;
      bench.dut->limit_i = limit;
      // The timer may be anywhere when the channel begins to wait: another one waits before.
      const Channel other = c.channel == 1 ? Channel{2, c.port} : Channel{1, c.port};
      unsigned least = ~0u, most = 0;
      for (unsigned before = 0; before < std::min(limit, 40u); ++before) {
        if (before >= std::max(limit / 2, 1u)) break;
        bench.quiet();
        bench.dut.step(3);
        bench.wait(other);
        if (before > 0) bench.dut.step(before);
        bench.quiet();
        bench.wait(c);
        const unsigned cycles = bench.until_fault(2 * limit + 8);
        bench.check_fault(ErrorCode::BUS_TIMEOUT, c, c.address());
        least = std::min(least, cycles);
        most = std::max(most, cycles);
      }
      CHECK_LE(most, std::max(limit, 4u));
      CHECK_GE(least, limit / 2);
    }
  }
}

TEST_CASE(
    "trine_bus_watch: from rest on, a silence is noticed after twice half the limit, to the "
    "cycle") {
  Bench bench;
  for (unsigned limit = 1; limit < 3000; limit += limit < 140 ? 1 : 97) {
    CAPTURE(limit);
    bench.dut->limit_i = limit;
    bench.quiet();
    bench.dut.step(3);
    // A silence that was too short leaves nothing behind.
    bench.wait({5, 0});
    bench.dut.step(1 + limit / 3 % std::max(limit / 2, 1u));
    bench.quiet();
    bench.dut.step();
    bench.wait({5, 0});
    CHECK_EQ(bench.until_fault(2 * limit + 8), 2 * std::max(limit / 2, 1u));
  }
}

TEST_CASE("trine_bus_watch: a channel that moves now and then does not fail") {
  for (const Channel& c : all_channels()) {
    Bench bench;
    for (unsigned n = 0; n < 2000; ++n) {
      bench.quiet();
      if (n % 32 != 0) bench.wait(c);
      bench.wait({c.channel == 5 ? 4u : 5u, 0});  // Another one that is slow, too.
      if (n % 31 == 0) bench.quiet();
      bench.dut.step();
      REQUIRE_EQ(bench.dut->fault_valid_o, 0);
    }
  }
}

TEST_CASE("trine_bus_watch: without a limit, and while nothing runs, nobody is late") {
  for (const bool busy : {false, true}) {
    Bench bench;
    bench.dut->busy_i = busy;
    bench.dut->limit_i = busy ? 0 : 64;
    for (const Channel& c : all_channels()) bench.wait(c);
    CHECK_EQ(bench.until_fault(1000), ~0u);
    bench.dut->busy_i = 1;
    bench.dut->limit_i = 64;
    // A new limit holds from the next cycle on.
    CHECK_LE(bench.until_fault(1000), busy ? 65u : 64u);
  }
}

TEST_CASE("trine_bus_watch: of several that are late, the one that the others wait for is named") {
  const std::vector<Channel> order{{2, 0}, {2, kPorts - 1}, {5, 0},         {4, 0},
                                   {3, 0}, {1, 0},          {1, kPorts - 1}};
  for (std::size_t first = 0; first < order.size(); ++first) {
    CAPTURE(first);
    Bench bench;
    for (std::size_t i = first; i < order.size(); ++i) bench.wait(order[i]);
    CHECK_LE(bench.until_fault(1000), 64u);
    bench.check_fault(ErrorCode::BUS_TIMEOUT, order[first], order[first].address());
  }
}

TEST_CASE("trine_bus_watch: wrong answers are told at once, busy or not, and once for a cause") {
  for (const bool busy : {false, true}) {
    for (unsigned p = 0; p < kPorts; ++p) {
      Bench bench;
      bench.dut->busy_i = busy;
      bench.dut->r_stray_i = static_cast<std::uint8_t>(1u << p);
      CHECK_EQ(bench.until_fault(1), 1u);
      bench.check_fault(ErrorCode::BUS_UNEXPECTED, {2, p}, 0);
      // The same goes on while the core is being flushed.
      bench.dut.step();
      CHECK_EQ(bench.dut->fault_valid_o, 0);
      bench.dut->flush_i = 1;
      bench.dut.step();
      CHECK_EQ(bench.dut->fault_valid_o, 0);
      bench.dut->flush_i = 0;
      CHECK_EQ(bench.until_fault(1), 1u);
      bench.dut->r_stray_i = 0;
      bench.dut.step();
      bench.dut->r_bad_last_i = static_cast<std::uint8_t>(1u << p);
      CHECK_EQ(bench.until_fault(1), 1u);
      bench.check_fault(ErrorCode::BUS_LAST, {2, p}, r_address(p));
    }
    Bench bench;
    bench.dut->busy_i = busy;
    bench.dut->write_i = 1;
    CHECK_EQ(bench.until_fault(1), 1u);
    bench.check_fault(ErrorCode::BUS_UNEXPECTED, {5, 0}, 0);
  }
}

TEST_CASE("trine_bus_watch: every bit of the address is told, and none of another channel's") {
  Bench bench;
  bench.dut->limit_i = 1;
  constexpr std::uint64_t kAddresses = (std::uint64_t{1} << kAddressBits) - 1;
  for (const Channel& c : all_channels()) {
    for (unsigned bit = 0; bit < kAddressBits; ++bit) {
      CAPTURE(c.channel);
      CAPTURE(c.port);
      CAPTURE(bit);
      const std::uint64_t own = std::uint64_t{1} << bit;
      const auto of = [&](unsigned channel, unsigned port) {
        return c.channel == channel && c.port == port ? own : kAddresses ^ own;
      };
      put_addresses(bench.dut->ar_addr_i, [&](unsigned port) { return of(1, port); });
      put_addresses(bench.dut->r_addr_i, [&](unsigned port) { return of(2, port); });
      bench.dut->aw_addr_i = of(3, 0);
      bench.dut->w_addr_i = of(4, 0);
      bench.dut->b_addr_i = of(5, 0);
      bench.quiet();
      bench.dut.step(3);
      bench.wait(c);
      REQUIRE_LE(bench.until_fault(10), 10u);
      bench.check_fault(ErrorCode::BUS_TIMEOUT, c, own);
    }
  }
}

TEST_CASE(
    "trine_bus_watch: failures of every kind one after the other, between limits of any length") {
  Bench bench;
  Random random(9);
  constexpr std::uint64_t kAddresses = (std::uint64_t{1} << kAddressBits) - 1;
  const std::vector<Channel> channels = all_channels();
  for (unsigned n = 0; n < 300; ++n) {
    CAPTURE(n);
    const std::uint64_t address = (std::uint64_t{random.word()} << 32 | random.word()) & kAddresses;
    const unsigned port = random.below(kPorts), kind = random.below(4);
    const Channel& late = channels[random.below(static_cast<std::uint32_t>(channels.size()))];
    put_addresses(bench.dut->ar_addr_i, [&](unsigned) { return address; });
    put_addresses(bench.dut->r_addr_i, [&](unsigned) { return address; });
    bench.dut->aw_addr_i = bench.dut->w_addr_i = bench.dut->b_addr_i = address;
    // A long limit is not reached; what its timer counted is forgotten.
    bench.dut->busy_i = 1;
    bench.dut->limit_i = random.word() | 64;
    bench.wait(late);
    CHECK_EQ(bench.until_fault(1 + random.below(30)), ~0u);
    bench.quiet();
    const unsigned limit = 1 + random.below(40);
    bench.dut->limit_i = limit;
    bench.dut.step(2);

    bench.dut->busy_i = kind == 3 || random.below(2) != 0;
    const auto bit = static_cast<std::uint8_t>(1u << port);
    if (kind == 0) bench.dut->r_bad_last_i = bit;
    if (kind == 1) bench.dut->r_stray_i = bit;
    if (kind == 2) bench.dut->write_i = 1;
    if (kind == 3) bench.wait(late);
    CHECK_LE(bench.until_fault(2 * limit + 8), kind == 3 ? std::max(limit, 4u) : 1u);
    if (kind == 0) bench.check_fault(ErrorCode::BUS_LAST, {2, port}, address);
    if (kind == 1) bench.check_fault(ErrorCode::BUS_UNEXPECTED, {2, port}, 0);
    if (kind == 2) bench.check_fault(ErrorCode::BUS_UNEXPECTED, {5, 0}, 0);
    if (kind == 3) bench.check_fault(ErrorCode::BUS_TIMEOUT, late, address);
    bench.quiet();
    bench.dut->r_bad_last_i = bench.dut->r_stray_i = 0;
    bench.dut->flush_i = 1;
    bench.dut.step(2);
    bench.dut->flush_i = 0;
  }
}
