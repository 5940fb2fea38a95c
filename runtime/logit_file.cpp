// SPDX-License-Identifier: Apache-2.0

#include "runtime/logit_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>

#include "golden/error.h"
#include "runtime/tokens.h"

namespace trine {
namespace {

using golden::Dtype;

constexpr std::string_view kMagic = "\x93NUMPY";

bool is_npy(const std::string& path) {
  std::string start(kMagic.size(), '\0');
  std::ifstream in(path, std::ios::binary);
  in.read(start.data(), static_cast<std::streamsize>(start.size()));
  return in && start == kMagic;
}

std::vector<std::byte> read_bytes(const std::string& path) {
  std::vector<std::byte> bytes(std::filesystem::file_size(path));
  std::ifstream in(path, std::ios::binary);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!in) throw Error(path + ": cannot be read");
  return bytes;
}

/// The header of an .npy file: a Python dictionary with descr, fortran_order and shape.
std::string npy_header(const std::vector<std::byte>& bytes, std::size_t& data,
                       const std::string& path) {
  const auto byte = [&](std::size_t at) {
    return at < bytes.size() ? std::to_integer<std::size_t>(bytes[at]) : 0;
  };
  const std::size_t version = byte(6);
  if (version < 1 || version > 3)
    throw Error(fmt::format("{}: .npy version {} is unknown", path, version));
  const std::size_t fields = version == 1 ? 2 : 4;  // Bytes of the length.
  std::size_t length = 0;
  for (std::size_t i = 0; i < fields; ++i) length |= byte(8 + i) << (8 * i);
  const std::size_t start = 8 + fields;
  if (start > bytes.size() || length > bytes.size() - start)
    throw Error(path + ": truncated in the .npy header");
  data = start + length;
  return {reinterpret_cast<const char*>(bytes.data()) + start, length};
}

}  // namespace

LogitFile::LogitFile(const std::string& path) {
  if (is_npy(path)) {
    open_npy(path);
  } else {
    file_.emplace(path);
    logits_ = file_->at("logits");
    if (file_->find("tokens") != nullptr) tokens_ = tokens_of(*file_);
  }
  const bool floating = logits_.dtype == Dtype::F16 || logits_.dtype == Dtype::BF16 ||
                        logits_.dtype == Dtype::F32 || logits_.dtype == Dtype::F64;
  if (!floating || logits_.shape.size() != 2 || logits_.bytes.empty())
    throw Error(path + ": the logits are not F16, BF16, F32 or F64 of (positions, vocabulary)");
}

void LogitFile::open_npy(const std::string& path) {
  bytes_ = read_bytes(path);
  std::size_t data = 0;
  const std::string header = npy_header(bytes_, data, path);
  static const std::map<std::string, Dtype> kTypes = {
      {"<f2", Dtype::F16}, {"<f4", Dtype::F32}, {"<f8", Dtype::F64}};
  std::smatch found;
  if (!std::regex_search(header, found, std::regex("'descr': *'([^']*)'")))
    throw Error(path + ": the .npy header names no single type");
  const auto type = kTypes.find(found[1]);
  if (type == kTypes.end())
    throw Error(fmt::format("{}: type '{}' is not little-endian float16, float32 or float64", path,
                            found[1].str()));
  if (!std::regex_search(header, std::regex("'fortran_order': *False")))
    throw Error(path + ": not in C order");
  if (!std::regex_search(header, found,
                         std::regex("'shape': *\\( *([0-9]{1,12}) *, *([0-9]{1,12}) *,? *\\)")))
    throw Error(path + ": not two-dimensional (positions, vocabulary)");
  logits_.name = "logits";
  logits_.dtype = type->second;
  logits_.shape = {std::stoull(found[1]), std::stoull(found[2])};
  logits_.bytes = std::span(bytes_).subspan(data);
  std::size_t expected = golden::dtype_bytes(logits_.dtype);
  bool overflow = false;
  for (const std::size_t extent : logits_.shape)
    overflow |= __builtin_mul_overflow(expected, extent, &expected);
  if (overflow || expected != logits_.bytes.size())
    throw Error(fmt::format("{}: {} bytes of data do not make ({}, {}) of {}", path,
                            logits_.bytes.size(), logits_.shape[0], logits_.shape[1],
                            golden::dtype_name(logits_.dtype)));
}

void LogitFile::read(std::size_t position, std::span<float> to) const {
  if (logits_.dtype != Dtype::F64) return logits_.to_f32(position * vocab(), to);
  const std::byte* from = logits_.bytes.data() + position * vocab() * sizeof(double);
  for (float& value : to) {
    double wide = 0;
    std::memcpy(&wide, from, sizeof wide);
    value = static_cast<float>(wide);
    from += sizeof wide;
  }
}

}  // namespace trine
