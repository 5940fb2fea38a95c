// SPDX-License-Identifier: Apache-2.0

#include "tools/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "golden/error.h"

namespace trine::tools {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFormat = "trine-simulation";
constexpr unsigned kVersion = 1;

/// The members of Cost with their keys.
struct CostField {
  const char* key;
  std::uint64_t Cost::*value;
};
constexpr CostField kFields[] = {
    {"commands", &Cost::commands},         {"cycles", &Cost::cycles},
    {"weight_beats", &Cost::weight_beats}, {"read_beats", &Cost::read_beats},
    {"write_beats", &Cost::write_beats},   {"stall_memory", &Cost::stall_memory},
    {"stall_table", &Cost::stall_table},   {"stall_rows", &Cost::stall_rows},
    {"unit_cycles", &Cost::unit_cycles},   {"macs", &Cost::macs}};

Json cost_json(const Cost& cost) {
  Json json = Json::object();
  for (const CostField& field : kFields) json[field.key] = cost.*field.value;
  return json;
}

template <class Key>
Json sums_json(const Simulation& simulation, Key key) {
  Json json = Json::object();
  for (const auto& [name, cost] : sums(simulation, key)) json[name] = cost_json(cost);
  return json;
}

Json state_json(const std::string& state) {
  return state.empty() ? Json(nullptr) : Json(state);
}

/// In whatever order the keys are.
bool differ(const Json& a, const Json& b) {
  return nlohmann::json(a) != nlohmann::json(b);
}

Simulation from_json(const Json& json) {
  if (json.at("format") != kFormat) throw Error("is not a report of `trine simulate`");
  if (json.at("version") != kVersion)
    throw Error(
        fmt::format("version {}, this program reads {}", json.at("version").dump(), kVersion));
  const auto state = [&](const char* key) {
    const Json& value = json.at("state").at(key);
    return value.is_null() ? std::string() : value.get<std::string>();
  };
  Simulation simulation{.model = json.at("model"),
                        .core = json.at("core"),
                        .tokens = json.at("tokens"),
                        .layers = json.at("layers").at("of"),
                        .first = json.at("layers").at("first"),
                        .end = json.at("layers").at("end"),
                        .state_in = state("in"),
                        .state_out = state("out"),
                        .best = {},
                        .commands = {},
                        .seconds = json.at("seconds")};
  if (!json.at("best").is_null()) simulation.best = json.at("best").get<std::int32_t>();
  for (const Json& item : json.at("commands")) {
    CommandCost command{.index = item.at("index"),
                        .operation = item.at("operation"),
                        .unit = item.at("unit"),
                        .layer = {},
                        .label = item.at("label"),
                        .cost = {}};
    if (!item.at("layer").is_null()) command.layer = item.at("layer").get<std::size_t>();
    for (const CostField& field : kFields) command.cost.*field.value = item.at(field.key);
    simulation.commands.push_back(std::move(command));
  }
  return simulation;
}

}  // namespace

Cost& Cost::operator+=(const Cost& other) {
  for (const CostField& field : kFields) this->*field.value += other.*field.value;
  return *this;
}

std::string_view unit_of(Operation operation) {
  switch (operation) {
    case Operation::Linear:
      return "trit engine";
    case Operation::Scores:
    case Operation::Values:
    case Operation::Head:
      return "FP16 engine";
    case Operation::Embedding:
    case Operation::Parameters:
      return "load";
    case Operation::Cache:
    case Operation::Output:
      return "store";
    case Operation::Control:
      return "control";
    default:
      return "vector unit";
  }
}

Cost Simulation::total() const {
  Cost total;
  for (const CommandCost& command : commands) total += command.cost;
  return total;
}

Json to_json(const Simulation& simulation) {
  const Cost total = simulation.total();
  Json json = {
      {"format", kFormat},
      {"version", kVersion},
      {"model", simulation.model},
      {"core", simulation.core},
      {"tokens", simulation.tokens},
      {"position", simulation.tokens.size() - 1},
      {"layers", {{"first", simulation.first}, {"end", simulation.end}, {"of", simulation.layers}}},
      {"state",
       {{"in", state_json(simulation.state_in)}, {"out", state_json(simulation.state_out)}}},
      {"best", simulation.best ? Json(*simulation.best) : Json(nullptr)},
      {"total", cost_json(total)},
      {"utilization", ratio(total.weight_beats, total.cycles)},
      {"operations", sums_json(simulation, [](const auto& c) { return c.operation; })},
      {"units", sums_json(simulation, [](const auto& c) { return c.unit; })},
      {"by_layer", sums_json(simulation, layer_name)},
      {"seconds", simulation.seconds}};
  Json commands = Json::array();
  for (const CommandCost& command : simulation.commands) {
    Json item = {{"index", command.index},
                 {"operation", command.operation},
                 {"unit", command.unit},
                 {"layer", command.layer ? Json(*command.layer) : Json(nullptr)},
                 {"label", command.label}};
    item.update(cost_json(command.cost));
    commands.push_back(std::move(item));
  }
  json["commands"] = std::move(commands);
  return json;
}

Simulation read_simulation(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(file.string() + ": cannot be read");
  try {
    return from_json(Json::parse(in));
  } catch (const std::exception& error) {
    throw Error(file.string() + ": " + error.what());
  }
}

Simulation merge(const std::vector<Simulation>& parts, const std::vector<std::string>& names) {
  if (parts.empty()) throw Error("nothing to merge");
  std::vector<std::size_t> order(parts.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return parts[i].first; });
  Simulation all = parts[order.front()];
  for (std::size_t k = 1; k < order.size(); ++k) {
    const Simulation& part = parts[order[k]];
    const std::string &name = names[order[k]], &before = names[order[k - 1]];
    const auto refuse = [&](const std::string& why) {
      throw Error(fmt::format("{}: {} {}", name, why, before));
    };
    if (differ(part.model, all.model)) refuse("another model than");
    if (differ(part.core, all.core)) refuse("another core or memory than");
    if (part.tokens != all.tokens) refuse("other tokens than");
    if (part.layers != all.layers) refuse("another number of layers than");
    if (part.first != all.end)
      refuse(fmt::format("starts at layer {}, not at {} like the end of", part.first, all.end));
    if (part.state_in != all.state_out)
      refuse(fmt::format("starts from another state ({}) than the end ({}) of", part.state_in,
                         all.state_out));
    all.end = part.end;
    all.state_out = part.state_out;
    all.best = part.best;
    all.commands.insert(all.commands.end(), part.commands.begin(), part.commands.end());
    all.seconds += part.seconds;
  }
  for (std::size_t i = 1; i < all.commands.size(); ++i)
    if (all.commands[i].index != all.commands[i - 1].index + 1)
      throw Error(fmt::format("command {} is missing", all.commands[i - 1].index + 1));
  return all;
}

void write_file(const fs::path& file, const std::string& text) {
  const fs::path temporary = file.string() + ".tmp";
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  std::error_code error;
  if (out) fs::rename(temporary, file, error);
  if (!out || error) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw Error(file.string() + ": cannot be written");
  }
}

void add_simulation_output(CLI::App& command, SimulationOutput& output) {
  command.add_option("-o,--out", output.json, "Write the report as JSON")->type_name("FILE");
  command.add_option("--report", output.html, "Write the report as a page of HTML")
      ->type_name("FILE");
  command
      .add_option("--timeline", output.timeline, "Write the commands as trace events, for Perfetto")
      ->type_name("FILE");
}

void write_simulation(const Simulation& simulation, const SimulationOutput& output) {
  if (!output.json.empty()) write_file(output.json, to_json(simulation).dump(1) + "\n");
  if (!output.html.empty()) write_file(output.html, html_report(simulation));
  if (!output.timeline.empty()) write_file(output.timeline, timeline(simulation).dump() + "\n");
}

void print_simulation(const Simulation& simulation, const CommonOptions& options) {
  if (options.json) return print_json(to_json(simulation));
  const Cost total = simulation.total();
  const auto line = [&](const std::string& name, const Cost& cost) {
    fmt::print("{:12} {:>8} {:>12} {:>7} {:>12} {:>10} {:>10}\n", name, cost.commands, cost.cycles,
               percent(ratio(cost.cycles, total.cycles)), cost.weight_beats,
               cost.read_beats + cost.write_beats - cost.weight_beats,
               cost.stall_memory + cost.stall_table + cost.stall_rows);
  };
  fmt::print("{:12} {:>8} {:>12} {:>7} {:>12} {:>10} {:>10}\n", "operation", "commands", "cycles",
             "share", "weight beats", "other", "stalls");
  for (const auto& [name, cost] : sums(simulation, [](const auto& c) { return c.operation; }))
    line(name, cost);
  line("total", total);
  fmt::print("layers {}:{} of {}, position {}, bus utilization {}, {:.2f} s\n", simulation.first,
             simulation.end, simulation.layers, simulation.tokens.size() - 1,
             percent(ratio(total.weight_beats, total.cycles)), simulation.seconds);
}

}  // namespace trine::tools
