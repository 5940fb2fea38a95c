// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstdio>
#include <span>

#include "golden/exact/bfp.h"
#include "golden/exact/codebook.h"
#include "machine/product/f16/table.h"
#include "machine/product/product.h"
#include "machine/product/trit/definition.h"
#include "machine/product/vectors.h"

namespace trine::golden {
namespace {

template <std::integral T>
std::string text(T value) {
  return std::to_string(value);
}
std::string text(std::byte value) {
  return std::to_string(std::to_integer<int>(value));
}
std::string text(float value) {
  char buffer[48];
  std::snprintf(buffer, sizeof buffer, "%.9g (0x%08x)", static_cast<double>(value),
                std::bit_cast<std::uint32_t>(value));
  return buffer;
}

template <typename T>
bool same(T a, T b) {
  return a == b;
}
bool same(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

/// Adds the comparison of one tensor; a second comparison of the same name counts only if it is
/// the first to differ.
class Report {
 public:
  template <typename T>
  void compare(const std::string& tensor, const std::vector<T>& expected,
               const std::vector<T>& got) {
    VectorCheck check{
        .tensor = tensor, .equal = true, .first_difference = 0, .expected = "", .got = ""};
    const std::size_t common = std::min(expected.size(), got.size());
    std::size_t i = 0;
    while (i < common && same(expected[i], got[i])) ++i;
    if (i < common || expected.size() != got.size()) {
      check.equal = false;
      check.first_difference = i;
      check.expected = i < expected.size() ? text(expected[i]) : "no element";
      check.got = i < got.size() ? text(got[i]) : "no element";
    }
    add(std::move(check));
  }
  void compare(const std::string& tensor, std::int32_t expected, std::int32_t got) {
    compare(tensor, std::vector<std::int32_t>{expected}, std::vector<std::int32_t>{got});
  }

  std::vector<VectorCheck> checks;

 private:
  void add(VectorCheck check) {
    for (VectorCheck& earlier : checks) {
      if (earlier.tensor != check.tensor) continue;
      if (earlier.equal) earlier = std::move(check);
      return;
    }
    checks.push_back(std::move(check));
  }
};

void check_trit(const VectorFile& file, Report& report) {
  const TritMatrix& matrix = file.matrix;
  const TritMatrix unpacked = unpack(file.stream, matrix.shape, matrix.codebook, file.geometry);
  report.compare("stream", file.stream, pack(matrix, file.geometry));
  report.compare("q", matrix.levels, unpacked.levels);
  report.compare("scale_index", matrix.scales, unpacked.scales);

  const BfpVector x = to_bfp(file.x);
  report.compare("mantissa", file.mantissa, x.mantissas);
  report.compare("exponent", file.exponent, x.exponents);
  report.compare("max_exponent", file.max_exponent, x.max_exponent);

  const HardwareCodebook codebook = hardware_codebook(matrix.codebook, matrix.shape.depth);
  report.compare("codebook_mantissa", file.codebook_mantissa,
                 std::vector<std::int32_t>(codebook.mantissa.begin(), codebook.mantissa.end()));
  report.compare("codebook_shift", file.codebook_shift,
                 std::vector<std::int32_t>(codebook.shift.begin(), codebook.shift.end()));
  report.compare("codebook_exponent", file.codebook_exponent, codebook.exponent);

  for (const TritResult& result :
       {trit_definition(matrix, codebook, x), trit_unpacked(matrix, codebook, x)}) {
    report.compare("accumulator", file.accumulator, result.accumulator);
    report.compare("y", file.y, result.y);
  }
  Workers one(1);
  const TritStream stream{file.stream, matrix.shape, file.geometry, codebook};
  for (const Form form : {Form::Fastest, Form::Table})
    report.compare("accumulator", file.accumulator, trit_product(stream, x, one, form).accumulator);
}

}  // namespace

std::vector<VectorCheck> check_golden(const VectorFile& file) {
  Report report;
  if (file.kind == VectorFile::Kind::Trit) {
    check_trit(file, report);
  } else {
    const BfpVector x = to_bfp(file.x);
    Workers one(1);
    for (const F16Result& result : {f16_definition(file.f16(), x), f16_table(file.f16(), x, one)}) {
      report.compare("accumulator", file.accumulator, result.accumulator);
      report.compare("y", file.y, result.y);
    }
    const F16Stream stream{std::as_bytes(std::span(file.weight_f16)), file.rows, file.cols,
                           2 * file.cols};
    report.compare("accumulator", file.accumulator, f16_product(stream, x, one).accumulator);
  }
  return std::move(report.checks);
}

}  // namespace trine::golden
