// SPDX-License-Identifier: Apache-2.0

#include "tests/system/cli/command.h"

using namespace trine::test;

namespace {

const std::vector<std::string> kCommands = {"quantize", "info",       "generate", "logits",
                                            "compare",  "perplexity", "layer",    "vectors"};

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
