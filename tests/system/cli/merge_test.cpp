// SPDX-License-Identifier: Apache-2.0

#include <fstream>
#include <functional>

#include "tests/system/cli/command.h"

using namespace trine::test;
using nlohmann::json;
namespace fs = std::filesystem;

TEST_CASE("cli: merge refuses reports that no simulation wrote") {
  const Scratch scratch;
  const std::string model = packed_model(scratch), good = (scratch / "good.json").string();
  const std::string bad = (scratch / "bad.json").string();
  trine_json({"simulate", model, "--tokens", "1", "--device", "golden", "-o", good});
  const json report = json::parse(read_file(good));
  const auto refused = [&](const std::string& text, const std::string& why) {
    CAPTURE(why);
    std::ofstream(bad) << text;
    check_fails({"merge", bad, "--report", (scratch / "page").string()}, 1, {bad, why});
  };
  for (const char* text : {"[]", "null", "5", "\"x\""}) refused(text, "must be a JSON object");
  refused("", "not valid JSON");
  refused(std::string(300'000, '['), "is nested deeper than 100 levels");
  refused("{\"format\":" + std::string(300'000, '[') + std::string(300'000, ']') + "}",
          "is nested deeper than 100 levels");
  const auto changed = [&](const std::string& why, const auto& change) {
    json one = report;
    change(one);
    refused(one.dump(), why);
  };
  for (const json& value : {json(-5), json(1.5), json("x"), json(nullptr), json::array()}) {
    changed("'cycles' must be a whole number",
            [&](json& r) { r["commands"][0]["cycles"] = value; });
    changed("'start' must be a whole number", [&](json& r) { r["commands"][7]["start"] = value; });
    changed("'elapsed' must be a whole number", [&](json& r) { r["elapsed"] = value; });
    changed("'first' must be a whole number", [&](json& r) { r["layers"]["first"] = value; });
  }
  changed("'commands' must be a list", [](json& r) { r["commands"] = json::array(); });
  changed("'commands' must be a list", [](json& r) { r["commands"] = 5; });
  changed("layers 3 to 3", [](json& r) { r["layers"]["first"] = r["layers"]["end"] = 3; });
  changed("layer 9000000000 is not one",
          [](json& r) { r["commands"][5]["layer"] = 9'000'000'000; });
  changed("command 2: starts before the one in front of it",
          [](json& r) { r["commands"][1]["start"] = 9, r["commands"][2]["start"] = 8; });
  // Nothing is converted, cut or wrapped.
  for (const json& value : {json(-1), json(2.5), json(true), json("16")}) {
    for (const char* key : {"groups", "ports", "context", "latency", "seed"})
      changed(std::string("'") + key + "' must be a whole number",
              [&](json& r) { r["core"][key] = value; });
    for (const char* key : {"layers", "hidden", "vocab"})
      changed(std::string("'") + key + "' must be a whole number",
              [&](json& r) { r["model"][key] = value; });
    for (const char* key : {"position", "best", "compared", "trace_begin", "cache_seed"})
      changed(std::string("'") + key + "' must be a whole number",
              [&](json& r) { r[key] = value; });
    changed("token 1 of 'tokens' must be a whole number up to 2147483647",
            [&](json& r) { r["tokens"][0] = value; });
  }
  changed("'groups' must be 1 at least", [](json& r) { r["core"]["groups"] = 0; });
  changed("'hidden' must be a whole number up to 16777216, it is 16777217",
          [](json& r) { r["model"]["hidden"] = 16'777'217; });
  changed("'cycles' must be a whole number up to 1099511627776, it is 1099511627777",
          [](json& r) { r["commands"][0]["cycles"] = 1'099'511'627'777; });
  changed("'seconds' must be in [0 .. 1000000000000000], it is -1.5",
          [](json& r) { r["seconds"] = -1.5; });
  changed("'stall' must be a number, it is \"x\"", [](json& r) { r["core"]["stall"] = "x"; });
  changed("'name' must be a text, it is 5", [](json& r) { r["model"]["name"] = 5; });
  changed("'model' is missing", [](json& r) { r.erase("model"); });
  changed("'name' must be in an object, there is [1,2", [](json& r) { r["model"] = {1, 2}; });
  changed("'tokens' must be a list", [](json& r) { r["tokens"] = 5; });
  changed("'version' must be a whole number", [](json& r) { r["version"] = json::array({2}); });
  changed("version 3, this program reads 2", [](json& r) { r["version"] = 3; });
  changed("is not a report of", [](json& r) { r["format"] = {{"trine", 1}}; });
  const json dram = {{"name", "m"},
                     {"channels", 1},
                     {"core_mhz", 100.0},
                     {"memory_mhz", 1200.0},
                     {"peak_bytes_per_second", 1e9},
                     {"counts", {{"busy", 5}}}};
  changed("'counts' must be an object",
          [&](json& r) { r["dram"] = dram, r["dram"]["counts"] = {1}; });
  changed("'busy' must be a whole number",
          [&](json& r) { r["dram"] = dram, r["dram"]["counts"]["busy"] = -5; });
  changed("'channels' must be a whole number",
          [&](json& r) { r["dram"] = dram, r["dram"]["channels"] = 1.5; });
  // Two parts of a token, one of which tells of its DRAM.
  json front = report, back = report;
  front["layers"]["end"] = back["layers"]["first"] = 1;
  for (json* part : {&front, &back}) {
    for (std::size_t i = 0; i < (*part)["commands"].size(); ++i)
      (*part)["commands"][i]["layer"] = nullptr;
    (*part)["state"] = {{"in", "1"}, {"out", "1"}};
  }
  back["dram"] = dram;
  const std::string front_file = (scratch / "front.json").string();
  std::ofstream(front_file) << front;
  std::ofstream(bad) << back;
  check_fails({"merge", bad, front_file}, 1, {"bad.json: tells of its DRAM, unlike", "front.json"});
  changed("no operation", [](json& r) { r["commands"][3]["unit"] = "<i>"; });
  changed("no operation", [](json& r) { r["commands"][3]["operation"] = "store"; });
  check_fails({"merge", scratch / "packed"}, 1, {"is a directory"});
  CHECK_FALSE(fs::exists(scratch / "page"));
  // A label is text, whatever is in it.
  json odd = report;
  odd["commands"][3]["label"] = "</script><b>&\"";
  std::ofstream(bad) << odd;
  trine_json({"merge", bad, "--report", (scratch / "page").string(), "--timeline",
              (scratch / "line").string()});
  const std::string page = read_file(scratch / "page");
  CHECK(page.find("<b>&") == std::string::npos);
  CHECK(page.find("\\u003c/script>") != std::string::npos);
}
