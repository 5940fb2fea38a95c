// SPDX-License-Identifier: Apache-2.0

#include <algorithm>

#include "tools/simulation_report.h"

namespace trine::tools {
namespace {

constexpr const char* kUnits[] = {"control",     "load",           "trit engine", "FP16 engine",
                                  "vector unit", "attention unit", "store"};
constexpr int kProcess = 1, kLayers = 1, kFirstUnit = 2;  // Threads are the rows of the view.

int row_of(const std::string& unit) {
  return kFirstUnit + static_cast<int>(std::ranges::find(kUnits, unit) - std::begin(kUnits));
}

Json row_name(int row, const std::string& name) {
  return {{"ph", "M"},
          {"pid", kProcess},
          {"tid", row},
          {"name", "thread_name"},
          {"args", {{"name", name}}}};
}

Json span(int row, const std::string& name, std::uint64_t start, std::uint64_t cycles) {
  return {{"ph", "X"},    {"pid", kProcess}, {"tid", row},
          {"name", name}, {"ts", start},     {"dur", cycles}};
}

}  // namespace

Json timeline(const Simulation& simulation) {
  Json events = Json::array();
  events.push_back(
      {{"ph", "M"}, {"pid", kProcess}, {"name", "process_name"}, {"args", {{"name", "Trine"}}}});
  events.push_back(row_name(kLayers, "layers"));
  for (const char* unit : kUnits) events.push_back(row_name(row_of(unit), unit));

  std::uint64_t layer_start = 0;
  for (std::size_t i = 0; i < simulation.commands.size(); ++i) {
    const SimulatedCommand& command = simulation.commands[i];
    const Cost& cost = command.cost;
    const std::uint64_t now = command.start;
    Json event = span(row_of(command.unit),
                      command.label.empty() ? command.operation : command.label, now, cost.cycles);
    event["cat"] = command.operation;
    event["args"] = {{"index", command.index},
                     {"weight_beats", cost.weight_beats},
                     {"read_beats", cost.read_beats},
                     {"write_beats", cost.write_beats},
                     {"stall_memory", cost.stall_memory},
                     {"stall_table", cost.stall_table},
                     {"stall_rows", cost.stall_rows},
                     {"unit_cycles", cost.unit_cycles}};
    events.push_back(std::move(event));
    const double bus = cost.cycles == 0 ? 0
                                        : static_cast<double>(cost.read_beats + cost.write_beats) /
                                              static_cast<double>(cost.cycles);
    events.push_back({{"ph", "C"},
                      {"pid", kProcess},
                      {"name", "bus beats per cycle"},
                      {"ts", now},
                      {"args", {{"beats", bus}}}});
    const bool last = i + 1 == simulation.commands.size();
    if (last || simulation.commands[i + 1].layer != command.layer) {
      events.push_back(span(kLayers, command.layer ? "layer " + layer_name(command) : "outside",
                            layer_start, now + cost.cycles - layer_start));
      if (!last) layer_start = simulation.commands[i + 1].start;
    }
  }
  return {{"displayTimeUnit", "ns"}, {"traceEvents", std::move(events)}};
}

}  // namespace trine::tools
