// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "golden/tokenizer/tokenizer.h"
#include "golden/tokenizer/utf8.h"

namespace trine::golden {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  REQUIRE_MESSAGE(value != nullptr, name);
  return value;
}

/// The file that expect.mjs writes.
class Expected {
 public:
  explicit Expected(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE_MESSAGE(file.good(), path);
    bytes_.assign(std::istreambuf_iterator<char>(file), {});
  }
  bool more() const { return at_ < bytes_.size(); }
  std::uint32_t number() {
    std::uint32_t value = 0;
    REQUIRE(bytes_.size() - at_ >= sizeof value);
    std::memcpy(&value, bytes_.data() + at_, sizeof value);
    at_ += sizeof value;
    return value;
  }
  std::string text() {
    const std::size_t size = number();
    REQUIRE(bytes_.size() - at_ >= size);
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }
  std::vector<std::int32_t> tokens() {
    std::vector<std::int32_t> all(number());
    for (std::int32_t& token : all) token = static_cast<std::int32_t>(number());
    return all;
  }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

/// The sign that SentencePiece writes for a blank, and tokens behind which it puts one.
constexpr std::string_view kChanged[] = {"\u2581", "<s>", "</s>", "<unk>"};

TEST_CASE("tokens and texts equal those of the JavaScript tokenizer") {
  const std::string file = environment("TRINE_EXPECTED");
  const Tokenizer tokenizer{std::filesystem::path(file + ".json")};
  Expected expected(file);
  std::size_t texts = 0;
  std::set<std::int32_t> seen;
  while (expected.more()) {
    const std::string text = expected.text();
    const auto tokens = expected.tokens();
    const std::string decoded = expected.text();
    CAPTURE(texts);
    CAPTURE(text);
    CHECK(tokenizer.encode(text) == tokens);
    CHECK(tokenizer.decode(tokens) == decoded);
    // Tokens lose nothing but what NFC and U+FFFD for bytes that are not UTF-8 change, and, of
    // SentencePiece, a blank in front and what kChanged has.
    const bool changes = tokenizer.blank_in_front() &&
                         (text.starts_with(' ') || std::ranges::any_of(kChanged, [&](auto part) {
                            return text.find(part) != text.npos;
                          }));
    if (!changes) CHECK(nfc(tokenizer.decode(tokenizer.encode(text))) == nfc(utf8_lossy(text)));
    seen.insert(tokens.begin(), tokens.end());
    ++texts;
  }
  CHECK(texts >= 10'000);
  MESSAGE(texts << " texts, " << seen.size() << " different tokens");
}

TEST_CASE("byte-level: white space is that of Unicode, as in the Rust library") {
  const Tokenizer tokenizer{std::filesystem::path(environment("TRINE_EXPECTED") + ".json")};
  if (tokenizer.blank_in_front()) return;  // SentencePiece knows no other white space than blanks.
  // White space before a word is cut off it; another character takes the blank before it along.
  const std::int32_t blank = tokenizer.encode(" ").front();
  CHECK(tokenizer.encode(" \xc2\x85y").front() == blank);      // U+0085 is white space,
  CHECK(tokenizer.encode(" \xef\xbb\xbfy").front() != blank);  // U+FEFF is not.
}

}  // namespace
}  // namespace trine::golden
