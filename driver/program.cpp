// SPDX-License-Identifier: Apache-2.0

#include "driver/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "isa/round_up.h"

namespace trine {
namespace {

/// The context that is meant; throws Error for what model or core cannot have.
std::uint64_t checked_context(const golden::ModelConfig& config, const MachineParams& machine,
                              std::uint64_t context) {
  if (!machine.f16_engine || !machine.vector_unit)
    throw Error("the decoder needs a core with the FP16 engine and the vector unit");
  check_heads(config);
  if (context == 0)
    context =
        std::min<std::uint64_t>({config.max_positions, Program::kDefaultContext, machine.max_cols});
  if (context > config.max_positions)
    throw Error(
        fmt::format("a context of {}: the model has {} positions", context, config.max_positions));
  if (machine.attention_heads != 0) {
    if (context > kMaxPositions)
      throw Error(fmt::format("a context of {}: the core takes {}", context, kMaxPositions));
    return context;
  }
  if (context > machine.max_cols)
    throw Error(fmt::format("a context of {}: the core takes {}", context, machine.max_cols));
  return context;
}

unsigned checked_sequences(const MachineParams& machine, unsigned sequences) {
  if (sequences == 0 || sequences > machine.vectors)
    throw Error(fmt::format("{} sequences together: the core has {} banks for them", sequences,
                            machine.vectors));
  return sequences;
}

/// The core fetches commands in blocks of so many, aligned, and at most two blocks ahead.
constexpr std::size_t kFetched = 16, kAhead = 3 * kFetched;
/// What Program::part() has around its layers: x, rope table, addition; parameters, FENCEs, x, END.
/// Around blocks of the head it has at most a command more, beside those that it is without.
constexpr std::size_t kPartCommands = 3 + 1 + kAhead + 2 + 1;

/// The index of the first command of a layer.
std::size_t begin_of(const TokenList& list, std::size_t layer) {
  return static_cast<std::size_t>(
      std::ranges::find(list.info, std::optional(layer), &CommandInfo::layer) - list.info.begin());
}

/// The index behind the last command of all layers.
std::size_t end_of_layers(const TokenList& list) {
  const auto last = std::find_if(list.info.rbegin(), list.info.rend(),
                                 [](const CommandInfo& info) { return info.layer.has_value(); });
  return static_cast<std::size_t>(last.base() - list.info.begin());
}

/// The index of the first command of a block of the head.
std::size_t begin_of_block(const TokenList& list, std::size_t block) {
  std::size_t index = 0;
  for (std::size_t seen = 0;; ++index)
    if (list.info[index].operation == Operation::Head && seen++ == block) return index;
}

}  // namespace

void check_heads(const golden::ModelConfig& config, const std::string& where) {
  const std::size_t width = config.head_dim;
  if (width < 32 || width > 512 || !std::has_single_bit(width))
    throw Error(
        fmt::format("{}{}heads of {}: the core takes 32, 64, 128, 256 or 512, and quantize "
                    "pads narrower ones to that",
                    where, where.empty() ? "" : ": ", width));
}

Program::Program(const golden::PackedModel& model, const MachineParams& machine,
                 std::uint64_t memory_bytes, std::uint64_t context, unsigned sequences,
                 std::uint64_t memory_base)
    : layout_(model, machine, memory_bytes, checked_context(model.config(), machine, context),
              checked_sequences(machine, sequences), memory_base),
      words_(vector_layout(model.config(), machine, layout_.capacity())) {
  std::uint64_t longest = 0;
  const auto add = [&](unsigned tokens, HeadRows head, bool apart = false) {
    lists_.push_back(compile(
        {.tokens = tokens, .head = head, .end_layer = model.config().layers, .apart = apart},
        layout_, words_));
    const std::uint64_t bytes = lists_.back().commands.bytes().size();
    lists_.back().address =
        layout_.allocate(fmt::format("list for {} tokens", tokens), bytes).address;
    longest = std::max(longest, bytes);
  };
  add(1, HeadRows::None);
  add(1, HeadRows::Last);
  if (machine.vectors > 1)
    for (const HeadRows head : {HeadRows::None, HeadRows::Last, HeadRows::All})
      add(machine.vectors, head);
  if (sequences > 1)
    for (const HeadRows head : {HeadRows::None, HeadRows::All}) add(sequences, head, true);
  // One that stores the boundary has a command more for each token; a part has others around it.
  partial_ = layout_.allocate("partial list",
                              longest + (kMaxVectors + kPartCommands + kFetched) * sizeof(Command));
}

std::uint64_t Program::memory_bytes(const golden::PackedModel& model, const MachineParams& machine,
                                    std::uint64_t context, unsigned sequences) {
  constexpr std::uint64_t kPlenty = std::uint64_t{1} << (kAddressBits - 1);
  const std::uint64_t used = Program(model, machine, kPlenty, context, sequences).used_bytes();
  return round_up(used, kPageBytes);
}

void Program::load(Device& device) const {
  restore(device);
  layout_.map(device);
}

void Program::restore(Device& device) const {
  layout_.write(device);
  for (const TokenList& list : lists_)
    device.transport().write_memory(list.address, list.commands.bytes());
}

const TokenList& Program::list(unsigned tokens, HeadRows head) const {
  if (tokens == 1 && head == HeadRows::All) head = HeadRows::Last;
  for (const TokenList& list : lists_)
    if (list.spec.tokens == tokens && list.spec.head == head && !list.spec.apart) return list;
  throw Error(fmt::format("no command list for {} tokens", tokens));
}

const TokenList& Program::sequences_list(HeadRows head) const {
  if (layout_.sequences() == 1) return list(1, head);
  for (const TokenList& list : lists_)
    if (list.spec.apart && list.spec.head == head) return list;
  throw Error("no command list for several sequences");
}

std::size_t Program::begin_in_whole(const Stretch& stretch) const {
  const TokenList& whole = list(1, HeadRows::Last);
  if (stretch.first == 0) return 0;
  if (stretch.first < config().layers) return begin_of(whole, stretch.first);
  return stretch.first_block > 0 ? begin_of_block(whole, stretch.first_block)
                                 : end_of_layers(whole);
}

TokenList Program::part(const Stretch& stretch) const {
  const auto [first, end, first_block, end_block] = stretch;
  const TokenList& whole = list(1, HeadRows::Last);
  const std::size_t layers = config().layers;
  const bool head = stretch.head();
  if ((head && end != layers) || end_block > head_blocks() || (first_block > 0 && first < end))
    throw Error(fmt::format("layers {} to {} with blocks {} to {} of the head are no part", first,
                            end, first_block, end_block));
  // The list of the whole way may end before the core has fetched as far ahead as it can.
  std::size_t next = whole.info.size();
  if (!head)
    next = end < layers ? begin_of(whole, end) : end_of_layers(whole);
  else if (end_block < head_blocks())
    next = begin_of_block(whole, end_block);
  const std::size_t rest = whole.info.size() - next;
  // What else imitates it: END, and a product of the head or parameters and the store of x.
  const std::size_t others = head ? 2 : 3;
  TokenList part = partial({.head = head ? HeadRows::Last : HeadRows::None,
                            .first_layer = first,
                            .end_layer = end,
                            .embedding = first == 0,
                            .boundary = !head,
                            .amid = true,
                            .fences = std::min(kAhead, rest > others ? rest - others : 0),
                            .first_block = first_block,
                            .end_block = end_block});
  // The same commands share a block of those that are fetched together.
  const std::uint64_t there = whole.address / sizeof(Command) + begin_in_whole(stretch);
  const std::uint64_t here = part.address / sizeof(Command) + part.own_first;
  part.address += (there - here) % kFetched * sizeof(Command);
  return part;
}

TokenList Program::partial(const ListSpec& spec) const {
  TokenList list = compile(spec, layout_, words_);
  list.address = partial_.address;
  return list;
}

}  // namespace trine
