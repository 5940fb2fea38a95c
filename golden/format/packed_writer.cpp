// SPDX-License-Identifier: Apache-2.0

#include "golden/format/packed_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <limits>
#include <optional>

#include "golden/checkpoint/float16.h"
#include "golden/checkpoint/output.h"
#include "golden/error.h"
#include "golden/families/padding.h"
#include "golden/format/crc32c.h"
#include "golden/format/packed_header.h"
#include "golden/format/packed_model.h"

namespace trine::golden {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConfigFile = "config.json";
constexpr const char* kCopiedFiles[] = {"tokenizer.json", "tokenizer_config.json",
                                        "generation_config.json"};

/// Metadata as long as the final metadata can become.
Metadata longest_metadata(const std::string& config_json,
                          const std::vector<SafetensorsWriter::Entry>& entries,
                          std::size_t matrix_count) {
  Metadata metadata;
  metadata["format"] = kFormatName;
  metadata["format_version"] = std::to_string(kFormatVersion);
  metadata["config"] = config_json;
  metadata[std::string(kHeaderCrcKey)] = encode_crc(0);
  Codebook widest;
  widest.fill(std::numeric_limits<double>::min() * 1.1);  // All digits, the longest exponent.
  for (std::size_t i = 0; i < entries.size(); ++i) {
    metadata[std::string(kCrcKey) + entries[i].name] = encode_crc(0);
    if (i < matrix_count) {
      metadata[std::string(kMatrixKey) + entries[i].name] =
          encode_matrix({std::size_t{1} << 28, std::size_t{1} << 28, 4}, widest);
    }
  }
  return metadata;
}

bool is_finite(std::uint16_t half) {
  return (half & 0x7c00u) != 0x7c00u;
}

}  // namespace

void check_replaceable(const fs::path& path) {
  const fs::path directory = output_directory(path);
  if (!fs::exists(fs::symlink_status(directory))) return;
  if (!fs::is_directory(directory)) {
    throw Error(fmt::format("{}: exists and is not a directory", directory.string()));
  }
  const bool packed = is_packed_model(directory);
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    const bool ours = name == kPackedFile || name == kConfigFile ||
                      std::ranges::find(kCopiedFiles, name) != std::end(kCopiedFiles);
    if (!packed || !ours) {
      throw Error(
          fmt::format("{}: exists and holds '{}', which is not part of a packed model; it "
                      "is not overwritten",
                      directory.string(), name));
    }
  }
}

struct PackedModelWriter::State {
  fs::path directory;
  std::optional<Temporary> temporary;
  std::vector<SafetensorsWriter::Entry> entries;
  std::vector<MatrixShape> shapes;  // Of the first entries.
  Metadata metadata;
  std::optional<SafetensorsWriter> writer;
  std::size_t next = 0;

  ~State() { writer.reset(); }
  [[noreturn]] void fail(const std::string& name, const std::string& why) const {
    throw Error(fmt::format("{}: tensor '{}' {}", directory.string(), name, why));
  }
  void expect(const std::string& name, bool matrix) const {
    const bool more = next < entries.size() && (next < shapes.size()) == matrix;
    if (!more || entries[next].name != name) fail(name, "is not the next to be written");
  }
  void declare(const ModelConfig& config, const std::map<std::string, unsigned>& depths);
  void add_crc(std::uint32_t crc) {
    metadata[std::string(kCrcKey) + entries[next].name] = encode_crc(crc);
    ++next;
  }
};

void PackedModelWriter::State::declare(const ModelConfig& config,
                                       const std::map<std::string, unsigned>& depths) {
  for (const TensorSpec& spec : matrix_tensors(config)) {
    const auto depth = depths.find(spec.name);
    if (depth == depths.end()) fail(spec.name, "has no depth");
    if (depth->second < 1 || depth->second > 4) {
      fail(spec.name, fmt::format("has depth {}, which is not 1 to 4", depth->second));
    }
    shapes.push_back({spec.shape[0], spec.shape[1], depth->second});
    entries.push_back({spec.name, Dtype::U8, {shapes.back().stream_bytes(kCanonical)}});
  }
  if (depths.size() != shapes.size()) {
    throw Error(fmt::format("{}: {} depths are given for {} matrices", directory.string(),
                            depths.size(), shapes.size()));
  }
  for (TensorSpec& spec : plain_tensors(config)) {
    entries.push_back({std::move(spec.name), Dtype::F16, std::move(spec.shape)});
  }
}

PackedModelWriter::PackedModelWriter(const fs::path& directory, const std::string& config_json,
                                     const std::map<std::string, unsigned>& depths,
                                     const fs::path& temporary)
    : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.directory = output_directory(directory);
  state.declare(pad_heads(parse_config(config_json, "config.json")), depths);
  check_replaceable(state.directory);
  state.metadata = longest_metadata(config_json, state.entries, state.shapes.size());
  state.temporary.emplace(temporary.empty() ? Temporary::next_to(state.directory)
                                            : Temporary(temporary));
  const fs::path& building = state.temporary->path();
  std::error_code error;
  fs::remove_all(building, error);
  fs::create_directories(building, error);
  if (error) {
    throw Error(fmt::format("{}: cannot create: {}", building.string(), error.message()));
  }
  state.writer.emplace(building / kPackedFile, state.entries, state.metadata, 4096);
  const fs::path config_file = building / kConfigFile;
  std::ofstream config(config_file, std::ios::binary);
  config << config_json;
  config.close();
  if (!config) throw Error(fmt::format("{}: cannot write", config_file.string()));
}
PackedModelWriter::~PackedModelWriter() = default;

void PackedModelWriter::append_matrix(const std::string& name, const TritMatrix& matrix) {
  State& state = *state_;
  state.expect(name, true);
  if (matrix.shape != state.shapes[state.next]) state.fail(name, "has another shape than declared");
  append_stream(name, matrix.codebook, pack(matrix));
}

void PackedModelWriter::append_stream(const std::string& name, const Codebook& codebook,
                                      std::span<const std::byte> stream) {
  State& state = *state_;
  state.expect(name, true);
  const MatrixShape& shape = state.shapes[state.next];
  if (stream.size() != shape.stream_bytes(kCanonical)) {
    state.fail(name, fmt::format("has a stream of {} bytes, not {}", stream.size(),
                                 shape.stream_bytes(kCanonical)));
  }
  state.writer->append(stream);
  state.metadata[std::string(kMatrixKey) + name] = encode_matrix(shape, codebook);
  state.add_crc(crc32c(stream));
}

void PackedModelWriter::append_plain(const Tensor& tensor) {
  State& state = *state_;
  state.expect(tensor.name, false);
  if (tensor.shape != state.entries[state.next].shape) {
    state.fail(tensor.name, "has another shape than declared");
  }
  std::vector<float> values;
  append_f16(tensor.name, [&](std::size_t first, std::span<std::uint16_t> codes) {
    values.resize(codes.size());
    tensor.to_f32(first, values);
    for (std::size_t i = 0; i < values.size(); ++i) {
      codes[i] = f32_to_f16(values[i]);
      if (is_finite(codes[i])) continue;
      state.fail(tensor.name,
                 fmt::format("element {}: {} is not finite in FP16", first + i, values[i]));
    }
  });
}

void PackedModelWriter::append_f16(const std::string& name, const FillF16& fill) {
  State& state = *state_;
  state.expect(name, false);
  constexpr std::size_t kPiece = 1 << 16;
  std::size_t elements = 1;
  for (const std::size_t extent : state.entries[state.next].shape) elements *= extent;
  std::vector<std::uint16_t> codes;
  std::uint32_t crc = 0;
  for (std::size_t first = 0; first < elements; first += kPiece) {
    codes.resize(std::min(kPiece, elements - first));
    fill(first, codes);
    if (!std::ranges::all_of(codes, is_finite)) state.fail(name, "is not finite in FP16");
    const auto bytes = std::as_bytes(std::span(codes));
    state.writer->append(bytes);
    crc = crc32c(bytes, crc);
  }
  state.add_crc(crc);
}

void PackedModelWriter::append_outline() {
  State& state = *state_;
  while (state.next < state.entries.size()) {
    const SafetensorsWriter::Entry& entry = state.entries[state.next];
    std::uint64_t bytes = dtype_bytes(entry.dtype);
    for (const std::size_t extent : entry.shape) bytes *= extent;
    state.writer->skip(bytes);
    if (state.next < state.shapes.size()) {
      Codebook codebook;
      for (std::size_t i = 0; i < codebook.size(); ++i)
        codebook[i] = static_cast<double>(1 + i);  // Any that ascends.
      state.metadata[std::string(kMatrixKey) + entry.name] =
          encode_matrix(state.shapes[state.next], codebook);
    }
    state.add_crc(0);
  }
}

void PackedModelWriter::copy_files(const fs::path& checkpoint_directory) {
  for (const char* name : kCopiedFiles) {
    const fs::path from = checkpoint_directory / name;
    if (!fs::exists(from)) continue;
    std::error_code error;
    fs::copy_file(from, state_->temporary->path() / name, fs::copy_options::overwrite_existing,
                  error);
    if (error) throw Error(fmt::format("{}: cannot copy: {}", from.string(), error.message()));
  }
}

void PackedModelWriter::finish() {
  State& state = *state_;
  if (state.next != state.entries.size()) {
    state.fail(state.entries[state.next].name, "is missing");
  }
  state.metadata[std::string(kHeaderCrcKey)] =
      encode_crc(header_crc(state.metadata, state.entries));
  state.writer->set_metadata(state.metadata);
  state.writer->finish();
  check_replaceable(state.directory);
  if (!is_packed_model(state.directory)) {
    state.temporary->put(state.directory);  // Absent, or an empty directory.
    return;
  }
  state.temporary->exchange(state.directory);
  state.temporary.reset();  // The old model.
}

}  // namespace trine::golden
