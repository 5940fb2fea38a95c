// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "golden/error.h"

namespace trine::uio {

/// Something of a board's Linux is missing, refused or of a wrong kind; the message names it.
class BoardError : public Error {
  using Error::Error;
};

/// A file that is open; the destructor closes it.
class File {
 public:
  File() = default;
  /// Throws BoardError naming the file, why it does not open and what to do about that.
  File(const std::filesystem::path& path, int flags);
  /// Takes over a descriptor.
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File();
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int get() const { return descriptor_; }
  bool open() const { return descriptor_ >= 0; }

 private:
  int descriptor_ = -1;
};

/// Shared, writable memory of a file; the destructor unmaps it.
class Mapping {
 public:
  Mapping() = default;
  /// `offset` is a multiple of the page size. Throws BoardError naming the file.
  Mapping(const File& file, const std::filesystem::path& path, std::uint64_t offset,
          std::uint64_t bytes);
  ~Mapping();
  Mapping(Mapping&& other) noexcept;
  Mapping& operator=(Mapping&& other) noexcept;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  std::byte* data() const { return data_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::byte* data_ = nullptr;
  std::uint64_t bytes_ = 0;
};

/// An attribute of sysfs without the end of its line. Throws BoardError naming it.
std::string read_attribute(const std::filesystem::path& path);
/// The same as a number, decimal or 0x...
std::uint64_t read_number(const std::filesystem::path& path);
/// Writes one in a single call, as the kernel expects it.
void write_attribute(const std::filesystem::path& path, const std::string& text);

/// "Permission denied" and what to do about it; for messages about `path`.
std::string reason(const std::filesystem::path& path, int error);

}  // namespace trine::uio
