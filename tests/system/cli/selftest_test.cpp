// SPDX-License-Identifier: Apache-2.0

#include "tests/system/cli/command.h"

using namespace trine::test;

TEST_CASE("cli: the self-test passes on every simulated device and names what it ran") {
  const auto registered = trine_json({"devices"});
  for (const auto& device : registered["devices"]) {
    if (device["hardware"]) continue;
    const std::string name = device["name"];
    CAPTURE(name);
    const auto report = trine_json({"selftest", "--device", name});
    CHECK(report["passed"] == true);
    CHECK(report["failed"].is_null());
    REQUIRE(report["stages"].size() > 20);
    CHECK(report["stages"].front()["name"] == "open");
    CHECK(report["stages"].back()["name"] == "tokens");
    for (const auto& stage : report["stages"]) CHECK(stage["passed"] == true);
    CHECK((report["stages"].back()["cycles"] != 0) == (device["cycles"] != "none"));
  }
}

TEST_CASE("cli: the self-test takes a model, and refuses what is none") {
  const Scratch scratch;
  const auto report =
      trine_json({"selftest", "--device", "golden", "--model", packed_model(scratch)});
  CHECK(report["passed"] == true);
  check_fails({"selftest", "--device", "golden", "--model", kModel}, 1, {"is not quantized"});
  check_fails({"selftest", "--device", "golden", "--uio", "x"}, 2, {"--uio", "uio has it"});
  check_fails({"selftest", "--device", "uio", "--reserved", "12"}, 2, {"ADDRESS:BYTES"});
}

TEST_CASE("cli: all of the memory is tried on request") {
  const auto report = trine_json(
      {"selftest", "--device", "golden", "--all-memory", "--memory-base", "0x870000000"});
  CHECK(report["passed"] == true);
  CHECK(report["memory_base"] == 0x870000000);
}

TEST_CASE("cli: counts that the RTL wrote are golden's in beats, and its own in cycles") {
  const Scratch scratch;
  const std::string file = (scratch / "counts.json").string();
  trine_json({"selftest", "--device", "rtl", "--write-counts", file});
  // Those that are checked in: a change that moves cycles has to write them anew (docs/bringup.md).
  CHECK(read_file(file) == read_file(kSource / "fpga/counts/g16.json"));
  CHECK(trine_json({"selftest", "--device", "golden", "--counts", "g16"})["counts"] == true);
  CHECK(trine_json({"selftest", "--device", "rtl", "--counts", file})["counts"] == true);
  auto counts = nlohmann::json::parse(read_file(file));
  CHECK(counts["core"] == "g16");
  auto& layer = counts["stages"][counts["stages"].size() - 2];
  REQUIRE(layer["stage"] == "layer");
  layer["cycles"] = layer["cycles_most"] = layer["cycles"].get<std::uint64_t>() + 1;
  std::ofstream(file) << counts;
  const Run slower = run_trine({"selftest", "--device", "rtl", "--counts", file, "--json"});
  CHECK(slower.code == 3);
  CHECK(slower.err.find("stage 'layer'") != std::string::npos);
  CHECK(slower.json()["counts"] == false);
  // Golden has no cycles to compare, but beats.
  CHECK(trine_json({"selftest", "--device", "golden", "--counts", file})["counts"] == true);
  layer["read_beats"] = 1;
  std::ofstream(file) << counts;
  const Run beats = run_trine({"selftest", "--device", "golden", "--counts", file});
  CHECK(beats.code == 3);
  CHECK(beats.err.find("1 are expected") != std::string::npos);
  check_fails({"selftest", "--device", "golden", "--write-counts", file}, 2, {"exact cycles"});
  std::ofstream(file) << "{}";
  check_fails({"selftest", "--device", "golden", "--counts", file}, 1, {file, "core"});
}

TEST_CASE("cli: the counts of a core with DRAM behind four ports are those that are checked in") {
  const Scratch scratch;
  const std::string file = (scratch / "counts.json").string();
  const std::vector<std::string> core{"selftest",     "--device",     "rtl", "--groups",
                                      "16",           "--ports",      "4",   "--memory",
                                      "ddr4-2400x64", "--core-clock", "300"};
  auto arguments = core;
  arguments.insert(arguments.end(), {"--write-counts", file});
  trine_json(arguments);
  CHECK(read_file(file) == read_file(kSource / "fpga/counts/g16p4.json"));
  // Any device with these parameters has the same beats; a wrong core, or a name of none, is told.
  CHECK(trine_json({"selftest", "--device", "golden", "--counts", "g16p4"})["counts"] == true);
  CHECK(trine_json({"selftest", "--device", "golden", "--attention-heads", "1", "--counts",
                    "g16p4h1"})["counts"] == true);
  const Run narrow =
      run_trine({"selftest", "--device", "golden", "--groups", "4", "--counts", "g16p4"});
  CHECK(narrow.code == 3);
  CHECK(narrow.err.find("g16p4: stage 'control': 172 read_beats, 43 are expected") !=
        std::string::npos);
  check_fails({"selftest", "--device", "golden", "--counts", "g3"}, 1,
              {"no counts 'g3'", "g16, g16p4"});
}
