// SPDX-License-Identifier: Apache-2.0

// Inputs that nobody means: of another type, empty, endless, of odd names, or at cross purposes.

#include <sys/stat.h>

#include <memory>

#include "tests/system/cli/command.h"

using namespace trine::test;
using nlohmann::json;

TEST_CASE("cli unusual: lists of tokens have a number between any two commas") {
  for (const char* list :
       {"", ",", "1,,2", "1,", ",1", "1, 2", "0x10", "1.0", "99999999999", "a"}) {
    CAPTURE(list);
    check_fails({"generate", kModel, "-n", "1", "--tokens", list}, 2,
                {"--tokens", "the number of a token"});
  }
  const auto tokens = [](std::vector<std::string> more) {
    more.insert(more.begin(), {"generate", kModel, "-n", "1", "--device", "reference"});
    return trine_json(more)["prompt_tokens"];
  };
  CHECK(tokens({"--tokens", "1,2,3"}) == json({1, 2, 3}));
  CHECK(tokens({"--tokens", "1,2", "3"}) == json({1, 2, 3}));
  CHECK(tokens({"--tokens", "1", "--tokens", "2,3"}) == json({1, 2, 3}));
  check_fails({"generate", kModel, "-n", "1", "--tokens", "-1"}, 1, {"token -1", "outside"});
}

TEST_CASE("cli unusual: pipes and endless files do not keep a command waiting") {
  const Scratch scratch;
  const auto with_pipe = [&](const char* name) {
    const fs::path model = copy_of(kModel, scratch / name);
    fs::remove(model / name);
    REQUIRE(mkfifo((model / name).c_str(), 0600) == 0);
    check_fails({"generate", model, "--prompt", "In", "-n", "1", "--device", "reference"}, 1,
                {(model / name).string(), "is not a regular file"});
  };
  for (const char* name : {"config.json", "model.safetensors", "tokenizer.json"}) with_pipe(name);
  check_fails({"generate", kModel, "--prompt-file", "/dev/zero", "-n", "1"}, 1,
              {"/dev/zero", "longer than 1 GiB"});
  // The same where a text is read line by line.
  const std::string packed = packed_model(scratch);
  check_fails({"generate", packed, "--prompts", "/dev/zero", "--batch", "2", "-n", "1"}, 1,
              {"/dev/zero", "a line of more than 16 MiB"});
  check_fails({"generate", packed, "--prompts", packed, "--batch", "2", "-n", "1"}, 1,
              {packed, "cannot be read"});
  for (const char* trace : {"/dev/zero", "/proc"})
    check_fails({"memory", "--memory", "ddr4-2400x64", "--trace", trace}, 1, {trace});
  const Run chat = run_trine({"chat", kModel, "--device", "reference", "-q"}, "", "/dev/zero");
  CHECK(chat.code == 1);
  CHECK(chat.err == "trine: the standard input: has a line of more than 16 MiB\n");
  // What a shell hands over as <(command) is such a pipe and is read.
  const std::string pipe = (scratch / "pipe").string();
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  Process run({"generate", kModel, "--prompt-file", pipe, "-n", "1", "--device", "reference", "-q"},
              {.out = (scratch / "out").string(), .err = (scratch / "err").string()});
  std::ofstream(pipe) << "In the";
  CHECK(run.wait() == 0);
}

TEST_CASE("cli unusual: names of outputs") {
  const Scratch scratch;
  const std::string model = packed_model(scratch),
                    longest = (scratch / std::string(300, 'x')).string();
  const std::string before = read_file(fs::path(model) / "model.trine.safetensors");
  const auto logits = [&](const std::string& out) {
    return std::vector<std::string>{"logits", model, "--tokens", "1", "-o", out};
  };
  check_fails(logits(""), 1, {"the name of an output is empty"});
  check_fails(logits((scratch / "absent/").string()), 1, {"absent/", "the name of a folder"});
  check_fails(logits(longest), 1, {longest, "too long"});
  check_fails({"quantize", kModel, ""}, 1, {"the name of an output is empty"});
  check_fails({"quantize", kModel, longest}, 1, {longest, "too long"});
  // A name of any characters, one line break included, and a folder by its name with a slash.
  for (const std::string name : {"ü 空\n.npy", "-o.npy"}) {
    trine_json(logits((scratch / name).string()));
    CHECK(fs::exists(scratch / name));
  }
  trine_json({"dequantize", model, (scratch / "ünï/").string()});
  CHECK(trine_json({"info", (scratch / "ünï").string()})["valid"] == true);
  // A relative link is followed from where it is.
  fs::create_directory(scratch / "folder");
  fs::create_symlink("../ünï", scratch / "folder/link");
  fs::remove_all(scratch / "ünï");
  fs::create_directory(scratch / "ünï");
  trine_json({"quantize", kModel, (scratch / "folder/link").string(), "--depth", "1"});
  CHECK(fs::is_symlink(scratch / "folder/link"));
  CHECK(fs::exists(scratch / "ünï/model.trine.safetensors"));

  // What a command reads is not overwritten, nor one output by another.
  const std::string text = (scratch / "text").string();
  std::ofstream(text) << "In the beginning";
  for (const std::string& name : {model + "/model.trine.safetensors", model + "/config.json"}) {
    check_fails(logits(name), 1, {name, "is read by this command"});
    for (const char* option : {"-o", "--report", "--timeline", "--trace"})
      check_fails({"simulate", model, "--tokens", "1", option, name}, 1,
                  {name, "is read by this command"});
  }
  check_fails({"logits", model, "--prompt-file", text, "-o", text}, 1, {"is read by this command"});
  CHECK(read_file(text) == "In the beginning");
  CHECK(read_file(fs::path(model) / "model.trine.safetensors") == before);
  const std::string same = (scratch / "same").string();
  check_fails({"simulate", model, "--tokens", "1", "--report", same, "--timeline",
               (scratch / "folder/../same").string()},
              1, {"two outputs have this name"});
  CHECK_FALSE(fs::exists(same));
}

TEST_CASE("cli unusual: a tokenizer_config.json that is none") {
  const Scratch scratch;
  const fs::path model = copy_of(kModel, scratch / "model");
  const auto refused = [&](const std::string& text, const std::string& why) {
    std::ofstream(model / "tokenizer_config.json") << text;
    check_fails({"chat", model, "--device", "reference"}, 1, {"tokenizer_config.json", why});
  };
  refused("[]", "must be a JSON object");
  for (const char* value : {"5", "{}", "[5]", "[{\"name\": 5, \"template\": \"x\"}]"})
    refused(std::string("{\"chat_template\": ") + value + "}", "'chat_template' must be a text");
}

TEST_CASE("cli unusual: names with NUL bytes and line breaks are told to their end, in one line") {
  const Scratch scratch;
  const fs::path model = copy_of(kModel, scratch / "model");
  json tokenizer = json::parse(read_file(model / "tokenizer.json"));
  tokenizer["added_tokens"][0]["content"] = std::string("one\0two\nthree", 13);
  tokenizer["added_tokens"][0]["lstrip"] = true;
  std::ofstream(model / "tokenizer.json") << tokenizer;
  check_fails({"generate", model, "--prompt", "In", "-n", "1", "--device", "reference"}, 1,
              {"'one\\0two three' lstrip asks for what is not supported", "--tokens"});
}

TEST_CASE("cli unusual: several runs into one output at once leave one of their results, whole") {
  const Scratch scratch;
  const std::string model = packed_model(scratch), out = (scratch / "logits").string();
  const auto at_once = [&](const std::vector<std::string>& command) {
    std::vector<std::unique_ptr<Process>> runs;
    for (int i = 0; i < 4; ++i)
      runs.push_back(std::make_unique<Process>(
          command, Process::Files{.out = "/dev/null",
                                  .err = (scratch / ("err" + std::to_string(i))).string()}));
    int good = 0;
    for (int i = 0; i < 4; ++i) {
      const int code = runs[static_cast<std::size_t>(i)]->wait();
      CHECK((code == 0 || code == 1));
      good += code == 0;
      const std::string err = read_file(scratch / ("err" + std::to_string(i)));
      CHECK(err.empty() == (code == 0));
      fs::remove(scratch / ("err" + std::to_string(i)));
    }
    CHECK(good >= 1);
  };
  at_once({"logits", model, "--tokens", "1,2,3", "--device", "reference", "-o", out, "-q"});
  CHECK(trine_json({"compare", out, out})["positions"] == 3);
  at_once({"synth", "--preset", "tiny", (scratch / "synth").string(), "-q"});
  CHECK(trine_json({"info", (scratch / "synth").string()})["valid"] == true);
  at_once({"quantize", kModel, (scratch / "again").string(), "--depth", "1", "-q"});
  CHECK(trine_json({"info", (scratch / "again").string()})["valid"] == true);
  at_once({"dequantize", model, (scratch / "plain").string(), "-q"});
  CHECK(trine_json({"info", (scratch / "plain").string()})["valid"] == true);
  CHECK(scratch.names().size() == 5);
}
