// SPDX-License-Identifier: Apache-2.0

// What the file generation_config.json beside a model changes.

#include "tests/system/cli/command.h"

using namespace trine::test;
using nlohmann::json;

namespace {

constexpr const char* kFile = "generation_config.json";

json continued(const fs::path& model, std::vector<std::string> more, const char* count = "8") {
  std::vector<std::string> all = {"generate", model.string(), "--prompt", "In the beginning God",
                                  "-n",       count,          "--device", "reference"};
  all.insert(all.end(), more.begin(), more.end());
  return trine_json(all);
}

}  // namespace

TEST_CASE("cli: an end token of generation_config.json alone ends a text, also after conversions") {
  const Scratch scratch;
  const json whole = continued(kModel, {});
  REQUIRE(whole["tokens"].size() == 8);
  REQUIRE(whole["tokens"][2] == 258);
  const fs::path model = copy_of(kModel, scratch / "model");
  change_json(model / kFile, {{"eos_token_id", {2047, 258}}});
  const auto ends = [&](const fs::path& at) {
    CAPTURE(at);
    const json run = continued(at, {});
    CHECK(run["ended"] == true);
    CHECK(run["tokens"] == json({whole["tokens"][0], whole["tokens"][1]}));
    CHECK(continued(at, {"--ignore-eos"})["ended"] == false);
    CHECK(trine_json({"info", at.string()})["config"]["eos_token"] == json({2047, 258}));
  };
  ends(model);
  const std::string packed = (scratch / "packed").string();
  const std::string plain = (scratch / "plain").string(), again = (scratch / "again").string();
  trine_json({"quantize", model.string(), packed, "--scales", "v2"});
  ends(packed);
  trine_json({"dequantize", packed, plain});
  ends(plain);
  trine_json({"import", plain, again});
  ends(again);
  // A file without tokens leaves those of config.json.
  change_json(model / kFile, {{"eos_token_id", nullptr}});
  CHECK(trine_json({"info", model.string()})["config"]["eos_token"] == json({2047}));
}

TEST_CASE(
    "cli: generate says tokens per second where a device has no cycles, and cycles where it has") {
  const Scratch scratch;
  const std::string model = packed_model(scratch);
  const auto line = [&](const std::string& device) {
    const Run run =
        run_trine({"generate", model, "--tokens", "296", "-n", "2", "--device", device});
    CHECK(run.code == 0);
    const std::size_t end = run.out.find_last_not_of('\n');
    return run.out.substr(run.out.rfind('\n', end) + 1);
  };
  for (const char* device : {"golden", "reference"}) {
    CAPTURE(device);
    const std::string text = line(device);
    CAPTURE(text);
    CHECK(text.starts_with("2 tokens, prompt "));
    CHECK(text.find(" tokens per second, then ") != std::string::npos);
    CHECK(text.find("cycles") == std::string::npos);
    CHECK(text.find("-") == std::string::npos);  // Both are numbers.
    const json run =
        trine_json({"generate", model, "--tokens", "296", "-n", "2", "--device", device});
    CHECK(run["cycles"] == 0);
    for (const char* key :
         {"tokens_per_second", "prefill_tokens_per_second", "decode_tokens_per_second"})
      CHECK(run[key].get<double>() > 0);
  }
  const std::string rtl = line("rtl");
  CAPTURE(rtl);
  CHECK(rtl.find(" cycles per token") != std::string::npos);
  CHECK(rtl.find("tokens per second") == std::string::npos);
}

TEST_CASE("cli: generation_config.json has the defaults of sampling, and options override them") {
  const Scratch scratch;
  const fs::path model = copy_of(kModel, scratch / "model");
  const json greedy = continued(kModel, {}, "16");
  CHECK(greedy["sampling"]["temperature"] == 0);
  change_json(model / kFile, {{"do_sample", true},
                              {"temperature", 1.5},
                              {"top_k", 40},
                              {"top_p", 0.9},
                              {"repetition_penalty", 1.3}});
  const json sampled = continued(model, {}, "16");
  CHECK(sampled["sampling"] == json({{"temperature", 1.5},
                                     {"top_k", 40},
                                     {"top_p", 0.9},
                                     {"repetition_penalty", 1.3},
                                     {"seed", 1}}));
  const std::vector<std::string> same = {
      "--temperature", "1.5", "--top-k", "40", "--top-p", "0.9", "--repetition-penalty", "1.3"};
  CHECK(sampled["tokens"] == continued(kModel, same, "16")["tokens"]);
  CHECK(sampled["tokens"] != greedy["tokens"]);
  const json overridden =
      continued(model, {"--temperature", "0", "--repetition-penalty", "1"}, "16");
  CHECK(overridden["tokens"] == greedy["tokens"]);
  CHECK(continued(model, {"--temperature", "0"}, "16")["tokens"] != greedy["tokens"]);

  // Whoever asks for samples and says no more gets the Transformers library's defaults.
  std::ofstream(model / kFile) << R"({"do_sample": true})";
  CHECK(continued(model, {}, "1")["sampling"]["temperature"] == 1);
  CHECK(continued(model, {}, "1")["sampling"]["top_k"] == 50);
  // A temperature alone asks for nothing.
  std::ofstream(model / kFile) << R"({"temperature": 0.7, "top_k": 20})";
  CHECK(continued(model, {}, "16")["tokens"] == greedy["tokens"]);
}

TEST_CASE(
    "cli: what generation_config.json asks for in vain is a warning, a wrong value an error") {
  const Scratch scratch;
  const fs::path model = copy_of(kModel, scratch / "model");
  const std::vector<std::string> command = {"generate", model.string(), "--tokens", "5", "-n",
                                            "1",        "--device",     "reference"};
  std::ofstream(model / kFile) << R"({"min_p": 0.1, "num_beams": 1, "suppress_tokens": []})";
  const Run run = run_trine(command);
  CHECK(run.code == 0);
  CHECK(run.one_line());
  for (const char* part : {"trine: warning: ", kFile, "'min_p'"})
    CHECK(run.err.find(part) != std::string::npos);
  const auto refused = [&](const char* text, const char* key) {
    std::ofstream(model / kFile) << text;
    check_fails(command, 1, {kFile, key});
  };
  refused(R"({"temperature": -1})", "'temperature'");
  refused(R"({"top_p": 1.5})", "'top_p'");
  refused(R"({"top_k": "many"})", "'top_k'");
  refused(R"({"repetition_penalty": 0})", "'repetition_penalty'");
  refused(R"({"do_sample": 1})", "'do_sample'");
  refused(R"({"eos_token_id": [2047, 2048]})", "'eos_token_id'");
  refused("[]", "object");
  refused("{", "not valid JSON");
}
