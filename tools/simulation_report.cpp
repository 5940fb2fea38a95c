// SPDX-License-Identifier: Apache-2.0

#include "tools/simulation_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "golden/checkpoint/json.h"
#include "golden/error.h"
#include "tools/memory_json.h"
#include "tools/outputs.h"
#include "tools/run_report.h"

namespace trine::tools {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFormat = "trine-simulation";
constexpr unsigned kVersion = 2;

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

SimulatedModel model_of(const Json& json) {
  return {.name = json.at("name"),
          .checksum = json.at("checksum"),
          .layers = json.at("layers"),
          .hidden = json.at("hidden"),
          .vocab = json.at("vocab")};
}

SimulatedCore core_of(const Json& json) {
  SimulatedCore core{.device = json.at("device"),
                     .groups = json.at("groups"),
                     .ports = json.at("ports"),
                     .act_width = json.at("act_width"),
                     .attention_heads = json.at("attention_heads"),
                     .attention_width = json.at("attention_width"),
                     .context = json.at("context"),
                     .latency = json.at("latency"),
                     .bandwidth = json.at("bandwidth"),
                     .stall = json.at("stall"),
                     .seed = {},
                     .memory = json.value("memory", std::string()),
                     .core_mhz = {}};
  if (!json.at("seed").is_null()) core.seed = json.at("seed").get<std::uint64_t>();
  if (json.contains("core_mhz")) core.core_mhz = json.at("core_mhz").get<double>();
  return core;
}

/// A member that counts something.
std::uint64_t whole(const Json& object, const char* key) {
  const Json& value = object.at(key);
  if (!value.is_number_unsigned())
    throw Error(fmt::format("'{}' must be a whole number, it is {}", key, value.dump()));
  return value.get<std::uint64_t>();
}

/// Throws Error for a command that no simulation has.
void check_command(const SimulatedCommand& command, const Simulation& simulation) {
  bool known = false;
  for (unsigned i = 0; i <= static_cast<unsigned>(Operation::Control); ++i) {
    const auto operation = static_cast<Operation>(i);
    known = known ||
            (command.operation == operation_name(operation) && command.unit == unit_of(operation));
  }
  if (!known)
    throw Error(fmt::format("command {}: there is no operation '{}' of a unit '{}'", command.index,
                            command.operation, command.unit));
  if (command.layer && (*command.layer < simulation.first || *command.layer >= simulation.end))
    throw Error(fmt::format("command {}: layer {} is not one of the report", command.index,
                            *command.layer));
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
  Simulation simulation{.model = model_of(json.at("model")),
                        .core = core_of(json.at("core")),
                        .tokens = json.at("tokens"),
                        .position = whole(json, "position"),
                        .cache_seed = {},
                        .layers = whole(json.at("layers"), "of"),
                        .first = whole(json.at("layers"), "first"),
                        .end = whole(json.at("layers"), "end"),
                        .state_in = state("in"),
                        .state_out = state("out"),
                        .best = {},
                        .commands = {},
                        .elapsed = whole(json, "elapsed"),
                        .compared = {},
                        .trace_begin = {},
                        .seconds = json.at("seconds"),
                        .dram = {}};
  if (!json.at("compared").is_null()) simulation.compared = whole(json, "compared");
  if (!json.at("trace_begin").is_null()) simulation.trace_begin = whole(json, "trace_begin");
  if (json.contains("dram")) simulation.dram = memory_of(json.at("dram"));
  if (json.contains("cache_seed"))
    simulation.cache_seed = json.at("cache_seed").get<std::uint64_t>();
  if (!json.at("best").is_null()) simulation.best = json.at("best").get<std::int32_t>();
  if (simulation.first >= simulation.end || simulation.end > simulation.layers)
    throw Error(
        fmt::format("layers {} to {} of {}", simulation.first, simulation.end, simulation.layers));
  if (!json.at("commands").is_array() || json.at("commands").empty())
    throw Error("'commands' must be a list of commands");
  for (const Json& item : json.at("commands")) {
    SimulatedCommand command{.index = whole(item, "index"),
                             .operation = item.at("operation"),
                             .unit = item.at("unit"),
                             .layer = {},
                             .label = item.at("label"),
                             .start = whole(item, "start"),
                             .cost = {}};
    if (!item.at("layer").is_null()) command.layer = whole(item, "layer");
    for (const CostField& field : kCostFields) command.cost.*field.value = whole(item, field.name);
    check_command(command, simulation);
    simulation.commands.push_back(std::move(command));
  }
  return simulation;
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
      {"format", kFormat},
      {"version", kVersion},
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

Simulation read_simulation(const fs::path& file) {
  if (fs::is_directory(file)) throw Error(file.string() + ": is a directory");
  const Json json = golden::parse_json(golden::read_input_text(file), file.string());
  if (!json.is_object()) throw Error(file.string() + ": must be a JSON object");
  try {
    return from_json(json);
  } catch (const std::exception& error) {
    throw Error(file.string() + ": " + error.what());
  }
}

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

std::string compared_text(const Simulation& simulation) {
  const std::string results = simulation.end == simulation.layers ? "the logits" : "the results";
  if (!simulation.compared)
    return fmt::format("equal: {} to golden's; --check compares every command", results);
  return fmt::format("equal: {} values of all commands, and {}, to golden's", *simulation.compared,
                     results);
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
