// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

#include "golden/checkpoint/safetensors.h"
#include "golden/error.h"
#include "machine/product/vectors.h"

namespace trine::golden {
namespace {

class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : file_(path) {}

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(file_.path().string() + ": " + what);
  }

  template <typename T>
  std::vector<T> tensor(std::string_view name, Dtype dtype,
                        const std::vector<std::size_t>& shape) const {
    const Tensor& found = file_.at(name);
    if (found.dtype != dtype) {
      fail("tensor " + found.name + " is " + std::string(dtype_name(found.dtype)) + ", not " +
           std::string(dtype_name(dtype)));
    }
    if (found.shape != shape) fail("tensor " + found.name + " does not have the expected shape");
    std::vector<T> values(found.bytes.size() / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), found.bytes.data(), found.bytes.size());
    return values;
  }

  std::int32_t number(const std::string& name, std::int32_t low, std::int32_t high) const {
    const auto found = file_.metadata().find(name);
    if (found == file_.metadata().end()) fail("metadata has no " + name);
    const std::string& text = found->second;
    std::int32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < low || value > high) {
      fail("metadata " + name + " = \"" + text + "\" is not a number in " + std::to_string(low) +
           ".." + std::to_string(high));
    }
    return value;
  }

  bool has(std::string_view name) const { return file_.find(name) != nullptr; }

 private:
  Safetensors file_;
};

void load_trit(const Reader& in, VectorFile& file) {
  TritMatrix& matrix = file.matrix;
  matrix.shape = {file.rows, file.cols, static_cast<unsigned>(in.number("depth", 1, 4))};
  file.geometry.groups = static_cast<std::size_t>(in.number("groups_per_beat", 1, 1024));
  file.geometry.tile_rows = static_cast<std::size_t>(in.number("tile_rows", 32, 1 << 24));
  if (!std::has_single_bit(file.geometry.groups)) in.fail("groups_per_beat is no power of two");
  if (file.geometry.tile_rows % kPanelRows != 0) in.fail("tile_rows is no multiple of 32");
  file.codebook_exponent = in.number("codebook_exponent", -2000, 2000);
  file.max_exponent = in.number("max_exponent", -2000, 2000);

  const std::size_t groups = matrix.shape.groups_per_row();
  file.weight = in.tensor<float>("weight", Dtype::F32, {file.rows, file.cols});
  matrix.levels = in.tensor<std::int8_t>("q", Dtype::I8, {file.rows, file.cols});
  matrix.scales = in.tensor<std::uint8_t>("scale_index", Dtype::U8, {file.rows, groups});
  const auto codebook = in.tensor<double>("codebook", Dtype::F64, {kCodebook});
  std::copy(codebook.begin(), codebook.end(), matrix.codebook.begin());
  file.stream =
      in.tensor<std::byte>("stream", Dtype::U8, {matrix.shape.stream_bytes(file.geometry)});
  file.mantissa = in.tensor<std::int32_t>("mantissa", Dtype::I32, {groups * kGroup});
  file.exponent = in.tensor<std::int32_t>("exponent", Dtype::I32, {groups});
  file.codebook_mantissa = in.tensor<std::int32_t>("codebook_mantissa", Dtype::I32, {kCodebook});
  file.codebook_shift = in.tensor<std::int32_t>("codebook_shift", Dtype::I32, {kCodebook});
}

}  // namespace

VectorFile load_vectors(const std::filesystem::path& path) {
  const Reader in(path);
  VectorFile file;
  file.path = path;
  file.kind = in.has("q") ? VectorFile::Kind::Trit : VectorFile::Kind::F16;
  file.rows = static_cast<std::size_t>(in.number("rows", 1, 1 << 24));
  file.cols = static_cast<std::size_t>(in.number("cols", 1, 1 << 24));
  file.x = in.tensor<float>("x", Dtype::F32, {file.cols});
  file.accumulator = in.tensor<std::int64_t>("accumulator", Dtype::I64, {file.rows});
  file.y = in.tensor<float>("y", Dtype::F32, {file.rows});
  if (file.kind == VectorFile::Kind::Trit) {
    load_trit(in, file);
  } else {
    file.weight_f16 = in.tensor<std::uint16_t>("weight", Dtype::F16, {file.rows, file.cols});
  }
  return file;
}

}  // namespace trine::golden
