// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <fmt/format.h>

#include <bit>
#include <cctype>
#include <string>
#include <string_view>

namespace trine {

/// SILU_MUL becomes silu_mul.
inline std::string lower(std::string_view name) {
  std::string text;
  for (const char letter : name)
    text += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return text;
}

/// SILU_MUL becomes SiluMul.
inline std::string camel(std::string_view name) {
  std::string text;
  bool upper = true;
  for (const char letter : name) {
    const auto byte = static_cast<unsigned char>(letter);
    if (letter != '_') text += static_cast<char>(upper ? std::toupper(byte) : std::tolower(byte));
    upper = letter == '_';
  }
  return text;
}

/// The SystemVerilog type of so many bits.
inline std::string vector_type(unsigned width) {
  return width == 1 ? "logic" : fmt::format("logic [{}:0]", width - 1);
}

/// Bits that count to `last`.
constexpr unsigned bits_for(std::size_t last) {
  return static_cast<unsigned>(std::bit_width(last));
}

}  // namespace trine
