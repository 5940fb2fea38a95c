// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace trine::golden {

/// The first character of a byte string.
struct Utf8Step {
  enum class Kind : std::uint8_t { Valid, Invalid, Incomplete };
  Kind kind = Kind::Invalid;
  std::size_t length = 0;  // Bytes of the character, or of the longest part that could start one.
};

/// Looks at the start of `bytes`, not empty. Incomplete: all of `bytes` is the start of a
/// character whose rest may still come.
Utf8Step utf8_step(std::string_view bytes);

/// Decodes one valid character; `length` as utf8_step gave it.
char32_t utf8_decode(std::string_view bytes, std::size_t length);
std::string utf8_encode(char32_t character);

/// Valid UTF-8: each longest part of a character that is not whole becomes one U+FFFD.
std::string utf8_lossy(std::string_view bytes);
inline constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

/// Normalization form C of valid UTF-8.
std::string nfc(std::string_view text);

}  // namespace trine::golden
