// SPDX-License-Identifier: Apache-2.0

#include "runtime/simulation.h"

#include <fmt/format.h>

#include "golden/error.h"

namespace trine {

Cost& Cost::operator+=(const Cost& other) {
  for (const CostField& field : kCostFields) this->*field.value += other.*field.value;
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
    case Operation::Attention:
      return "attention unit";
    case Operation::Embedding:
    case Operation::Parameters:
      return "load";
    case Operation::Cache:
    case Operation::Output:
      return "store";
    case Operation::Control:
      return "control";
    case Operation::Norm:
    case Operation::Bias:
    case Operation::Rope:
    case Operation::Softmax:
    case Operation::Residual:
    case Operation::Activation:
    case Operation::Argmax:
      return "vector unit";
  }
  throw Error("an operation without a unit");
}

Cost Simulation::total() const {
  Cost total;
  for (const SimulatedCommand& command : commands) total += command.cost;
  return total;
}

Simulation merge(const std::vector<Simulation>& parts, const std::vector<std::string>& names) {
  if (parts.empty()) throw Error("nothing to merge");
  std::vector<std::size_t> order(parts.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return parts[i].first; });
  Simulation all = parts[order.front()];
  if (parts.size() > 1) all.trace_begin.reset();
  for (std::size_t k = 1; k < order.size(); ++k) {
    const Simulation& part = parts[order[k]];
    const std::string &name = names[order[k]], &before = names[order[k - 1]];
    const auto refuse = [&](const std::string& why) {
      throw Error(fmt::format("{}: {} {}", name, why, before));
    };
    if (part.model != all.model) refuse("another model than");
    if (part.core != all.core) refuse("another core or memory than");
    if (part.tokens != all.tokens) refuse("other tokens than");
    if (part.position != all.position || part.cache_seed != all.cache_seed)
      refuse("another text in front of the tokens than");
    if (part.dram.has_value() != all.dram.has_value())
      refuse(fmt::format("{} of its DRAM, unlike", part.dram ? "tells" : "tells nothing"));
    if (part.layers != all.layers) refuse("another number of layers than");
    if (part.first != all.end)
      refuse(fmt::format("starts at layer {}, not at {} like the end of", part.first, all.end));
    if (part.state_in != all.state_out)
      refuse(fmt::format("starts from another state ({}) than the end ({}) of", part.state_in,
                         all.state_out));
    all.end = part.end;
    all.state_out = part.state_out;
    all.best = part.best;
    for (SimulatedCommand command : part.commands) {
      command.start += all.elapsed;
      all.commands.push_back(std::move(command));
    }
    all.elapsed += part.elapsed;
    if (all.compared && part.compared)
      *all.compared += *part.compared;
    else
      all.compared.reset();
    all.seconds += part.seconds;
    if (all.dram) *all.dram += *part.dram;
  }
  for (std::size_t i = 1; i < all.commands.size(); ++i)
    if (all.commands[i].index != all.commands[i - 1].index + 1)
      throw Error(fmt::format("command {} is missing", all.commands[i - 1].index + 1));
  return all;
}

}  // namespace trine
