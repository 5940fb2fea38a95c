// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "runtime/layer.h"
#include "runtime/report.h"
#include "tools/common.h"
#include "tools/device_options.h"
#include "tools/presets.h"
#include "tools/progress.h"
#include "tools/run_report.h"
#include "tools/synthetic.h"
#include "tools/trace_output.h"

namespace trine::tools {
namespace {

struct LayerCommand {
  CommonOptions common;
  DeviceOptions device;
  std::string preset, matrix = "all";
  std::size_t rows = 0, cols = 0;
  unsigned depth = 4;
  bool check = false;
  std::uint64_t seed = 1;
};

std::vector<LayerMatrix> matrices(const LayerCommand& options) {
  if (options.preset.empty()) return {{"custom", options.rows, options.cols}};
  const auto preset = std::ranges::find(kPresets, options.preset, &Preset::name);
  std::vector<LayerMatrix> chosen;
  for (const LayerMatrix& matrix : layer_matrices(*preset))
    if (options.matrix == "all" || options.matrix == matrix.name) chosen.push_back(matrix);
  return chosen;
}

Json report_json(const LayerReport& report) {
  Json json = {{"equal", optional_json(report.equal)},
               {"weights", report.weights},
               {"vectors", report.vectors},
               {"weights_per_second", ratio(static_cast<double>(report.weights), report.seconds)},
               {"seconds", report.seconds}};
  add_counters(
      json, report.counters,
      quotient(static_cast<double>(report.counters.cycles) / 1e3, report.seconds).value_or(0));
  return json;
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

void run_layer(LayerCommand& options) {
  options.device.set_seed(options.seed);
  check_device_options(options.device);
  constexpr std::uint64_t kMemoryBytes = 1ull << 32;  // Sparse.
  ProgressLine progress("layer", options.common);
  const unsigned threads = options.device.request.threads;
  const auto core = make_core(options.device.name, options.device.request, kMemoryBytes, progress);
  const MachineParams params = core->device().params();
  const auto golden = options.check ? make_golden(params, kMemoryBytes, threads,
                                                  core->device().transport().memory_base())
                                    : nullptr;

  LayerReport total;
  total.vectors = params.vectors;
  Json rows = Json::array();
  for (const LayerMatrix& matrix : matrices(options)) {
    const golden::MatrixShape shape{matrix.rows, matrix.cols, options.depth};
    const std::string name(matrix.name);
    const LayerReport one =
        run_layer(*core, golden.get(), synthetic_matrix(shape, params.geometry(), options.seed),
                  synthetic_activations(shape.cols * params.vectors, options.seed + 1), name);
    total += one;
    Json row = {
        {"matrix", name}, {"rows", shape.rows}, {"cols", shape.cols}, {"depth", shape.depth}};
    row.update(report_json(one));
    if (!options.common.json) print_row(name, row);
    rows.push_back(std::move(row));
  }
  Json report = {{"preset", options.preset.empty() ? Json(nullptr) : Json(options.preset)},
                 {"matrix", options.preset.empty() ? "custom" : options.matrix},
                 {"depth", options.depth},
                 {"device", options.device.name},
                 {"groups", params.groups}};
  report.update(report_json(total));
  report["matrices"] = rows;
  if (!total.difference.empty()) report["difference"] = total.difference;
  if (options.common.json)
    print_json(report);
  else if (rows.size() > 1)
    print_row("total", report);
  if (!total.difference.empty()) throw Different(total.difference);
}

}  // namespace

void add_layer(Command& app) {
  const auto options = std::make_shared<LayerCommand>();
  options->device.name = "rtl";
  Command* command =
      add_command(app, "layer", "Multiply by synthetic matrices of the size of a published model",
                  options->common);
  Option* preset = command->add_option("--preset", options->preset, "Whose sizes")
                       ->check(one_of(preset_names()));
  command->add_option("--matrix", options->matrix, "Which of its matrices")
      ->check(one_of({"qkv", "o", "gate_up", "down", "all"}))
      ->capture_default_str()
      ->needs(preset);
  Option* rows = command->add_option("--rows", options->rows, "Rows of a matrix of any size")
                     ->check(whole_in(1, 1 << 20));
  Option* cols =
      command->add_option("--cols", options->cols, "Its columns")->check(whole_in(1, 1 << 20));
  rows->needs(cols)->excludes(preset);
  cols->needs(rows);
  command->add_option("--depth", options->depth, "Trits per weight")
      ->check(whole_in(1, 4))
      ->capture_default_str();
  command->add_flag("--check", options->check,
                    "Compare every row with the golden model, bit for bit");
  add_seed(*command, options->seed, "weights, activations, stalls and initial values");
  add_device_options(*command, options->device, DeviceChoice::Core);
  command->callback([options] {
    if (options->preset.empty() && options->rows == 0)
      throw UsageError::required("--preset, or --rows and --cols,");
    with_trace(options->device, {}, [&] { run_layer(*options); });
  });
}

}  // namespace trine::tools
