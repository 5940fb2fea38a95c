// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "runtime/report.h"
#include "runtime/vector_check.h"
#include "tools/common.h"
#include "tools/device_options.h"
#include "tools/progress.h"

namespace trine::tools {
namespace {

using golden::VectorCheck;
using golden::VectorFile;

struct VectorsCommand {
  CommonOptions common;
  DeviceOptions device;
  std::vector<std::string> files;
};

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

void run_vectors(VectorsCommand& options) {
  check_device_options(options.device);
  ProgressLine progress("vectors", options.common);
  CorePool cores(options.device.name, options.device.request, progress);
  const bool own_geometry = !options.device.was_given("groups");
  Json all = Json::array();
  std::string first;
  for (const std::string& path : options.files) {
    const VectorFile file = golden::load_vectors(path);
    Core& core = own_geometry ? cores.suiting(file) : cores.at(options.device.request.groups);
    Device& device = core.device();
    std::vector<VectorCheck> checks;
    try {
      checks = check_vectors(file, device);
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

void add_vectors(Command& app) {
  const auto options = std::make_shared<VectorsCommand>();
  Command* command = add_command(app, "vectors", "Check files of test vectors, whoever made them",
                                 options->common);
  command->add_option("files", options->files, "Safetensors files like those in tests/vectors")
      ->required();
  add_device_seed(*command, options->device);
  add_device_options(*command, options->device, DeviceChoice::Core);
  command->callback([options] { run_vectors(*options); });
}

}  // namespace trine::tools
