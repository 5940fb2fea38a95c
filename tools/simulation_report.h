// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "tools/simulation_json.h"

namespace trine::tools {

/// A page that needs nothing else: what was simulated, time by operation and layer, roofline,
/// stalls, slow commands. `timeline` is the name of that file beside the page; empty without one.
std::string html_report(const Simulation& simulation, const std::string& timeline);
/// Chrome trace events, for Perfetto; a microsecond of it is a cycle.
Json timeline(const Simulation& simulation);

/// --report, --timeline and -o of commands that have a simulation to write.
struct SimulationOutput {
  std::string json, html, timeline;
};
void add_simulation_output(Command& command, SimulationOutput& output);
/// Throws Error for a file that could not be written, that is among the `inputs` of the command, or
/// that has the name of another one.
void check_simulation_output(const SimulationOutput& output,
                             const std::vector<std::string>& inputs = {});
void write_simulation(const Simulation& simulation, const SimulationOutput& output);
/// The sums by operation as a table on stdout, or the report with --json.
void print_simulation(const Simulation& simulation, const CommonOptions& options);

}  // namespace trine::tools
