// SPDX-License-Identifier: Apache-2.0

#include "golden/format/packed_header.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cmath>

#include "golden/error.h"
#include "golden/format/crc32c.h"
#include "golden/format/panel.h"

namespace trine::golden {
namespace {

/// Takes the next field, up to a space or the end, off `text`.
std::string_view next_field(std::string_view& text, const std::string& where) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view field = text.substr(0, end);
  if (field.empty()) throw Error(fmt::format("{}: a value is missing", where));
  text.remove_prefix(std::min(end + 1, text.size()));
  return field;
}

template <typename T, typename Base>
T parse_number(std::string_view field, Base base, const std::string& where) {
  T value{};
  const auto [end, status] =
      std::from_chars(field.data(), field.data() + field.size(), value, base);
  if (status != std::errc{} || end != field.data() + field.size()) {
    throw Error(fmt::format("{}: '{}' is not a valid number", where, field));
  }
  return value;
}

}  // namespace

std::string encode_matrix(const MatrixShape& shape, const Codebook& codebook) {
  std::string text = fmt::format("{} {} {}", shape.rows, shape.cols, shape.depth);
  for (const double value : codebook) text += fmt::format(" {:a}", value);
  return text;
}

void decode_matrix(const std::string& text, const std::string& where, MatrixShape& shape,
                   Codebook& codebook) {
  std::string_view rest = text;
  shape.rows = parse_number<std::size_t>(next_field(rest, where), 10, where);
  shape.cols = parse_number<std::size_t>(next_field(rest, where), 10, where);
  shape.depth = parse_number<unsigned>(next_field(rest, where), 10, where);
  double before = 0;
  for (double& value : codebook) {
    const std::string_view field = next_field(rest, where);
    if (!field.starts_with("0x")) {
      throw Error(fmt::format("{}: '{}' is not a hexadecimal float", where, field));
    }
    value = parse_number<double>(field.substr(2), std::chars_format::hex, where);
    if (!std::isfinite(value) || value <= 0 || value < before) {
      throw Error(fmt::format("{}: the codebook is not positive and ascending", where));
    }
    before = value;
  }
  if (!rest.empty()) throw Error(fmt::format("{}: more than {} values", where, kCodebook));
  try {
    check_shape(shape, kCanonical);
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", where, error.what()));
  }
}

std::string encode_crc(std::uint32_t crc) {
  return fmt::format("{:08x}", crc);
}

std::uint32_t decode_crc(const std::string& text, const std::string& where) {
  if (text.size() != 8) throw Error(fmt::format("{}: '{}' is not a CRC-32C", where, text));
  const auto crc = parse_number<std::uint32_t>(text, 16, where);
  // There is one way to write it, so that no byte of the header can change unseen.
  if (encode_crc(crc) != text)
    throw Error(fmt::format("{}: '{}' is not in lower case", where, text));
  return crc;
}

std::uint32_t header_crc(const Metadata& metadata,
                         const std::vector<SafetensorsWriter::Entry>& tensors) {
  std::string content;
  const auto add = [&](std::string_view field) { content.append(field).push_back('\0'); };
  for (const auto& [key, value] : metadata) {
    if (key == kHeaderCrcKey) continue;
    add(key);
    add(value);
  }
  for (const auto& tensor : tensors) {
    add(tensor.name);
    add(dtype_name(tensor.dtype));
    add(fmt::format("{}", fmt::join(tensor.shape, ",")));
  }
  return crc32c(std::as_bytes(std::span(content)));
}

}  // namespace trine::golden
