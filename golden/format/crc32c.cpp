// SPDX-License-Identifier: Apache-2.0

#include "golden/format/crc32c.h"

#include <array>
#include <bit>
#include <cstring>

namespace trine::golden {
namespace {

static_assert(std::endian::native == std::endian::little);

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

/// Table k advances a byte by k + 1 bytes of the message.
constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1u) != 0 ? 0x82f63b78u : 0);
    tables[0][byte] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t crc = tables[k - 1][byte];
      tables[k][byte] = crc >> 8 ^ tables[0][crc & 0xffu];
    }
  }
  return tables;
}
constexpr Tables kTables = make_tables();

/// Product modulo the polynomial; x^k is bit 31 - k, as in a CRC.
std::uint32_t multiply(std::uint32_t a, std::uint32_t b) {
  std::uint32_t product = 0;
  for (; a != 0; a <<= 1) {
    if (a >> 31 != 0) product ^= b;
    b = b >> 1 ^ ((b & 1u) != 0 ? 0x82f63b78u : 0);
  }
  return product;
}

/// The register `crc` behind so many zero bytes: times x^(8 * bytes).
std::uint32_t advance(std::uint32_t crc, std::uint64_t bytes) {
  for (std::uint32_t square = 1u << (31 - 8); bytes != 0; bytes >>= 1) {
    if ((bytes & 1u) != 0) crc = multiply(crc, square);
    square = multiply(square, square);
  }
  return crc;
}

#if defined(__x86_64__)
std::uint64_t word_at(const std::byte* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// As the loop over tables, by the instruction for this polynomial. It takes a word a cycle but
/// answers after three, so what is long goes as three stretches side by side.
[[gnu::target("sse4.2")]] std::uint32_t whole_words(std::span<const std::byte>& bytes,
                                                    std::uint32_t crc) {
  constexpr std::size_t kLong = 1 << 16;
  std::uint64_t first = crc;
  if (bytes.size() >= kLong) {
    const std::size_t part = bytes.size() / 24 * 8;
    const std::byte* const data = bytes.data();
    std::uint64_t second = 0, third = 0;
    for (std::size_t i = 0; i < part; i += 8) {
      first = __builtin_ia32_crc32di(first, word_at(data + i));
      second = __builtin_ia32_crc32di(second, word_at(data + part + i));
      third = __builtin_ia32_crc32di(third, word_at(data + 2 * part + i));
    }
    first = advance(static_cast<std::uint32_t>(first), 2 * part) ^
            advance(static_cast<std::uint32_t>(second), part) ^ third;
    bytes = bytes.subspan(3 * part);
  }
  for (; bytes.size() >= 8; bytes = bytes.subspan(8))
    first = __builtin_ia32_crc32di(first, word_at(bytes.data()));
  return static_cast<std::uint32_t>(first);
}
#endif

}  // namespace

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before) {
  std::uint32_t crc = ~before;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) crc = whole_words(bytes, crc);
#endif
  while (bytes.size() >= 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data(), sizeof word);
    word ^= crc;
    crc = 0;
    for (std::size_t k = 0; k < 8; ++k) crc ^= kTables[7 - k][word >> (8 * k) & 0xffu];
    bytes = bytes.subspan(8);
  }
  for (const std::byte byte : bytes) {
    crc = crc >> 8 ^ kTables[0][(crc ^ static_cast<std::uint32_t>(byte)) & 0xffu];
  }
  return ~crc;
}

std::uint32_t crc32c_combine(std::uint32_t first, std::uint32_t second,
                             std::uint64_t second_bytes) {
  return advance(first, second_bytes) ^ second;
}

}  // namespace trine::golden
