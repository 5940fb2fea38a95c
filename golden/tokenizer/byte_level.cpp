// SPDX-License-Identifier: Apache-2.0

#include "golden/tokenizer/byte_level.h"

#include <array>

#include "golden/tokenizer/utf8.h"

namespace trine::golden {
namespace {

constexpr bool is_itself(unsigned byte) {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}

constexpr std::array<char32_t, 256> kCharacters = [] {
  std::array<char32_t, 256> characters{};
  char32_t next = 0x100;
  for (unsigned byte = 0; byte < 256; ++byte) {
    characters[byte] = is_itself(byte) ? char32_t{byte} : next++;
  }
  return characters;
}();

/// The inverse; -1 for a character that is no byte.
constexpr std::array<std::int16_t, 0x144> kBytes = [] {
  std::array<std::int16_t, 0x144> bytes{};
  for (auto& byte : bytes) byte = -1;
  for (std::size_t byte = 0; byte < 256; ++byte) {
    bytes[kCharacters[byte]] = static_cast<std::int16_t>(byte);
  }
  return bytes;
}();

}  // namespace

char32_t byte_character(std::uint8_t byte) {
  return kCharacters[byte];
}

std::optional<std::string> bytes_of(std::string_view written) {
  std::string bytes;
  while (!written.empty()) {
    const Utf8Step step = utf8_step(written);
    if (step.kind != Utf8Step::Kind::Valid) return std::nullopt;
    const char32_t character = utf8_decode(written, step.length);
    if (character >= kBytes.size() || kBytes[character] < 0) return std::nullopt;
    bytes += static_cast<char>(kBytes[character]);
    written.remove_prefix(step.length);
  }
  return bytes;
}

}  // namespace trine::golden
