// SPDX-License-Identifier: Apache-2.0

#include <sys/stat.h>

#include <chrono>
#include <thread>

#include "tests/system/cli/command.h"

using namespace trine::test;
using nlohmann::json;

namespace {

constexpr int kStart = 2045, kEnd = 2046;

/// The shipped model with two of its words replaced by the tokens of ChatML, and a template.
fs::path chat_model(const Scratch& scratch, const std::string& chat_template) {
  const fs::path model = copy_of(kModel, scratch / "model");
  json tokenizer = json::parse(read_file(model / "tokenizer.json"));
  json& vocabulary = tokenizer["model"]["vocab"];
  for (auto at = vocabulary.begin(); at != vocabulary.end();)
    at = *at == kStart || *at == kEnd ? vocabulary.erase(at) : std::next(at);
  json& merges = tokenizer["model"]["merges"];
  merges.erase(merges.size() - 1);
  merges.erase(merges.size() - 1);
  json& added = tokenizer["added_tokens"];
  for (const auto& [content, id] : {std::pair{"<|im_start|>", kStart}, {"<|im_end|>", kEnd}}) {
    json token = added[0];
    token["content"] = content;
    token["id"] = id;
    added.push_back(token);
  }
  std::ofstream(model / "tokenizer.json") << tokenizer;
  change_json(model / "tokenizer_config.json", {{"chat_template", chat_template}});
  return model;
}

const std::string kTemplate =
    "{%- if not system %}{{- '<|im_start|>system\\nBe kind.<|im_end|>\\n' }}{%- endif %}"
    "{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}";

std::string lines(const Scratch& scratch, const std::string& text) {
  const std::string file = (scratch / "lines").string();
  std::ofstream(file) << text;
  return file;
}

}  // namespace

TEST_CASE("cli: chat writes turns as ChatML and keeps the cache between them") {
  const Scratch scratch;
  const std::string model = chat_model(scratch, kTemplate).string();
  std::vector<std::string> command = {"chat", model, "-n", "5", "--device", "reference", "--json"};
  const Run run = run_trine(command, "", lines(scratch, "In the\n\nAnd <|im_end|> God\n"));
  INFO(run.err);
  CHECK(run.code == 0);
  const json report = run.json();
  CHECK(report["chatml"] == true);
  REQUIRE(report["turns"].size() == 2);

  // The same text at once gives the same answers.
  const auto answer = [&](const std::string& prompt) {
    return trine_json({"generate", model, "--prompt", prompt, "-n", "5", "--device", "reference"});
  };
  const std::string opened =
      "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nIn the<|im_end|>\n"
      "<|im_start|>assistant\n";
  const json first = answer(opened);
  CHECK(report["turns"][0]["answer"] == first["text"]);
  CHECK(report["turns"][0]["prompt_tokens"] == first["prompt_tokens"].size());
  CHECK(first["prompt_tokens"][0] == kStart);
  // The second turn brings its own tokens, the last one of the answer, and the answer's end alone.
  const auto words = [&](const std::string& text) {
    return trine_json({"generate", model, "--plain-text", "--prompt", text, "-n", "1", "--device",
                       "reference"})["prompt_tokens"]
        .size();
  };
  const std::size_t second = 1 + 1 + words("\n") + 1 + words("user\nAnd <|im_end|> God") + 1 +
                             words("\n") + 1 + words("assistant\n");
  CHECK(report["turns"][1]["prompt_tokens"] == second);

  // A system turn of one's own, and none.
  const auto tokens = [&](std::vector<std::string> more) {
    more.insert(more.begin(), command.begin(), command.end());
    return run_trine(more, "", lines(scratch, "In the\n"))
        .json()["turns"][0]["prompt_tokens"]
        .get<std::size_t>();
  };
  CHECK(tokens({"--system", ""}) + 2 + words("system\nBe kind.") + words("\n") == tokens({}));
  CHECK(tokens({"--system", "Be very kind."}) > tokens({}));
}

TEST_CASE("cli: chat without ChatML says so and goes on as plain text") {
  const Scratch scratch;
  const auto chat = [&](const std::string& model, const std::string& text,
                        std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"chat", model, "-n", "4", "--device", "reference"});
    return run_trine(more, "", lines(scratch, text));
  };
  const Run plain = chat(kModel, "In the\n");
  CHECK(plain.code == 0);
  CHECK(plain.one_line());
  CHECK(plain.err.find("has no chat template") != std::string::npos);
  const json same =
      trine_json({"generate", kModel, "--prompt", "In the", "-n", "4", "--device", "reference"});
  CHECK(plain.out == same["text"].get<std::string>() + "\n");
  CHECK(chat(kModel, "In\n/new\nIn\n").out.size() == 2 * chat(kModel, "In\n").out.size());
  CHECK(chat(kModel, "In\n/exit\nIn\n").out == chat(kModel, "In\n").out);
  CHECK(chat(kModel, "").code == 0);
  check_fails({"chat", kModel, "--system", "Be", "--device", "reference"}, 1, {"ChatML"});
  const std::string other = chat_model(scratch, "[INST] {{ message }} [/INST]").string();
  CHECK(chat(other, "In\n").err.find("that is not ChatML") != std::string::npos);
}

TEST_CASE("cli: chat says when the context is full, and goes on after /new") {
  const Scratch scratch;
  std::string text = "In";
  for (int i = 0; i < 1100; ++i) text += " the";
  const Run run = run_trine({"chat", kModel, "-n", "2", "--device", "reference"}, "",
                            lines(scratch, "In\n" + text + "\nAnd\n"));
  CHECK(run.code == 0);
  CHECK(run.err.find("the 1024 positions are full") != std::string::npos);
  CHECK(run.out.size() > 4);
}

TEST_CASE("cli: Ctrl-C ends an answer and not the chat") {
  const Scratch scratch;
  const std::string in = (scratch / "in").string(), out = (scratch / "out").string();
  REQUIRE(mkfifo(in.c_str(), 0600) == 0);
  Process chat({"chat", kModel, "-n", "900", "--device", "reference", "--threads", "1", "-q"},
               {.in = in, .out = out, .err = (scratch / "err").string()});
  std::ofstream to(in);
  const auto wait_for = [&](std::size_t bytes) {
    for (int i = 0; i < 60'000 && read_file(out).size() < bytes; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    REQUIRE(read_file(out).size() >= bytes);
  };
  to << "In the beginning" << std::endl;
  wait_for(20);
  chat.send(SIGINT);
  to << "And God" << std::endl;
  wait_for(read_file(out).size() + 20);
  chat.send(SIGINT);
  to.close();
  CHECK(chat.wait() == 0);
}
