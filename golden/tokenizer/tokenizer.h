// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace trine::golden {

/// What encode does with the text of a special token, such as "<|endoftext|>".
enum class SpecialTokens : std::uint8_t {
  Recognize,  // It becomes that token.
  AsText,     // It is text like any other; for text from elsewhere.
};

/// Where a piece of text stands: it begins a text, or follows an added token, or other text. Only
/// tokenizers of SentencePiece care, which may put a blank in front.
enum class Place : std::uint8_t { Begin, AfterToken, Inside };

/// The BPE tokenizer of a tokenizer.json: byte-level as Qwen2 and Llama 3 have it (NFC, a split
/// pattern, merges of bytes), or of SentencePiece as Llama 2 and Mistral have it (blanks written as
/// U+2581, merges of characters, bytes for what is no token); added tokens. Constant once made; any
/// number of threads may use it.
class Tokenizer {
 public:
  /// Throws Error naming the file for one that is malformed or asks for what is not supported.
  explicit Tokenizer(const std::filesystem::path& tokenizer_json);
  /// The same from the text of the file; `where` names it in errors.
  Tokenizer(std::string_view json_text, const std::string& where);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  /// Tokens of `text`; bytes that are not UTF-8 count as U+FFFD.
  std::vector<std::int32_t> encode(std::string_view text,
                                   SpecialTokens special = SpecialTokens::Recognize,
                                   Place place = Place::Begin) const;
  /// Tokens of a whole prompt: those of `text` and around them what the tokenizer's post-processor
  /// adds, for most Llama models a token that begins a text.
  std::vector<std::int32_t> encode_prompt(std::string_view text,
                                          SpecialTokens special = SpecialTokens::Recognize) const;
  /// Text of the tokens as a whole; bytes that are not UTF-8 become U+FFFD, numbers without a token
  /// nothing.
  std::string decode(std::span<const std::int32_t> tokens) const;

  /// The bytes that a token stands for; empty for a number without a token.
  std::string_view bytes(std::int32_t token) const;
  bool is_special(std::int32_t token) const;
  /// The added token that is written like this.
  std::optional<std::int32_t> find_added(std::string_view content) const;
  /// Whether decoding takes one blank away in front of a text, which encoding put there.
  bool blank_in_front() const;
  /// One more than the highest token number.
  std::size_t size() const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

/// Decodes tokens as they come; characters appear as soon as they are whole. All parts together
/// are what Tokenizer::decode gives, unless the tokens go on with another text. The tokenizer must
/// outlive it.
class StreamDecoder {
 public:
  explicit StreamDecoder(const Tokenizer& tokenizer, Place place = Place::Begin)
      : tokenizer_(&tokenizer), place_(place), begins_(place == Place::Begin) {}
  std::string push(std::int32_t token);
  /// The rest: U+FFFD if the last character is not whole. Starts anew.
  std::string finish();

 private:
  const Tokenizer* tokenizer_;
  Place place_;
  bool begins_;          // Nothing was pushed yet.
  std::string pending_;  // The start of a character.
};

}  // namespace trine::golden
