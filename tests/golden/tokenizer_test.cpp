// SPDX-License-Identifier: Apache-2.0

#include "golden/tokenizer/tokenizer.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>

#include "golden/checkpoint/json.h"
#include "golden/checkpoint/safetensors.h"
#include "golden/error.h"
#include "golden/tokenizer/byte_level.h"
#include "golden/tokenizer/pattern.h"
#include "golden/tokenizer/utf8.h"

using namespace trine;
using namespace trine::golden;
using nlohmann::json;
using Tokens = std::vector<std::int32_t>;

namespace {

const std::filesystem::path kModel = std::filesystem::path(TRINE_SOURCE_DIR) / "models/kjv";
constexpr std::int32_t kEnd = 2047;

const Tokenizer& kjv() {
  static const Tokenizer kTokenizer(kModel / "tokenizer.json");
  return kTokenizer;
}

json kjv_json() {
  return parse_json(read_text(kModel / "tokenizer.json"), "tokenizer.json");
}

Tokenizer changed(const std::function<void(json&)>& change) {
  json root = kjv_json();
  change(root);
  return Tokenizer(root.dump(), "changed.json");
}

/// A post-processor as tokenizers of Llama models have it.
json begin_of_text(const char* content, int token) {
  return {
      {"type", "TemplateProcessing"},
      {"single",
       {{{"SpecialToken", {{"id", content}, {"type_id", 0}}}},
        {{"Sequence", {{"id", "A"}, {"type_id", 0}}}}}},
      {"special_tokens", {{content, {{"id", content}, {"ids", {token}}, {"tokens", {content}}}}}}};
}

std::string stream(const Tokenizer& tokenizer, const Tokens& tokens) {
  StreamDecoder decoder(tokenizer);
  std::string text;
  for (const std::int32_t token : tokens) {
    const std::string part = decoder.push(token);
    CHECK(utf8_lossy(part) == part);
    text += part;
  }
  return text + decoder.finish();
}

}  // namespace

TEST_CASE("tokenizer: the validation text gives the published tokens, and back") {
  const std::string text = read_text(kModel / "valid.txt");
  Tokens tokens;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t gap = text.find("\n\n", at);
    const std::size_t end = gap == std::string::npos ? text.size() : gap + 1;
    const std::string chapter = text.substr(at, end - at);
    const Tokens part = kjv().encode(chapter);
    CHECK(kjv().decode(part) == chapter);
    tokens.insert(tokens.end(), part.begin(), part.end());
    tokens.push_back(kEnd);
    at = end + 1;
  }
  const Safetensors file(kModel / "valid_tokens.safetensors");
  Tokens expected(file.at("tokens").elements());
  std::memcpy(expected.data(), file.at("tokens").bytes.data(), file.at("tokens").bytes.size());
  CHECK(tokens == expected);
}

TEST_CASE("tokenizer: the greedy prompt and its continuation") {
  const json greedy = parse_json(read_text(kModel / "greedy.json"), "greedy.json");
  CHECK(kjv().encode(greedy["prompt"].get<std::string>()) == greedy["prompt_tokens"].get<Tokens>());
  const Tokens tokens = greedy["greedy_tokens"].get<Tokens>();
  CHECK(kjv().decode(tokens) == greedy["greedy_text"].get<std::string>());
  CHECK(stream(kjv(), tokens) == greedy["greedy_text"].get<std::string>());
}

TEST_CASE("tokenizer: decoding gives back any normalized text, whole or as a stream") {
  const std::string texts[] = {
      "",
      " ",
      "   leading and trailing   ",
      "a\r\nb\n\n\tc \n d",
      "can't WON'T I'll 'twas",
      "In 1611, 66 books; 31102 verses!?",
      "Ünïcödé \xe2\x82\xac \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e \xf0\x9f\x99\x8f\xf0\x9f\x8f\xbd",
      std::string("nul\0inside", 10),
      "\xc2\x85\xe2\x80\xa8\xe2\x80\xa9\xe1\xa0\x8e",
      "<|endoftext|><|endoftext|> <|endoftex|>",
  };
  for (const std::string& text : texts) {
    CAPTURE(text);
    const Tokens tokens = kjv().encode(text);
    CHECK(kjv().decode(tokens) == text);
    CHECK(stream(kjv(), tokens) == text);
    CHECK(kjv().decode(kjv().encode(text, SpecialTokens::AsText)) == text);
  }
}

TEST_CASE("tokenizer: random bytes decode to their replacement of what is not UTF-8") {
  std::mt19937 random(1);
  const std::string alphabet = "ab \n'\xc3\xa9\xe2\x82\xac\xf0\x9f\x99\x8f\xed\xa0\x80\xff\xf4\x90";
  for (int i = 0; i < 2000; ++i) {
    std::string bytes(random() % 24, ' ');
    for (char& c : bytes) c = alphabet[random() % alphabet.size()];
    const Tokens tokens = kjv().encode(bytes);
    CHECK(kjv().decode(tokens) == nfc(utf8_lossy(bytes)));
    Tokens raw;  // Each byte a token: the decoders replace, too.
    for (const char c : bytes) raw.push_back(static_cast<std::uint8_t>(c));
    std::string expected;
    for (const std::int32_t token : raw) expected += kjv().bytes(token);
    CHECK(kjv().decode(raw) == utf8_lossy(expected));
    CHECK(stream(kjv(), raw) == utf8_lossy(expected));
  }
}

TEST_CASE("utf8: the longest part of a broken character is one replacement") {
  const auto count = [](std::string_view bytes) { return utf8_lossy(bytes).size() / 3; };
  CHECK(utf8_lossy("a\xffz") == "a\xef\xbf\xbdz");
  CHECK(count("\xf0\x9f\x99") == 1);      // Cut short.
  CHECK(count("\xe2\x82\xe2\x82") == 2);  // Twice.
  CHECK(count("\xc0\x80") == 2);          // Overlong.
  CHECK(count("\xed\xa0\x80") == 3);      // Surrogate.
  CHECK(count("\xf4\x90\x80\x80") == 4);  // Above U+10FFFF.
  for (char32_t c = 0; c < 0x11'0000; c += c < 0x1'0000 ? 1 : 251) {
    if (c >= 0xd800 && c < 0xe000) continue;
    const std::string text = utf8_encode(c);
    const Utf8Step step = utf8_step(text);
    REQUIRE(step.kind == Utf8Step::Kind::Valid);
    REQUIRE(step.length == text.size());
    REQUIRE(utf8_decode(text, step.length) == c);
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
      REQUIRE(utf8_step(text.substr(0, cut)).kind == Utf8Step::Kind::Incomplete);
    }
  }
}

TEST_CASE("byte alphabet: every byte has a character of its own and back") {
  CHECK(byte_character(' ') == 0x120);
  CHECK(byte_character('A') == 'A');
  CHECK(byte_character(0xad) == 0x143);
  std::string written;
  std::string bytes;
  for (unsigned b = 0; b < 256; ++b) {
    written += utf8_encode(byte_character(static_cast<std::uint8_t>(b)));
    bytes += static_cast<char>(static_cast<unsigned char>(b));
  }
  CHECK(bytes_of(written) == bytes);
  CHECK_FALSE(bytes_of("a b").has_value());
  CHECK_FALSE(bytes_of("\xe2\x82\xac").has_value());
}

TEST_CASE("tokenizer: text is normalized to NFC when the file asks for it") {
  const std::string composed = "caf\xc3\xa9";
  const std::string decomposed = "cafe\xcc\x81";
  CHECK(kjv().encode(decomposed) == kjv().encode(composed));
  const Tokenizer without = changed([](json& root) { root["normalizer"] = nullptr; });
  CHECK(without.decode(without.encode(decomposed)) == decomposed);
}

TEST_CASE("tokenizer: special tokens are recognised, or text when asked") {
  CHECK(kjv().encode("<|endoftext|>") == Tokens{kEnd});
  CHECK(kjv().find_added("<|endoftext|>") == kEnd);
  CHECK_FALSE(kjv().find_added("<|im_end|>").has_value());
  CHECK(kjv().is_special(kEnd));
  CHECK_FALSE(kjv().is_special(5));
  const Tokens as_text = kjv().encode("<|endoftext|>", SpecialTokens::AsText);
  CHECK(as_text.size() > 1);
  Tokens joined = kjv().encode("And");
  joined.push_back(kEnd);
  const Tokens after = kjv().encode(" God");
  joined.insert(joined.end(), after.begin(), after.end());
  CHECK(kjv().encode("And<|endoftext|> God") == joined);
}

TEST_CASE("tokenizer: of added tokens the leftmost longest counts, before and after NFC") {
  const Tokenizer tokenizer = changed([](json& root) {
    const auto add = [&](int id, const char* content, bool special, bool normalized) {
      root["added_tokens"].push_back(
          {{"id", id}, {"content", content}, {"special", special}, {"normalized", normalized}});
    };
    add(3000, "<a>", true, false);
    add(3001, "<a><b>", true, false);
    add(3002, "<tool>", false, false);
    add(3003, "\xc3\xa9t\xc3\xa9", false, true);
  });
  CHECK(tokenizer.encode("<a><b><a>") == Tokens{3001, 3000});
  CHECK(tokenizer.encode("<tool>", SpecialTokens::AsText) == Tokens{3002});
  CHECK(tokenizer.encode("e\xcc\x81te\xcc\x81") == Tokens{3003});
  CHECK(tokenizer.decode(Tokens{3003, 2500, 3000}) == "\xc3\xa9t\xc3\xa9<a>");
  CHECK(tokenizer.size() == 3004);
}

TEST_CASE("tokenizer: numbers without a token decode to nothing") {
  CHECK(kjv().size() == 2048);
  CHECK(kjv().decode(Tokens{-1, 2048, 1 << 30}).empty());
  CHECK(kjv().bytes(-1).empty());
}

TEST_CASE("tokenizer: merges may be pairs; the split may be ByteLevel's own") {
  const std::string text = read_text(kModel / "valid.txt").substr(0, 5000);
  const Tokenizer pairs = changed([](json& root) {
    for (json& merge : root["model"]["merges"]) {
      const auto written = merge.get<std::string>();
      const std::size_t space = written.find(' ');
      merge = {written.substr(0, space), written.substr(space + 1)};
    }
  });
  CHECK(pairs.encode(text) == kjv().encode(text));
  const Tokenizer plain = changed([](json& root) {
    root["pre_tokenizer"] = {{"type", "ByteLevel"}, {"add_prefix_space", false}};
  });
  CHECK(plain.decode(plain.encode(text)) == text);
}

TEST_CASE("tokenizer: ignore_merges takes a word that is a token as it is") {
  const auto with_word = [](bool ignore) {
    return changed([&](json& root) {
      root["model"]["vocab"]["zqx"] = 2500;  // No merges lead to it.
      root["model"]["ignore_merges"] = ignore;
    });
  };
  CHECK(with_word(true).encode("zqx") == Tokens{2500});
  CHECK(with_word(false).encode("zqx").size() == 3);
}

TEST_CASE("tokenizer: a word of a million letters takes time in proportion") {
  const auto seconds = [](std::size_t length) {
    const std::string word(length, 'a');
    const auto start = std::chrono::steady_clock::now();
    CHECK(kjv().decode(kjv().encode(word)) == word);
    CHECK(kjv().decode(kjv().encode(std::string(length, ' '))).size() == length);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  CHECK(seconds(1'000'000) < 20.0);  // Quadratic would be hours.
}

TEST_CASE("pattern: a match that is tried in many ways has room to go back") {
  // Each letter is a place to go back to, which takes some 16 to 32 bytes.
  const Pattern pattern("(?:a|ab)+c|a+", "here");
  const std::string text(50000, 'a');
  std::vector<std::string> pieces;
  pattern.split(text, [&](std::string_view piece) { pieces.emplace_back(piece); });
  CHECK(pieces == std::vector<std::string>{text});
}

TEST_CASE("pattern: pieces are what matches and what lies between; empty matches cut nothing") {
  const auto pieces_of = [](const char* expression, std::string_view text) {
    std::vector<std::string> pieces;
    Pattern(expression, "here").split(text, [&](std::string_view piece) {
      pieces.emplace_back(piece);
    });
    return pieces;
  };
  using Pieces = std::vector<std::string>;
  CHECK(pieces_of("x*", "a\u00e9xxbx") == Pieces{"a\u00e9", "xx", "b", "x"});
  CHECK(pieces_of("x*", "ab") == Pieces{"ab"});
  CHECK(pieces_of("b|$", "abc") == Pieces{"a", "b", "c"});
  CHECK(pieces_of("x", "").empty());
  CHECK(pieces_of("\\S\\s", "ab cd") == Pieces{"a", "b ", "cd"});
  // Unicode's White_Space has U+0085, and not U+180E.
  CHECK(pieces_of("\\s", "a\u0085b\u180ec") == Pieces{"a", "\u0085", "b\u180ec"});
  CHECK_THROWS_WITH_AS(Pattern("a(", "here"),
                       "here: bad expression at offset 2: missing closing parenthesis",
                       trine::Error);
  CHECK_THROWS_WITH_AS(Pattern("a\\", "here"),
                       "here: bad expression at offset 2: \\ at end of pattern", trine::Error);
}

TEST_CASE("tokenizer: a name that stands twice is refused, in the vocabulary as elsewhere") {
  const std::string text = read_text(kModel / "tokenizer.json");
  for (const std::string name : {"vocab", "normalizer"}) {
    std::string twice = text;
    const std::size_t open = twice.find('{', twice.find('"' + name + '"'));
    REQUIRE(open != std::string::npos);
    twice.insert(open + 1, R"("A":70000,"A":70001,)");
    try {
      const Tokenizer tokenizer(twice, "twice.json");
      FAIL_CHECK("accepted");
    } catch (const Error& error) {
      CHECK_EQ(std::string(error.what()), "twice.json: duplicate name 'A'");
    }
  }
}

TEST_CASE("tokenizer: what is malformed or not supported is refused with its name") {
  const auto refuses = [](const std::function<void(json&)>& change, const std::string& what) {
    CAPTURE(what);
    try {
      changed(change);
      FAIL_CHECK("accepted");
    } catch (const Error& error) {
      const std::string message = error.what();
      CAPTURE(message);
      CHECK(message.starts_with("changed.json: "));
      CHECK(message.find(what) != std::string::npos);
    }
  };
  refuses([](json& r) { r = json::array(); }, "not an object");
  refuses([](json& r) { r.erase("model"); }, "model");
  refuses([](json& r) { r["model"]["type"] = "WordPiece"; }, "model type");
  refuses([](json& r) { r["model"]["dropout"] = 0.1; }, "dropout");
  refuses([](json& r) { r["model"]["byte_fallback"] = true; }, "byte_fallback");
  refuses([](json& r) { r["model"]["end_of_word_suffix"] = "</w>"; }, "end_of_word_suffix");
  refuses([](json& r) { r["model"]["vocab"] = 3; }, "vocab");
  refuses([](json& r) { r["model"]["vocab"].erase("A"); }, "byte 65");
  refuses([](json& r) { r["model"]["vocab"]["A"] = 66; }, "used twice");
  refuses([](json& r) { r["model"]["vocab"]["A"] = -1; }, "'A'");
  refuses([](json& r) { r["model"]["vocab"]["A"] = 1 << 30; }, "'A'");
  refuses([](json& r) { r["model"]["vocab"]["A"] = "x"; }, "'A'");
  refuses([](json& r) { r["model"]["merges"] = "t h"; }, "merges");
  refuses([](json& r) { r["model"]["merges"][7] = "toomany parts here"; }, "merge 7");
  refuses([](json& r) { r["model"]["merges"][7] = "one"; }, "merge 7");
  refuses([](json& r) { r["model"]["merges"][7] = 1; }, "merge 7");
  refuses([](json& r) { r["model"]["merges"][7] = {"t", "h", "e"}; }, "merge 7");
  refuses([](json& r) { r["model"]["merges"][7] = {"t", json::object()}; }, "merge 7");
  refuses([](json& r) { r["model"]["merges"][7] = {"t", json::array()}; }, "merge 7");
  refuses([](json& r) { r["model"]["vocab"]["A"] = json::object(); }, "'A'");
  refuses([](json& r) { r["model"]["merges"][7] = "zqx y"; }, "'zqx' is not in the vocabulary");
  refuses([](json& r) { r["model"]["merges"][7] = "Z Z"; }, "'ZZ' is not in the vocabulary");
  refuses([](json& r) { r["normalizer"]["type"] = "Lowercase"; }, "normalizer Lowercase");
  refuses([](json& r) { r["pre_tokenizer"] = nullptr; }, "pre_tokenizer");
  refuses([](json& r) { r["pre_tokenizer"]["pretokenizers"].erase(1); }, "without ByteLevel");
  refuses([](json& r) { r["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = "(a"; },
          "bad expression at offset 2");
  refuses([](json& r) { r["pre_tokenizer"]["pretokenizers"][0]["behavior"] = "Removed"; },
          "behavior");
  refuses([](json& r) { r["pre_tokenizer"]["pretokenizers"][1]["add_prefix_space"] = true; },
          "add_prefix_space");
  refuses([](json& r) { r["post_processor"]["type"] = "RobertaProcessing"; },
          "post_processor RobertaProcessing");
  refuses([](json& r) { r["post_processor"]["type"] = "TemplateProcessing"; }, "single");
  refuses([](json& r) { r["post_processor"] = begin_of_text("<s>", 2100); }, "2100");
  refuses(
      [](json& r) {
        r["post_processor"]["processors"] = begin_of_text("<s>", 2047);
        r["post_processor"]["type"] = "Sequence";
      },
      "post_processor");
  refuses([](json& r) { r["decoder"]["type"] = "WordPiece"; }, "decoder");
  refuses([](json& r) { r["truncation"] = 512; }, "truncation is not an object");
  refuses([](json& r) { r["added_tokens"][0]["lstrip"] = true; }, "lstrip");
  refuses([](json& r) { r["added_tokens"][0]["content"] = ""; }, "content");
  // A message does not end where a name has a NUL byte.
  refuses(
      [](json& r) {
        r["added_tokens"][0]["content"] = std::string("a\0b", 3);
        r["added_tokens"][0]["lstrip"] = true;
      },
      "added token 'a\\0b' lstrip");
  refuses([](json& r) { r["added_tokens"][0]["content"] = 5; }, "must be string");
  refuses([](json& r) { r["added_tokens"][0]["id"] = 5; }, "used twice");

  CHECK_THROWS_AS(Tokenizer("{\"model\": ", "cut.json"), Error);
  CHECK_THROWS_AS(Tokenizer("", "empty.json"), Error);
  CHECK_THROWS_AS(Tokenizer(kModel / "absent.json"), Error);
}

TEST_CASE("tokenizer: what an earlier call asked of the library changes no token") {
  const Tokenizer left = changed([](json& r) {
    r["truncation"] = {{"direction", "Right"}, {"max_length", 3}, {"strategy", "LongestFirst"}};
    r["padding"] = {
        {"strategy", {{"Fixed", 64}}}, {"pad_id", kEnd}, {"pad_token", "<|endoftext|>"}};
  });
  const std::string text = "In the beginning God created the heaven and the earth.";
  CHECK(left.encode(text) == kjv().encode(text));
  CHECK(left.encode_prompt(text) == kjv().encode(text));
}

TEST_CASE("tokenizer: a template puts its token in front of a prompt, once") {
  const std::string text = "In the beginning";
  Tokens expected = kjv().encode(text);
  CHECK(kjv().encode_prompt(text) == expected);
  expected.insert(expected.begin(), kEnd);
  const Tokenizer alone =
      changed([](json& r) { r["post_processor"] = begin_of_text("<|endoftext|>", kEnd); });
  CHECK(alone.encode_prompt(text) == expected);
  CHECK(alone.encode(text) == kjv().encode(text));
  const Tokenizer sequence = changed([](json& r) {
    const json bytes = r["post_processor"];
    r["post_processor"] = {{"type", "Sequence"},
                           {"processors", {bytes, begin_of_text("<|endoftext|>", kEnd)}}};
  });
  CHECK(sequence.encode_prompt(text) == expected);
  const Tokenizer around = changed([](json& r) {
    r["post_processor"] = begin_of_text("<|endoftext|>", kEnd);
    r["post_processor"]["single"].push_back(r["post_processor"]["single"][0]);
  });
  expected.push_back(kEnd);
  CHECK(around.encode_prompt(text) == expected);
}

TEST_CASE("tokenizer: a file damaged anywhere gives an Error or a tokenizer, nothing else") {
  const std::string good = read_text(kModel / "tokenizer.json");
  std::mt19937 random(2);
  for (int i = 0; i < 60; ++i) {
    std::string bad = good;
    const std::size_t at = random() % (i % 2 == 0 ? 1500 : bad.size());
    if (i % 3 == 0) {
      bad.resize(at);
    } else {
      bad[at] = static_cast<char>(random() % 256);
    }
    try {
      const Tokenizer tokenizer(bad, "damaged.json");
      CHECK_NOTHROW(tokenizer.encode("In the beginning"));
    } catch (const Error&) {
    }
  }
}
