// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "tests/system/cli/command.h"

using namespace trine;
using namespace trine::test;

namespace {

nlohmann::json estimate(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"estimate", "--preset", "qwen2.5-0.5b"});
  return trine_json(arguments)["estimates"];
}

}  // namespace

TEST_CASE("cli: estimate accounts for every cycle, and tokens/s follow from the clock") {
  const auto all = estimate(
      {"--groups", "16", "--context", "64", "--prompt-tokens", "8", "--core-clock", "250"});
  REQUIRE(all.size() == 1);
  const auto& one = all[0];
  for (const char* part : {"decode", "prefill"}) {
    CAPTURE(part);
    const auto& e = one[part];
    const auto cycles = e["cycles"].get<std::uint64_t>();
    std::uint64_t spent = 0, operations = 0;
    for (const auto& [name, value] : e["spent"].items()) spent += value.get<std::uint64_t>();
    for (const auto& [name, value] : e["operations"].items())
      operations += value.get<std::uint64_t>();
    CHECK(spent == cycles);
    CHECK(operations <= cycles);  // The list's first and last cycle belong to no command.
    CHECK(operations + 100 > cycles - cycles / 100);
    const double rate = e["tokens"].get<double>() / (static_cast<double>(cycles) / 250e6);
    CHECK(e["tokens_per_second"].get<double>() == doctest::Approx(rate));
    CHECK(e["weight_beats"].get<std::uint64_t>() < cycles);
  }
  CHECK(one["prefill"]["tokens"] == 8);
}

TEST_CASE("cli: estimate knows the boards, and options go before what a board says") {
  for (const char* board : {"kv260", "zcu104", "u280", "u55c", "vck190"}) {
    CAPTURE(board);
    const auto one = estimate({"--board", board, "--context", "64"})[0];
    CHECK(one["board"] == board);
    CHECK(one["decode"]["share_of_pins"].get<double>() > 0.05);
    CHECK(one["decode"]["share_of_pins"].get<double>() < 1);
  }
  const auto one = estimate({"--board", "kv260", "--context", "64", "--memory", "ideal", "--groups",
                             "8", "--ports", "2", "--vectors", "4", "--core-clock", "200"})[0];
  CHECK(one["memory"] == "ideal");
  CHECK(one["groups"] == 8);
  CHECK(one["ports"] == 2);
  CHECK(one["vectors"] == 4);
  CHECK(one["core_mhz"] == 200);
}

TEST_CASE("cli: estimate sweeps every combination and writes what it prints") {
  const Scratch scratch;
  const std::string csv = (scratch / "table.csv").string();
  const auto all =
      estimate({"--sweep", "groups=4,16", "--sweep", "context=64,128,256", "--csv", csv});
  REQUIRE(all.size() == 6);
  std::istringstream lines(read_file(csv));
  std::string line;
  std::getline(lines, line);
  const auto columns = std::count(line.begin(), line.end(), ',');
  CHECK(line.starts_with("preset,board,depth,layers,groups,vectors,ports"));
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(all[i]["groups"] == (i < 3 ? 4 : 16));
    CHECK(all[i]["context"] == 64 << i % 3);
    REQUIRE(std::getline(lines, line));
    CHECK(std::count(line.begin(), line.end(), ',') == columns);
    CHECK(line.find(fmt::format(",{},", all[i]["decode"]["cycles"].get<std::uint64_t>())) !=
          std::string::npos);
  }
  CHECK(!std::getline(lines, line));
  // Fewer groups take longer, and so does a longer context.
  CHECK(all[0]["decode"]["cycles"] > all[3]["decode"]["cycles"]);
  CHECK(all[2]["decode"]["cycles"] > all[0]["decode"]["cycles"]);
}

TEST_CASE("cli: estimate names what it cannot take") {
  const Scratch scratch;
  const std::string board = (scratch / "my.json").string();
  check_fails({"estimate"}, 2, {"--preset or --model"});
  check_fails({"estimate", "--preset", "qwen2.5-0.5b", "--sweep", "colour=red"}, 2, {"colour"});
  check_fails({"estimate", "--preset", "qwen2.5-0.5b", "--sweep", "groups=4,5"}, 2, {"groups"});
  check_fails({"estimate", "--preset", "qwen2.5-0.5b", "--sweep", "context=0"}, 2, {"0 is not in"});
  check_fails({"estimate", "--preset", "qwen2.5-0.5b", "--board", "kv261"}, 1, {"kv261"});
  check_fails({"estimate", "--preset", "qwen2.5-0.5b", "--board", board}, 1, {"my.json"});
  const std::string rest =
      R"("memory": "ideal", "memory_source": "", "clock": "assumed", "clock_source": "")";
  std::ofstream(board) << R"({"name": "b", "core_mhz": 0, )" << rest << "}";
  check_fails({"estimate", "--preset", "qwen2.5-0.5b", "--board", board}, 1, {"core_mhz"});
  std::ofstream(board) << R"({"name": "b", "core_mhz": 100, "ports": 3, )" << rest << "}";
  check_fails({"estimate", "--preset", "qwen2.5-0.5b", "--board", board}, 1, {"ports"});
  std::ofstream(board) << R"({"name": "b", "core_mhz": 100, "groups": 2.5, )" << rest << "}";
  check_fails({"estimate", "--preset", "qwen2.5-0.5b", "--board", board}, 1, {"groups", "2.5"});
  std::ofstream(board) << R"({"name": "b", "core_mhz": 100, "colour": "red", )" << rest << "}";
  check_fails({"estimate", "--preset", "qwen2.5-0.5b", "--board", board}, 1, {"colour"});
  std::ofstream(board) << R"({"name": "b", "core_mhz": 100, "core_mhz": 200, )" << rest << "}";
  check_fails({"estimate", "--preset", "qwen2.5-0.5b", "--board", board}, 1,
              {"my.json: duplicate name 'core_mhz'"});
}
