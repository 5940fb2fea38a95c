// SPDX-License-Identifier: Apache-2.0

#include "sim/dram/replay.h"

#include <doctest/doctest.h>

#include <sstream>

#include "golden/error.h"
#include "tests/dram/traffic.h"

using namespace trine::dram;

namespace {

ReplayResult run(const std::string& text, const MemorySpec& spec, double core_mhz = 0) {
  std::istringstream in(text);
  return replay(in, "trace", spec, {.core_mhz = core_mhz == 0 ? spec.device.clock_mhz : core_mhz});
}

std::string message(const std::string& text) {
  try {
    run(text, plain("ddr4-2400x64"));
  } catch (const trine::Error& error) {
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("Replay: single reads by formula, at their cycles") {
  const MemorySpec spec = plain("ddr4-2400x64");
  const ReplayResult r = run("# three\nR 0 100\n\nR 64,1000\nr 0x100 2000 # open\n", spec);
  CHECK_EQ(r.requests, 3);
  CHECK_EQ(r.bytes, 192);
  CHECK_EQ(r.stats.hits, 1);  // Bank groups are neighbours: 0 and 0x100 lie in the same row.
  CHECK_EQ(r.stats.misses, 2);
  CHECK_EQ(r.latency_max_ns, doctest::Approx((16 + 16 + 4) / 1.2));
  CHECK_EQ(r.latency_min_ns, doctest::Approx((16 + 4) / 1.2));
  CHECK_EQ(r.cycles, 2000 + 20);
  CHECK_EQ(r.seconds, doctest::Approx(2020 / 1.2e9));
}

TEST_CASE("Replay: percentiles and bandwidth") {
  std::string text;
  for (unsigned i = 0; i < 4000; ++i) text += "R " + std::to_string(64 * i) + "\n";
  const MemorySpec spec = parse_memory("ddr4-2400x64");
  const ReplayResult r = run(text, spec);
  CHECK_GE(r.bandwidth(), 0.95 * spec.peak());
  CHECK_LE(r.bandwidth(), spec.peak());
  CHECK_LE(r.latency_min_ns, r.latency_p50_ns);
  CHECK_LE(r.latency_p50_ns, r.latency_p90_ns);
  CHECK_LE(r.latency_p90_ns, r.latency_p99_ns);
  CHECK_LE(r.latency_p99_ns, r.latency_max_ns);
  // 64 under way, each taking four clocks of the pins.
  CHECK_EQ(r.latency_p50_ns, doctest::Approx(64 * 4 / 1.2).epsilon(0.1));
  // The core's clock changes its cycles, not the time.
  const ReplayResult slow = run(text, spec, 300);
  CHECK_EQ(slow.seconds, doctest::Approx(r.seconds).epsilon(0.03));
  CHECK_EQ(static_cast<double>(slow.cycles), doctest::Approx(slow.seconds * 300e6).epsilon(1e-4));
}

TEST_CASE("Replay: writes count, and end when their data have moved") {
  std::string text;
  for (unsigned i = 0; i < 1000; ++i) text += "W " + std::to_string(64 * i) + "\n";
  const ReplayResult r = run(text, parse_memory("ddr4-2400x64"));
  CHECK_EQ(r.writes, 1000);
  CHECK_EQ(r.stats.writes, 1000);
  CHECK_EQ(r.latency_max_ns, 0);
  CHECK_GE(r.seconds * 1.2e9, 4000);
}

TEST_CASE("Replay: what is wrong with a line") {
  CHECK_EQ(message("R 0\nX 5\n"), "trace:2: 'X' is neither R nor W");
  CHECK_EQ(message("R\n"), "trace:1: no address");
  CHECK_EQ(message("R 0x\n"), "trace:1: '0x' is no address");
  CHECK_EQ(message("R 12z\n"), "trace:1: '12z' is no address");
  CHECK_EQ(message("R -1\n"), "trace:1: '-1' is no address");
  CHECK_EQ(message("R 0 soon\n"), "trace:1: 'soon' is no cycle");
  CHECK_EQ(message("R 0 1 2\n"), "trace:1: '2' behind the request");
  CHECK_EQ(message("R 0 9\n#\nR 0 8\n"), "trace:3: cycle 8 behind cycle 9");
  CHECK_EQ(message("R 0xffffffffffffffff\n"), "trace:1: address 0xffffffffffffffff is beyond 2^56");
  CHECK_EQ(message(""), "none");
}
