// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>

#include "tools/html_parts.h"

namespace trine::tools::html {
namespace {

using Sums = std::vector<std::pair<std::string, Cost>>;

/// What a command does, for people: of a tied head the label is that of the embedding.
std::string what_of(const SimulatedCommand& command) {
  if (command.operation == operation_name(Operation::Head) &&
      command.label.find("head") == std::string::npos)
    return fmt::format("head ({})", command.label);
  return command.label.empty() ? command.operation : command.label;
}

}  // namespace

std::string operations(const Simulation& simulation, const Cost& total) {
  Sums all = sums(simulation, [](const SimulatedCommand& command) { return command.operation; });
  std::ranges::stable_sort(all, std::ranges::greater{},
                           [](const auto& sum) { return sum.second.cycles; });
  std::string out;
  for (const auto& [name, cost] : all) {
    const auto one = std::ranges::find(simulation.commands, name, &SimulatedCommand::operation);
    const double part = share(cost.cycles, total.cycles);
    out += fmt::format(
        "<tr><td>{}<td>{}<td>{}<td class=bar data-value={:.6f}><i style='width:{:.2f}%;"
        "background:{}'></i>{:.2f}&nbsp;%<td>{:.3f}<td>{}<td>{}<td>{}<td>{}\n",
        name, grouped(cost.commands), grouped(cost.cycles), part, 60 * part, color_of(one->unit),
        100 * part, share(cost.read_beats + cost.write_beats, cost.cycles),
        grouped(cost.stall_memory + cost.stall_transfer), grouped(cost.stall_table),
        grouped(cost.stall_rows), grouped(cost.between()));
  }
  return table(
      "<th>operation<th>commands<th>cycles<th class=bar>share of the time<th>beats a cycle"
      "<th>waits: memory<th>table<th>rows<th>no unit",
      out);
}

std::string slowest(const Simulation& simulation, bool has_trace) {
  constexpr std::size_t kRows = 25;
  std::vector<const SimulatedCommand*> all;
  for (const SimulatedCommand& command : simulation.commands) all.push_back(&command);
  std::ranges::stable_sort(all, std::ranges::greater{},
                           [](const SimulatedCommand* command) { return command->cost.cycles; });
  if (all.size() > kRows) all.resize(kRows);
  std::string out;
  for (const SimulatedCommand* command : all) {
    const Cost& cost = command->cost;
    out += fmt::format(
        "<tr><td>{}<td class=text>{}<td class=text>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}\n",
        command->index, escape(what_of(*command)), command->unit,
        in_perfetto(has_trace, command->start, command->start + cost.cycles,
                    grouped(command->start)),
        grouped(cost.cycles), grouped(cost.weight_beats),
        grouped(cost.stall_memory + cost.stall_transfer), grouped(cost.stall_table),
        grouped(cost.stall_rows), grouped(cost.between()));
  }
  return table(
      "<th>command<th class=text>what<th class=text>unit<th>at cycle<th>cycles<th>weight beats"
      "<th>waits: memory<th>table<th>rows<th>no unit",
      out);
}

std::string memory(const MemoryReport& dram) {
  std::string out = fmt::format(
      "<p>{}, {:.4g} GB/s on {} channel(s) at {:.6g} MHz; the core at {:.4g} MHz. The pins carried "
      "data in {:.2f} % of their clocks.</p>\n",
      escape(dram.name), dram.peak / 1e9, dram.channels, dram.memory_mhz, dram.core_mhz,
      100 * dram.efficiency());
  std::string rows;
  constexpr std::pair<const char*, const char*> kClocks[] = {
      {"busy", "data"},
      {"lost_idle", "nothing was asked for"},
      {"lost_refresh", "refresh"},
      {"lost_turnaround", "turnaround between reads and writes"},
      {"lost_rows", "a row had to be opened"},
      {"lost_spacing", "spacing of commands"},
      {"lost", "no data"}};
  for (const auto& [key, what] : kClocks) {
    if (dram.count(key) == 0) continue;
    const double part = share(dram.count(key), dram.clocks());
    rows += fmt::format(
        "<tr><td>{}<td>{}<td class=bar data-value={:.6f}><i style='width:{:.2f}%;"
        "background:{}'></i>{:.2f}&nbsp;%\n",
        what, grouped(dram.count(key)), part, 60 * part, color_of("load"), 100 * part);
  }
  out += table("<th>clocks of the pins<th>clocks<th class=bar>share", rows) + "<dl>";
  for (const char* key : {"reads", "writes", "row_hits", "row_misses", "row_conflicts", "activates",
                          "refreshes", "turnarounds"})
    out += fmt::format("<dt>{}</dt><dd>{}</dd>", key, grouped(dram.count(key)));
  return out + "</dl>\n";
}

}  // namespace trine::tools::html
