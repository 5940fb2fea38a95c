// SPDX-License-Identifier: Apache-2.0

#include "runtime/chat.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

namespace trine {
namespace {

/// A published tokenizer with its chat template.
struct Published {
  golden::Tokenizer tokenizer;
  ChatFormat format;

  explicit Published(const std::filesystem::path& directory)
      : tokenizer(directory / "tokenizer.json"), format(chat_format(directory, tokenizer)) {}
};

TEST_CASE("chat: conversations have the tokens that the models' own templates give them") {
  const std::filesystem::path folder = std::getenv("TRINE_NPM");
  const auto cases = nlohmann::json::parse(std::ifstream(std::getenv("TRINE_CHATS")));
  const std::map<std::string, std::string> names = {
      {"qwen2_5", "chatml"}, {"llama3_1", "llama3"}, {"mistral_nemo", "mistral"}};
  std::map<std::string, Published> models;
  std::map<std::string, std::size_t> checked;
  for (const auto& one : cases) {
    const std::string name = one["model"];
    const Published& model =
        models.try_emplace(name, folder / one["directory"].get<std::string>()).first->second;
    CAPTURE(one.dump());
    REQUIRE(model.format.name == names.at(name));
    REQUIRE(model.format.why.empty());
    std::optional<std::string> system;
    if (one["system"].is_string()) system = one["system"].get<std::string>();
    Chat chat(model.format, model.tokenizer, system);
    bool asks = true;
    for (const std::string text : one["turns"]) {
      if (asks)
        chat.ask(text);
      else
        chat.answer(model.tokenizer.encode(model.format.trims ? trimmed(text) : text,
                                           golden::SpecialTokens::AsText));
      asks = !asks;
    }
    CHECK(chat.tokens() == one["tokens"].get<std::vector<std::int32_t>>());
    ++checked[name];
  }
  for (const auto& [model, name] : names) {
    CAPTURE(model);
    CHECK(checked[model] >= 10);
  }
}

}  // namespace
}  // namespace trine
