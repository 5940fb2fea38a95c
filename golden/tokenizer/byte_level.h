// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trine::golden {

/// The alphabet in which byte-level vocabularies are written: each byte is a printable character.
/// Printable Latin-1 stands for itself, the other 68 bytes are U+0100.. in their order.
char32_t byte_character(std::uint8_t byte);

/// The bytes that `written` (valid UTF-8) stands for; nothing if a character is not of the
/// alphabet.
std::optional<std::string> bytes_of(std::string_view written);

}  // namespace trine::golden
