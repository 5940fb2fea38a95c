// SPDX-License-Identifier: Apache-2.0

#include <sys/stat.h>

#include <chrono>
#include <thread>

#include "tests/system/cli/command.h"

using namespace trine::test;
using nlohmann::json;

namespace {

constexpr int kStart = 2045, kEnd = 2046;

/// The shipped model with its last words replaced by special tokens, and a chat template. The first
/// of the tokens begins a text, as far as the template says so.
fs::path chat_model(const Scratch& scratch, const std::string& chat_template,
                    const std::vector<std::string>& tokens = {"<|im_start|>", "<|im_end|>"}) {
  const fs::path model = copy_of(kModel, scratch / std::to_string(scratch.names().size()));
  json tokenizer = json::parse(read_file(model / "tokenizer.json"));
  const int first = kEnd + 1 - static_cast<int>(tokens.size());
  json& vocabulary = tokenizer["model"]["vocab"];
  for (auto at = vocabulary.begin(); at != vocabulary.end();)
    at = *at >= first && *at <= kEnd ? vocabulary.erase(at) : std::next(at);
  json& merges = tokenizer["model"]["merges"];
  for (std::size_t i = 0; i < tokens.size(); ++i) merges.erase(merges.size() - 1);
  json& added = tokenizer["added_tokens"];
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    json token = added[0];
    token["content"] = tokens[i];
    token["id"] = first + static_cast<int>(i);
    added.push_back(token);
  }
  std::ofstream(model / "tokenizer.json") << tokenizer;
  change_json(model / "tokenizer_config.json",
              {{"chat_template", chat_template}, {"bos_token", {{"content", tokens[0]}}}});
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
  CHECK(report["format"] == "chatml");
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

TEST_CASE("cli: chat without a template that is recognized says so and goes on as plain text") {
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
  // Lines that end as Windows ends them, and blanks around a command or alone.
  CHECK(chat(kModel, "In\r\n  \r\n /exit \r\nIn\r\n").out == chat(kModel, "In\n").out);
  check_fails({"chat", kModel, "--system", "Be", "--device", "reference"}, 1,
              {"a system turn needs a chat template"});
  const auto why = [&](const std::string& chat_template) {
    return chat(chat_model(scratch, chat_template).string(), "In\n").err;
  };
  CHECK(why("{{ message }}").find("none of ChatML, Llama 2, Llama 3 and Mistral") !=
        std::string::npos);
  CHECK(why("[INST] {{ message }} [/INST]").find("form mistral, but no token </s>") !=
        std::string::npos);
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

TEST_CASE("cli: chat writes turns as the templates of Llama 3 and Mistral do") {
  const Scratch scratch;
  // What goes through the model at the first and the second turn, and the text that it stands for.
  struct Case {
    std::string name, chat_template, first, between;
    std::vector<std::string> tokens;
  };
  const std::string header = "'<|start_header_id|>' + role + '<|end_header_id|>' '<|eot_id|>'";
  const std::vector<std::string> llama = {"<|begin_of_text|>", "<|start_header_id|>",
                                          "<|end_header_id|>", "<|eot_id|>"};
  const std::vector<std::string> mistral = {"<s>", "</s>", "[INST]", "[/INST]"};
  std::vector<std::string> mistral7 = mistral;
  mistral7.insert(mistral7.end(), {"[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]"});
  const std::string user = "<|start_header_id|>user<|end_header_id|>\n\n",
                    assistant = "<|start_header_id|>assistant<|end_header_id|>\n\n",
                    system = "<|start_header_id|>system<|end_header_id|>\n\n";
  for (const Case& one :
       {Case{"llama3", "{{ bos_token }}" + header,
             "<|begin_of_text|>" + system + "Be kind.<|eot_id|>" + user + "In the<|eot_id|>" +
                 assistant,
             "<|eot_id|>" + user + "And God<|eot_id|>" + assistant, llama},
        // Llama 3.1 and later: knowledge and date come before any system turn.
        Case{"llama3",
             "{%- set date_string = \"26 Jul 2024\" %}{{ \"Cutting Knowledge Date: December "
             "2023\\n\" }}" +
                 header,
             system +
                 "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n"
                 "Be kind.<|eot_id|>" +
                 user + "In the<|eot_id|>" + assistant,
             "<|eot_id|>" + user + "And God<|eot_id|>" + assistant, llama},
        Case{"mistral", "{{ bos_token }}\"[INST]\" + system \"[/INST]\"",
             "<s>[INST]Be kind.\n\n  In the [/INST]", "</s>[INST]And God[/INST]", mistral},
        Case{"mistral", "{{ bos_token }}'[INST] ' + m + ' [/INST]'",
             "<s>[INST] Be kind.\n\n  In the  [/INST]", "</s>[INST] And God [/INST]", mistral},
        Case{"mistral", "'[SYSTEM_PROMPT]' '[/SYSTEM_PROMPT]' '[INST]' '[/INST]'",
             "[SYSTEM_PROMPT]Be kind.[/SYSTEM_PROMPT][INST]  In the [/INST]",
             "</s>[INST]And God[/INST]", mistral7}}) {
    CAPTURE(one.chat_template);
    const std::string model = chat_model(scratch, one.chat_template, one.tokens).string();
    const Run run = run_trine(
        {"chat", model, "-n", "3", "--device", "reference", "--json", "--system", "Be kind."}, "",
        lines(scratch, "  In the \nAnd God\n"));
    INFO(run.err);
    REQUIRE(run.code == 0);
    const json report = run.json();
    CHECK(report["format"] == one.name);
    const auto continued = [&](const std::string& prompt) {
      return trine_json(
          {"generate", model, "--prompt", prompt, "-n", "3", "--device", "reference"});
    };
    const json first = continued(one.first), &turn = report["turns"][0];
    CHECK(turn["prompt_tokens"] == first["prompt_tokens"].size());
    CHECK(turn["answer"] == first["text"]);
    // The last token of an answer goes through the model with the next turn.
    const json second = continued(one.between);
    CHECK(report["turns"][1]["prompt_tokens"] == 1 + second["prompt_tokens"].size());
  }
}

TEST_CASE("cli: chat moves the system turn to the latest one where the template does") {
  const Scratch scratch;
  const std::string chat_template =
      "{{ bos_token }}{% if loop.last and system is defined %}\"[INST]\" \"[/INST]\"{% endif %}";
  const std::string model =
      chat_model(scratch, chat_template, {"<s>", "</s>", "[INST]", "[/INST]"}).string();
  const std::string packed = (scratch / "packed").string();
  trine_json({"quantize", model, packed});
  for (const char* device : {"reference", "golden"}) {
    CAPTURE(device);
    const json turns =
        run_trine({"chat", packed, "-n", "3", "--device", device, "--json", "--system", "Be kind."},
                  "", lines(scratch, "In the\nAnd God\n"))
            .json()["turns"];
    const auto continued = [&](const std::string& prompt) {
      return trine_json({"generate", packed, "--prompt", prompt, "-n", "3", "--device", device});
    };
    const json first = continued("<s>[INST]Be kind.\n\nIn the[/INST]");
    CHECK(turns[0]["prompt_tokens"] == first["prompt_tokens"].size());
    CHECK(turns[0]["answer"] == first["text"]);
    // The second turn writes the first anew, without the system turn.
    json tokens = continued("<s>[INST]In the[/INST]")["prompt_tokens"];
    for (const json& token : first["tokens"]) tokens.push_back(token);
    const json latest = continued("</s>[INST]Be kind.\n\nAnd God[/INST]");
    for (const json& token : latest["prompt_tokens"]) tokens.push_back(token);
    CHECK(turns[1]["prompt_tokens"] == tokens.size());
    std::string list;
    for (const json& token : tokens) list += (list.empty() ? "" : ",") + token.dump();
    const json second =
        trine_json({"generate", packed, "--tokens", list, "-n", "3", "--device", device});
    CHECK(turns[1]["answer"] == second["text"]);
  }
}
