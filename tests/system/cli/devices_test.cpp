// SPDX-License-Identifier: Apache-2.0

#include "golden/checkpoint/safetensors.h"
#include "tests/system/cli/command.h"

using namespace trine;
using namespace trine::test;

namespace {

std::vector<std::string> device_names() {
  std::vector<std::string> names;
  const auto report = trine_json({"devices"});
  for (const auto& device : report["devices"])
    if (!device["hardware"]) names.push_back(device["name"]);
  return names;
}

std::string vector_file(const std::string& name) {
  return (kSource / "tests/vectors" / (name + ".safetensors")).string();
}

}  // namespace

TEST_CASE("cli: the RTL runs a model in lockstep with golden, for any geometry and memory") {
  const Scratch scratch;
  const std::string packed = packed_model(scratch);
  const std::vector<std::string> base = {"generate", packed, "--tokens", "296,1133", "-n", "2"};
  std::vector<std::string> checked = base;
  checked.push_back("--check");
  const auto golden = trine_json(checked);
  CHECK(golden["equal"] == true);
  for (const std::vector<std::string>& more : std::vector<std::vector<std::string>>{
           {"--groups", "16"}, {"--groups", "4", "--stall", "0.2", "--latency", "20"}}) {
    std::vector<std::string> arguments = base;
    arguments.insert(arguments.end(), {"--device", "rtl", "--check"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto rtl = trine_json(arguments);
    CHECK(rtl["equal"] == true);
    CHECK(rtl["compared"].get<std::size_t>() > 0);
    CHECK(rtl["tokens"] == golden["tokens"]);
    CHECK(rtl["cycles"].get<std::uint64_t>() >= rtl["weight_beats"].get<std::uint64_t>());
    CHECK(rtl["khz"].get<double>() > 0);
  }
}

TEST_CASE("cli: every device gives the same logits, compared command by command where it can be") {
  const Scratch scratch;
  const std::string packed = packed_model(scratch);
  std::string golden;
  const auto registered = trine_json({"devices"});
  for (const auto& device : registered["devices"]) {
    if (device["hardware"]) continue;
    const std::string name = device["name"], out = (scratch / name).string();
    CAPTURE(name);
    std::vector<std::string> arguments = {"logits", packed, "--tokens", "296,1133",
                                          "-o",     out,    "--device", name};
    const bool checked = device["steps"] && device["shows_vectors"];
    if (checked) arguments.push_back("--check");
    const auto report = trine_json(arguments);
    CHECK(report["equal"].is_null() != checked);
    const golden::Safetensors file(out);
    const auto bytes = file.at("logits").bytes;
    const std::string logits(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (golden.empty()) golden = logits;
    CHECK(logits == golden);
  }
}

TEST_CASE("cli: layer runs one matrix and reports what it took") {
  for (const char* depth : {"1", "2", "3", "4"}) {
    CAPTURE(depth);
    const auto run = trine_json({"layer", "--rows", "200", "--cols", "600", "--depth", depth,
                                 "--device", "rtl", "--check"});
    CHECK(run["equal"] == true);
    CHECK(run["weights"] == 120'000);
    CHECK(run["utilization"].get<double>() > 0);
    CHECK(run["utilization"].get<double>() <= 1);
    for (const char* key : {"cycles", "weight_beats", "weights_per_second", "khz", "counters"})
      CHECK(run.contains(key));
  }
  const auto all = trine_json({"layer", "--preset", "qwen2.5-0.5b", "--device", "golden"});
  REQUIRE(all["matrices"].size() == 4);
  CHECK(all["matrices"][0]["rows"] == 1152);
  CHECK(all["matrices"][2]["rows"] == 9728);
  CHECK(all["equal"].is_null());
  CHECK(all["utilization"].is_null());
  // More results than vector memory has words.
  const auto high =
      trine_json({"layer", "--rows", "70000", "--cols", "64", "--device", "golden", "--check"});
  CHECK(high["weights"] == 70'000 * 64);
  CHECK(high["equal"] == true);
  check_fails({"layer", "--rows", "64", "--cols", "40000", "--device", "golden"}, 1,
              {"40000 columns", "takes 32768"});
  // A core for matrices beyond those of any model.
  const std::vector<std::string> wide{"layer",
                                      "--rows",
                                      "40",
                                      "--depth",
                                      "3",
                                      "--check",
                                      "--groups",
                                      "8",
                                      "--vectors",
                                      "2",
                                      "--act-width",
                                      "8",
                                      "--attention-heads",
                                      "3",
                                      "--attention-width",
                                      "8",
                                      "--max-cols",
                                      "131072",
                                      "--vector-words",
                                      "131072"};
  const auto with = [&](const char* cols, const char* device) {
    std::vector<std::string> words = wide;
    words.insert(words.end(), {"--cols", cols, "--device", device});
    return words;
  };
  // The input and 64 words for 40 results fill vector memory.
  for (const char* cols : {"100000", "131008"})
    CHECK(trine_json(with(cols, "rtl"))["equal"] == true);
  check_fails(with("131009", "rtl"), 1, {"131009 columns", "the core has 131072"});
  check_fails(with("131073", "golden"), 1, {"131073 columns", "takes 131072"});
  check_fails({"layer", "--rows", "64", "--cols", "64", "--device", "rtl", "--groups", "1",
               "--max-cols", "131072", "--vector-words", "131072"},
              2, {"--max-cols", "cannot count the beats"});
  check_fails({"layer", "--rows", "64", "--cols", "64", "--device", "rtl", "--max-cols", "50000"},
              2, {"--max-cols", "32768, 65536, 131072"});
}

TEST_CASE("cli: the shipped vectors are reproduced by every device") {
  for (const std::string& device : device_names()) {
    CAPTURE(device);
    const auto run = trine_json({"vectors", vector_file("trit_d1_g1"), vector_file("trit_d2_g4"),
                                 vector_file("trit_d3_g16"), vector_file("trit_d4_outlier"),
                                 "--device", device});
    CHECK(run["equal"] == true);
    CHECK(run["files"].size() == 4);
    CHECK(run["files"][0]["groups"] == 1);
    CHECK(run["files"][1]["groups"] == 4);
    CHECK(run["files"][2]["groups"] == 16);
    CHECK(run["files"][3]["checks"].size() == 13);
  }
}

TEST_CASE("cli: a vector file with another result is a difference, named, exit code 3") {
  const Scratch scratch;
  const std::string source = vector_file("trit_d2_g1");
  const golden::Safetensors file(source);
  std::string bytes = read_file(source);
  bytes[file.at("accumulator").file_offset + 8 * 5] ^= 1;
  const std::string changed = (scratch / "changed").string();
  std::ofstream(changed, std::ios::binary) << bytes;
  const Run run = run_trine({"vectors", changed, "--device", "golden", "--json"});
  CHECK(run.code == 3);
  CHECK(run.one_line());
  CHECK(run.err.find("accumulator, element 5") != std::string::npos);
  CHECK(run.json()["equal"] == false);

  const golden::Tensor& stream = file.at("stream");
  bytes = read_file(source);
  bytes[stream.file_offset + stream.bytes.size() - 1] = static_cast<char>(250);
  std::ofstream(changed, std::ios::binary) << bytes;
  check_fails({"vectors", changed, "--device", "golden"}, 1, {changed, "250"});
}
