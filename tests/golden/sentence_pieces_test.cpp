// SPDX-License-Identifier: Apache-2.0

#include "golden/tokenizer/sentence_pieces.h"

#include <doctest/doctest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "golden/error.h"
#include "golden/tokenizer/tokenizer.h"

using namespace trine;
using namespace trine::golden;
using nlohmann::json;
using Tokens = std::vector<std::int32_t>;

namespace {

constexpr int kByte = 3, kBlank = 259;  // Tokens of byte 0 and of U+2581.
enum : std::int32_t { kA = kBlank + 1, kB, kBlankA, kBlankAb, kBlanks };

/// As Llama 2 has it: special tokens, bytes, and pieces of blanks, "a" and "b".
json tokenizer_json() {
  json vocabulary = {{"<unk>", 0}, {"<s>", 1}, {"</s>", 2}};
  for (unsigned byte = 0; byte < 256; ++byte)
    vocabulary[sentence_byte_name(static_cast<std::uint8_t>(byte))] = kByte + byte;
  int next = kBlank;
  for (const char* piece : {"▁", "a", "b", "▁a", "▁ab", "▁▁"}) vocabulary[piece] = next++;
  json added = json::array();
  for (int i = 0; i < 3; ++i)
    added.push_back({{"id", i},
                     {"content", std::vector{"<unk>", "<s>", "</s>"}[static_cast<std::size_t>(i)]},
                     {"normalized", false},
                     {"special", true}});
  const auto replace = [](const char* from, const char* to) {
    return json{{"type", "Replace"}, {"pattern", {{"String", from}}}, {"content", to}};
  };
  return {{"added_tokens", added},
          {"normalizer",
           {{"type", "Sequence"},
            {"normalizers", {{{"type", "Prepend"}, {"prepend", "▁"}}, replace(" ", "▁")}}}},
          {"pre_tokenizer", nullptr},
          {"decoder",
           {{"type", "Sequence"},
            {"decoders",
             {replace("▁", " "),
              {{"type", "ByteFallback"}},
              {{"type", "Fuse"}},
              {{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}}}}}},
          {"model",
           {{"type", "BPE"},
            {"byte_fallback", true},
            {"fuse_unk", true},
            {"unk_token", "<unk>"},
            {"vocab", vocabulary},
            {"merges", {"▁ a", "▁a b", "▁ ▁"}}}}};
}

Tokenizer changed(const std::function<void(json&)>& change) {
  json root = tokenizer_json();
  change(root);
  return Tokenizer(root.dump(), "changed.json");
}

Tokenizer with_metaspace(const char* scheme, bool split) {
  return changed([&](json& root) {
    root["normalizer"] = nullptr;
    root["pre_tokenizer"] = {
        {"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", scheme}, {"split", split}};
  });
}

std::string stream(const Tokenizer& tokenizer, const Tokens& tokens, Place place) {
  StreamDecoder decoder(tokenizer, place);
  const auto decode = [&] {
    std::string text;
    for (const std::int32_t token : tokens) text += decoder.push(token);
    return text + decoder.finish();
  };
  std::string text = decode();
  CHECK(decode() == text);  // The next text begins like the first.
  return text;
}

}  // namespace

TEST_CASE("sentence pieces: blanks are written, in front too, and what is no token is bytes") {
  const Tokenizer tokenizer = changed([](json&) {});
  CHECK(tokenizer.encode("ab") == Tokens{kBlankAb});
  CHECK(tokenizer.encode("a ab  b") == Tokens{kBlankA, kBlankAb, kBlanks, kB});
  CHECK(tokenizer.encode("").empty());
  CHECK(tokenizer.encode("é\n") == Tokens{kBlank, kByte + 0xc3, kByte + 0xa9, kByte + '\n'});
  // One more in front of every text that follows a token; none inside a text.
  CHECK(tokenizer.encode("ab</s>a") == Tokens{kBlankAb, 2, kBlankA});
  CHECK(tokenizer.encode("ab", SpecialTokens::Recognize, Place::AfterToken) == Tokens{kBlankAb});
  CHECK(tokenizer.encode("ab", SpecialTokens::Recognize, Place::Inside) == Tokens{kA, kB});

  CHECK(tokenizer.decode(Tokens{kBlankAb, kBlankA}) == "ab a");
  CHECK(tokenizer.decode(tokenizer.encode("  é\n b")) == "  é\n b");
  CHECK(tokenizer.decode(Tokens{1, kBlankAb}) == "<s> ab");
  for (const Tokens& tokens : {Tokens{kBlankAb, kBlankA}, Tokens{kBlanks}, Tokens{kByte + 0xc3},
                               Tokens{kByte + ' ', kByte + 0xc3, kByte + 0xa9}, Tokens{}}) {
    CHECK(stream(tokenizer, tokens, Place::Begin) == tokenizer.decode(tokens));
    const std::string goes_on = stream(tokenizer, tokens, Place::Inside);
    CHECK(goes_on.substr(goes_on.starts_with(' ') ? 1 : 0) == tokenizer.decode(tokens));
  }
}

TEST_CASE("sentence pieces: Metaspace in place of the normalizer") {
  const Tokenizer first = with_metaspace("first", false);
  CHECK(first.encode("ab") == Tokens{kBlankAb});
  CHECK(first.encode(" ab") == Tokens{kBlankAb});  // There is one in front already.
  CHECK(first.encode("ab</s>ab") == Tokens{kBlankAb, 2, kA, kB});
  CHECK(with_metaspace("always", false).encode("ab</s>ab") == Tokens{kBlankAb, 2, kBlankAb});
  CHECK(with_metaspace("never", false).encode("ab") == Tokens{kA, kB});
  // Words that begin at each blank keep two of them apart.
  CHECK(first.encode("a  b") == Tokens{kBlankA, kBlanks, kB});
  CHECK(with_metaspace("first", true).encode("a  b") == Tokens{kBlankA, kBlank, kBlank, kB});
}

TEST_CASE("sentence pieces: what differs from Llama 2 is refused with its name") {
  const auto refuses = [](const std::function<void(json&)>& change, const std::string& what) {
    CAPTURE(what);
    try {
      changed(change);
      FAIL_CHECK("accepted");
    } catch (const Error& error) {
      CHECK(std::string(error.what()).starts_with("changed.json: "));
      CHECK(std::string(error.what()).find(what) != std::string::npos);
    }
  };
  refuses([](json& r) { r["model"]["byte_fallback"] = false; }, "model without byte_fallback");
  refuses([](json& r) { r["model"]["vocab"].erase("<0x41>"); }, "byte 65");
  refuses([](json& r) { r["normalizer"] = nullptr; }, "pre_tokenizer that leaves blanks");
  refuses([](json& r) { r["normalizer"]["normalizers"][0]["prepend"] = "x"; }, "Prepend");
  refuses([](json& r) { r["normalizer"]["normalizers"][1]["content"] = "_"; }, "Replace");
  refuses([](json& r) { r["pre_tokenizer"] = {{"type", "Split"}}; }, "pre_tokenizer Split");
  refuses(
      [](json& r) {
        r["pre_tokenizer"] = {{"type", "Metaspace"}, {"replacement", "_"}};
      },
      "replacement");
  refuses(
      [](json& r) {
        r["pre_tokenizer"] = {
            {"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "last"}};
      },
      "prepend_scheme");
  refuses([](json& r) { r["decoder"]["decoders"].erase(1); }, "decoder Sequence");
  refuses([](json& r) { r["decoder"]["decoders"][0]["content"] = "_"; }, "decoder Sequence");
  refuses([](json& r) { r["decoder"]["decoders"][3]["start"] = 2; }, "decoder Strip");
  refuses(
      [](json& r) {
        r["decoder"]["decoders"].push_back({{"type", "Fuse"}});
      },
      "decoder Sequence");
  refuses([](json& r) { r["decoder"]["decoders"] = 5; }, "decoder");
}
