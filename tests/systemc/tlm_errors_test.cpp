// SPDX-License-Identifier: Apache-2.0

#include "sim/systemc/interconnect.h"
#include "tests/systemc/bench.h"
#include "tests/systemc/odd_target.h"

using namespace trine;
using namespace trine::sim;

namespace {

TlmCoreOptions options() {
  return {
      .params = small_core(), .period = kPeriod, .cost = fixed_cost(100), .watchdog_cycles = 5000};
}

/// A core behind an interconnect, with a memory that does not behave.
struct OddBench : CoreBench<TlmCore> {
  OddBench() : CoreBench<TlmCore>(options()) {
    checker.initiator.bind(bus.masters);
    bus.add(target.socket, 0, 4 * kBenchMemory);
  }
  Interconnect bus{"bus"};
  OddTarget target{"target", map};
};

CommandList load_and_store(std::uint64_t from, std::uint64_t to, std::uint64_t count = 64) {
  CommandList list(small_core());
  list.fence();
  list.load(0, from, count, CommandList::Element::F32, "x");
  list.store(0, to, count, CommandList::Element::F32, "x");
  list.end();
  return list;
}

/// How a list ends, what the core says about its bus, and that nobody broke the protocol.
void expect(OddBench& bench, const CommandList& list, const Ending& ending,
            const std::string& failure) {
  const Ending got = run(bench.transport, list);
  CHECK_EQ(describe(got.code), describe(ending.code));
  CHECK_EQ(got.index, ending.index);
  CHECK_EQ(bench.core.last_error(), failure);
  bench.check_protocol();
}

}  // namespace

TEST_CASE("A target that answers an error: data error with command, address and status") {
  for (const auto status : {tlm::TLM_GENERIC_ERROR_RESPONSE, tlm::TLM_COMMAND_ERROR_RESPONSE}) {
    const std::string name =
        status == tlm::TLM_GENERIC_ERROR_RESPONSE ? "GENERIC_ERROR" : "COMMAND_ERROR";
    Simulated<OddBench> bench;
    bench->target.status = status;
    bench->target.fails = {0x20800, 0x20801};
    bench.simulation.run([&] {
      expect(*bench.operator->(), load_and_store(0x20000, 0x40000, 1024), {ErrorCode::AXI_READ, 1},
             "command 1: read of 2048 bytes at 0x20800: TLM_" + name + "_RESPONSE");
      bench->target.fails = {0x40000, 0x40001};
      expect(*bench.operator->(), load_and_store(0x20000, 0x40000), {ErrorCode::AXI_WRITE, 2},
             "command 2: write of 256 bytes at 0x40000: TLM_" + name + "_RESPONSE");
      bench->target.fails = {kListAt, kListAt + 1};
      expect(*bench.operator->(), load_and_store(0x20000, 0x40000), {ErrorCode::AXI_READ, 0},
             "command 0: read of 64 bytes at 0x1000: TLM_" + name + "_RESPONSE");
      bench->target.fails = {};
      CHECK_EQ(run(bench->transport, load_and_store(0x20000, 0x40000)), Ending{});
    });
  }
}

TEST_CASE("An address that no target owns: data error with command and address") {
  Simulated<OddBench> bench;
  bench.simulation.run([&] {
    // Behind the memory, and behind the interconnect's only range.
    expect(*bench.operator->(), load_and_store(kBenchMemory, 0x40000), {ErrorCode::AXI_READ, 1},
           "command 1: read of 256 bytes at 0x100000: TLM_ADDRESS_ERROR_RESPONSE");
    CommandList list(small_core());
    list.load(0, 8 * kBenchMemory, 16, CommandList::Element::F32, "x");
    list.end();
    Device device(bench->transport);
    device.set_window({0, 16 * kBenchMemory});
    CHECK_THROWS_AS(device.write_and_run(list, kListAt), DeviceError);
    CHECK_EQ(bench->core.last_error(),
             "command 0: read of 64 bytes at 0x800000: TLM_ADDRESS_ERROR_RESPONSE");
    CHECK_EQ(bench->bus.traffic(0).errors, 2);
  });
}

TEST_CASE("A DMI range that ends inside a burst: that burst is a payload") {
  Simulated<OddBench> bench;
  bench->target.direct_end = 0x20000 + 100;
  bench->map.write(0x20000, pattern(4096, 5));
  bench.simulation.run([&] {
    CHECK_EQ(run(bench->transport, load_and_store(0x1F000, 0x1E000)), Ending{});
    const std::uint64_t payloads = bench->core.bus().payloads();
    CHECK_EQ(payloads, 1);  // The first fetch, which was granted the rest.
    CHECK_EQ(run(bench->transport, load_and_store(0x20000, 0x1E000)), Ending{});
    CHECK_EQ(bench->core.bus().payloads(), payloads + 1);
    // In two bursts, of which one lies in the range.
    CHECK_EQ(run(bench->transport, load_and_store(0x1FFC0, 0x20040)), Ending{});
    CHECK_EQ(bench->core.bus().payloads(), payloads + 3);
  });
  std::vector<std::byte> got(192);
  bench->map.read(0x20080, got);
  CHECK(got == pattern(192, 5));
  bench->check_protocol();
}

TEST_CASE("A memory that ends inside a burst: data error with command and address") {
  Simulated<OddBench> bench;
  bench->map.allocate(2 * kBenchMemory, 100);
  bench->target.direct_end = 2 * kBenchMemory + 100;
  bench.simulation.run([&] {
    expect(*bench.operator->(), load_and_store(2 * kBenchMemory, 0x40000), {ErrorCode::AXI_READ, 1},
           "command 1: read of 256 bytes at 0x200000: TLM_ADDRESS_ERROR_RESPONSE");
  });
}

TEST_CASE("A target that never answers: an error with command and address, no hang") {
  for (const bool write : {false, true}) {
    Simulated<OddBench> bench;
    bench->target.silent =
        write ? OddTarget::Range{0x40000, 0x50000} : OddTarget::Range{0x20000, 0x30000};
    const std::string what = write ? "core: command 2: write of 256 bytes at 0x40000"
                                   : "core: command 1: read of 256 bytes at 0x20000";
    const std::string message = what + ": no answer for 5000 cycles";
    CHECK_THROWS_WITH_AS(
        bench.simulation.run([&] { run(bench->transport, load_and_store(0x20000, 0x40000)); }),
        message.c_str(), Error);
    // And from then on whoever asks is told.
    CHECK_THROWS_WITH_AS(bench.simulation.run([&] { return bench->transport.read(Reg::STATUS); }),
                         message.c_str(), Error);
  }
}

TEST_CASE("A target that lets its initiator wait is as good as one that annotates") {
  std::uint64_t cycles[2];
  for (const bool waits : {false, true}) {
    Simulated<OddBench> bench;
    bench->target.waits = waits;
    bench->target.latency = 200 * kPeriod;
    bench.simulation.run([&] {
      CHECK_EQ(run(bench->transport, load_and_store(0x20000, 0x40000, 4096)), Ending{});
      Device device(bench->transport);
      cycles[waits] = device.counters().cycles;
    });
    bench->check_protocol();
  }
  // Annotated, four reads are under way at a time; waiting, one.
  CHECK_GT(cycles[1], cycles[0]);
}

namespace {

struct SilentParts {
  SilentParts() { master.socket.bind(registers.socket); }
  RegisterMaster master{"master", sc_core::sc_time(1, sc_core::SC_US)};
  SilentRegisters registers{"registers"};
};

}  // namespace

TEST_CASE("A register bus that never answers: an error with the register") {
  Simulated<SilentParts> parts;
  parts.simulation.run([&] {
    CHECK_THROWS_WITH_AS(parts->master.read(0x20), "master: register 0x020: read has no answer",
                         Error);
    CHECK_THROWS_WITH_AS(parts->master.write(0x24, 1),
                         "master: register 0x024: write while the access before it has no answer",
                         Error);
  });
}
