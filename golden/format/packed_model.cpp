// SPDX-License-Identifier: Apache-2.0

#include "golden/format/packed_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "golden/error.h"
#include "golden/format/crc32c.h"
#include "golden/format/packed_header.h"

namespace trine::golden {
namespace {

[[noreturn]] void fail(const Safetensors& file, const std::string& why) {
  throw Error(fmt::format("{}: {}", file.path().string(), why));
}

const std::string& metadata_at(const Safetensors& file, const std::string& key) {
  const auto it = file.metadata().find(key);
  if (it == file.metadata().end()) fail(file, fmt::format("metadata '{}' is missing", key));
  return it->second;
}

std::uint32_t crc_at(const Safetensors& file, const std::string& key) {
  return decode_crc(metadata_at(file, key),
                    fmt::format("{}: metadata '{}'", file.path().string(), key));
}

/// Format, version and the checksum of the header come before anything else is believed.
void check_header(const Safetensors& file) {
  const auto& format = file.metadata().find("format");
  if (format == file.metadata().end() || format->second != kFormatName) {
    fail(file, fmt::format("is not a packed model: metadata 'format' is not \"{}\"", kFormatName));
  }
  const std::string& version = metadata_at(file, "format_version");
  if (version != std::to_string(kFormatVersion)) {
    fail(file, fmt::format("format version '{}' is unknown, this program reads version {}", version,
                           kFormatVersion));
  }
  std::vector<SafetensorsWriter::Entry> entries;
  for (const Tensor& tensor : file.tensors()) {
    entries.push_back({tensor.name, tensor.dtype, tensor.shape});
  }
  const std::uint32_t expected = crc_at(file, std::string(kHeaderCrcKey));
  const std::uint32_t actual = header_crc(file.metadata(), entries);
  if (actual != expected) {
    fail(file, fmt::format("header checksum failed: CRC-32C is {:08x}, should be {:08x}", actual,
                           expected));
  }
}

/// The tensor must have exactly this type and shape, and a checksum.
const Tensor& checked(const Safetensors& file, const std::string& name, Dtype dtype,
                      const std::vector<std::size_t>& shape) {
  const Tensor& tensor = file.at(name);
  if (tensor.dtype != dtype || tensor.shape != shape) {
    fail(file, fmt::format("tensor '{}': wrong type or shape: {} of {} bytes at file offset {}, "
                           "should be {}",
                           name, dtype_name(tensor.dtype), tensor.bytes.size(), tensor.file_offset,
                           dtype_name(dtype)));
  }
  crc_at(file, std::string(kCrcKey) + name);
  return tensor;
}

PackedMatrix open_matrix(const Safetensors& file, const TensorSpec& spec) {
  PackedMatrix matrix;
  matrix.name = spec.name;
  const std::string key = std::string(kMatrixKey) + spec.name;
  decode_matrix(metadata_at(file, key), fmt::format("{}: metadata '{}'", file.path().string(), key),
                matrix.shape, matrix.codebook);
  if (matrix.shape.rows != spec.shape[0] || matrix.shape.cols != spec.shape[1]) {
    fail(file, fmt::format("tensor '{}' is {} x {}, the configuration asks for {} x {}", spec.name,
                           matrix.shape.rows, matrix.shape.cols, spec.shape[0], spec.shape[1]));
  }
  matrix.stream = &checked(file, spec.name, Dtype::U8, {matrix.shape.stream_bytes(kCanonical)});
  if (matrix.stream->file_offset % 64 != 0) {
    fail(file, fmt::format("tensor '{}' starts at file offset {}, not at a multiple of 64",
                           spec.name, matrix.stream->file_offset));
  }
  return matrix;
}

/// The engine takes finite FP16 only.
void check_finite(const Safetensors& file, const Tensor& tensor) {
  std::size_t bad = tensor.elements();
  for (std::size_t i = tensor.elements(); i-- > 0;) {
    std::uint16_t code;
    std::memcpy(&code, tensor.bytes.data() + 2 * i, sizeof code);
    if ((code & 0x7c00u) == 0x7c00u) bad = i;
  }
  if (bad != tensor.elements()) {
    fail(file, fmt::format("tensor '{}' offset {}: not a finite number", tensor.name, 2 * bad));
  }
}

}  // namespace

PackedModel::PackedModel(const std::filesystem::path& directory)
    : directory_(directory), file_(directory / kPackedFile) {
  check_header(file_);
  config_ = parse_config(metadata_at(file_, "config"),
                         fmt::format("{}: metadata 'config'", file_.path().string()));
  generation_ = read_generation_config(directory, config_.vocab);
  config_.eos_token = all_end_tokens(std::move(config_.eos_token), generation_);
  std::set<std::string> known;
  for (const TensorSpec& spec : matrix_tensors(config_)) {
    matrices_.push_back(open_matrix(file_, spec));
    known.insert(spec.name);
  }
  for (const TensorSpec& spec : plain_tensors(config_)) {
    checked(file_, spec.name, Dtype::F16, spec.shape);
    known.insert(spec.name);
  }
  for (const Tensor& tensor : file_.tensors()) {
    if (!known.contains(tensor.name)) {
      fail(file_, fmt::format("tensor '{}' is not part of the model", tensor.name));
    }
  }
  const Tensor& first = file_.tensors().front();
  if (first.dtype != Dtype::U8 || first.file_offset % 4096 != 0) {
    fail(file_, fmt::format("tensor '{}': the streams start at file offset {}, not at a multiple "
                            "of 4096",
                            first.name, first.file_offset));
  }
}

const PackedMatrix& PackedModel::matrix(std::string_view name) const {
  const auto it = std::ranges::find(matrices_, name, &PackedMatrix::name);
  if (it == matrices_.end()) fail(file_, fmt::format("matrix '{}' is missing", name));
  return *it;
}

void PackedModel::validate() const {
  for (const Tensor& tensor : file_.tensors()) {
    const std::uint32_t expected = crc_at(file_, std::string(kCrcKey) + tensor.name);
    const std::uint32_t actual = crc32c(tensor.bytes);
    if (actual != expected) {
      fail(file_,
           fmt::format("tensor '{}' (file offset {}, {} bytes): checksum failed: CRC-32C is "
                       "{:08x}, should be {:08x}",
                       tensor.name, tensor.file_offset, tensor.bytes.size(), actual, expected));
    }
    if (tensor.dtype == Dtype::F16) check_finite(file_, tensor);
  }
  for (const PackedMatrix& matrix : matrices_) {
    try {
      validate_stream(matrix.stream->bytes, matrix.shape);
    } catch (const Error& error) {
      fail(file_, fmt::format("tensor '{}' (file offset {}): {}", matrix.name,
                              matrix.stream->file_offset, error.what()));
    }
  }
}

bool is_packed_model(const std::filesystem::path& directory) {
  return std::filesystem::is_regular_file(directory / kPackedFile);
}

}  // namespace trine::golden
