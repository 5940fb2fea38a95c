// SPDX-License-Identifier: Apache-2.0

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "golden/checkpoint/output.h"
#include "golden/checkpoint/safetensors.h"
#include "golden/error.h"

namespace trine::golden {

struct SafetensorsWriter::State {
  std::filesystem::path path;   // As given, for messages.
  std::filesystem::path place;  // Where it really goes.
  std::optional<Temporary> temporary;
  std::vector<Entry> entries;
  std::map<std::string, std::string> metadata;
  int file = -1;
  std::size_t header_bytes = 0;  // The JSON text and its padding.
  std::uint64_t data_bytes = 0;
  std::uint64_t written = 0;

  ~State() {
    if (file >= 0) ::close(file);
  }
  [[noreturn]] void fail(const std::string& why) const {
    throw Error(fmt::format("{}: {}", path.string(), why));
  }
  std::string header();
  void create();
  void write(std::uint64_t offset, std::span<const std::byte> bytes) const;
};

std::string SafetensorsWriter::State::header() {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  if (!metadata.empty()) json["__metadata__"] = metadata;
  data_bytes = 0;
  std::set<std::string> names{"__metadata__"};
  for (const Entry& entry : entries) {
    if (!names.insert(entry.name).second) fail(fmt::format("tensor '{}' twice", entry.name));
    std::uint64_t bytes = dtype_bytes(entry.dtype);
    bool overflow = false;
    for (const std::size_t extent : entry.shape) {
      overflow |= __builtin_mul_overflow(bytes, extent, &bytes);
    }
    const std::uint64_t begin = data_bytes;
    overflow |= __builtin_add_overflow(begin, bytes, &data_bytes);
    if (overflow || data_bytes >> 62 != 0) fail(fmt::format("tensor '{}' too big", entry.name));
    json[entry.name] = {{"dtype", dtype_name(entry.dtype)},
                        {"shape", entry.shape},
                        {"data_offsets", {begin, data_bytes}}};
  }
  try {
    return json.dump();
  } catch (const nlohmann::json::exception& error) {
    fail(fmt::format("the header is not valid text: {}", error.what()));
  }
}

void SafetensorsWriter::State::create() {
  place = output_file(path);
  temporary.emplace(Temporary::next_to(place));
  const auto& name = temporary->path();
  file = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) fail(fmt::format("cannot create {}: {}", name.string(), std::strerror(errno)));
}

void SafetensorsWriter::State::write(std::uint64_t offset, std::span<const std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) fail(fmt::format("cannot write: {}", std::strerror(errno)));
    offset += static_cast<std::uint64_t>(count);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

SafetensorsWriter::SafetensorsWriter(std::filesystem::path path, std::vector<Entry> entries,
                                     std::map<std::string, std::string> metadata,
                                     std::size_t data_alignment)
    : state_(std::make_unique<State>()) {
  state_->path = std::move(path);
  state_->entries = std::move(entries);
  state_->metadata = std::move(metadata);
  if (data_alignment == 0) state_->fail("data_alignment 0");
  const std::size_t end = 8 + state_->header().size();
  state_->header_bytes = (end + data_alignment - 1) / data_alignment * data_alignment - 8;
  state_->create();
}
SafetensorsWriter::~SafetensorsWriter() = default;

void SafetensorsWriter::append(std::span<const std::byte> bytes) {
  if (bytes.size() > state_->data_bytes - state_->written) {
    state_->fail(fmt::format("{} bytes more than the declared tensors take",
                             bytes.size() - (state_->data_bytes - state_->written)));
  }
  state_->write(8 + state_->header_bytes + state_->written, bytes);
  state_->written += bytes.size();
}

void SafetensorsWriter::skip(std::uint64_t bytes) {
  if (bytes > state_->data_bytes - state_->written)
    state_->fail(fmt::format("{} bytes more than the declared tensors take",
                             bytes - (state_->data_bytes - state_->written)));
  state_->written += bytes;
  const std::uint64_t end = 8 + state_->header_bytes + state_->written;
  if (::ftruncate(state_->file, static_cast<off_t>(end)) != 0)
    state_->fail(fmt::format("cannot write: {}", std::strerror(errno)));
}

void SafetensorsWriter::set_metadata(std::map<std::string, std::string> metadata) {
  state_->metadata = std::move(metadata);
  const std::size_t size = state_->header().size();
  if (size > state_->header_bytes) {
    state_->fail(fmt::format("a header of {} bytes does not fit into the {} bytes reserved", size,
                             state_->header_bytes));
  }
}

void SafetensorsWriter::finish() {
  if (state_->file < 0) state_->fail("finished twice");
  if (state_->written != state_->data_bytes) {
    state_->fail(
        fmt::format("{} bytes of tensors are missing", state_->data_bytes - state_->written));
  }
  std::string header = state_->header();
  header.resize(state_->header_bytes, ' ');
  const std::uint64_t length = header.size();
  state_->write(0, std::as_bytes(std::span(&length, 1)));
  state_->write(8, std::as_bytes(std::span(header)));
  const int result = ::close(state_->file);
  state_->file = -1;
  if (result != 0) state_->fail(fmt::format("cannot write: {}", std::strerror(errno)));
  state_->temporary->put(state_->place);
}

}  // namespace trine::golden
