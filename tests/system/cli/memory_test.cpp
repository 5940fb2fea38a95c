// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include "tests/system/cli/command.h"

using namespace trine;
using namespace trine::test;

namespace {

void write(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

/// Reads of 64 bytes, one behind the other.
std::string sequential(unsigned requests) {
  std::string text = "# A stream.\n\n";
  for (unsigned i = 0; i < requests; ++i) text += fmt::format("R {:#x}\n", 64 * i);
  return text;
}

}  // namespace

TEST_CASE("cli: memory replays a trace and says where the clocks went") {
  const Scratch scratch;
  const fs::path trace = scratch / "trace";
  write(trace, sequential(4000) + "W 0x100000 9000\n");
  const auto report = trine_json({"memory", "--memory", "ddr4-2400x64", "--trace", trace.string()});
  CHECK(report["requests"] == 4001);
  CHECK(report["reads"] == 4000);
  CHECK(report["writes"] == 1);
  CHECK(report["bytes"] == 4001 * 64);
  CHECK(report["peak_bytes_per_second"] == 2400e6 * 8);
  CHECK(report["cycles"].get<std::uint64_t>() > 9000);  // The write waits for its cycle.
  const auto& counts = report["pins"]["counts"];
  CHECK(counts["reads"] == 4000);
  CHECK(counts["busy"] == 4001 * 4);  // Clocks of a burst of eight transfers.
  const auto& latency = report["read_latency_ns"];
  // The first read opens its row: tRCD + CL + burst at 1200 MHz.
  CHECK(latency["min"].get<double>() >= 36 / 1.2);
  CHECK(latency["min"].get<double>() <= latency["p50"].get<double>());
  CHECK(latency["p50"].get<double>() <= latency["p99"].get<double>());
  CHECK(latency["p99"].get<double>() <= latency["max"].get<double>());
  const Run text = run_trine({"memory", "--memory", "ddr4-2400x64", "--trace", trace.string()});
  CHECK(text.code == 0);
  for (const char* word : {"4000 reads, 1 writes", "bandwidth", "read latency", "hits", "pins"})
    CHECK(text.out.find(word) != std::string::npos);
}

TEST_CASE("cli: memory lists every standard with its sources") {
  const auto report = trine_json({"memory", "--list"});
  std::vector<std::string> names;
  for (const auto& standard : report["standards"]) {
    names.push_back(standard["name"]);
    CAPTURE(names.back());
    CHECK(standard["document"].get<std::string>() != "");
    CHECK(standard["timings"].size() > 10);
    for (const auto& timing : standard["timings"]) CHECK(timing["source"].get<std::string>() != "");
  }
  CHECK(names.size() >= 7);
}

TEST_CASE("cli: memory refuses what is no trace, no memory, no number; one line, exit 1 or 2") {
  const Scratch scratch;
  const std::string trace = (scratch / "trace").string(), memory = (scratch / "my.mem").string();
  const auto refused = [&](const std::string& name, const std::string& wanted) {
    check_fails({"memory", "--memory", name, "--trace", trace}, 1, {wanted});
  };
  write(trace, "R 0\nX 64\n");
  refused("ddr4-2400x64", trace + ":2");
  write(trace, "R 0\nR 0x10000000000000000\n");
  refused("ddr4-2400x64", trace + ":2");
  write(trace, "R 64 10\nR 0 9 8\n");
  refused("ddr4-2400x64", trace + ":2");
  write(trace, "R 0\n");
  refused("ddr4-2401", "ddr4-2401");
  refused("ddr4-2400x65", "65");
  write(memory, "standard = ddr4-2400\nCLX = 3\n");
  refused(memory, "CLX");
  refused((scratch / "missing.mem").string(), "missing.mem");
  check_fails({"memory", "--memory", "ddr4-2400x64"}, 2, {"--trace"});
  check_fails({"memory", "--memory", "ddr4-2400x64", "--trace", (scratch / "no").string()}, 1,
              {"no: cannot be read"});
}
