// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace trine::golden {

enum class Dtype : std::uint8_t { Bool, U8, I8, U16, I16, U32, I32, U64, I64, F16, BF16, F32, F64 };

std::size_t dtype_bytes(Dtype dtype);
std::string_view dtype_name(Dtype dtype);
/// F64, F32, F16 or BF16.
bool is_floating(Dtype dtype);

/// A tensor inside a memory-mapped file; valid as long as the file object lives.
struct Tensor {
  std::string name;
  Dtype dtype{};
  std::vector<std::size_t> shape;
  std::span<const std::byte> bytes;
  std::uint64_t file_offset = 0;  // Of `bytes`, from the start of the file.

  std::size_t elements() const;
  /// All elements converted to FP32 (F64, rounded to nearest even; F32, F16, BF16); throws Error
  /// for other types.
  std::vector<float> to_f32() const;
  /// The elements from `first` on, as many as `out` holds.
  void to_f32(std::size_t first, std::span<float> out) const;
  /// The same without a rounding.
  void to_f64(std::size_t first, std::span<double> out) const;
  /// Gives the memory of the mapped pages back; they are read again when they are needed.
  void release() const;
};

/// What the file system says of a file: another one, or one that was written to since, differs.
struct FileIdentity {
  std::uint64_t device = 0, inode = 0, bytes = 0;
  std::int64_t modified = 0, changed = 0;  // Nanoseconds since 1970: content; content or facts.
  bool operator==(const FileIdentity&) const = default;
};

/// Of the file that has this name now; nothing when there is none.
std::optional<FileIdentity> file_identity(const std::filesystem::path& path);

/// One safetensors file, memory-mapped read-only. Every header field is checked on opening.
class Safetensors {
 public:
  explicit Safetensors(const std::filesystem::path& path);
  ~Safetensors();
  Safetensors(Safetensors&&) noexcept;
  Safetensors& operator=(Safetensors&&) noexcept;

  const std::filesystem::path& path() const;
  /// Of the file that is mapped, when it was opened.
  const FileIdentity& identity() const;
  /// The whole mapped file, so that it can become device memory without a copy.
  std::span<const std::byte> file_bytes() const;
  const std::vector<Tensor>& tensors() const;                  // In file order.
  const std::map<std::string, std::string>& metadata() const;  // `__metadata__`, may be empty.
  const Tensor* find(std::string_view name) const;             // nullptr when absent.
  const Tensor& at(std::string_view name) const;               // Throws Error naming file, tensor.
  /// Throws Error when the file has become shorter since it was mapped: the system ends a process
  /// that reads what is missing.
  void check_whole() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Writes safetensors: declare every tensor first, then append the bytes in that order. The file
/// is written under a temporary name and renamed by `finish`; without it nothing remains.
/// The header is padded with spaces so that the data starts at a multiple of `data_alignment`.
class SafetensorsWriter {
 public:
  struct Entry {
    std::string name;
    Dtype dtype{};
    std::vector<std::size_t> shape;
  };
  SafetensorsWriter(std::filesystem::path path, std::vector<Entry> entries,
                    std::map<std::string, std::string> metadata, std::size_t data_alignment = 8);
  ~SafetensorsWriter();
  SafetensorsWriter(const SafetensorsWriter&) = delete;
  SafetensorsWriter& operator=(const SafetensorsWriter&) = delete;
  void append(std::span<const std::byte> bytes);
  /// Leaves a hole of so many bytes instead, which takes no disk space and reads as zeros.
  void skip(std::uint64_t bytes);
  /// Replaces the metadata that the constructor was given, for values that are known only after
  /// the tensors were written. Throws Error when the header would not fit into its place.
  void set_metadata(std::map<std::string, std::string> metadata);
  /// Throws Error when bytes are missing or the disk refuses; then renames into place.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trine::golden
