// SPDX-License-Identifier: Apache-2.0

#include "tests/system/cli/command.h"

using namespace trine;
using namespace trine::test;

TEST_CASE("cli: texts that go on together become what each becomes alone") {
  const Scratch scratch;
  const std::string model = packed_model(scratch), file = (scratch / "prompts").string();
  const std::vector<std::string> prompts = {"In the beginning", "And Abram went up out of Egypt,",
                                            "Thou shalt not"};
  std::ofstream(file) << prompts[0] << "\n" << prompts[1] << "\n" << prompts[2] << "\n";
  std::vector<nlohmann::json> alone;
  for (const std::string& prompt : prompts)
    alone.push_back(trine_json({"generate", model, "--prompt", prompt, "-n", "4"}));
  const auto batch = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"generate", model, "--prompts", file, "-n", "4"});
    return trine_json(more);
  };
  for (const auto& report :
       {batch({}), batch({"--batch", "2"}), batch({"--vectors", "4", "--check"}),
        batch({"--batch", "3", "--device", "rtl", "--check"})}) {
    REQUIRE(report["texts"].size() == prompts.size());
    for (std::size_t i = 0; i < prompts.size(); ++i)
      for (const char* key : {"prompt_tokens", "text", "tokens", "ended"})
        CHECK(report["texts"][i][key] == alone[i][key]);
  }
  // Steps are shared, and so are their weight beats.
  const auto one = batch({"--device", "rtl", "--vectors", "4", "--batch", "1"});
  const auto three = batch({"--device", "rtl", "--vectors", "4", "--batch", "3"});
  CHECK(one["steps"] == one["tokens_through"]);
  CHECK(three["tokens_through"] == one["tokens_through"]);
  CHECK(three["steps"].get<std::size_t>() < one["steps"].get<std::size_t>());
  CHECK(three["cycles"].get<std::size_t>() < one["cycles"].get<std::size_t>());
}

TEST_CASE("cli: what a batch cannot do is named") {
  const Scratch scratch;
  const std::string model = packed_model(scratch);
  const auto file = [&](const char* name, const std::string& text) {
    std::ofstream(scratch / name) << text;
    return (scratch / name).string();
  };
  const std::string good = file("good", "In the beginning\n");
  const auto generate = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"generate", model, "-n", "4"});
    return more;
  };
  check_fails(generate({"--prompts", good, "--batch", "9"}), 2,
              {"--batch", "9 texts", "8 at most"});
  check_fails(generate({"--prompts", good, "--batch", "3", "--vectors", "2"}), 2,
              {"--batch", "3 texts", "--vectors 2"});
  check_fails(generate({"--prompts", good, "--device", "reference"}), 2, {"--prompts"});
  check_fails(generate({"--prompt", "In", "--batch", "2"}), 2, {"--batch"});
  check_fails(generate({"--prompt", "In", "--prompts", good}), 2, {"--prompt"});
  check_fails(generate({"--prompts", (scratch / "none").string()}), 1, {"none", "cannot be read"});
  check_fails(generate({"--prompts", file("empty", "")}), 1, {"empty", "no prompts"});
  check_fails(generate({"--prompts", file("gap", "In\n\nthe\n")}), 1, {"gap, line 2", "empty"});
  check_fails(generate({"--prompts", good, "--context", "4"}), 1,
              {"context overflow", "prompt 0", "cache has 4"});
}
