// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "golden/tokenizer/tokenizer.h"
#include "golden/tokenizer/tokenizer_file.h"

namespace trine::golden {

/// The blank of SentencePiece, "\u2581".
inline constexpr std::string_view kSentenceBlank = "\u2581";

/// The text between two added tokens as a normalizer with Prepend and Replace writes it.
std::string sentence_normalized(const TokenizerFile::Sentence& sentence, std::string_view text,
                                Place place);

/// A piece of that text as the Metaspace pre-tokenizer writes it; its words may begin at each
/// blank.
std::string sentence_written(const TokenizerFile::Sentence& sentence, std::string_view text,
                             Place place);

/// The bytes that a token stands for: <0x41> is a byte, U+2581 a blank.
std::string sentence_bytes(std::string_view written);

/// How the token of a byte is written: "<0x41>".
std::string sentence_byte_name(std::uint8_t byte);

}  // namespace trine::golden
