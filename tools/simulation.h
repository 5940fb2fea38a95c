// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "driver/profile.h"
#include "driver/token_list.h"
#include "tools/common.h"

namespace trine::tools {

/// What commands took, added up.
struct Cost {
  std::uint64_t commands = 0;
  std::uint64_t cycles = 0;  // From the fetch of a command to its end, both included.
  std::uint64_t weight_beats = 0, read_beats = 0, write_beats = 0;
  std::uint64_t stall_memory = 0, stall_table = 0, stall_rows = 0;
  std::uint64_t unit_cycles = 0;  // In which a unit ran.
  std::uint64_t macs = 0;         // Multiplications of a weight and an activation.

  Cost& operator+=(const Cost& other);
  bool operator==(const Cost&) const = default;
};

/// One command of a token's list.
struct CommandCost {
  std::size_t index = 0;  // In the list of the whole token.
  std::string operation, unit;
  std::optional<std::size_t> layer;
  std::string label;
  Cost cost;

  bool operator==(const CommandCost&) const = default;
};

/// The part of the core that an operation keeps busy.
std::string_view unit_of(Operation operation);

/// Some layers of one token, simulated command by command. A command costs the same in whatever
/// list it is, so the layers of a token may be simulated apart and put together.
struct Simulation {
  Json model, core;                  // What it is and what it ran on; equal in all parts.
  std::vector<std::int32_t> tokens;  // The context, and last the token that was simulated.
  std::size_t layers = 0;            // Of the model.
  std::size_t first = 0, end = 0;    // Layers [first, end) ran; the head after the last.
  std::string state_in, state_out;   // Checksums of what enters and leaves; no state is "".
  std::optional<std::int32_t> best;  // The most probable next token, from the head.
  std::vector<CommandCost> commands;
  double seconds = 0;  // Wall time of the simulation.

  Cost total() const;
};

/// The report as a file: sums by operation, unit and layer beside the commands.
Json to_json(const Simulation& simulation);
/// Reads it back; throws Error naming the file and what is wrong with it.
Simulation read_simulation(const std::filesystem::path& file);

/// One report of all parts, equal to that of a run of all their layers but for the wall time,
/// which is added up. Throws Error when parts are missing, overlap or belong to other runs;
/// `names` are for its message.
Simulation merge(const std::vector<Simulation>& parts, const std::vector<std::string>& names);

/// Sums by key, in the order of the first appearance.
template <class Key>
std::vector<std::pair<std::string, Cost>> sums(const Simulation& simulation, Key key) {
  std::vector<std::pair<std::string, Cost>> all;
  for (const CommandCost& command : simulation.commands) {
    const std::string name = key(command);
    auto at = std::ranges::find(all, name, &std::pair<std::string, Cost>::first);
    if (at == all.end()) at = all.insert(at, {name, {}});
    at->second += command.cost;
  }
  return all;
}
inline std::string layer_name(const CommandCost& command) {
  return command.layer ? std::to_string(*command.layer) : "outside";
}

/// A page that needs nothing else: roofline, time by operation and layer, stalls, slow commands.
std::string html_report(const Simulation& simulation);
/// Chrome trace events, for Perfetto; a microsecond of it is a cycle.
Json timeline(const Simulation& simulation);

/// Writes a file under a temporary name, then renames it; throws Error naming it.
void write_file(const std::filesystem::path& file, const std::string& text);

/// --report, --timeline and -o of commands that have a simulation to write.
struct SimulationOutput {
  std::string json, html, timeline;
};
void add_simulation_output(CLI::App& command, SimulationOutput& output);
void write_simulation(const Simulation& simulation, const SimulationOutput& output);
/// The sums by operation as a table on stdout, or the report with --json.
void print_simulation(const Simulation& simulation, const CommonOptions& options);

}  // namespace trine::tools
