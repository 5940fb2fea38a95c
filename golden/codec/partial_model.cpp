// SPDX-License-Identifier: Apache-2.0

#include "golden/codec/partial_model.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>

#include "golden/checkpoint/json.h"
#include "golden/checkpoint/output.h"
#include "golden/error.h"
#include "golden/families/padding.h"
#include "golden/format/crc32c.h"
#include "golden/format/packed_header.h"
#include "golden/format/packed_writer.h"

namespace trine::golden {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kRevision = 1;  // To be raised when the codec gives other results.
constexpr const char* kJournal = "journal";
constexpr const char* kStreams = "streams";

/// One line of text that differs when the result would: the method and the files it works on.
std::string identity_of(const Checkpoint& checkpoint, const json& method) {
  json files = json::array();
  for (const fs::path& file : checkpoint.files()) {
    files.push_back({fs::absolute(file).string(), fs::file_size(file),
                     fs::last_write_time(file).time_since_epoch().count()});
  }
  return json{{"revision", kRevision},
              {"method", method},
              {"config", read_text(checkpoint.directory() / "config.json")},
              {"files", files}}
      .dump();
}

std::string to_line(const PartialModel::Record& record) {
  return json{{"name", record.name},
              {"matrix", encode_matrix(record.shape, record.codebook)},
              {"crc32c", record.crc},
              {"facts", record.facts}}
      .dump();
}

/// Nothing for a line that is not complete.
std::optional<PartialModel::Record> from_line(const std::string& line) {
  const json fields = json::parse(line, nullptr, false);
  if (fields.is_discarded()) return std::nullopt;
  try {
    PartialModel::Record record;
    record.name = fields.at("name").get<std::string>();
    decode_matrix(fields.at("matrix").get<std::string>(), record.name, record.shape,
                  record.codebook);
    record.crc = fields.at("crc32c").get<std::uint32_t>();
    record.facts = fields.at("facts");
    return record;
  } catch (const json::exception&) {
    return std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// The next stream of a file; nothing when it is cut short or damaged.
std::optional<std::vector<std::byte>> read_stream(std::ifstream& file,
                                                  const PartialModel::Record& record) {
  std::vector<std::byte> stream(record.shape.stream_bytes(kCanonical));
  file.read(reinterpret_cast<char*>(stream.data()), static_cast<std::streamsize>(stream.size()));
  if (!file || crc32c(stream) != record.crc) return std::nullopt;
  return stream;
}

void append_to(const fs::path& path, const void* bytes, std::size_t size) {
  std::ofstream file(path, std::ios::binary | std::ios::app);
  file.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
  file.close();
  if (!file) throw Error(fmt::format("{}: cannot write: {}", path.string(), std::strerror(errno)));
}

}  // namespace

fs::path partial_directory(const fs::path& out) {
  const fs::path place = output_directory(out);
  return place.parent_path() / fmt::format(".{}.partial", place.filename().string());
}

PartialModel::PartialModel(const Checkpoint& checkpoint, const fs::path& out, const json& method)
    : checkpoint_(checkpoint), out_(output_directory(out)), directory_(partial_directory(out_)) {
  check_replaceable(out_);
  lock();
  worthless_.emplace(directory_);
  const std::string identity = identity_of(checkpoint, method);
  if (resume(identity)) {
    worthless_->release();
  } else {
    start(identity);
  }
}

PartialModel::~PartialModel() {
  if (records_.empty()) discard();
  if (lock_ >= 0) ::close(lock_);
}

void PartialModel::lock() {
  std::error_code error;
  fs::create_directories(directory_, error);
  if (error) {
    throw Error(fmt::format("{}: cannot create: {}", directory_.string(), error.message()));
  }
  lock_ = ::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  // The other process may have finished and removed the directory: then it is no longer this one.
  struct stat ours = {}, there = {};
  if (lock_ < 0 || ::flock(lock_, LOCK_EX | LOCK_NB) != 0 || ::fstat(lock_, &ours) != 0 ||
      ::stat(directory_.c_str(), &there) != 0 || ours.st_ino != there.st_ino) {
    if (lock_ >= 0) ::close(lock_);
    throw Error(fmt::format("{}: another process is making it", out_.string()));
  }
}

bool PartialModel::resume(const std::string& identity) {
  std::ifstream journal(directory_ / kJournal, std::ios::binary);
  std::string line;
  if (!std::getline(journal, line) || line != identity) return false;
  std::ifstream streams(directory_ / kStreams, std::ios::binary);
  const auto specs = matrix_tensors(checkpoint_.config());
  std::string kept = identity + '\n';
  std::uintmax_t bytes = 0;
  while (records_.size() < specs.size() && std::getline(journal, line)) {
    auto record = from_line(line);
    if (!record || record->name != specs[records_.size()].name) break;
    const auto stream = read_stream(streams, *record);
    if (!stream) break;
    bytes += stream->size();
    kept += line + '\n';
    records_.push_back(std::move(*record));
  }
  if (records_.empty()) return false;
  fs::resize_file(directory_ / kStreams, bytes);
  fs::resize_file(directory_ / kJournal, kept.size());
  return true;
}

void PartialModel::start(const std::string& identity) {
  fs::remove(directory_ / kJournal);
  fs::remove(directory_ / kStreams);
  const std::string line = identity + '\n';
  append_to(directory_ / kJournal, line.data(), line.size());
}

void PartialModel::append(const std::string& name, const TritMatrix& matrix, json facts) {
  const auto stream = pack(matrix);
  Record record{name, matrix.shape, matrix.codebook, crc32c(stream), std::move(facts)};
  append_to(directory_ / kStreams, stream.data(), stream.size());
  const std::string line = to_line(record) + '\n';
  append_to(directory_ / kJournal, line.data(), line.size());
  records_.push_back(std::move(record));
  if (records_.size() == 1) worthless_->release();
}

void PartialModel::finish() {
  std::map<std::string, unsigned> depths;
  for (const Record& record : records_) depths[record.name] = record.shape.depth;
  PackedModelWriter writer(out_, read_text(checkpoint_.directory() / "config.json"), depths,
                           directory_ / "model");
  std::ifstream streams(directory_ / kStreams, std::ios::binary);
  for (const Record& record : records_) {
    const auto stream = read_stream(streams, record);
    if (!stream) {
      throw Error(fmt::format("{}: the stream of '{}' cannot be read back",
                              (directory_ / kStreams).string(), record.name));
    }
    writer.append_stream(record.name, record.codebook, *stream);
  }
  const ModelConfig padded = pad_heads(checkpoint_.config());
  const auto stored = plain_tensors(padded);
  std::size_t next = 0;
  for (const TensorSpec& spec : plain_tensors(checkpoint_.config())) {
    const Tensor& tensor = checkpoint_.at(spec.name);
    const TensorSpec& wanted = stored[next++];
    try {
      if (wanted.shape == spec.shape) {
        writer.append_plain(tensor);
      } else {
        const auto values = pad(tensor.to_f32(), spec, padded);
        writer.append_plain(
            {spec.name, Dtype::F32, wanted.shape, std::as_bytes(std::span(values))});
      }
    } catch (const Error&) {  // A value that FP16 cannot hold: only another source would help.
      discard();
      throw;
    }
    tensor.release();
  }
  writer.copy_files(checkpoint_.directory());
  writer.finish();
  discard();
}

void PartialModel::discard() {
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
  records_.clear();
}

}  // namespace trine::golden
