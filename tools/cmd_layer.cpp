// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <optional>

#include "golden/error.h"
#include "tools/common.h"
#include "tools/core.h"
#include "tools/presets.h"
#include "tools/synthetic.h"

namespace trine::tools {
namespace {

struct Options {
  CommonOptions common;
  DeviceOptions device{.name = "rtl", .given = {}};
  std::string preset, matrix = "all";
  std::size_t rows = 0, cols = 0;
  unsigned depth = 4;
  bool check = false;
  std::uint64_t seed = 1;
};

std::vector<LayerMatrix> matrices(const Options& options) {
  if (options.preset.empty()) return {{"custom", options.rows, options.cols}};
  const auto preset = std::ranges::find(kPresets, options.preset, &Preset::name);
  std::vector<LayerMatrix> chosen;
  for (const LayerMatrix& matrix : layer_matrices(*preset))
    if (options.matrix == "all" || options.matrix == matrix.name) chosen.push_back(matrix);
  return chosen;
}

/// What a run came to, of one matrix or of several together.
struct Sum {
  Counters counters;
  std::uint64_t weights = 0;
  double seconds = 0;
  std::optional<bool> equal;  // Empty when not checked.

  void add_to(Json& report, double khz) const {
    report["equal"] = equal ? Json(*equal) : Json(nullptr);
    report["weights"] = weights;
    report["weights_per_second"] = ratio(static_cast<double>(weights), seconds);
    report["seconds"] = seconds;
    add_counters(report, counters, khz);
  }
};

/// Names the first row with another bit; nothing when there is none.
std::string first_difference(const MatvecRun& run, const MatvecRun& golden,
                             std::string_view matrix) {
  for (std::size_t row = 0; row < run.y.size(); ++row) {
    const auto a = std::bit_cast<std::uint32_t>(run.y[row]);
    const auto b = std::bit_cast<std::uint32_t>(golden.y[row]);
    if (a != b)
      return fmt::format("{}, row {}: the device has {:.9g} ({:#010x}), golden {:.9g} ({:#010x})",
                         matrix, row, run.y[row], a, golden.y[row], b);
  }
  return "";
}

void print_row(std::string_view name, const Json& row) {
  const Json& equal = row["equal"];
  fmt::print(
      "{:<10} {:>12} weights {:>10} cycles {:>10} beats {:>7} used {:>10} weights/s "
      "{:>5} kHz  equal: {}\n",
      name, row["weights"].get<std::uint64_t>(), row["cycles"].get<std::uint64_t>(),
      row["weight_beats"].get<std::uint64_t>(), percent(row["utilization"]),
      text(row["weights_per_second"]), text(row["khz"], "{:.0f}"),
      equal.is_null() ? "not checked" : (equal.get<bool>() ? "yes" : "NO"));
  std::fflush(stdout);
}

/// Runs one matrix and adds it to the total; returns the first difference, if any.
std::string run_matrix(const Options& options, const LayerMatrix& matrix, Core& core, Core* golden,
                       Sum& total, Json& row) {
  Device& device = core.device();
  const golden::MatrixShape shape{matrix.rows, matrix.cols, options.depth};
  const StreamMatrix weights = synthetic_matrix(shape, device.params().geometry(), options.seed);
  const auto x = synthetic_activations(shape.cols, options.seed + 1);
  const std::string name(matrix.name);
  core.expect_beats(shape.beats(device.params().geometry()));

  const MatvecRun run = run_matvec(device, weights, x, Results::Float, name);
  Sum sum{.counters = run.counters,
          .weights = shape.rows * shape.cols,
          .seconds = run.seconds,
          .equal = {}};
  std::string difference;
  if (golden != nullptr) {
    difference =
        first_difference(run, run_matvec(golden->device(), weights, x, Results::Float, name), name);
    sum.equal = difference.empty();
    total.equal = total.equal.value_or(true) && *sum.equal;
  }
  total.counters += sum.counters;
  total.weights += sum.weights;
  total.seconds += sum.seconds;
  row = {{"matrix", name}, {"rows", shape.rows}, {"cols", shape.cols}, {"depth", shape.depth}};
  sum.add_to(row, ratio(static_cast<double>(run.counters.cycles) / 1e3, run.seconds).get<double>());
  return difference;
}

void run(Options& options) {
  options.device.set_seed(options.seed);
  check_device_options(options.device);
  constexpr std::uint64_t kMemoryBytes = 1ull << 32;  // Sparse.
  Progress progress("layer", options.common);
  const auto core = make_core(options.device, kMemoryBytes, progress);
  const auto golden = options.check ? make_golden(core->device().params(), kMemoryBytes,
                                                  options.device.request.threads)
                                    : nullptr;

  Sum total;
  std::string difference;
  Json rows = Json::array();
  for (const LayerMatrix& matrix : matrices(options)) {
    Json row;
    const std::string here = run_matrix(options, matrix, *core, golden.get(), total, row);
    if (difference.empty()) difference = here;
    if (!options.common.json) print_row(matrix.name, row);
    rows.push_back(std::move(row));
  }
  Json report = {{"preset", options.preset.empty() ? Json(nullptr) : Json(options.preset)},
                 {"matrix", options.preset.empty() ? "custom" : options.matrix},
                 {"depth", options.depth},
                 {"device", options.device.name},
                 {"groups", core->device().params().groups}};
  total.add_to(
      report, ratio(static_cast<double>(total.counters.cycles) / 1e3, total.seconds).get<double>());
  report["matrices"] = rows;
  if (!difference.empty()) report["difference"] = difference;
  if (options.common.json)
    print_json(report);
  else if (rows.size() > 1)
    print_row("total", report);
  if (!difference.empty()) throw Different(difference);
}

}  // namespace

void add_layer(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      add_command(app, "layer", "Multiply by synthetic matrices of the size of a published model",
                  options->common);
  std::vector<std::string> presets;
  for (const Preset& preset : kPresets) presets.emplace_back(preset.name);
  CLI::Option* preset = command->add_option("--preset", options->preset, "Whose sizes")
                            ->check(CLI::IsMember(presets));
  command->add_option("--matrix", options->matrix, "Which of its matrices")
      ->check(CLI::IsMember({"qkv", "o", "gate_up", "down", "all"}))
      ->capture_default_str()
      ->needs(preset);
  CLI::Option* rows = command->add_option("--rows", options->rows, "Rows of a matrix of any size")
                          ->check(CLI::Range(1, 1 << 20));
  CLI::Option* cols =
      command->add_option("--cols", options->cols, "Its columns")->check(CLI::Range(1, 1 << 20));
  rows->needs(cols)->excludes(preset);
  cols->needs(rows);
  command->add_option("--depth", options->depth, "Trits per weight")
      ->check(CLI::Range(1u, 4u))
      ->capture_default_str();
  command->add_flag("--check", options->check,
                    "Compare every row with the golden model, bit for bit");
  add_seed(*command, options->seed, "weights, activations, stalls and initial values");
  add_device_options(*command, options->device, DeviceChoice::Core);
  command->callback([options] {
    if (options->preset.empty() && options->rows == 0)
      throw CLI::RequiredError("--preset, or --rows and --cols,");
    run(*options);
  });
}

}  // namespace trine::tools
