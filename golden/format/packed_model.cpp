// SPDX-License-Identifier: Apache-2.0

#include "golden/format/packed_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <map>
#include <set>

#include "golden/error.h"
#include "golden/families/padding.h"
#include "golden/format/crc32c.h"
#include "golden/format/packed_header.h"
#include "golden/parallel.h"

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

/// The shape that the header states for a matrix, and its codebook.
void read_matrix(const Safetensors& file, PackedMatrix& matrix) {
  const std::string key = std::string(kMatrixKey) + matrix.name;
  decode_matrix(metadata_at(file, key), fmt::format("{}: metadata '{}'", file.path().string(), key),
                matrix.shape, matrix.codebook);
}

/// With heads as the file has them: padded, or of any width as files from before padding have.
ModelConfig stored_config(const Safetensors& file, const ModelConfig& own) {
  const ModelConfig padded = pad_heads(own);
  if (padded.head_padding == 0) return own;
  const TensorSpec spec = matrix_tensors(own).front();
  PackedMatrix first;
  first.name = spec.name;
  read_matrix(file, first);
  return first.shape.rows == spec.shape[0] && first.shape.cols == spec.shape[1] ? own : padded;
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
  read_matrix(file, matrix);
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

/// A stretch of a tensor, and what is wrong with it. All checks of a piece of it follow each other
/// while the caches hold the piece, so that memory is read once.
struct Check {
  const Tensor* tensor = nullptr;
  const PackedMatrix* matrix = nullptr;  // Whose stream the tensor is; null when it is FP16.
  std::size_t first = 0, bytes = 0;      // Whole panels of a stream.
  std::uint32_t crc = 0;
  std::size_t not_finite = kNone;  // Offset of the first such number in the tensor.
  std::string error{};             // Of the first bad code.

  static constexpr std::size_t kNone = ~std::size_t{0};
  static constexpr std::size_t kPiece = 128 << 10;

  void run() {
    const std::size_t unit = matrix == nullptr ? 2 : panel_bytes(*matrix);
    const std::size_t piece = std::max(kPiece / unit, std::size_t{1}) * unit;
    for (std::size_t at = 0; at < bytes; at += piece) {
      const auto part = tensor->bytes.subspan(first + at, std::min(piece, bytes - at));
      crc = at == 0 ? crc32c(part) : crc32c(part, crc);
      if (matrix != nullptr && error.empty()) find_bad_code(part, (first + at) / unit);
      // The engine takes finite FP16 only.
      if (matrix == nullptr && not_finite == kNone) find_not_finite(part, first + at);
    }
  }

  static std::size_t panel_bytes(const PackedMatrix& matrix) {
    return panel_beats(matrix.shape.depth) * kCanonical.beat_bytes();
  }

 private:
  void find_bad_code(std::span<const std::byte> panels, std::size_t panel) {
    try {
      validate_panels(panels, matrix->shape, kCanonical, panel);
    } catch (const std::exception& failure) {
      error = failure.what();
    }
  }
  void find_not_finite(std::span<const std::byte> part, std::size_t offset) {
    constexpr std::uint16_t kExponent = 0x7c00;
    const auto bad = [&](std::size_t at) {
      std::uint16_t code;
      std::memcpy(&code, part.data() + at, sizeof code);
      return (code & kExponent) == kExponent;
    };
    unsigned any = 0;  // A plain loop, that the compiler vectorises.
    for (std::size_t at = 0; at < part.size(); at += 2) any |= static_cast<unsigned>(bad(at));
    if (any == 0) return;
    std::size_t at = 0;
    while (!bad(at)) at += 2;
    not_finite = offset + at;
  }
};

}  // namespace

PackedModel::PackedModel(const std::filesystem::path& directory)
    : directory_(directory), file_(directory / kPackedFile) {
  check_header(file_);
  config_ = stored_config(
      file_, parse_config(metadata_at(file_, "config"),
                          fmt::format("{}: metadata 'config'", file_.path().string())));
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

void PackedModel::validate(std::size_t layers) const {
  ModelConfig part = config_;
  part.layers = std::min(layers, config_.layers);
  std::set<std::string> wanted;
  for (const auto& specs : {matrix_tensors(part), plain_tensors(part)})
    for (const TensorSpec& spec : specs) wanted.insert(spec.name);
  constexpr std::size_t kStretch = 4 << 20;
  std::vector<Check> checks;
  const auto add = [&](const Tensor& tensor, const PackedMatrix* matrix, std::size_t stretch) {
    for (std::size_t first = 0; first == 0 || first < tensor.bytes.size(); first += stretch)
      checks.push_back({.tensor = &tensor,
                        .matrix = matrix,
                        .first = first,
                        .bytes = std::min(stretch, tensor.bytes.size() - first)});
  };
  std::map<const Tensor*, const PackedMatrix*> streams;
  for (const PackedMatrix& matrix : matrices_) streams[matrix.stream] = &matrix;
  for (const Tensor& tensor : file_.tensors()) {
    if (!wanted.contains(tensor.name)) continue;
    const auto stream = streams.find(&tensor);
    if (stream == streams.end()) {
      add(tensor, nullptr, kStretch);
    } else {
      const std::size_t panel = Check::panel_bytes(*stream->second);
      add(tensor, stream->second, kStretch / panel * panel);
    }
  }
  parallel(checks.size(), [&](std::size_t i) { checks[i].run(); });

  // What is reported does not depend on which thread was first.
  std::uint32_t crc = 0;
  const Check* bad = nullptr;  // The first of a tensor.
  for (const Check& check : checks) {
    const Tensor& tensor = *check.tensor;
    crc = check.first == 0 ? check.crc : crc32c_combine(crc, check.crc, check.bytes);
    if (check.first == 0) bad = nullptr;
    const bool wrong = !check.error.empty() || check.not_finite != Check::kNone;
    if (bad == nullptr && wrong) bad = &check;
    if (check.first + check.bytes < tensor.bytes.size()) continue;
    const std::uint32_t expected = crc_at(file_, std::string(kCrcKey) + tensor.name);
    if (crc != expected)
      fail(file_, fmt::format("tensor '{}' (file offset {}, {} bytes): checksum failed: CRC-32C is "
                              "{:08x}, should be {:08x}",
                              tensor.name, tensor.file_offset, tensor.bytes.size(), crc, expected));
    if (bad != nullptr && !bad->error.empty())
      fail(file_, fmt::format("tensor '{}' (file offset {}): {}", tensor.name, tensor.file_offset,
                              bad->error));
    if (bad != nullptr)
      fail(file_,
           fmt::format("tensor '{}' offset {}: not a finite number", tensor.name, bad->not_finite));
  }
}

bool is_packed_model(const std::filesystem::path& directory) {
  return std::filesystem::is_regular_file(directory / kPackedFile);
}

}  // namespace trine::golden
