// SPDX-License-Identifier: Apache-2.0

#include "golden/tokenizer/utf8.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "golden/error.h"

namespace trine::golden {
namespace {

std::uint8_t byte(std::string_view bytes, std::size_t i) {
  return static_cast<std::uint8_t>(bytes[i]);
}

/// Length of the character that `lead` starts and the range of its second byte, from Table 3-7 of
/// the Unicode standard: no overlong forms, no surrogates, nothing above U+10FFFF.
struct Lead {
  std::size_t length = 0;  // 0: starts nothing.
  std::uint8_t low = 0x80, high = 0xbf;
};
Lead lead_of(std::uint8_t lead) {
  if (lead < 0x80) return {1, 0, 0};
  if (lead < 0xc2) return {};
  if (lead < 0xe0) return {2};
  if (lead == 0xe0) return {3, 0xa0, 0xbf};
  if (lead == 0xed) return {3, 0x80, 0x9f};
  if (lead < 0xf0) return {3};
  if (lead == 0xf0) return {4, 0x90, 0xbf};
  if (lead < 0xf4) return {4};
  if (lead == 0xf4) return {4, 0x80, 0x8f};
  return {};
}

}  // namespace

Utf8Step utf8_step(std::string_view bytes) {
  using Kind = Utf8Step::Kind;
  const Lead lead = lead_of(byte(bytes, 0));
  if (lead.length == 0) return {Kind::Invalid, 1};
  for (std::size_t i = 1; i < lead.length; ++i) {
    if (i == bytes.size()) return {Kind::Incomplete, i};
    const std::uint8_t low = i == 1 ? lead.low : std::uint8_t{0x80};
    const std::uint8_t high = i == 1 ? lead.high : std::uint8_t{0xbf};
    if (byte(bytes, i) < low || byte(bytes, i) > high) return {Kind::Invalid, i};
  }
  return {Kind::Valid, lead.length};
}

char32_t utf8_decode(std::string_view bytes, std::size_t length) {
  if (length == 1) return byte(bytes, 0);
  char32_t character = byte(bytes, 0) & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) character = character << 6 | (byte(bytes, i) & 0x3fU);
  return character;
}

std::string utf8_encode(char32_t character) {
  const auto unit = [](char32_t value) {
    return static_cast<char>(static_cast<unsigned char>(value));
  };
  if (character < 0x80) return {unit(character)};
  const char last = unit(0x80 | (character & 0x3f));
  if (character < 0x800) return {unit(0xc0 | character >> 6), last};
  const char middle = unit(0x80 | (character >> 6 & 0x3f));
  if (character < 0x1'0000) return {unit(0xe0 | character >> 12), middle, last};
  return {unit(0xf0 | character >> 18), unit(0x80 | (character >> 12 & 0x3f)), middle, last};
}

std::string utf8_lossy(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const Utf8Step step = utf8_step(bytes);
    text += step.kind == Utf8Step::Kind::Valid ? bytes.substr(0, step.length) : kReplacement;
    bytes.remove_prefix(step.length);
  }
  return text;
}

std::string nfc(std::string_view text) {
  const bool ascii = std::all_of(text.begin(), text.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii) return std::string(text);
  utf8proc_uint8_t* result = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &result,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, void (*)(void*)> owner(result, std::free);
  if (size < 0) throw Error(std::string("text: ") + utf8proc_errmsg(size));
  return {reinterpret_cast<const char*>(result), static_cast<std::size_t>(size)};
}

}  // namespace trine::golden
