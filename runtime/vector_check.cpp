// SPDX-License-Identifier: Apache-2.0

#include "runtime/vector_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "runtime/matvec.h"

namespace trine {
namespace {

using golden::VectorCheck;
using golden::VectorFile;

template <class T>
VectorCheck compare(const std::string& tensor, const std::vector<T>& expected,
                    const std::vector<T>& got) {
  VectorCheck check{
      .tensor = tensor, .equal = true, .first_difference = 0, .expected = {}, .got = {}};
  const auto same = [](T a, T b) {
    if constexpr (std::is_same_v<T, float>)
      return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
    else
      return a == b;
  };
  const auto [x, y] = std::ranges::mismatch(expected, got, same);
  if (x == expected.end() && y == got.end()) return check;
  check.equal = false;
  check.first_difference = static_cast<std::size_t>(x - expected.begin());
  check.expected = x == expected.end() ? "no element" : fmt::format("{}", *x);
  check.got = y == got.end() ? "no element" : fmt::format("{}", *y);
  return check;
}

/// The accumulators and results of a device.
template <class Matrix>
void check_products(Device& device, const Matrix& matrix, const VectorFile& file,
                    std::vector<VectorCheck>& checks) {
  const std::string name = file.path.filename().string();
  checks.push_back(compare("device accumulator", file.accumulator,
                           run_matvec(device, matrix, file.x, Results::Raw, name).accumulator));
  checks.push_back(
      compare("device y", file.y, run_matvec(device, matrix, file.x, Results::Float, name).y));
}

}  // namespace

Core& CorePool::at(unsigned groups) {
  std::unique_ptr<Core>& core = cores_[groups];
  if (!core) {
    DeviceRequest request = request_;
    request.groups = groups;
    core = make_core(device_, request, 1ull << 30, progress_);
  }
  return *core;
}

Core& CorePool::suiting(const VectorFile& file) {
  const unsigned own = static_cast<unsigned>(file.geometry.groups);
  CoreShape shape = request_.shape();
  shape.groups = own;
  const bool built = file.kind == VectorFile::Kind::Trit && device_entry(device_).has_core(shape);
  return at(built ? own : request_.groups);
}

std::vector<golden::VectorCheck> check_vectors(const VectorFile& file, Device& device) {
  std::vector<VectorCheck> checks = golden::check_golden(file);
  if (file.kind == VectorFile::Kind::F16) {
    if (!device.params().f16_engine)
      throw Error("is for the FP16 engine, which this core does not have");
    check_products(device, file.f16(), file, checks);
    return checks;
  }
  const golden::MatrixShape& shape = file.matrix.shape;
  const StreamMatrix matrix{
      shape, file.matrix.codebook,
      golden::relayout(file.stream, shape, file.geometry, device.params().geometry())};
  check_products(device, matrix, file, checks);
  return checks;
}

}  // namespace trine
