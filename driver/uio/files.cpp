// SPDX-License-Identifier: Apache-2.0

#include "driver/uio/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

namespace trine::uio {

namespace fs = std::filesystem;

std::string reason(const fs::path& path, int error) {
  const std::string text = std::strerror(error);
  if (error == EACCES || error == EPERM)
    return fmt::format(
        "{}: no permission ({}): run as root, or let a udev rule give {} to your group",
        path.string(), text, path.string());
  return fmt::format("{}: {}", path.string(), text);
}

File::File(const fs::path& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC)) {
  if (descriptor_ < 0) throw BoardError(reason(path, errno));
}

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

File::File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Mapping::Mapping(const File& file, const fs::path& path, std::uint64_t offset, std::uint64_t bytes)
    : bytes_(bytes) {
  void* const data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(),
                            static_cast<off_t>(offset));
  if (data == MAP_FAILED)
    throw BoardError(
        fmt::format("{} (mapping {} bytes at {:#x})", reason(path, errno), bytes, offset));
  data_ = static_cast<std::byte*>(data);
}

Mapping::~Mapping() {
  if (data_ != nullptr) ::munmap(data_, bytes_);
}

Mapping::Mapping(Mapping&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

std::string read_attribute(const fs::path& path) {
  const File file(path, O_RDONLY);
  std::array<char, 256> text{};
  const ssize_t count = ::read(file.get(), text.data(), text.size());
  if (count < 0) throw BoardError(reason(path, errno));
  std::string value(text.data(), static_cast<std::size_t>(count));
  while (!value.empty() && (value.back() == '\n' || value.back() == ' ')) value.pop_back();
  return value;
}

std::uint64_t read_number(const fs::path& path) {
  const std::string text = read_attribute(path);
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  std::uint64_t value = 0;
  const char* const begin = text.data() + (hex ? 2 : 0);
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(begin, end, value, hex ? 16 : 10);
  if (result.ec != std::errc{} || result.ptr != end || begin == end)
    throw BoardError(fmt::format("{}: holds '{}', which is no number", path.string(), text));
  return value;
}

void write_attribute(const fs::path& path, const std::string& text) {
  const File file(path, O_WRONLY);
  const ssize_t count = ::write(file.get(), text.data(), text.size());
  if (count != static_cast<ssize_t>(text.size()))
    throw BoardError(count < 0 ? reason(path, errno)
                               : fmt::format("{}: takes only a part of '{}'", path.string(), text));
}

}  // namespace trine::uio
