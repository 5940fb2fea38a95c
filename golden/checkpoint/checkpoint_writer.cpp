// SPDX-License-Identifier: Apache-2.0

#include "golden/checkpoint/checkpoint_writer.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "golden/checkpoint/output.h"
#include "golden/error.h"

namespace trine::golden {
namespace {

namespace fs = std::filesystem;

std::uint64_t entry_bytes(const SafetensorsWriter::Entry& entry) {
  std::uint64_t bytes = dtype_bytes(entry.dtype);
  for (const std::size_t extent : entry.shape) bytes *= extent;
  return bytes;
}

struct Shard {
  std::vector<SafetensorsWriter::Entry> entries;
  std::uint64_t bytes = 0;
};

std::vector<Shard> divide(std::vector<SafetensorsWriter::Entry> entries, std::uint64_t limit) {
  std::vector<Shard> shards;
  for (auto& entry : entries) {
    const std::uint64_t bytes = entry_bytes(entry);
    if (shards.empty() || shards.back().bytes > limit || bytes > limit - shards.back().bytes) {
      shards.emplace_back();
    }
    shards.back().bytes += bytes;
    shards.back().entries.push_back(std::move(entry));
  }
  return shards;
}

void check_free(const fs::path& directory) {
  if (!fs::exists(fs::symlink_status(directory))) return;
  if (!fs::is_directory(directory)) {
    throw Error(fmt::format("{}: exists and is not a directory", directory.string()));
  }
  if (!fs::is_empty(directory)) {
    throw Error(
        fmt::format("{}: exists and is not empty; it is not overwritten", directory.string()));
  }
}

}  // namespace

struct CheckpointWriter::State {
  fs::path directory;
  std::optional<Temporary> temporary;
  std::vector<Shard> shards;
  std::size_t shard = 0;      // The one that is written.
  std::uint64_t written = 0;  // Of it.
  std::optional<SafetensorsWriter> writer;

  ~State() { writer.reset(); }
  std::string name(std::size_t index) const {
    return shards.size() == 1
               ? "model.safetensors"
               : fmt::format("model-{:05}-of-{:05}.safetensors", index + 1, shards.size());
  }
  void open() {
    writer.emplace(temporary->path() / name(shard), shards[shard].entries,
                   std::map<std::string, std::string>{{"format", "pt"}});
    written = 0;
  }
  /// Closes the shard that is complete and opens the next.
  void advance() {
    while (shard < shards.size() && written == shards[shard].bytes) {
      writer->finish();
      writer.reset();
      if (++shard < shards.size()) open();
    }
  }
  std::string index() const {
    nlohmann::ordered_json map = nlohmann::ordered_json::object();
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < shards.size(); ++i) {
      total += shards[i].bytes;
      for (const auto& entry : shards[i].entries) map[entry.name] = name(i);
    }
    return nlohmann::ordered_json{{"metadata", {{"total_size", total}}}, {"weight_map", map}}.dump(
               2) +
           "\n";
  }
};

CheckpointWriter::CheckpointWriter(const fs::path& directory,
                                   std::vector<SafetensorsWriter::Entry> entries,
                                   std::uint64_t shard_bytes)
    : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.directory = output_directory(directory);
  check_free(state.directory);
  state.shards = divide(std::move(entries), shard_bytes);
  state.temporary.emplace(Temporary::next_to(state.directory));
  std::error_code error;
  fs::create_directories(state.temporary->path(), error);
  if (error) {
    throw Error(
        fmt::format("{}: cannot create: {}", state.temporary->path().string(), error.message()));
  }
  if (!state.shards.empty()) state.open();
  state.advance();
}
CheckpointWriter::~CheckpointWriter() = default;

void CheckpointWriter::append(std::span<const std::byte> bytes) {
  State& state = *state_;
  if (!state.writer) {
    throw Error(fmt::format("{}: more bytes than the tensors take", state.directory.string()));
  }
  state.writer->append(bytes);
  state.written += bytes.size();
  state.advance();
}

void CheckpointWriter::write_file(const std::string& name, const std::string& text) {
  const fs::path path = state_->temporary->path() / name;
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw Error(fmt::format("{}: cannot write", path.string()));
}

void CheckpointWriter::copy_file(const fs::path& from) {
  if (!fs::exists(from)) return;
  std::error_code error;
  fs::copy_file(from, state_->temporary->path() / from.filename(), error);
  if (error) throw Error(fmt::format("{}: cannot copy: {}", from.string(), error.message()));
}

std::size_t CheckpointWriter::shards() const {
  return state_->shards.size();
}

void CheckpointWriter::finish() {
  State& state = *state_;
  if (state.shard != state.shards.size()) {
    throw Error(fmt::format("{}: {} bytes of {} are missing", state.directory.string(),
                            state.shards[state.shard].bytes - state.written,
                            state.name(state.shard)));
  }
  if (state.shards.size() > 1) write_file("model.safetensors.index.json", state.index());
  check_free(state.directory);
  state.temporary->put(state.directory);
}

}  // namespace trine::golden
