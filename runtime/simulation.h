// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "driver/memory_report.h"
#include "driver/profile.h"
#include "driver/token_list.h"
#include "runtime/progress.h"
#include "runtime/session.h"

namespace trine {

/// What commands took, added up.
struct Cost {
  std::uint64_t commands = 0;
  std::uint64_t cycles = 0;  // From the fetch of a command to its end, both included.
  std::uint64_t weight_beats = 0, read_beats = 0, write_beats = 0;
  std::uint64_t stall_memory = 0, stall_table = 0, stall_rows = 0;
  std::uint64_t stall_transfer = 0;  // Cycles of a load or store without a beat.
  std::uint64_t unit_cycles = 0;     // In which a unit ran.
  std::uint64_t macs = 0;            // Multiplications of a weight and an activation.

  /// Cycles in which a unit waited.
  std::uint64_t stalls() const { return stall_memory + stall_table + stall_rows + stall_transfer; }
  /// Cycles in which no unit ran: the command was fetched, checked, dispatched and retired.
  std::uint64_t between() const { return cycles - std::min(cycles, unit_cycles); }
  Cost& operator+=(const Cost& other);
  bool operator==(const Cost&) const = default;
};

/// The members of Cost with their names.
struct CostField {
  const char* name;
  std::uint64_t Cost::*value;
};
inline constexpr CostField kCostFields[] = {{"commands", &Cost::commands},
                                            {"cycles", &Cost::cycles},
                                            {"weight_beats", &Cost::weight_beats},
                                            {"read_beats", &Cost::read_beats},
                                            {"write_beats", &Cost::write_beats},
                                            {"stall_memory", &Cost::stall_memory},
                                            {"stall_table", &Cost::stall_table},
                                            {"stall_rows", &Cost::stall_rows},
                                            {"stall_transfer", &Cost::stall_transfer},
                                            {"unit_cycles", &Cost::unit_cycles},
                                            {"macs", &Cost::macs}};

/// One command of a token's list.
struct SimulatedCommand {
  std::size_t index = 0;  // In the list of the whole token.
  std::string operation, unit;
  std::optional<std::size_t> layer;
  std::string label;
  std::uint64_t start = 0;  // Cycles from the begin of the first command to its begin.
  Cost cost;

  bool operator==(const SimulatedCommand&) const = default;
};

/// The part of the core that an operation keeps busy.
std::string_view unit_of(Operation operation);

/// The model that was simulated.
struct SimulatedModel {
  std::string name;
  std::string checksum;  // Of the file's header, which has those of all tensors.
  std::size_t layers = 0, hidden = 0, vocab = 0;

  bool operator==(const SimulatedModel&) const = default;
};

/// What it ran on.
struct SimulatedCore {
  std::string device;
  unsigned groups = 0, ports = 1, act_width = 0, attention_heads = 0, attention_width = 0;
  std::size_t context = 0;
  unsigned latency = 1;
  double bandwidth = 1, stall = 0;
  std::optional<std::uint64_t> seed;  // Of the stalls, when there are any.
  std::string memory;                 // The DRAM behind the bus; empty when there is none.
  std::optional<double> core_mhz;     // The core's clock beside that of the DRAM.

  bool operator==(const SimulatedCore&) const = default;
};

/// Some layers of one token, simulated command by command. They run amid what is around them in the
/// whole token (Program::part), so the layers of a token may be simulated apart and put together.
struct Simulation {
  SimulatedModel model;                     // Equal in all parts, as is
  SimulatedCore core;                       // this.
  std::vector<std::int32_t> tokens;         // The context, and last the token that was simulated.
  std::size_t position = 0;                 // Of that token.
  std::optional<std::uint64_t> cache_seed;  // Of a synthetic text in front of the tokens.
  std::size_t layers = 0;                   // Of the model.
  std::size_t first = 0, end = 0;           // Layers [first, end) ran; the head after the last.
  std::string state_in, state_out;          // Checksums of what enters and leaves; no state is "".
  std::optional<std::int32_t> best;         // The most probable next token, from the head.
  std::vector<SimulatedCommand> commands;
  /// From the begin of the first command to the end of the last one of the token, or to the begin
  /// of what follows layer `end` - 1; so the sum of all parts is that of the whole. More than the
  /// commands together: retiring one and writing its record lies between.
  std::uint64_t elapsed = 0;
  /// Values that were compared with golden, command by command; nothing without the check. The
  /// results at the end are compared in any case.
  std::optional<std::uint64_t> compared;
  /// The cycle of the simulation, as --trace-cycles and the time of a wave count them, in which the
  /// first command began; of one part on a simulated core.
  std::optional<std::uint64_t> trace_begin;
  double seconds = 0;                // Wall time of the simulation.
  std::optional<MemoryReport> dram;  // What the DRAM did; empty without one.

  Cost total() const;
};

/// A text that nobody wrote (runtime/synthetic_cache.h) in front of the tokens.
struct SyntheticText {
  std::size_t positions = 0;
  std::uint64_t seed = 1;
};

/// Weight beats that layers [first, end) of a token at `position` take on such a core, before
/// anything runs; each takes a cycle at least.
std::uint64_t expected_beats(const golden::PackedModel& model, const MachineParams& machine,
                             std::size_t context, std::size_t position, std::size_t first,
                             std::size_t end);

/// Simulates layers [first, end) of the last token on the device of the options; golden makes
/// everything in front: the tokens before, and the layers below `first`. The head comes with the
/// last layer. `text` comes before the tokens. With SessionOptions::check both are compared command
/// by command. With SessionOptions::jobs that many parts of the layers run side by side, each from
/// golden's state; the report is what merge() makes of them, with the wall time of all together.
/// Throws Mismatch for a command that differs, Different for results that do, Error for what cannot
/// be run.
Simulation simulate_layers(const ModelFile& file, const SessionOptions& options,
                           std::span<const std::int32_t> tokens, const SyntheticText& text,
                           std::size_t first, std::size_t end, Progress& progress);

/// One report of all parts, equal to that of a run of all their layers but for the wall time,
/// which is added up. Throws Error when parts are missing, overlap or belong to other runs;
/// `names` are for its message.
Simulation merge(const std::vector<Simulation>& parts, const std::vector<std::string>& names);

/// Sums by key, in the order of the first appearance.
template <class Key>
std::vector<std::pair<std::string, Cost>> sums(const Simulation& simulation, Key key) {
  std::vector<std::pair<std::string, Cost>> all;
  for (const SimulatedCommand& command : simulation.commands) {
    const std::string name = key(command);
    auto at = std::ranges::find(all, name, &std::pair<std::string, Cost>::first);
    if (at == all.end()) at = all.insert(at, {name, {}});
    at->second += command.cost;
  }
  return all;
}
inline std::string layer_name(const SimulatedCommand& command) {
  return command.layer ? std::to_string(*command.layer) : "outside";
}

}  // namespace trine
