// SPDX-License-Identifier: Apache-2.0

#include "tools/simulation_json.h"

#include <fmt/format.h>

#include "tools/memory_json.h"
#include "tools/run_report.h"

namespace trine::tools {
namespace {

Json cost_json(const Cost& cost) {
  Json json = Json::object();
  for (const CostField& field : kCostFields) json[field.name] = cost.*field.value;
  json["between"] = cost.between();
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

}  // namespace

Json model_json(const SimulatedModel& model) {
  return {{"name", model.name},
          {"checksum", model.checksum},
          {"layers", model.layers},
          {"hidden", model.hidden},
          {"vocab", model.vocab}};
}

Json core_json(const SimulatedCore& core) {
  Json json = {{"device", core.device},
               {"groups", core.groups},
               {"ports", core.ports},
               {"act_width", core.act_width},
               {"attention_heads", core.attention_heads},
               {"attention_width", core.attention_width},
               {"context", core.context},
               {"latency", core.latency},
               {"bandwidth", core.bandwidth},
               {"stall", core.stall},
               {"seed", optional_json(core.seed)}};
  if (!core.memory.empty()) json["memory"] = core.memory;
  if (core.core_mhz) json["core_mhz"] = *core.core_mhz;
  return json;
}

Json to_json(const Simulation& simulation) {
  const Cost total = simulation.total();
  Json json = {
      {"format", kSimulationFormat},
      {"version", kSimulationVersion},
      {"model", model_json(simulation.model)},
      {"core", core_json(simulation.core)},
      {"tokens", simulation.tokens},
      {"position", simulation.position},
      {"layers", {{"first", simulation.first}, {"end", simulation.end}, {"of", simulation.layers}}},
      {"state",
       {{"in", state_json(simulation.state_in)}, {"out", state_json(simulation.state_out)}}},
      {"best", simulation.best ? Json(*simulation.best) : Json(nullptr)},
      {"equal", true},
      {"compared", optional_json(simulation.compared)},
      {"trace_begin", optional_json(simulation.trace_begin)},
      {"elapsed", simulation.elapsed},
      {"total", cost_json(total)},
      {"utilization", ratio(total.weight_beats, total.cycles)},
      {"operations", sums_json(simulation, [](const auto& c) { return c.operation; })},
      {"units", sums_json(simulation, [](const auto& c) { return c.unit; })},
      {"by_layer", sums_json(simulation, layer_name)},
      {"seconds", simulation.seconds}};
  if (simulation.dram) json["dram"] = memory_json(*simulation.dram);
  if (simulation.cache_seed) json["cache_seed"] = *simulation.cache_seed;
  Json commands = Json::array();
  for (const SimulatedCommand& command : simulation.commands) {
    Json item = {
        {"index", command.index}, {"operation", command.operation},
        {"unit", command.unit},   {"layer", command.layer ? Json(*command.layer) : Json(nullptr)},
        {"label", command.label}, {"start", command.start}};
    item.update(cost_json(command.cost));
    commands.push_back(std::move(item));
  }
  json["commands"] = std::move(commands);
  return json;
}

std::string compared_text(const Simulation& simulation) {
  const std::string results = simulation.end == simulation.layers ? "the logits" : "the results";
  if (!simulation.compared)
    return fmt::format("equal: {} to golden's; --check compares every command", results);
  return fmt::format("equal: {} values of all commands, and {}, to golden's", *simulation.compared,
                     results);
}

}  // namespace trine::tools
