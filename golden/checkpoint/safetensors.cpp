// SPDX-License-Identifier: Apache-2.0

#include "golden/checkpoint/safetensors.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "golden/checkpoint/float16.h"
#include "golden/checkpoint/json.h"
#include "golden/error.h"

namespace trine::golden {
namespace {

using nlohmann::json;

struct DtypeFacts {
  std::string_view name;
  std::size_t bytes;
};
constexpr DtypeFacts kDtypes[] = {{"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"U16", 2}, {"I16", 2},
                                  {"U32", 4},  {"I32", 4}, {"U64", 8}, {"I64", 8}, {"F16", 2},
                                  {"BF16", 2}, {"F32", 4}, {"F64", 8}};

constexpr std::uint64_t kMaxHeader = 100'000'000;  // The limit of the format's own library.

template <typename T>
T load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& why) {
  throw Error(fmt::format("{}: {}", path.string(), why));
}

FileIdentity identity_of(const struct stat& status) {
  const auto nanoseconds = [](const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  };
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .bytes = static_cast<std::uint64_t>(status.st_size),
          .modified = nanoseconds(status.st_mtim),
          .changed = nanoseconds(status.st_ctim)};
}

/// Checks one entry of the header against the size of the data section.
Tensor parse_tensor(const std::string& name, const json& info, std::span<const std::byte> data,
                    std::uint64_t data_offset, const std::filesystem::path& path) {
  const auto refuse = [&](const std::string& why) {
    fail(path, fmt::format("tensor '{}': {}", name, why));
  };
  if (!info.is_object() || info.size() != 3 || !info.contains("dtype") || !info.contains("shape") ||
      !info.contains("data_offsets")) {
    refuse("the header entry must have dtype, shape and data_offsets and nothing else");
  }
  Tensor tensor;
  tensor.name = name;
  const auto* dtype = std::find_if(std::begin(kDtypes), std::end(kDtypes), [&](const auto& facts) {
    return info["dtype"] == std::string(facts.name);
  });
  if (dtype == std::end(kDtypes)) {
    const std::string written = info["dtype"].dump().substr(0, 40);
    if (written.starts_with("\"F8_")) refuse("is " + written + ": FP8 weights are not supported");
    refuse("unknown dtype " + written);
  }
  tensor.dtype = static_cast<Dtype>(dtype - std::begin(kDtypes));

  if (!info["shape"].is_array()) refuse("shape must be a list");
  std::uint64_t bytes = dtype->bytes;
  bool overflow = false;
  for (const json& extent : info["shape"]) {
    if (!extent.is_number_unsigned()) refuse("shape must hold whole numbers");
    tensor.shape.push_back(extent.get<std::size_t>());
    overflow |= __builtin_mul_overflow(bytes, tensor.shape.back(), &bytes);
  }
  const json& offsets = info["data_offsets"];
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned()) {
    refuse("data_offsets must be two whole numbers");
  }
  const auto begin = offsets[0].get<std::uint64_t>();
  const auto end = offsets[1].get<std::uint64_t>();
  if (begin > end || end > data.size()) {
    refuse(fmt::format("data_offsets [{}, {}] are outside the data section of {} bytes", begin, end,
                       data.size()));
  }
  if (overflow || bytes != end - begin) {
    refuse(fmt::format("{} [{}] does not take the {} bytes of its data_offsets", dtype->name,
                       fmt::join(tensor.shape, ", "), end - begin));
  }
  tensor.bytes = data.subspan(begin, end - begin);
  tensor.file_offset = data_offset + begin;
  return tensor;
}

}  // namespace

std::size_t dtype_bytes(Dtype dtype) {
  return kDtypes[static_cast<std::size_t>(dtype)].bytes;
}
std::string_view dtype_name(Dtype dtype) {
  return kDtypes[static_cast<std::size_t>(dtype)].name;
}

bool is_floating(Dtype dtype) {
  return dtype == Dtype::F64 || dtype == Dtype::F32 || dtype == Dtype::F16 || dtype == Dtype::BF16;
}

std::size_t Tensor::elements() const {
  return bytes.size() / dtype_bytes(dtype);
}

void Tensor::to_f32(std::size_t first, std::span<float> out) const {
  if (first > elements() || out.size() > elements() - first) {
    throw Error(fmt::format("tensor '{}': elements {} to {} of {}", name, first, first + out.size(),
                            elements()));
  }
  const std::byte* from = bytes.data() + first * dtype_bytes(dtype);
  switch (dtype) {
    case Dtype::F32:
      if (!out.empty()) std::memcpy(out.data(), from, out.size_bytes());
      break;
    case Dtype::F16:
      for (float& value : out) {
        value = f16_to_f32(load<std::uint16_t>(from));
        from += 2;
      }
      break;
    case Dtype::BF16:
      for (float& value : out) {
        value = bf16_to_f32(load<std::uint16_t>(from));
        from += 2;
      }
      break;
    case Dtype::F64:
      for (float& value : out) {
        value = static_cast<float>(load<double>(from));
        from += 8;
      }
      break;
    default:
      throw Error(
          fmt::format("tensor '{}' is {}, not F64, F32, F16 or BF16", name, dtype_name(dtype)));
  }
}

void Tensor::to_f64(std::size_t first, std::span<double> out) const {
  if (dtype == Dtype::F64) {
    if (first > elements() || out.size() > elements() - first)
      throw Error(fmt::format("tensor '{}': elements {} to {} of {}", name, first,
                              first + out.size(), elements()));
    std::memcpy(out.data(), bytes.data() + first * sizeof(double), out.size_bytes());
    return;
  }
  std::vector<float> values(out.size());
  to_f32(first, values);
  std::ranges::copy(values, out.begin());
}

std::vector<float> Tensor::to_f32() const {
  std::vector<float> values(elements());
  to_f32(0, values);
  return values;
}

void Tensor::release() const {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data());
  // Pages of this tensor alone.
  const std::uintptr_t first = (begin + page - 1) / page * page - begin;
  const std::uintptr_t last = (begin + bytes.size()) / page * page - begin;
  if (begin + first < begin + last)
    ::madvise(const_cast<std::byte*>(bytes.data()) + first, last - first, MADV_DONTNEED);
}

struct Safetensors::State {
  std::filesystem::path path;
  FileIdentity identity;
  std::span<const std::byte> bytes;
  std::vector<Tensor> tensors;
  std::map<std::string, std::string> metadata;
  std::map<std::string, std::size_t, std::less<>> index;

  int file = -1;  // Stays open, to see changes of this file whatever its name is given to.

  ~State() {
    if (file >= 0) ::close(file);
    if (!bytes.empty()) ::munmap(const_cast<std::byte*>(bytes.data()), bytes.size());
  }
  void map();
  void parse_header();
};

void Safetensors::State::map() {
  // A pipe in place of a file is refused below instead of waited for.
  file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) fail(path, fmt::format("cannot open: {}", std::strerror(errno)));
  struct stat status = {};
  const bool regular = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode);
  const auto size = static_cast<std::size_t>(status.st_size);
  void* memory =
      regular && size != 0 ? ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0) : MAP_FAILED;
  if (!regular) fail(path, "is not a regular file");
  if (size == 0) fail(path, "is empty");
  if (memory == MAP_FAILED) fail(path, "cannot be mapped into memory");
  bytes = {static_cast<const std::byte*>(memory), size};
  identity = identity_of(status);
}

void Safetensors::check_whole() const {
  struct stat status = {};
  const auto size = static_cast<off_t>(state_->bytes.size());
  if (::fstat(state_->file, &status) == 0 && status.st_size < size)
    fail(state_->path, fmt::format("was cut short while it was in use: {} of {} bytes are left",
                                   status.st_size, size));
}

void Safetensors::State::parse_header() {
  if (bytes.size() < 8) fail(path, fmt::format("truncated: only {} bytes", bytes.size()));
  constexpr std::string_view kPointer = "version https://git-lfs";
  const auto* start = reinterpret_cast<const char*>(bytes.data());
  if (std::string_view(start, std::min(bytes.size(), kPointer.size())) == kPointer) {
    fail(path,
         "is a Git LFS pointer, not the file itself: fetch it with `git lfs pull` in that "
         "repository, or download the file");
  }
  const auto length = load<std::uint64_t>(bytes.data());
  if (length > kMaxHeader || length > bytes.size() - 8) {
    fail(path, fmt::format("truncated or not safetensors: the header length at offset 0 is {}, "
                           "the file has {} bytes",
                           length, bytes.size()));
  }
  const auto* text = reinterpret_cast<const char*>(bytes.data()) + 8;
  const json header = parse_json({text, length}, path.string() + ": header");
  if (!header.is_object()) fail(path, "the header is not a JSON object");
  const std::span<const std::byte> data = bytes.subspan(8 + length);
  for (const auto& [name, info] : header.items()) {
    if (name != "__metadata__") {
      tensors.push_back(parse_tensor(name, info, data, 8 + length, path));
      continue;
    }
    if (!info.is_object()) fail(path, "__metadata__ is not an object");
    for (const auto& [key, value] : info.items()) {
      if (!value.is_string()) fail(path, fmt::format("metadata '{}' is not a string", key));
      metadata[key] = value.get<std::string>();
    }
  }
  std::sort(tensors.begin(), tensors.end(), [](const Tensor& a, const Tensor& b) {
    return std::pair(a.file_offset, a.bytes.size()) < std::pair(b.file_offset, b.bytes.size());
  });
  std::uint64_t next = 8 + length;
  for (const Tensor& tensor : tensors) {
    if (tensor.file_offset != next) {
      fail(path, fmt::format("tensor '{}' starts at file offset {}, but the one before ends at {}",
                             tensor.name, tensor.file_offset, next));
    }
    next += tensor.bytes.size();
    index.emplace(tensor.name, index.size());
  }
  if (next != bytes.size()) {
    fail(path,
         fmt::format("the tensors end at file offset {}, the file at {}", next, bytes.size()));
  }
}

Safetensors::Safetensors(const std::filesystem::path& path) : state_(std::make_unique<State>()) {
  state_->path = path;
  state_->map();
  state_->parse_header();
}
Safetensors::~Safetensors() = default;
Safetensors::Safetensors(Safetensors&&) noexcept = default;
Safetensors& Safetensors::operator=(Safetensors&&) noexcept = default;

const std::filesystem::path& Safetensors::path() const {
  return state_->path;
}
const FileIdentity& Safetensors::identity() const {
  return state_->identity;
}
std::optional<FileIdentity> file_identity(const std::filesystem::path& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return identity_of(status);
}
std::span<const std::byte> Safetensors::file_bytes() const {
  return state_->bytes;
}
const std::vector<Tensor>& Safetensors::tensors() const {
  return state_->tensors;
}
const std::map<std::string, std::string>& Safetensors::metadata() const {
  return state_->metadata;
}

const Tensor* Safetensors::find(std::string_view name) const {
  const auto it = state_->index.find(name);
  return it == state_->index.end() ? nullptr : &state_->tensors[it->second];
}

const Tensor& Safetensors::at(std::string_view name) const {
  const Tensor* tensor = find(name);
  if (tensor == nullptr) fail(state_->path, fmt::format("tensor '{}' is missing", name));
  return *tensor;
}

}  // namespace trine::golden
