// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "golden/checkpoint/safetensors.h"
#include "golden/format/trit_matrix.h"

namespace trine::golden {

// The metadata of a packed model, all text, as safetensors wants it:
//
//   format            "trine-packed-trits"
//   format_version    "1"
//   config            the text of config.json
//   matrix.<tensor>   rows, cols, depth and the 27 codebook values, separated by one space; the
//                     values are hexadecimal floats such as 0x1.8p-4, so they are exact
//   crc32c.<tensor>   CRC-32C of the tensor's bytes, eight lower-case hexadecimal digits
//   crc32c            CRC-32C of the header's content: for every other metadata entry in the
//                     order of its key, key and value; then for every tensor in file order, name,
//                     dtype and shape (extents separated by commas); each followed by a zero byte
//
// so that every bit of the file that means something is covered by a checksum.

using Metadata = std::map<std::string, std::string>;

inline constexpr std::string_view kMatrixKey = "matrix.";
inline constexpr std::string_view kCrcKey = "crc32c.";
inline constexpr std::string_view kHeaderCrcKey = "crc32c";

std::string encode_matrix(const MatrixShape& shape, const Codebook& codebook);
/// Throws Error naming `where` for anything but an ascending positive codebook and a legal shape.
void decode_matrix(const std::string& text, const std::string& where, MatrixShape& shape,
                   Codebook& codebook);

std::string encode_crc(std::uint32_t crc);
std::uint32_t decode_crc(const std::string& text, const std::string& where);

/// The checksum of the header, as described above.
std::uint32_t header_crc(const Metadata& metadata,
                         const std::vector<SafetensorsWriter::Entry>& tensors);

}  // namespace trine::golden
