// SPDX-License-Identifier: Apache-2.0

#include "golden/tokenizer/tokenizer.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>
#include <utility>

#include "golden/checkpoint/json.h"
#include "golden/error.h"
#include "golden/tokenizer/added_tokens.h"
#include "golden/tokenizer/bpe.h"
#include "golden/tokenizer/byte_level.h"
#include "golden/tokenizer/pattern.h"
#include "golden/tokenizer/sentence_pieces.h"
#include "golden/tokenizer/tokenizer_file.h"
#include "golden/tokenizer/utf8.h"

namespace trine::golden {

struct Tokenizer::State {
  State(const TokenizerFile& file, const std::string& where);

  /// The text between two added tokens, as it is looked through for added tokens once more.
  std::string normalized_text(std::string_view text, Place place) const;
  /// Cuts a piece of that into words.
  void encode_piece(std::string_view text, Place place, std::vector<std::int32_t>& tokens) const;
  void encode_split(std::string_view text, std::size_t split,
                    std::vector<std::int32_t>& tokens) const;
  void encode_word(std::string_view word, std::vector<std::int32_t>& tokens) const;

  struct Entry {
    std::string bytes;
    bool used = false, special = false;
  };
  bool nfc = false;
  std::optional<TokenizerFile::Sentence> sentence;
  std::vector<Pattern> splits;
  std::vector<Entry> entries;                           // By token number.
  std::unordered_map<std::string, std::int32_t> words;  // With ignore_merges: tokens by word.
  std::unordered_map<std::string, std::int32_t> added;
  AddedTokens raw, raw_plain;                // Found in the text as it is; all, and not special.
  AddedTokens normalized, normalized_plain;  // Found in the normalized text.
  std::unordered_map<std::string, std::int32_t> characters;  // Tokens of SentencePiece of one each.
  std::array<std::int32_t, 256> byte_tokens{};
  Bpe bpe;
  std::vector<std::int32_t> prefix, suffix;  // Around a prompt.

 private:
  std::string bytes_written(const std::string& written) const;
  void add_entry(std::int32_t token, Entry entry);
  void load_vocabulary(const TokenizerFile& file, const std::string& where);
  void load_added(const TokenizerFile& file, const std::string& where);
};

Tokenizer::State::State(const TokenizerFile& file, const std::string& where)
    : nfc(file.nfc), sentence(file.sentence), prefix(file.prefix), suffix(file.suffix) {
  for (const auto& split : file.splits) splits.emplace_back(split.expression, split.where);
  load_vocabulary(file, where);
  load_added(file, where);
  for (const auto& around : {prefix, suffix})
    for (const std::int32_t token : around)
      if (static_cast<std::size_t>(token) >= entries.size() ||
          !entries[static_cast<std::size_t>(token)].used)
        throw Error(where + ": post_processor: there is no token " + std::to_string(token));
}

void Tokenizer::State::add_entry(std::int32_t token, Entry entry) {
  const auto index = static_cast<std::size_t>(token);
  if (entries.size() <= index) entries.resize(index + 1);
  entries[index] = std::move(entry);
}

std::string Tokenizer::State::bytes_written(const std::string& written) const {
  // Like the tokenizers library: what is not in the byte alphabet stands for itself.
  return sentence ? sentence_bytes(written) : bytes_of(written).value_or(written);
}

void Tokenizer::State::load_vocabulary(const TokenizerFile& file, const std::string& where) {
  entries.resize(file.vocabulary.size());
  if (file.ignore_merges) words.reserve(file.vocabulary.size());
  for (const auto& [written, token] : file.vocabulary) {
    std::string bytes = bytes_written(written);
    if (file.ignore_merges) words.emplace(sentence ? written : bytes, token);
    if (sentence && !written.empty() && utf8_step(written).length == written.size())
      characters.emplace(written, token);
    add_entry(token, {.bytes = std::move(bytes), .used = true, .special = false});
  }
  const auto find = [&](const std::string& written, const auto& name) {
    const auto found = file.vocabulary.find(written);
    if (found == file.vocabulary.end())
      throw Error(where + ": " + name() + ": '" + written + "' is not in the vocabulary");
    return found->second;
  };
  for (unsigned value = 0; value < 256; ++value) {
    const auto byte = static_cast<std::uint8_t>(value);
    byte_tokens[value] =
        find(sentence ? sentence_byte_name(byte) : utf8_encode(byte_character(byte)),
             [&] { return "byte " + std::to_string(value); });
  }
  bpe.reserve(file.merges.size());
  for (std::size_t rank = 0; rank < file.merges.size(); ++rank) {
    const auto& [left, right] = file.merges[rank];
    const auto part = [&](const std::string& written) {
      return find(written, [&] { return "merge " + std::to_string(rank); });
    };
    const std::int32_t first = part(left), second = part(right);
    bpe.add_merge(first, second, {static_cast<std::int32_t>(rank), part(left + right)});
  }
}

void Tokenizer::State::load_added(const TokenizerFile& file, const std::string& where) {
  const auto bytes_added = [&](const std::string& content) {
    return sentence ? sentence_bytes(content) : content;
  };
  for (const TokenizerFile::Added& token : file.added) {
    const auto index = static_cast<std::size_t>(token.token);
    const bool taken = index < entries.size() && entries[index].used &&
                       entries[index].bytes != bytes_added(token.content);
    if (taken || !added.emplace(token.content, token.token).second) {
      throw Error(where + ": added token '" + token.content + "': token number or text used twice");
    }
    add_entry(token.token,
              {.bytes = bytes_added(token.content), .used = true, .special = token.special});
    const bool after = token.normalized && (nfc || sentence);
    const std::string content =
        after ? normalized_text(token.content, Place::AfterToken) : token.content;
    (after ? normalized : raw).add(content, token.token);
    if (!token.special) (after ? normalized_plain : raw_plain).add(content, token.token);
  }
}

std::string Tokenizer::State::normalized_text(std::string_view text, Place place) const {
  const std::string composed = nfc ? golden::nfc(text) : std::string(text);
  return sentence ? sentence_normalized(*sentence, composed, place) : composed;
}

void Tokenizer::State::encode_piece(std::string_view text, Place place,
                                    std::vector<std::int32_t>& tokens) const {
  if (!sentence) return encode_split(text, 0, tokens);
  const std::string all = sentence_written(*sentence, text, place);
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = sentence->splits ? all.find(kSentenceBlank, at + 1) : all.size();
    encode_word(std::string_view(all).substr(at, end - at), tokens);
    at = std::min(end, all.size());
  }
}

void Tokenizer::State::encode_split(std::string_view text, std::size_t split,
                                    std::vector<std::int32_t>& tokens) const {
  if (split == splits.size()) {
    encode_word(text, tokens);
  } else {
    splits[split].split(text,
                        [&](std::string_view piece) { encode_split(piece, split + 1, tokens); });
  }
}

void Tokenizer::State::encode_word(std::string_view word, std::vector<std::int32_t>& tokens) const {
  if (!words.empty()) {
    const auto found = words.find(std::string(word));
    if (found != words.end()) {
      tokens.push_back(found->second);
      return;
    }
  }
  std::vector<std::int32_t> parts;
  parts.reserve(word.size());
  while (!word.empty()) {
    const std::size_t length = sentence ? utf8_step(word).length : 1;
    const auto known =
        sentence ? characters.find(std::string(word.substr(0, length))) : characters.end();
    if (known != characters.end()) {
      parts.push_back(known->second);
    } else {
      for (const char byte : word.substr(0, length))
        parts.push_back(byte_tokens[static_cast<std::uint8_t>(byte)]);
    }
    word.remove_prefix(length);
  }
  bpe.encode(parts, tokens);
}

Tokenizer::Tokenizer(const std::filesystem::path& tokenizer_json)
    : Tokenizer(read_text(tokenizer_json), tokenizer_json.string()) {}

Tokenizer::Tokenizer(std::string_view json_text, const std::string& where)
    : state_(std::make_unique<const State>(parse_tokenizer(json_text, where), where)) {}

Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

std::vector<std::int32_t> Tokenizer::encode(std::string_view text, SpecialTokens special,
                                            Place place) const {
  const bool recognize = special == SpecialTokens::Recognize;
  const std::string whole = utf8_lossy(text);
  std::vector<std::int32_t> tokens;
  const auto found = [&](std::int32_t token) { tokens.push_back(token); };
  const auto as_it_is = [&](std::string_view part) {
    const Place here = part.data() == whole.data() ? place : Place::AfterToken;
    const std::string normal = state_->normalized_text(part, here);
    const auto plain = [&](std::string_view piece) {
      state_->encode_piece(piece, piece.data() == normal.data() ? here : Place::AfterToken, tokens);
    };
    (recognize ? state_->normalized : state_->normalized_plain).split(normal, plain, found);
  };
  (recognize ? state_->raw : state_->raw_plain).split(whole, as_it_is, found);
  return tokens;
}

std::vector<std::int32_t> Tokenizer::encode_prompt(std::string_view text,
                                                   SpecialTokens special) const {
  std::vector<std::int32_t> tokens = state_->prefix;
  const std::vector<std::int32_t> inner = encode(text, special);
  tokens.insert(tokens.end(), inner.begin(), inner.end());
  tokens.insert(tokens.end(), state_->suffix.begin(), state_->suffix.end());
  return tokens;
}

std::string Tokenizer::decode(std::span<const std::int32_t> tokens) const {
  std::string all;
  for (const std::int32_t token : tokens) all += bytes(token);
  if (blank_in_front() && all.starts_with(' ')) all.erase(0, 1);
  return utf8_lossy(all);
}

std::string_view Tokenizer::bytes(std::int32_t token) const {
  const auto index = static_cast<std::size_t>(token);
  return token >= 0 && index < size() ? std::string_view(state_->entries[index].bytes) : "";
}

bool Tokenizer::is_special(std::int32_t token) const {
  const auto index = static_cast<std::size_t>(token);
  return token >= 0 && index < size() && state_->entries[index].special;
}

std::optional<std::int32_t> Tokenizer::find_added(std::string_view content) const {
  const auto found = state_->added.find(std::string(content));
  return found == state_->added.end() ? std::nullopt : std::optional(found->second);
}

bool Tokenizer::blank_in_front() const {
  return state_->sentence && state_->sentence->strips;
}

std::size_t Tokenizer::size() const {
  return state_->entries.size();
}

std::string StreamDecoder::push(std::int32_t token) {
  pending_ += tokenizer_->bytes(token);
  if (begins_ && !pending_.empty()) {
    if (tokenizer_->blank_in_front() && pending_.starts_with(' ')) pending_.erase(0, 1);
    begins_ = false;
  }
  std::string_view rest = pending_;
  std::string text;
  while (!rest.empty()) {
    const Utf8Step step = utf8_step(rest);
    if (step.kind == Utf8Step::Kind::Incomplete) break;
    text += step.kind == Utf8Step::Kind::Valid ? rest.substr(0, step.length) : kReplacement;
    rest.remove_prefix(step.length);
  }
  pending_ = std::string(rest);
  return text;
}

std::string StreamDecoder::finish() {
  begins_ = place_ == Place::Begin;
  return utf8_lossy(std::exchange(pending_, {}));
}

}  // namespace trine::golden
