// SPDX-License-Identifier: Apache-2.0

#include <algorithm>

#include "sim/rtl_transport.h"
#include "tests/systemc/odd_target.h"
#include "tests/systemc/rtl_bench.h"

using namespace trine;
using namespace trine::sim;
using sc_core::sc_time;

namespace {

using Burst = ProtocolChecker::Burst;

MemoryMap unused;  // The core's memory is its bus.

struct RtlBench : MemoryBench<RtlCoreModule> {
  explicit RtlBench(unsigned latency, const BusShape& bus = {.beat_bytes = 4})
      : MemoryBench<RtlCoreModule>(fixed_timing(bus, latency), small_rtl(unused, bus),
                                   rtl_options(1'000'000, bus)) {}
};

struct TlmBench : MemoryBench<TlmCore> {
  explicit TlmBench(const BusShape& bus)
      : MemoryBench<TlmCore>(fixed_timing(bus, 1, 0.5),
                             TlmCoreOptions{.params = small_core(bus.beat_bytes / 4),
                                            .ports = bus.ports,
                                            .period = kPeriod,
                                            .cost = fixed_cost(100)}) {}
};

/// One port, and several of which each moves less than a beat.
constexpr BusShape kBuses[] = {{4, 1}, {16, 2}, {16, 4}};

void fill(MemoryMap& map) {
  for (std::uint64_t at = 0x10000; at < kBenchMemory; at += 0x10000)
    map.write(at, pattern(0x10000, static_cast<unsigned>(at >> 16)));
}

/// The bursts of one direction, without those that fetch the list.
std::vector<Burst> data_bursts(const ProtocolChecker& checker, bool write) {
  std::vector<Burst> bursts;
  for (const Burst& burst : checker.bursts())
    if (burst.write == write && burst.address >= 0x10000) bursts.push_back(burst);
  return bursts;
}

}  // namespace

TEST_CASE("RtlCoreModule: computes like the golden machine and keeps the protocol") {
  GoldenTransport golden(small_core(1), kBenchMemory);
  MemoryMap source;
  source.allocate(0, kBenchMemory);
  fill(source);
  std::vector<std::byte> all(kBenchMemory), expected(kBenchMemory);
  source.read(0, all);
  golden.write_memory(0, all);
  Simulated<RtlBench> bench(3u);
  bench->map.write(0, all);
  const CommandList list = every_access(small_core(1));
  const Ending want = run(golden, list);
  const Ending got = bench.simulation.run([&] { return run(bench->transport, list); });
  CHECK_EQ(describe(got.code), describe(want.code));
  CHECK_EQ(got.index, want.index);
  bench->map.read(0, all);
  golden.read_memory(0, expected);
  CHECK(all == expected);
  bench->check_protocol();
}

TEST_CASE("TlmCore sends the bursts that the RTL sends, in the same order on each port") {
  for (const BusShape& bus : kBuses) {
    CAPTURE(bus.ports);
    Simulated<RtlBench> rtl(1u, bus);
    Simulated<TlmBench> tlm(bus);
    fill(rtl->map);
    fill(tlm->map);
    const CommandList list = every_access(small_core(bus.beat_bytes / 4));
    const Ending one = rtl.simulation.run([&] { return run(rtl->transport, list); });
    const Ending other = tlm.simulation.run([&] { return run(tlm->transport, list); });
    CHECK_EQ(one, other);
    for (const bool write : {false, true}) {
      CAPTURE(write);
      std::vector<Burst> want = data_bursts(rtl->checker, write);
      std::vector<Burst> got = data_bursts(tlm->checker, write);
      CHECK_GT(want.size(), 5);
      REQUIRE_EQ(got.size(), want.size());
      for (std::vector<Burst>* bursts : {&want, &got})  // Ports do not wait for each other.
        if (!write)
          std::ranges::stable_sort(
              *bursts, {}, [&](const Burst& burst) { return bus.read_port(burst.address); });
      for (std::size_t i = 0; i < want.size(); ++i) {
        CAPTURE(i);
        CHECK_EQ(got[i].address, want[i].address);
        CHECK_EQ(got[i].bytes, want[i].bytes);
        CHECK_EQ(got[i].masked, want[i].masked);
      }
    }
  }
}

TEST_CASE("RtlCoreModule: takes the cycles that the Verilated core takes behind the same memory") {
  for (const BusShape& bus : kBuses)
    for (const unsigned latency : {1u, 2u, 40u}) {
      CAPTURE(bus.ports);
      CAPTURE(latency);
      SimOptions options = core_request(bus);
      options.memory_bytes = kBenchMemory;
      options.memory.read_latency = options.memory.write_latency = latency;
      RtlTransport rtl(options);
      Simulated<RtlBench> bench(latency, bus);
      std::vector<std::byte> all(kBenchMemory);
      fill(bench->map);
      bench->map.read(0, all);
      rtl.write_memory(0, all);
      const CommandList list = every_access(small_core(bus.beat_bytes / 4));
      CHECK_EQ(run(rtl, list), bench.simulation.run([&] { return run(bench->transport, list); }));
      const Counters want = Device(rtl).counters();
      const Counters got =
          bench.simulation.run([&] { return Device(bench->transport).counters(); });
      CHECK_EQ(got.cycles, want.cycles);
      CHECK(got == want);
    }
}

TEST_CASE("RtlCoreModule: raises the interrupt and stops its clock where it is told to") {
  Simulated<RtlBench> bench(1u);
  bench.simulation.run([&] {
    Device device(bench->transport);
    device.set_window({0, kBenchMemory});
    bench->transport.write(Reg::IRQ_ENABLE, field::IRQ_ENABLE_DONE.mask());
    const CommandList list = loads_and_stores(0x20000, 0x40000);
    bench->transport.write_memory(kListAt, list.bytes());
    bench->core.allow(0);
    device.start(list, kListAt);
    sc_core::sc_start(sc_time(1, sc_core::SC_MS));
    CHECK_FALSE(bench->irq.read());
    const std::uint64_t before = bench->core.core().cycles();
    bench->core.allow(10);
    sc_core::sc_start(sc_time(1, sc_core::SC_US));
    CHECK_EQ(bench->core.core().cycles(), before + 10);
    bench->core.allow(10'000, true);
    sc_core::sc_start(sc_time(100, sc_core::SC_US));
    CHECK_EQ(bench->core.core().commands(), 1);
    bench->core.allow(10'000);
    sc_core::sc_start(sc_time(100, sc_core::SC_US));
    CHECK(bench->irq.read());
    CHECK_EQ(bench->transport.read(Reg::STATUS), field::STATUS_DONE.mask());
  });
}

namespace {

/// A memory that does not behave, whose socket makes four phases of b_transport.
struct OddBench : CoreBench<RtlCoreModule> {
  OddBench() : CoreBench<RtlCoreModule>(small_rtl(unused), rtl_options(5000)) {
    checker.initiator.bind(target.socket);
  }
  OddTarget target{"target", map};
};

}  // namespace

TEST_CASE("RtlCoreModule: works behind a target that answers in four phases") {
  for (const bool waits : {false, true}) {
    CAPTURE(waits);
    Simulated<OddBench> bench;
    bench->target.waits = waits;
    bench->map.write(0x20000, pattern(4096, 1));
    bench.simulation.run([&] {
      CHECK_EQ(run(bench->transport, loads_and_stores(0x20000, 0x40000, 1024)), Ending{});
    });
    std::vector<std::byte> got(4096);
    bench->map.read(0x40000, got);
    CHECK(got == pattern(4096, 1));
    bench->check_protocol();
  }
}

TEST_CASE("RtlCoreModule: a burst that fails is a data error, told with its address") {
  Simulated<OddBench> bench;
  bench.simulation.run([&] {
    const auto expect = [&](const CommandList& list, ErrorCode code, const std::string& failure) {
      const Ending ending = run(bench->transport, list);
      CHECK_EQ(describe(ending.code), describe(code));
      CHECK_EQ(bench->core.last_error(), failure);
    };
    bench->target.fails = {0x20200, 0x20204};
    expect(loads_and_stores(0x20000, 0x40000, 256), ErrorCode::AXI_READ,
           "read of 512 bytes at 0x20200: TLM_GENERIC_ERROR_RESPONSE");
    bench->target.fails = {0x40000, 0x40001};
    expect(loads_and_stores(0x20000, 0x40000), ErrorCode::AXI_WRITE,
           "write of 256 bytes at 0x40000: TLM_GENERIC_ERROR_RESPONSE");
    bench->target.fails = {};
    expect(loads_and_stores(kBenchMemory, 0x40000), ErrorCode::AXI_READ,
           "read of 256 bytes at 0x100000: TLM_ADDRESS_ERROR_RESPONSE");
    CHECK_EQ(run(bench->transport, loads_and_stores(0x20000, 0x40000)), Ending{});
  });
  bench->check_protocol();
}

TEST_CASE("RtlCoreModule: a burst that is never answered is an error with command and address") {
  for (const bool write : {false, true}) {
    Simulated<OddBench> bench;
    bench->target.silent =
        write ? OddTarget::Range{0x40000, 0x50000} : OddTarget::Range{0x20000, 0x30000};
    // STORE is over when its beats are on their way: it is END that waits for their answer.
    const std::string what = write ? "core: command 3: write of 256 bytes at 0x40000"
                                   : "core: command 1: read of 256 bytes at 0x20000";
    CHECK_THROWS_WITH_AS(
        bench.simulation.run([&] { run(bench->transport, loads_and_stores(0x20000, 0x40000)); }),
        (what + ": no answer for 5000 cycles").c_str(), Error);
  }
}
