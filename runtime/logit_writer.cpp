// SPDX-License-Identifier: Apache-2.0

#include "runtime/logit_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "golden/checkpoint/output.h"
#include "golden/checkpoint/safetensors.h"
#include "golden/error.h"

namespace trine {

class LogitWriter::Format {
 public:
  virtual ~Format() = default;
  virtual void append(std::span<const float> logits) = 0;
  virtual void finish() = 0;
};

class LogitWriter::SafetensorsFormat final : public Format {
 public:
  SafetensorsFormat(const std::filesystem::path& path, std::span<const std::int32_t> tokens,
                    std::size_t vocab, const std::string& device)
      : writer_(path,
                {{"logits", golden::Dtype::F32, {tokens.size(), vocab}},
                 {"tokens", golden::Dtype::I32, {tokens.size()}}},
                {{"device", device}}),
        tokens_(tokens.begin(), tokens.end()) {}

  void append(std::span<const float> logits) override { writer_.append(std::as_bytes(logits)); }
  void finish() override {
    writer_.append(std::as_bytes(std::span(tokens_)));
    writer_.finish();
  }

 private:
  golden::SafetensorsWriter writer_;
  std::vector<std::int32_t> tokens_;
};

/// Version 1.0: magic, version, length of the header, the header as a Python dictionary padded with
/// spaces so that the data starts at a multiple of 64, the data in C order.
class LogitWriter::Npy final : public Format {
 public:
  Npy(const std::filesystem::path& path, std::size_t positions, std::size_t vocab)
      : path_(path),
        place_(golden::output_file(path)),
        temporary_(golden::Temporary::next_to(place_)),
        missing_(positions * vocab),
        file_(temporary_.path(), std::ios::binary | std::ios::trunc) {
    static_assert(std::endian::native == std::endian::little);
    constexpr std::size_t kFixed = 10, kAlignment = 64;
    std::string header = fmt::format(
        "{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", positions, vocab);
    const std::size_t end = (kFixed + header.size() + 1 + kAlignment - 1) / kAlignment * kAlignment;
    header.resize(end - kFixed - 1, ' ');
    header += '\n';
    std::string bytes("\x93NUMPY\x01\x00", 8);
    bytes += static_cast<char>(header.size() & 0xff);
    bytes += static_cast<char>(header.size() >> 8);
    write(bytes + header);
  }

  void append(std::span<const float> logits) override {
    if (logits.size() > missing_) throw Error(path_.string() + ": more logits than positions");
    missing_ -= logits.size();
    write({reinterpret_cast<const char*>(logits.data()), logits.size_bytes()});
  }
  void finish() override {
    if (missing_ != 0)
      throw Error(fmt::format("{}: {} logits are missing", path_.string(), missing_));
    file_.close();
    check();
    temporary_.put(place_);
  }

 private:
  void write(std::string_view bytes) {
    file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    check();
  }
  void check() const {
    if (!file_)
      throw Error(fmt::format("{}: cannot write: {}", path_.string(), std::strerror(errno)));
  }

  std::filesystem::path path_, place_;
  golden::Temporary temporary_;
  std::size_t missing_;
  std::ofstream file_;
};

LogitWriter::LogitWriter(const std::filesystem::path& path, std::span<const std::int32_t> tokens,
                         std::size_t vocab, const std::string& device) {
  constexpr std::array kOthers = {".npz", ".csv", ".txt", ".json", ".pt", ".bin"};
  const std::string extension = path.extension().string();
  if (std::ranges::find(kOthers, extension) != kOthers.end())
    throw Error(fmt::format("{}: logits are written as .npy or .safetensors, not as {}",
                            path.string(), extension));
  if (extension == ".npy")
    format_ = std::make_unique<Npy>(path, tokens.size(), vocab);
  else
    format_ = std::make_unique<SafetensorsFormat>(path, tokens, vocab, device);
}
LogitWriter::~LogitWriter() = default;

void LogitWriter::append(std::span<const float> logits) {
  format_->append(logits);
}
void LogitWriter::finish() {
  format_->finish();
}

}  // namespace trine
