// SPDX-License-Identifier: Apache-2.0

#include "golden/codec/import_model.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>

#include "golden/checkpoint/checkpoint.h"
#include "golden/checkpoint/json.h"
#include "golden/codec/recover.h"
#include "golden/error.h"
#include "golden/format/packed_writer.h"

namespace trine::golden {
namespace {

/// A file without a name, so that nothing of it remains however the program ends.
class Spool {
 public:
  explicit Spool(const std::filesystem::path& directory) {
    std::string name = (directory / ".trine-import-XXXXXX").string();
    file_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (file_ < 0) fail(fmt::format("cannot create {}", name));
    ::unlink(name.c_str());
  }
  ~Spool() { ::close(file_); }
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  void append(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::write(file_, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) fail("cannot write the packed matrices");
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
  }
  void rewind() {
    if (::lseek(file_, 0, SEEK_SET) != 0) fail("cannot read the packed matrices");
  }
  void read(std::span<std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::read(file_, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) fail("cannot read the packed matrices");
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
  }

 private:
  [[noreturn]] static void fail(const std::string& what) {
    throw Error(fmt::format("{}: {}", what, std::strerror(errno)));
  }
  int file_ = -1;
};

std::filesystem::path parent_of(const std::filesystem::path& directory) {
  auto path = std::filesystem::absolute(directory).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  path = path.parent_path();
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw Error(fmt::format("{}: cannot create: {}", path.string(), error.message()));
  return path;
}

Recovery recover_tensor(const Checkpoint& checkpoint, const Tensor& tensor, bool lossy) {
  try {
    return recover(tensor.to_f32(), tensor.shape[0], tensor.shape[1], tensor.dtype, lossy);
  } catch (const Error& error) {
    throw Error(fmt::format("{}: matrix '{}' ({}): {}", checkpoint.directory().string(),
                            tensor.name, dtype_name(tensor.dtype), error.what()));
  }
}

}  // namespace

ImportSummary import_model(const std::filesystem::path& checkpoint_dir,
                           const std::filesystem::path& out_dir, bool lossy,
                           const std::function<void(std::size_t, std::size_t)>& progress) {
  const Checkpoint checkpoint(checkpoint_dir);
  const auto specs = matrix_tensors(checkpoint.config());
  check_replaceable(out_dir);
  Spool spool(parent_of(out_dir));
  ImportSummary summary;
  std::map<std::string, unsigned> depths;
  for (const TensorSpec& spec : specs) {
    const Tensor& tensor = checkpoint.at(spec.name);
    Recovery found = recover_tensor(checkpoint, tensor, lossy);
    spool.append(pack(found.matrix));
    const MatrixShape& shape = found.matrix.shape;
    depths[spec.name] = shape.depth;
    summary.matrices.push_back({spec.name, shape, tensor.dtype, found.matrix.codebook,
                                found.log_spaced, found.differing, found.negative_zeros,
                                found.max_error, found.rms_error, std::move(found.evidence)});
    summary.weights += shape.rows * shape.cols;
    summary.differing += found.differing;
    summary.stream_bytes += shape.stream_bytes(kCanonical);
    if (progress) progress(summary.matrices.size(), specs.size());
  }

  PackedModelWriter writer(out_dir, read_text(checkpoint_dir / "config.json"), depths);
  spool.rewind();
  std::vector<std::byte> stream;
  for (const ImportedMatrix& matrix : summary.matrices) {
    stream.resize(matrix.shape.stream_bytes(kCanonical));
    spool.read(stream);
    writer.append_stream(matrix.name, matrix.codebook, stream);
  }
  for (const TensorSpec& spec : plain_tensors(checkpoint.config())) {
    writer.append_plain(checkpoint.at(spec.name));
  }
  writer.copy_files(checkpoint_dir);
  writer.finish();
  return summary;
}

}  // namespace trine::golden
