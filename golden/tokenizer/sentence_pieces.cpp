// SPDX-License-Identifier: Apache-2.0

#include "golden/tokenizer/sentence_pieces.h"

#include <algorithm>
#include <charconv>

namespace trine::golden {
namespace {

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string all;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t found = std::min(text.find(from, at), text.size());
    all += text.substr(at, found - at);
    if (found == text.size()) break;
    all += to;
    at = found + from.size();
  }
  return all;
}

}  // namespace

std::string sentence_normalized(const TokenizerFile::Sentence& sentence, std::string_view text,
                                Place place) {
  std::string all = sentence.prepends && place != Place::Inside && !text.empty()
                        ? std::string(kSentenceBlank)
                        : "";
  return all + (sentence.replaces ? replaced(text, " ", kSentenceBlank) : std::string(text));
}

std::string sentence_written(const TokenizerFile::Sentence& sentence, std::string_view text,
                             Place place) {
  if (!sentence.metaspace) return std::string(text);
  using Front = TokenizerFile::Sentence::Front;
  std::string all = replaced(text, " ", kSentenceBlank);
  const bool in_front = sentence.front == Front::Each    ? place != Place::Inside
                        : sentence.front == Front::First ? place == Place::Begin
                                                         : false;
  if (in_front && !all.starts_with(kSentenceBlank)) all.insert(0, kSentenceBlank);
  return all;
}

std::string sentence_bytes(std::string_view written) {
  if (written.size() == 6 && written.starts_with("<0x") && written.ends_with(">")) {
    unsigned byte = 0;
    const char* const end = written.data() + 5;
    if (std::from_chars(written.data() + 3, end, byte, 16).ptr == end)
      return {static_cast<char>(byte)};
  }
  return replaced(written, kSentenceBlank, " ");
}

std::string sentence_byte_name(std::uint8_t byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return std::string("<0x") + kDigits[byte >> 4] + kDigits[byte & 15] + ">";
}

}  // namespace trine::golden
