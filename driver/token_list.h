// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "driver/command_list.h"
#include "driver/layout.h"
#include "driver/vector_layout.h"

namespace trine {

/// What a command of the decoder does; the unit of reports.
enum class Operation : std::uint8_t {
  Embedding,   // LOAD of a row of the embedding, or of the boundary
  Parameters,  // LOAD of norms and biases, and of the row of the rope table
  Norm,
  Linear,
  Bias,
  Rope,
  Cache,   // STORE of keys and values
  Scores,  // Of the attention of a core without the attention unit, as the next two.
  Softmax,
  Values,
  Attention,
  Residual,
  Activation,
  Head,
  Argmax,
  Output,   // STORE of logits, best token or boundary
  Control,  // FENCE and END
};
std::string_view operation_name(Operation operation);

/// What the host knows about one command beside its label.
struct CommandInfo {
  Operation operation = Operation::Control;
  std::optional<std::size_t> layer;  // Empty outside the layers.
  unsigned bank = 0;                 // The last one that takes part.
};

/// Which tokens of a list get logits.
enum class HeadRows : std::uint8_t { None, Last, All };

/// What a list is to do.
struct ListSpec {
  unsigned tokens = 1;  // In banks 0 to tokens - 1, at the positions that the sequence state says.
  HeadRows head = HeadRows::Last;
  std::size_t first_layer = 0, end_layer = 0;
  bool embedding = true;  // Otherwise x comes from the boundary buffer.
  bool boundary = false;  // Put x into the boundary buffer behind the last layer.
  bool apart = false;     // Bank b belongs to sequence b; otherwise all banks to sequence 0.
  /// What is in the middle takes the cycles that it takes in the list of all. Around layers: in
  /// front is an addition like the one at the end of a layer, behind them the first command of the
  /// next layer. Around blocks of the head: in front are the blocks before without their products,
  /// with logits from memory; behind them a short product with the rows that follow. At the end are
  /// so many FENCEs, which are fetched meanwhile like the rest of that list.
  bool amid = false;
  std::size_t fences = 0;
  /// Of the head, blocks [first_block, end_block) of as many rows as vector memory holds; parts of
  /// them only amid, and those behind the first without layers.
  std::size_t first_block = 0, end_block = ~std::size_t{0};
};

/// A command list that takes tokens through layers of the decoder.
struct TokenList {
  ListSpec spec;
  CommandList commands;
  std::vector<CommandInfo> info;  // By command.
  std::uint64_t address = 0;      // In device memory.
  /// Commands [own_first, own_end) do what the list is to do; those around them are there amid
  /// only.
  std::size_t own_first = 0, own_end = 0;

  std::string_view label(std::size_t index) const { return commands.label(index); }
  /// Weight beats of both engines when the first token is at `position`.
  std::uint64_t weight_beats(const MachineParams& machine, std::uint64_t position) const;
  /// Those of one command.
  std::uint64_t weight_beats(std::size_t index, const MachineParams& machine,
                             std::uint64_t position) const;
};

/// Compiles a list; its address is still to be set. Throws Error for layers that the model does
/// not have, more tokens than the core has banks and more sequences than there are caches.
TokenList compile(const ListSpec& spec, const Layout& layout, const VectorLayout& words);

}  // namespace trine
