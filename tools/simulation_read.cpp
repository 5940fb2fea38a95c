// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <limits>

#include "golden/checkpoint/json.h"
#include "golden/error.h"
#include "tools/memory_json.h"
#include "tools/report_fields.h"
#include "tools/simulation_json.h"

namespace trine::tools {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostSize = 1 << 24;  // Of a model or a core.
constexpr std::uint64_t kMostToken = std::numeric_limits<std::int32_t>::max();
constexpr std::uint64_t kAny = std::numeric_limits<std::uint64_t>::max();

std::size_t size(const Json& object, const char* key) {
  return report::whole_as<std::size_t>(object, key, kMostSize);
}

std::uint64_t count(const Json& object, const char* key) {
  return report::whole(object, key, kMostCount);
}

/// A member that may be null or absent.
std::optional<std::uint64_t> optional_whole(const Json& object, const char* key,
                                            std::uint64_t most) {
  if (!report::has(object, key)) return {};
  return report::whole(object, key, most);
}

SimulatedModel model_of(const Json& json) {
  return {.name = report::string(json, "name"),
          .checksum = report::string(json, "checksum"),
          .layers = size(json, "layers"),
          .hidden = size(json, "hidden"),
          .vocab = size(json, "vocab")};
}

SimulatedCore core_of(const Json& json) {
  const auto parameter = [&](const char* key) {
    return report::whole_as<unsigned>(json, key, kMostSize);
  };
  SimulatedCore core{
      .device = report::string(json, "device"),
      .groups = parameter("groups"),
      .ports = parameter("ports"),
      .act_width = parameter("act_width"),
      .attention_heads = parameter("attention_heads"),
      .attention_width = parameter("attention_width"),
      .context = size(json, "context"),
      .latency = parameter("latency"),
      .bandwidth = report::number(json, "bandwidth"),
      .stall = report::number(json, "stall"),
      .seed = optional_whole(json, "seed", kAny),
      .memory = report::has(json, "memory") ? report::string(json, "memory") : std::string(),
      .core_mhz = {}};
  if (core.groups == 0) throw Error("'groups' must be 1 at least, it is 0");
  if (report::has(json, "core_mhz")) core.core_mhz = report::number(json, "core_mhz");
  return core;
}

std::vector<std::int32_t> tokens_in(const Json& json) {
  const Json& list = report::member(json, "tokens");
  if (!list.is_array()) throw Error("'tokens' must be a list of tokens");
  std::vector<std::int32_t> tokens;
  for (const Json& token : list) {
    if (!token.is_number_unsigned() || token.get<std::uint64_t>() > kMostToken)
      throw Error(fmt::format("token {} of 'tokens' must be a whole number up to {}",
                              tokens.size() + 1, kMostToken));
    tokens.push_back(token.get<std::int32_t>());
  }
  return tokens;
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
  if (!simulation.commands.empty() && command.start < simulation.commands.back().start)
    throw Error(fmt::format("command {}: starts before the one in front of it", command.index));
}

SimulatedCommand command_of(const Json& item) {
  SimulatedCommand command{.index = count(item, "index"),
                           .operation = report::string(item, "operation"),
                           .unit = report::string(item, "unit"),
                           .layer = optional_whole(item, "layer", kMostCount),
                           .label = report::string(item, "label"),
                           .start = count(item, "start"),
                           .cost = {}};
  for (const CostField& field : kCostFields) command.cost.*field.value = count(item, field.name);
  return command;
}

Simulation from_json(const Json& json) {
  if (report::member(json, "format") != kSimulationFormat)
    throw Error("is not a report of `trine simulate`");
  if (const auto version = report::whole(json, "version", kAny); version != kSimulationVersion)
    throw Error(fmt::format("version {}, this program reads {}", version, kSimulationVersion));
  const Json& layers = report::member(json, "layers");
  const auto state = [&](const char* key) {
    const Json& states = report::member(json, "state");
    return report::has(states, key) ? report::string(states, key) : std::string();
  };
  Simulation simulation{.model = model_of(report::member(json, "model")),
                        .core = core_of(report::member(json, "core")),
                        .tokens = tokens_in(json),
                        .position = size(json, "position"),
                        .cache_seed = optional_whole(json, "cache_seed", kAny),
                        .layers = size(layers, "of"),
                        .first = size(layers, "first"),
                        .end = size(layers, "end"),
                        .state_in = state("in"),
                        .state_out = state("out"),
                        .best = {},
                        .commands = {},
                        .elapsed = count(json, "elapsed"),
                        .compared = optional_whole(json, "compared", kMostCount),
                        .trace_begin = optional_whole(json, "trace_begin", kMostCount),
                        .seconds = report::number(json, "seconds"),
                        .dram = {}};
  if (report::has(json, "dram")) simulation.dram = memory_of(json.at("dram"));
  if (report::has(json, "best"))
    simulation.best = report::whole_as<std::int32_t>(json, "best", kMostToken);
  if (simulation.first >= simulation.end || simulation.end > simulation.layers)
    throw Error(
        fmt::format("layers {} to {} of {}", simulation.first, simulation.end, simulation.layers));
  const Json& commands = report::member(json, "commands");
  if (!commands.is_array() || commands.empty())
    throw Error("'commands' must be a list of commands");
  for (const Json& item : commands) {
    SimulatedCommand command = command_of(item);
    check_command(command, simulation);
    simulation.commands.push_back(std::move(command));
  }
  return simulation;
}

}  // namespace

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

}  // namespace trine::tools
