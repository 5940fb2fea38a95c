// SPDX-License-Identifier: Apache-2.0

#include "tools/simulation_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/memory_json.h"
#include "tools/outputs.h"

namespace trine::tools {
namespace fs = std::filesystem;

void add_simulation_output(Command& command, SimulationOutput& output) {
  command.add_option("-o,--out", output.json, "Write the report as JSON")->type_name("FILE");
  command.add_option("--report", output.html, "Write the report as a page of HTML")
      ->type_name("FILE");
  command
      .add_option("--timeline", output.timeline, "Write the commands as trace events, for Perfetto")
      ->type_name("FILE");
}

void check_simulation_output(const SimulationOutput& output,
                             const std::vector<std::string>& inputs) {
  check_distinct({output.json, output.html, output.timeline});
  for (const std::string& file : {output.json, output.html, output.timeline}) {
    check_apart(file, inputs);
    check_text_file(file);
  }
}

void write_simulation(const Simulation& simulation, const SimulationOutput& output) {
  if (!output.json.empty()) write_file(output.json, to_json(simulation).dump(1) + "\n");
  if (!output.html.empty()) {
    const fs::path page = fs::absolute(output.html).parent_path();
    const std::string link = output.timeline.empty()
                                 ? ""
                                 : fs::absolute(output.timeline).lexically_relative(page).string();
    write_file(output.html, html_report(simulation, link));
  }
  if (!output.timeline.empty()) write_file(output.timeline, timeline(simulation).dump() + "\n");
}

void print_simulation(const Simulation& simulation, const CommonOptions& options) {
  if (options.json) return print_json(to_json(simulation));
  const Cost total = simulation.total();
  const auto line = [&](const std::string& name, const Cost& cost) {
    fmt::print("{:16} {:>8} {:>12} {:>7} {:>12} {:>10} {:>10} {:>10}\n", name, cost.commands,
               cost.cycles, percent(ratio(cost.cycles, simulation.elapsed)), cost.weight_beats,
               cost.read_beats + cost.write_beats - cost.weight_beats, cost.stalls(),
               cost.between());
  };
  fmt::print("{:16} {:>8} {:>12} {:>7} {:>12} {:>10} {:>10} {:>10}\n", "operation", "commands",
             "cycles", "share", "weight beats", "other", "stalls", "no unit");
  for (const auto& [name, cost] : sums(simulation, [](const auto& c) { return c.operation; }))
    line(name, cost);
  line("all commands", total);
  // Cycles of no command: one is over and the next has not begun.
  line("between them", {.cycles = simulation.elapsed - std::min(simulation.elapsed, total.cycles)});
  fmt::print("layers {}:{} of {}, position {}, {} cycles, bus utilization {}, {:.2f} s\n",
             simulation.first, simulation.end, simulation.layers, simulation.position,
             simulation.elapsed, percent(ratio(total.weight_beats, simulation.elapsed)),
             simulation.seconds);
  fmt::print("{}\n", compared_text(simulation));
  if (simulation.dram) {
    const MemoryReport& dram = *simulation.dram;
    fmt::print("memory        {} at {:.6g} MHz, {:.4g} GB/s; core at {:.4g} MHz\n{}", dram.name,
               dram.memory_mhz, dram.peak / 1e9, dram.core_mhz, memory_text(dram));
  }
}

}  // namespace trine::tools
