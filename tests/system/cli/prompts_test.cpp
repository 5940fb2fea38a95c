// SPDX-License-Identifier: Apache-2.0

// Where tokens come from: a text, a file of it, the standard input, numbers, a file of these.

#include "tests/system/cli/command.h"

using namespace trine::test;
using nlohmann::json;

namespace {

const std::string kTokens = kModel + "/valid_tokens.safetensors";

/// Runs on the reference with --json; the standard input comes from a file.
json on_reference(std::vector<std::string> arguments, const std::string& in = "/dev/null") {
  arguments.insert(arguments.end(), {"--device", "reference", "--json"});
  const Run run = run_trine(arguments, "", in);
  INFO(run.err);
  REQUIRE(run.code == 0);
  return run.json();
}

std::string write(const fs::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
  return file.string();
}

}  // namespace

TEST_CASE("cli: a prompt is the same as an argument, from a file and from the standard input") {
  const Scratch scratch;
  const std::string text = "In the beginning\n\"God\" \\n";
  const std::string file = write(scratch / "prompt.txt", text);
  const auto run = [&](std::vector<std::string> source, const std::string& in = "/dev/null") {
    source.insert(source.begin(), {"generate", kModel, "-n", "4"});
    return on_reference(source, in);
  };
  const json argument = run({"--prompt", text});
  const json from_file = run({"--prompt-file", file}),
             from_stdin = run({"--prompt-file", "-"}, file);
  for (const char* key : {"prompt_tokens", "text", "tokens"}) {
    CHECK(from_file[key] == argument[key]);
    CHECK(from_stdin[key] == argument[key]);
  }
  std::string list;
  for (const auto& token : argument["prompt_tokens"])
    list.append(list.empty() ? "" : ",").append(token.dump());
  CHECK(run({"--tokens", list})["tokens"] == argument["tokens"]);
  CHECK(run({"--prompt-file", file, "--limit", "3"})["prompt_tokens"].size() == 3);
  CHECK(run({"--tokens-file", kTokens, "--limit", "5"})["prompt_tokens"].size() == 5);
}

TEST_CASE("cli: commands that take tokens take them from the same sources") {
  const Scratch scratch;
  const std::string packed = packed_model(scratch);
  const std::string file = write(scratch / "p.txt", "And God said"), out = (scratch / "o").string();
  const std::vector<std::vector<std::string>> commands = {
      {"generate", packed, "-n", "1"},
      {"logits", packed, "-o", out},
      {"perplexity", packed, "--limit", "2", "--window", "2"},
      {"compare", packed, packed, "--device", "golden"},
      {"simulate", packed, "--device", "golden", "--layers", "0:1"}};
  for (const auto& command : commands) {
    CAPTURE(command[0]);
    const auto with = [&](std::vector<std::string> source) {
      source.insert(source.begin(), command.begin(), command.end());
      return source;
    };
    for (const auto& source : {std::vector<std::string>{"--prompt", "And God said"},
                               {"--prompt-file", file},
                               {"--prompt-file", "-"},
                               {"--tokens", "296,1133,5"}}) {
      CAPTURE(source[0]);
      CHECK(run_trine(with(source), "", file).code == 0);
    }
    if (command[0] != "perplexity")
      CHECK(run_trine(with({"--tokens-file", kTokens, "--limit", "3"})).code == 0);
    check_fails(with({"--prompt-file", (scratch / "absent").string()}), 1, {"absent"});
    check_fails(with({"--prompt-file", packed}), 1, {packed, "directory"});
    check_fails(with({"--prompt-file", file, "--tokens", "1"}), 2, {"--prompt-file", "--tokens"});
    check_fails(with({"--prompt-file", write(scratch / "empty", "")}), 1, {"empty: is empty"});
    check_fails(with({"--prompt-file", "-"}), 1, {"standard input: is empty"});
    const Run help = run_trine({command[0], "--help"});
    for (const char* part : {"escapes", "--plain-text", "standard input"})
      CHECK(help.out.find(part) != std::string::npos);
  }
}

TEST_CASE("cli: a text of 140 kB goes through a pipe, in windows") {
  const Scratch scratch;
  std::string text = read_file(kModel + "/valid.txt");
  while (text.size() < 140'000) text += text;
  const std::string file = write(scratch / "long.txt", text);
  const auto whole = on_reference(
      {"perplexity", kModel, "--prompt-file", "-", "--limit", "64", "--window", "64"}, file);
  CHECK(whole["tokens"] == 64);
  CHECK(whole["perplexity"] == on_reference({"perplexity", kModel, "--text", file, "--limit", "64",
                                             "--window", "64"})["perplexity"]);
  const Run run = run_trine(
      {"generate", kModel, "--prompt-file", "-", "-n", "1", "--device", "reference"}, "", file);
  CHECK(run.code == 1);
  CHECK(run.err.find("1024 positions") != std::string::npos);
  const auto logits = on_reference({"logits", kModel, "--prompt-file", file, "--window", "32",
                                    "--limit", "96", "-o", (scratch / "l").string()});
  CHECK(logits["positions"] == 96);
}

TEST_CASE("cli: special tokens in a text are tokens, or text when asked") {
  const auto tokens = [](std::vector<std::string> more) {
    more.insert(more.begin(), {"generate", kModel, "-n", "1", "--prompt", "a<|endoftext|>"});
    return on_reference(more)["prompt_tokens"];
  };
  CHECK(tokens({}).size() == 2);
  CHECK(tokens({}).back() == 2047);
  CHECK(tokens({"--plain-text"}).size() > 2);
  for (const auto& token : tokens({"--plain-text"})) CHECK(token != 2047);
}

TEST_CASE("cli: what looks like a file in --prompt, and text that is not UTF-8, is a warning") {
  const Scratch scratch;
  const std::string file = write(scratch / "p.txt", "In");
  const auto warned = [](std::vector<std::string> source, const std::string& part) {
    source.insert(source.begin(), {"generate", kModel, "-n", "1", "--device", "reference"});
    const Run run = run_trine(source);
    CAPTURE(run.err);
    CHECK(run.code == 0);
    return run.err.starts_with("trine: warning: ") && run.one_line() &&
           run.err.find(part) != std::string::npos;
  };
  CHECK(warned({"--prompt", "-"}, "--prompt-file - reads the standard input"));
  CHECK(warned({"--prompt", "@" + file}, "--prompt-file " + file));
  CHECK(warned({"--prompt-file", write(scratch / "latin1", "caf\xe9 au")}, "latin1: is not UTF-8"));
  CHECK_FALSE(warned({"--prompt", "@nobody"}, ""));
  CHECK_FALSE(warned({"--prompt-file", file}, ""));
}
