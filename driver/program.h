// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "driver/layout.h"
#include "driver/memory.h"
#include "driver/token_list.h"

namespace trine {

/// Throws Error for heads of a width that no core takes: known of a model before it is quantized.
/// `where` names the model, or is empty.
void check_heads(const golden::ModelConfig& config, const std::string& where = "");

/// A part of a token's way: layers [first, end), and behind the last layer blocks
/// [first_block, end_block) of the head, each as many rows as vector memory holds. Without a layer
/// in front it may begin amid the head.
struct Stretch {
  std::size_t first = 0, end = 0;
  std::size_t first_block = 0, end_block = 0;

  bool head() const { return end_block > first_block; }
  bool operator==(const Stretch&) const = default;
};

/// A packed model compiled for one kind of core: what lies where in device memory, and a static
/// command list for each way to take tokens through it. One program can be loaded into any number
/// of devices of that kind, which then run the same lists at the same addresses.
///
/// To run a list: write POSITION and the tokens, start the list, read the logits.
class Program {
 public:
  /// Positions unless asked for otherwise, when the model has so many.
  static constexpr std::uint64_t kDefaultContext = 1024;

  /// `memory_bytes`: writable memory of the devices, from `memory_base` on; `context`: positions of
  /// the cache, 0 for the default; `sequences`: caches, so that as many texts can go on together,
  /// one a bank. Throws Error naming what of the model does not fit the core or its memory, for a
  /// context above the model's and for more sequences than the core has banks. The model must
  /// outlive the program and every device that it is loaded into.
  Program(const golden::PackedModel& model, const MachineParams& machine,
          std::uint64_t memory_bytes, std::uint64_t context = 0, unsigned sequences = 1,
          std::uint64_t memory_base = 0);

  /// Writable memory that the program needs, in whole pages.
  static std::uint64_t memory_bytes(const golden::PackedModel& model, const MachineParams& machine,
                                    std::uint64_t context = 0, unsigned sequences = 1);

  /// Writes everything into the memory of a device and sets its window; once for a device.
  void load(Device& device) const;
  /// The same for a device that it was loaded into before, after a reset or a change of its memory;
  /// caches stay as they are.
  void restore(Device& device) const;

  const Layout& layout() const { return layout_; }
  const MachineParams& machine() const { return layout_.machine(); }
  const golden::ModelConfig& config() const { return layout_.config(); }

  /// All layers for one token, or for as many as the core has banks; in device memory after load.
  /// Throws Error for another number of tokens.
  const TokenList& list(unsigned tokens, HeadRows head) const;
  /// All layers for one token of every sequence, each in the bank of its number, with logits of all
  /// or none.
  const TokenList& sequences_list(HeadRows head) const;

  /// Part of the layers, with the commands of the whole list. All such lists share one place in
  /// device memory: write the bytes of the list to its address before it runs.
  TokenList partial(const ListSpec& spec) const;
  /// Blocks of the head, and how many logits the first so many of them make.
  std::size_t head_blocks() const { return words_.head_blocks(config().vocab); }
  std::size_t head_rows(std::size_t blocks) const {
    return std::min<std::size_t>(blocks * words_.logits_rows, config().vocab);
  }
  /// Layers [first, end) with the whole head behind the last one.
  Stretch stretch(std::size_t first, std::size_t end) const {
    return {first, end, 0, end == config().layers ? head_blocks() : 0};
  }
  /// A part of the way of one token. x comes from the boundary buffer and goes there, but for the
  /// ends of the model; logits of blocks in front come from where they were stored. Each command
  /// takes the cycles that it takes in the list of the whole way (ListSpec::amid; memory without
  /// random stalls).
  TokenList part(const Stretch& stretch) const;
  /// Where a part's own commands begin in the list of the whole way.
  std::size_t begin_in_whole(const Stretch& stretch) const;

  std::uint64_t used_bytes() const { return layout_.used_bytes(); }
  std::string describe(std::uint64_t address) const { return layout_.describe(address); }

 private:
  Layout layout_;
  VectorLayout words_;
  std::vector<TokenList> lists_;
  Buffer partial_;
};

}  // namespace trine
