// SPDX-License-Identifier: Apache-2.0

#include "sim/axi_memory.h"

#include <doctest/doctest.h>

#include <cstring>

#include "tests/system/axi_master.h"

using namespace trine;
using namespace trine::sim;

namespace {

constexpr std::uint64_t kBytes = 64 * 1024;
constexpr std::uint64_t kRom = 1024 * 1024;

/// Memory in which the word at address a (a multiple of 4) is a, and a read-only page at kRom.
struct Image {
  Image() : rom(4096, std::byte{0x5A}) {
    map.allocate(0, kBytes);
    map.map(kRom, rom);
    for (std::uint32_t a = 0; a < kBytes; a += 4) map.write(a, std::as_bytes(std::span(&a, 1)));
  }
  AxiMaster::Word at(std::uint64_t address) const {
    AxiMaster::Word word;
    map.read(address, std::as_writable_bytes(std::span(word)));
    return word;
  }
  std::vector<std::byte> rom;
  MemoryMap map;
};

AxiTiming stalled(std::uint64_t seed) {
  AxiTiming timing;
  timing.read_latency = 7;
  timing.write_latency = 3;
  timing.bandwidth = 0.75;
  timing.stall_ar = timing.stall_aw = timing.stall_w = timing.stall_r = timing.stall_b = 0.4;
  timing.outstanding = 3;
  timing.scramble = true;
  timing.seed = seed;
  return timing;
}

}  // namespace

TEST_CASE("AxiMemory: the first read beat comes after the latency, then one a cycle") {
  for (const unsigned latency : {1u, 2u, 30u}) {
    CAPTURE(latency);
    Image image;
    AxiTiming timing;
    timing.read_latency = latency;
    AxiMaster master(image.map, timing);
    master.read(0x100, 4);
    master.read(0x1000, 256);
    master.run(1000);
    REQUIRE_EQ(master.read_beats.size(), 260);
    for (std::size_t i = 0; i < 260; ++i) {
      CHECK_EQ(master.read_beats[i].data[0], i < 4 ? 0x100 + 16 * i : 0x1000 + 16 * (i - 4));
      CHECK_EQ(master.read_beats[i].last, (i == 3 || i == 259));
      CHECK_EQ(master.read_beats[i].cycle, master.read_sent[0] + latency + i);  // No gap.
    }
  }
}

TEST_CASE("AxiMemory: a streak of beats is what sample and drive make of it") {
  AxiTiming timings[4];
  timings[1].read_latency = 30;
  timings[2].bandwidth = 0.5;
  timings[3].scramble = true;
  for (const AxiTiming& timing : timings) {
    Image image;
    AxiMaster one(image.map, timing), other(image.map, timing);
    for (AxiMaster* master : {&one, &other}) {
      master->read(0x100, 4);
      master->read(0x1000, 256);
      master->read(2 * kRom, 8);  // In no memory.
      master->read(0x2000, 1);
      master->read(0x3000, 2);
      master->read(0x4000, 256);
      master->write(0x5000, {{1, 2, 3, 4}});
      master->run(400, true, master == &other);
      master->run(10, false);
      master->read(0x6000, 64);
      master->run(2000, true, master == &other);
    }
    REQUIRE_EQ(one.read_beats.size(), 4 + 256 + 8 + 1 + 2 + 256 + 64);
    CHECK_EQ(one.read_beats, other.read_beats);
    CHECK_EQ(one.write_answers, other.write_answers);
    if (timing.bandwidth == 1 && !timing.scramble)
      CHECK_GT(other.streak_cycles, 500);
    else
      CHECK_EQ(other.streak_cycles, 0);
  }
}

TEST_CASE("AxiMemory: bandwidth is a share of the cycles, evenly spaced") {
  for (const double share : {0.75, 0.5, 0.1}) {
    CAPTURE(share);
    Image image;
    AxiTiming timing;
    timing.bandwidth = share;
    AxiMaster master(image.map, timing);
    for (unsigned i = 0; i < 8; ++i) master.read(0x1000 * i, 256);
    master.run(1002);
    const auto beats = static_cast<double>(master.read_beats.size());
    CHECK_LE(beats, 1000 * share + 2);
    CHECK_GE(beats, 1000 * share - 2);
    for (std::size_t i = 1; i < master.read_beats.size(); ++i)
      CHECK_LE(master.read_beats[i].cycle - master.read_beats[i - 1].cycle,
               static_cast<std::uint64_t>(1 / share) + 1);
  }
}

TEST_CASE("AxiMemory: the answer to a write comes after the latency; strobes hold") {
  for (const unsigned latency : {1u, 9u}) {
    CAPTURE(latency);
    Image image;
    AxiTiming timing;
    timing.write_latency = latency;
    AxiMaster master(image.map, timing);
    master.write(0x40, {{1, 2, 3, 4}, {5, 6, 7, 8}});
    master.write(0x60, {{~0u, ~0u, ~0u, ~0u}}, 0x00F1);
    master.run(50);
    REQUIRE_EQ(master.write_answers.size(), 2);
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK_EQ(master.write_answers[i].cycle, master.write_sent[i] + latency);
      CHECK_EQ(master.write_answers[i].response, AxiResponse::kOkay);
    }
    CHECK_EQ(image.at(0x30), AxiMaster::Word{0x30, 0x34, 0x38, 0x3C});
    CHECK_EQ(image.at(0x40), AxiMaster::Word{1, 2, 3, 4});
    CHECK_EQ(image.at(0x50), AxiMaster::Word{5, 6, 7, 8});
    CHECK_EQ(image.at(0x60), AxiMaster::Word{0xFF, ~0u, 0x68, 0x6C});
    CHECK_EQ(image.at(0x70), AxiMaster::Word{0x70, 0x74, 0x78, 0x7C});
  }
}

TEST_CASE("AxiMemory: keeps every beat in order under any stalls, the same for the same seed") {
  std::vector<AxiMaster::ReadBeat> first;
  for (const std::uint64_t seed : {1u, 1u, 2u, 3u}) {
    CAPTURE(seed);
    Image image;
    AxiMaster master(image.map, stalled(seed));
    for (std::uint32_t i = 0; i < 40; ++i) {
      master.read(0x100 * i, 1 + i % 16);
      master.write(0x8000 + 0x100 * i, std::vector(1 + i % 16, AxiMaster::Word{i, i, i, i}));
    }
    for (unsigned i = 0; i < 3000; ++i) master.run(1, i % 3 != 0);
    std::size_t beat = 0;
    for (std::uint32_t i = 0; i < 40; ++i) {
      for (std::uint32_t j = 0; j < 1 + i % 16; ++j, ++beat) {
        REQUIRE_LT(beat, master.read_beats.size());
        CHECK_EQ(master.read_beats[beat].data[0], 0x100 * i + 16 * j);
        CHECK_EQ(master.read_beats[beat].last, j == i % 16);
        CHECK_EQ(image.at(0x8000 + 0x100 * i + 16 * j), AxiMaster::Word{i, i, i, i});
      }
    }
    CHECK_EQ(beat, master.read_beats.size());
    CHECK_EQ(master.write_answers.size(), 40);
    if (first.empty()) first = master.read_beats;
    CHECK_EQ(first == master.read_beats, seed == 1);
  }
}

TEST_CASE("AxiMemory: unmapped bytes answer DECERR, a write to read-only bytes SLVERR") {
  Image image;
  AxiMaster master(image.map, {});
  master.read(kBytes, 2);
  master.read(kRom + 4080, 1);
  master.write(kRom, {{1, 2, 3, 4}});
  master.write(kBytes, {{1, 2, 3, 4}});
  master.run(50);
  REQUIRE_EQ(master.read_beats.size(), 3);
  CHECK_EQ(master.read_beats[0].response, AxiResponse::kDecodeError);
  CHECK_EQ(master.read_beats[1].response, AxiResponse::kDecodeError);
  CHECK_EQ(master.read_beats[2].response, AxiResponse::kOkay);
  CHECK_EQ(master.read_beats[2].data[3], 0x5A5A5A5A);
  REQUIRE_EQ(master.write_answers.size(), 2);
  CHECK_EQ(master.write_answers[0].response, AxiResponse::kSlaveError);
  CHECK_EQ(master.write_answers[1].response, AxiResponse::kDecodeError);
  CHECK_EQ(image.rom, std::vector(4096, std::byte{0x5A}));
}

TEST_CASE("AxiMemory: injected faults hit their burst or range and nothing else") {
  Image image;
  AxiTiming timing;
  timing.read_faults = {{.burst = 1},
                        {.begin = 0x1010, .end = 0x1011, .response = AxiResponse::kDecodeError}};
  timing.write_faults = {{.burst = 0}};
  AxiMaster master(image.map, timing);
  for (const std::uint64_t address : {0x0u, 0x0u, 0x1000u, 0x1010u, 0x1020u})
    master.read(address, 1);
  master.write(0x2000, {{1, 1, 1, 1}});
  master.write(0x2010, {{2, 2, 2, 2}});
  master.run(50);
  const AxiResponse ok = AxiResponse::kOkay;
  const AxiResponse want[] = {ok, AxiResponse::kSlaveError, ok, AxiResponse::kDecodeError, ok};
  REQUIRE_EQ(master.read_beats.size(), 5);
  for (std::size_t i = 0; i < 5; ++i) CHECK_EQ(master.read_beats[i].response, want[i]);
  CHECK_EQ(master.write_answers[0].response, AxiResponse::kSlaveError);
  CHECK_EQ(master.write_answers[1].response, ok);
  CHECK_EQ(image.at(0x2000)[0], 0x2000);  // Data of a failed burst is dropped.
  CHECK_EQ(image.at(0x2010)[0], 2);
}

TEST_CASE("AxiMemory: refuses what breaks the protocol") {
  Image image;
  const auto refused = [&](auto&& act, const AxiTiming& timing = {}) {
    AxiMaster master(image.map, timing);
    CHECK_THROWS_AS(act(master), ProtocolError);
  };
  const auto accepted = [&](std::uint64_t address, unsigned beats) {
    AxiMaster master(image.map, {});
    master.read(address, beats);
    CHECK_NOTHROW(master.run(5));
  };
  accepted(0x1000, 256);
  accepted(0x1FF0, 1);
  refused([](AxiMaster& m) { m.read(0x1FF0, 2), m.run(5); });
  refused([](AxiMaster& m) { m.write(0x1FF0, {{}, {}}), m.run(5); });
  refused([](AxiMaster& m) { m.read(0x1008, 1), m.run(5); });
  refused([](AxiMaster& m) { m.wires.m_axi_arsize_o = 3, m.read(0x1000, 1), m.run(5); });
  refused([](AxiMaster& m) { m.wires.m_axi_awburst_o = 2, m.write(0x1000, {{}}), m.run(5); });

  // WLAST early and late; a beat that is taken back or changes while it waits.
  AxiTiming slow;
  slow.stall_ar = 0.999;
  const auto raw = [&](const AxiTiming& timing, auto&& edge) {
    AxiWires wires;
    AxiMemory<AxiWires> memory(image.map, timing);
    AxiMemory<AxiWires>::idle(wires);
    for (unsigned i = 0; i < 8; ++i) edge(wires, i), memory.sample(wires), memory.drive(wires);
  };
  for (const int beats : {0, 1, 2, 3}) {
    CAPTURE(beats);
    const auto burst_of_two = [&](AxiWires& w, unsigned i) {
      w.m_axi_awvalid_o = i == 1;
      w.m_axi_awlen_o = 1;
      w.m_axi_wvalid_o = i >= 2 && i <= 3;
      w.m_axi_wlast_o = (beats >> (i & 1) & 1) != 0;
    };
    if (beats == 2) CHECK_NOTHROW(raw({}, burst_of_two));
    if (beats != 2) CHECK_THROWS_AS(raw({}, burst_of_two), ProtocolError);
  }
  CHECK_NOTHROW(raw(slow, [](AxiWires& w, unsigned) { w.m_axi_arvalid_o = 1; }));
  CHECK_THROWS_AS(raw(slow, [](AxiWires& w, unsigned i) { w.m_axi_arvalid_o = i < 4; }),
                  ProtocolError);
  CHECK_THROWS_AS(
      raw(slow, [](AxiWires& w, unsigned i) { w.m_axi_arvalid_o = 1, w.m_axi_arlen_o = i < 4; }),
      ProtocolError);
}
