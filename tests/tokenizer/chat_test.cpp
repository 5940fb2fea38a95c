// SPDX-License-Identifier: Apache-2.0

#include "runtime/chat.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

namespace trine {
namespace {

using nlohmann::json;

/// A published tokenizer with a chat template.
struct Model {
  golden::Tokenizer tokenizer;
  ChatFormat format;
  std::size_t checked = 0;

  Model(const std::filesystem::path& directory, const json& one)
      : tokenizer(directory / "tokenizer.json"),
        format(one.contains("template") ? chat_format_of(one["template"].get<std::string>(),
                                                         one["bos"].get<std::string>(), tokenizer)
                                        : chat_format(directory, tokenizer)) {}
};

TEST_CASE("chat: conversations have the tokens that the models' own templates give them") {
  const std::filesystem::path folder = std::getenv("TRINE_NPM");
  const auto cases = json::parse(std::ifstream(std::getenv("TRINE_CHATS")));
  std::map<std::string, Model> models;
  for (const auto& one : cases) {
    const std::string directory = one["directory"];
    Model& model =
        models.try_emplace(directory + one.value("template", ""), folder / directory, one)
            .first->second;
    CAPTURE(one.dump());
    REQUIRE(model.format.name == one["name"]);
    REQUIRE(model.format.why.empty());
    std::optional<std::string> system;
    if (one["system"].is_string()) system = one["system"].get<std::string>();
    Chat chat(model.format, model.tokenizer, system);
    bool asks = true;
    for (const std::string text : one["turns"]) {
      if (asks) {
        const std::vector<std::int32_t> before = chat.tokens();
        const std::size_t same = chat.ask(text);
        REQUIRE(same <= before.size());
        CHECK(std::equal(before.begin(), before.begin() + static_cast<std::ptrdiff_t>(same),
                         chat.tokens().begin()));
      } else {
        chat.answer(
            model.tokenizer.encode(one["blank"].get<std::string>() +
                                       std::string(model.format.trims ? trimmed(text) : text),
                                   golden::SpecialTokens::AsText, golden::Place::Inside));
      }
      asks = !asks;
    }
    CHECK(chat.tokens() == one["tokens"].get<std::vector<std::int32_t>>());
    ++model.checked;
  }
  CHECK(models.size() == 6);
  for (const auto& of_name : models) {
    CAPTURE(of_name.first);
    CHECK(of_name.second.checked >= 10);
  }
}

}  // namespace
}  // namespace trine
