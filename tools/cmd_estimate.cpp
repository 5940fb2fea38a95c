// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "tools/common.h"
#include "tools/design_point.h"
#include "tools/estimate_report.h"
#include "tools/outputs.h"
#include "tools/presets.h"

namespace trine::tools {
namespace {

struct EstimateCommand {
  CommonOptions common;
  std::string preset, model, board, csv;
  std::vector<std::string> sweeps;
  DesignPoint point;
  std::optional<std::string> memory;
  std::optional<unsigned> groups, vectors, ports, read_burst, write_burst;
  std::optional<double> core_mhz, latency, bandwidth;
};

void run_estimate(EstimateCommand& options) {
  check_apart(options.csv, {options.board, options.model});
  check_text_file(options.csv);
  std::optional<Board> board;
  DesignPoint& base = options.point;
  base.preset = options.preset;
  base.memory = "ideal";
  if (!options.board.empty()) {
    board = read_board(options.board);
    base.board = board->name;
    base.memory = board->memory;
    base.core_mhz = board->core_mhz;
    base.groups = board->groups;
    base.vectors = board->vectors;
    base.ports = board->ports;
    base.latency = board->path_cycles;
    base.read_burst = board->read_burst;
    base.write_burst = board->write_burst;
  }
  base.memory = options.memory.value_or(base.memory);
  base.groups = options.groups.value_or(base.groups);
  base.vectors = options.vectors.value_or(base.vectors);
  base.ports = options.ports.value_or(base.ports);
  base.core_mhz = options.core_mhz.value_or(base.core_mhz);
  base.latency = options.latency.value_or(base.latency);
  base.bandwidth = options.bandwidth.value_or(base.bandwidth);
  base.read_burst = options.read_burst.value_or(base.read_burst);
  base.write_burst = options.write_burst.value_or(base.write_burst);

  std::vector<DesignPoint> points;
  try {
    points = points_of(base, options.sweeps);
  } catch (const SweepError& error) {
    throw UsageError("--sweep", error.what());
  }
  Estimator estimator(options.model);
  Json results = Json::array();
  for (const DesignPoint& point : points) results.push_back(estimator.estimate(point, board));
  if (!options.csv.empty()) write_file(options.csv, estimate_csv(results));
  if (options.common.json) return print_json({{"estimates", results}});
  if (results.size() > 1) return print_estimates(results);
  if (board) fmt::print("board {}: {}; clock {}\n", board->name, board->description, board->clock);
  print_estimate(results.front());
}

}  // namespace

void add_estimate(Command& app) {
  const auto options = std::make_shared<EstimateCommand>();
  Command* command = add_command(
      app, "estimate", "Estimate tokens per second of a model on a board, without simulating it",
      options->common);
  Option* preset = command->add_option("--preset", options->preset, "Whose sizes")
                       ->check(one_of(preset_names()));
  command->add_option("--model", options->model, "Directory of a packed model instead")
      ->excludes(preset);
  std::string boards;
  for (const std::string& name : board_names()) boards += name + ", ";
  command->add_option("--board", options->board,
                      boards + "or a file; says memory, clock and core where options do not");
  DesignPoint& point = options->point;
  command->add_option("--context", point.context, "Tokens in the cache, the decoded one included")
      ->check(whole_in(1, 1 << 24))
      ->capture_default_str();
  command->add_option("--prompt-tokens", point.prompt, "Tokens of a prompt to estimate too [none]")
      ->check(whole_in(0, 1 << 24));
  command->add_option("--depth", point.depth, "Trits per weight")
      ->check(whole_in(1, 4))
      ->capture_default_str();
  command->add_option("--layers", point.layers, "So many layers [those of the preset]")
      ->check(whole_in(1, 1024));
  command->add_option("--groups", options->groups, "Groups side by side [16, or the board's]")
      ->check(one_of({1u, 2u, 4u, 8u, 16u}));
  command->add_option("--vectors", options->vectors, "Tokens at a time through a prompt")
      ->check(one_of({1u, 2u, 4u, 8u}));
  command
      ->add_option("--ports", options->ports,
                   "AXI read ports that share a beat [1, or the board's]")
      ->check(one_of({1u, 2u, 4u}));
  command->add_option("--memory", options->memory,
                      "ideal, or a DRAM as `trine memory` takes it [ideal, or the board's]");
  command->add_option("--core-clock", options->core_mhz, "MHz of the core [300, or the board's]")
      ->check(number_in(1, 10'000));
  command
      ->add_option("--latency", options->latency,
                   "Cycles until an ideal memory answers; of a DRAM, of the way to it [1]")
      ->check(number_in(1, 1e6));
  command->add_option("--bandwidth", options->bandwidth, "Beats a cycle of an ideal memory [1]")
      ->check(number_in(0, 1, true));
  command
      ->add_option("--read-burst", options->read_burst,
                   "Beats of the longest read burst of a single port, 16 over AXI3 [256, or the "
                   "board's]")
      ->check(one_of({16u, 32u, 64u, 128u, 256u}));
  command
      ->add_option("--write-burst", options->write_burst,
                   "Beats of the longest write burst [64, or the board's]")
      ->check(one_of({16u, 32u, 64u, 128u, 256u}));
  command
      ->add_option("--sweep", options->sweeps,
                   "NAME=VALUE,VALUE,...: every value, with every one of other sweeps")
      ->type_name("SWEEP")
      ->allow_extra_args(false);
  command->add_option("--csv", options->csv, "Write the table to this file")->type_name("FILE");
  command->callback([options] {
    const bool swept = std::ranges::any_of(
        options->sweeps, [](const std::string& s) { return s.starts_with("preset="); });
    if (options->preset.empty() && options->model.empty() && !swept)
      throw UsageError::required("--preset or --model");
    run_estimate(*options);
  });
}

}  // namespace trine::tools
