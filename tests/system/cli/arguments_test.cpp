// SPDX-License-Identifier: Apache-2.0

#include <sstream>

#include "tests/system/cli/command.h"

using namespace trine::test;

namespace {

const std::vector<std::string> kCommands = {"quantize",   "info",  "generate", "logits", "compare",
                                            "perplexity", "layer", "vectors",  "devices"};

}  // namespace

TEST_CASE("cli: every subcommand explains itself and offers --json") {
  const Run all = run_trine({"--help"});
  CHECK(all.code == 0);
  for (const std::string& command : kCommands) {
    CAPTURE(command);
    CHECK(all.out.find(command) != std::string::npos);
    const Run help = run_trine({command, "--help"});
    CHECK(help.code == 0);
    CHECK(help.err.empty());
    CHECK(help.out.find("--json") != std::string::npos);
    CHECK(help.out.find("--help") != std::string::npos);
  }
  CHECK(run_trine({"--version"}).out.starts_with("trine "));
}

TEST_CASE("cli: wrong arguments are one line that names them and exit code 2") {
  check_fails({}, 2, {"subcommand"});
  check_fails({"frobnicate"}, 2, {"frobnicate"});
  check_fails({"quantize", kModel}, 2, {"quantize", "out"});
  check_fails({"quantize", kModel, "x", "--depth", "5"}, 2, {"--depth", "5"});
  check_fails({"quantize", kModel, "x", "--depth", "0"}, 2, {"--depth"});
  check_fails({"quantize", kModel, "x", "--scales", "worst"}, 2, {"--scales", "worst"});
  check_fails({"quantize", kModel, "x", "--matrix-depth", "a=7"}, 2, {"--matrix-depth", "a=7"});
  check_fails({"quantize", kModel, "x", "--scales", "v2", "--calibrate", "t"}, 2, {"--calibrate"});
  const auto generate = [](std::vector<std::string> more) {
    more.insert(more.begin(), {"generate", kModel, "--prompt", "In"});
    return more;
  };
  check_fails(generate({}), 2, {"-n"});
  check_fails(generate({"-n", "0"}), 2, {"-n", "0"});
  check_fails(generate({"-n", "-3"}), 2, {"-n"});
  check_fails(generate({"-n", "many"}), 2, {"-n", "many"});
  check_fails(generate({"-n", "2", "--device", "abacus"}), 2, {"--device", "abacus"});
  check_fails(generate({"-n", "2", "--groups", "3"}), 2, {"--groups", "3"});
  check_fails(generate({"-n", "2", "--tokens", "1,2"}), 2, {"--tokens"});
  check_fails(generate({"-n", "2", "--temperature", "nan"}), 2, {"--temperature"});
  check_fails(generate({"-n", "2", "--top-p", "0"}), 2, {"--top-p"});
  check_fails(generate({"-n", "2", "--bandwidth", "1.5"}), 2, {"--bandwidth"});
  check_fails(generate({"-n", "2", "--stall", "1"}), 2, {"--stall"});
  check_fails(generate({"-n", "2", "--check", "--device", "reference"}), 2, {"--check"});
  check_fails(generate({"-n", "2", "--trace-cycles", "1:2"}), 2, {"--trace-cycles", "--trace"});
  check_fails(generate({"-n", "2", "--trace", "t.fst", "--trace-cycles", "2:1"}), 2, {"2:1"});
  check_fails({"generate", kModel, "-n", "2"}, 2, {"--prompt"});
  check_fails({"perplexity", kModel}, 2, {"--text"});
  check_fails({"perplexity", kModel, "--text", "t", "--limit", "0"}, 2, {"--limit"});
  check_fails({"logits", kModel, "--prompt", "In"}, 2, {"--out"});
  check_fails({"layer"}, 2, {"--preset"});
  check_fails({"layer", "--preset", "qwen2.5-9b"}, 2, {"--preset", "qwen2.5-9b"});
  check_fails({"layer", "--rows", "32"}, 2, {"--cols"});
  check_fails({"layer", "--preset", "qwen2.5-3b", "--matrix", "qk"}, 2, {"--matrix", "qk"});
  check_fails({"vectors"}, 2, {"files"});
}

TEST_CASE("cli: numbers that mean nothing are refused by name") {
  const auto refused = [](std::vector<std::string> command, const std::string& option,
                          const std::vector<std::string>& values) {
    for (const std::string& value : values) {
      std::vector<std::string> with = command;
      with.insert(with.end(), {option, value});
      check_fails(with, 2, {option, value});
    }
  };
  const std::vector<std::string> generate = {"generate", kModel, "--tokens", "1",
                                             "-n",       "1",    "--device", "reference"};
  const std::string most = "99999999999999999999";
  refused(generate, "--seed", {"-1", "1.5", "x", most});
  refused(generate, "--top-k", {"-1", "2.5", most});
  refused(generate, "--temperature", {"-0.5", "inf", "nan", "x"});
  refused(generate, "--repetition-penalty", {"0", "-1", "inf", "nan"});
  refused(generate, "--top-p", {"0", "-1", "1.5"});
  refused(generate, "--limit", {"0", "-1", "1.5", most});
  refused(generate, "--threads", {"0", "-1", "1.5"});
  refused(generate, "--heartbeat", {"0", "-1", "nan"});
  refused({"chat", kModel}, "-n", {"0", "-1", "1.5"});
  refused({"chat", kModel}, "--seed", {"-1"});
  refused({"logits", kModel, "--tokens", "1", "-o", "x"}, "--window", {"0", "-1", "1.5"});
  refused({"perplexity", kModel, "--tokens", "1"}, "--window", {"0", "-1", "1.5"});
  refused({"perplexity", kModel, "--tokens", "1"}, "--limit", {"0", "-1"});
  refused({"quantize", kModel, "x"}, "--bits", {"0", "-1", "nan", "8.5"});
  refused({"quantize", kModel, "x"}, "--depth", {"0", "-1", "2.5", "5"});
  refused({"dequantize", kModel, "x"}, "--shard-size", {"0", "-1", "nan", "inf"});
  refused({"synth", "--preset", "tiny", "x"}, "--seed", {"-1", "1.5", most});
  refused({"synth", "--preset", "tiny", "x"}, "--layers", {"0", "-1", "1.5"});
  refused({"layer", "--cols", "32"}, "--rows", {"0", "-1", "1.5"});
  refused({"layer", "--preset", "tiny"}, "--seed", {"-1", "1.5"});
  // Depth 4 throughout takes 6.75 bits: more are not to be had.
  check_fails({"quantize", kModel, "x", "--bits", "7.9"}, 1,
              {"7.9 bits", "most possible are 6.75"});
}

TEST_CASE("cli: an option that means nothing for the device is refused by name") {
  const auto on = [](const char* device, std::vector<std::string> more) {
    more.insert(more.begin(), {"logits", kModel, "--tokens", "1", "-o", "x", "--device", device});
    return more;
  };
  check_fails(on("golden", {"--latency", "20"}), 2, {"--latency", "golden", "rtl"});
  check_fails(on("golden", {"--checking"}), 2, {"--checking", "golden"});
  check_fails(on("golden", {"--seed", "3"}), 2, {"--seed", "golden"});
  check_fails(on("reference", {"--groups", "4"}), 2, {"--groups", "reference"});
  check_fails(on("reference", {"--context", "16"}), 2, {"--context", "reference"});
  check_fails(on("rtl", {"--trace-cycles", "1:2"}), 2, {"--trace-cycles", "--trace"});
  check_fails(on("rtl", {"--vectors", "3", "--groups", "4"}), 2, {"--vectors", "1, 2, 4, 8"});
  check_fails(on("rtl", {"--seed", "-1"}), 2, {"--seed", "-1"});
  check_fails(
      {"compare", kModel, kModel, "--tokens", "1", "--device-b", "golden", "--stall", "0.1"}, 2,
      {"--stall"});
}

TEST_CASE("cli: help, `devices` and the documents name every registered device and its options") {
  const auto report = trine_json({"devices"});
  REQUIRE(report["devices"].size() >= 2);
  const std::string help = run_trine({"generate", "--help"}).out;
  const std::string list = run_trine({"devices"}).out;
  for (const auto& device : report["devices"]) {
    const std::string name = device["name"];
    CAPTURE(name);
    CHECK(help.find(name) != std::string::npos);
    CHECK(list.find(name) != std::string::npos);
    for (const std::string name_of_option : device["options"]) {
      std::string option = "--";
      option += name_of_option;
      CAPTURE(option);
      CHECK(help.find(option) != std::string::npos);
      CHECK(list.find(option) != std::string::npos);
    }
  }
  // The page may have more: a device that this build has not.
  const std::string page = read_file(kSource / "docs/devices.md");
  std::istringstream lines(run_trine({"devices", "--markdown"}).out);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(page.find(line + "\n") != std::string::npos);
  }
}

TEST_CASE("cli: completion knows commands, options and devices") {
  const Scratch scratch;
  const std::string script = (scratch / "completion").string();
  std::ofstream(script) << run_trine({"completion"}).out;
  const auto complete = [&](const std::string& line, int at) {
    const std::string out = (scratch / "out").string();
    std::ostringstream shell;
    shell << "bash -c 'source " << script << "; COMP_WORDS=(" << line << "); COMP_CWORD=" << at
          << "; _trine; echo ${COMPREPLY[@]} >" << out << "'";
    CHECK(std::system(shell.str().c_str()) == 0);
    return read_file(out);
  };
  CHECK(complete("trine ver", 1) == "\n");
  CHECK(complete("trine perp", 1) == "perplexity\n");
  CHECK(complete("trine generate --dev", 2) == "--device --dev-dir\n");
  CHECK(complete("trine generate --tokens", 2) == "--tokens --tokens-file\n");
  CHECK(complete("trine generate --device gol", 3) == "golden\n");
  std::string devices = "reference";
  const auto report = trine_json({"devices"});
  for (const auto& device : report["devices"])
    devices.append(" ").append(device["name"].get<std::string>());
  CHECK(complete("trine generate --device \"\"", 3) == devices + "\n");
}
