// SPDX-License-Identifier: Apache-2.0

#include "driver/token_list.h"

#include <fmt/format.h>

#include "driver/token_writer.h"

namespace trine {
std::string_view operation_name(Operation operation) {
  constexpr std::string_view kNames[] = {
      "embedding",  "parameters", "norm",    "linear", "bias",      "rope",
      "cache",      "scores",     "softmax", "values", "attention", "residual",
      "activation", "head",       "argmax",  "output", "control"};
  static_assert(std::size(kNames) == static_cast<std::size_t>(Operation::Control) + 1);
  return kNames[static_cast<std::size_t>(operation)];
}

TokenList compile(const ListSpec& spec, const Layout& layout, const VectorLayout& words) {
  const std::size_t layers = layout.config().layers;
  if (spec.first_layer > spec.end_layer || spec.end_layer > layers)
    throw Error(fmt::format("layers {} to {} of a model with {}", spec.first_layer, spec.end_layer,
                            layers));
  if (spec.tokens == 0 || spec.tokens > layout.machine().vectors)
    throw Error(fmt::format("{} tokens at a time, the core takes {}", spec.tokens,
                            layout.machine().vectors));
  if (spec.apart && spec.tokens > layout.sequences())
    throw Error(fmt::format("{} sequences at a time, there are caches for {}", spec.tokens,
                            layout.sequences()));
  TokenList list{
      .spec = spec, .commands = CommandList(layout.machine(), layout.window()), .info = {}};
  TokenWriter writer(list, layout, words);
  writer.begin();
  if (spec.amid && !spec.embedding) list.own_first = list.commands.size();
  for (std::size_t i = spec.first_layer; i < spec.end_layer; ++i) writer.layer(i);
  writer.finish();
  if (list.own_end == 0) list.own_end = list.commands.size();
  return list;
}

std::uint64_t TokenList::weight_beats(const MachineParams& machine, std::uint64_t position) const {
  std::uint64_t beats = 0;
  for (std::size_t i = 0; i < commands.size(); ++i) beats += weight_beats(i, machine, position);
  return beats;
}

std::uint64_t TokenList::weight_beats(std::size_t index, const MachineParams& machine,
                                      std::uint64_t position) const {
  Command c = commands.commands()[index];
  const auto opcode = static_cast<Opcode>(c.get(command::OPCODE));
  if (opcode != Opcode::TRIT_MATVEC && opcode != Opcode::F16_MATVEC && opcode != Opcode::ATTENTION)
    return 0;
  const auto meant =
      static_cast<std::uint32_t>(position + c.get(command::BANK) + c.get(command::MORE) + 1);
  if (c.get(command::SPAN) == 1) c.set(command::ROWS, meant);
  if (c.get(command::SPAN) == 2) c.set(command::COLS, meant);
  if (opcode == Opcode::ATTENTION) c.set(command::LIMIT, meant);
  return memory_bytes(c, machine) / machine.beat_bytes();
}

}  // namespace trine
