// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>
#include <memory>

#include "golden/error.h"
#include "machine/product/vectors.h"
#include "tools/common.h"
#include "tools/core.h"
#include "tools/matvec.h"

namespace trine::tools {
namespace {

using golden::VectorCheck;
using golden::VectorFile;

struct Options {
  CommonOptions common;
  DeviceOptions device;
  std::vector<std::string> files;
};

/// The cores that were needed so far, by their groups.
class Cores {
 public:
  Cores(const Options& options, Progress& progress) : options_(options), progress_(progress) {}

  Core& at(unsigned groups) {
    std::unique_ptr<Core>& core = cores_[groups];
    if (!core) {
      DeviceOptions device = options_.device;
      device.request.groups = groups;
      core = make_core(device, 1ull << 30, progress_);
    }
    return *core;
  }

  /// The groups of a file's own geometry where there is such a core, else 16.
  Core& suiting(const VectorFile& file) {
    const unsigned own = static_cast<unsigned>(file.geometry.groups);
    const bool built = file.kind == VectorFile::Kind::Trit &&
                       device_entry(options_.device.name).has_core({own, 1});
    return at(options_.device.was_given("groups") || !built ? options_.device.request.groups : own);
  }

 private:
  const Options& options_;
  Progress& progress_;
  std::map<unsigned, std::unique_ptr<Core>> cores_;
};

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

/// The golden definitions reproduce every tensor, the stream in the file's own geometry; then
/// the device computes from the stream, laid out anew for its geometry.
std::vector<VectorCheck> check_file(const VectorFile& file, Device& device) {
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

Json file_json(const VectorFile& file, unsigned groups, const std::vector<VectorCheck>& checks) {
  const bool trit = file.kind == VectorFile::Kind::Trit;
  Json report = {{"file", file.path.string()},
                 {"kind", trit ? "trit" : "f16"},
                 {"rows", file.rows},
                 {"cols", file.cols},
                 {"depth", trit ? Json(file.matrix.shape.depth) : Json(nullptr)},
                 {"groups", groups},
                 {"equal", std::ranges::all_of(checks, &VectorCheck::equal)},
                 {"checks", Json::array()}};
  for (const VectorCheck& check : checks) {
    Json one = {{"tensor", check.tensor}, {"equal", check.equal}};
    if (!check.equal) {
      one["first_difference"] = check.first_difference;
      one["expected"] = check.expected;
      one["got"] = check.got;
    }
    report["checks"].push_back(std::move(one));
  }
  return report;
}

/// The first difference of a file as text; nothing when there is none.
std::string difference(const VectorFile& file, const std::vector<VectorCheck>& checks) {
  const auto check = std::ranges::find(checks, false, &VectorCheck::equal);
  if (check == checks.end()) return "";
  return fmt::format("{}: {}, element {}: expected {}, got {}", file.path.string(), check->tensor,
                     check->first_difference, check->expected, check->got);
}

void run(Options& options) {
  check_device_options(options.device);
  Progress progress("vectors", options.common);
  Cores cores(options, progress);
  Json all = Json::array();
  std::string first;
  for (const std::string& path : options.files) {
    const VectorFile file = golden::load_vectors(path);
    Device& device = cores.suiting(file).device();
    std::vector<VectorCheck> checks;
    try {
      checks = check_file(file, device);
    } catch (const Error& error) {
      throw Error(fmt::format("{}: {}", path, error.what()));
    }
    const std::string here = difference(file, checks);
    if (first.empty()) first = here;
    all.push_back(file_json(file, device.params().groups, checks));
    if (!options.common.json)
      fmt::print("{}: {}\n", path,
                 here.empty() ? fmt::format("equal, {} tensors, {} groups", checks.size(),
                                            device.params().groups)
                              : "DIFFERENT");
  }
  if (options.common.json)
    print_json({{"device", options.device.name}, {"equal", first.empty()}, {"files", all}});
  if (!first.empty()) throw Different(first);
}

}  // namespace

void add_vectors(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = add_command(app, "vectors", "Check files of test vectors, whoever made them",
                                  options->common);
  command->add_option("files", options->files, "Safetensors files like those in tests/vectors")
      ->required();
  add_device_seed(*command, options->device);
  add_device_options(*command, options->device, DeviceChoice::Core);
  command->callback([options] { run(*options); });
}

}  // namespace trine::tools
