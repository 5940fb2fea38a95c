// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "driver/command_check.h"

namespace trine {

/// Which bank of the vector memory, and what is added to the address: nothing, or `stride` bytes
/// times the token or the position of the bank, which must be below `limit`.
struct MemoryAccess {
  enum class Index : std::uint8_t { None, Token, Position };
  unsigned bank = 0;
  Index index = Index::None;
  std::uint64_t stride = 0, limit = 0;
};

/// Builds a command list.  A command that the machine would refuse is refused here already, with
/// an Error that says which one and why.  Labels stay on the host, for messages.
class CommandList {
 public:
  /// For this machine; `window` bounds the addresses that commands may name.
  explicit CommandList(const MachineParams& machine,
                       const MemoryWindow& window = {0, std::uint64_t{1} << kAddressBits})
      : machine_(machine), window_(window) {}

  /// Elements in memory: FP32 or FP16.
  enum class Element : std::uint8_t { F32, F16 };

  using Access = MemoryAccess;

  /// vector[dst..] = memory[address..], `count` elements.
  void load(std::uint32_t dst, std::uint64_t address, std::uint64_t count, Element element,
            std::string_view label, const Access& access = {});
  /// memory[address..] = vector[src..], `count` elements.
  void store(std::uint32_t src, std::uint64_t address, std::uint64_t count, Element element,
             std::string_view label, const Access& access = {});
  /// FP16 memory[address + i * access.stride + 2 * position] = vector[src + i], `count` elements;
  /// the position must be below access.limit. access.index does not matter.
  void store_column(std::uint32_t src, std::uint64_t address, std::uint64_t count,
                    std::string_view label, const Access& access);

  /// Blocks of 16 mantissas at memory[address..] = vector[src..], `count` elements of two bytes, a
  /// multiple of 16.
  void store_blocks(std::uint32_t src, std::uint64_t address, std::uint64_t count,
                    std::string_view label, const Access& access = {});

  /// Query heads that share the keys and values of all positions up to the bank's; with `queries`
  /// above 1 likewise of the banks behind it, each a position later.
  struct Attention {
    std::uint64_t heads = 0, head_dim = 0;
    std::uint64_t address = 0;       // Of position 0: its key, then its value, as blocks.
    std::uint64_t limit = 0;         // Positions in memory.
    std::uint32_t src = 0, dst = 0;  // (heads, head_dim)
    unsigned bank = 0;
    unsigned queries = 1;
  };
  /// vector[dst..] = attention of vector[src..]; `scale` times a score is what is exponentiated.
  void attention(const Attention& attention, double scale, std::string_view label);

  /// Whether rows or columns are a limit, and position + 1 of the bank is meant.
  enum class Span : std::uint8_t { None, Rows, Cols };

  /// A matrix in memory and the vectors that it maps to each other.
  struct Matvec {
    std::uint64_t rows = 0, cols = 0;
    std::uint64_t address = 0;       // Of the stream.
    std::uint32_t src = 0, dst = 0;  // Words of vector memory.
    bool raw = false;                // Accumulators instead of FP32.
    unsigned bank = 0;               // Of a trit matrix: the last, banks 0..bank take part.
    Span span = Span::None;          // FP16 only.
    std::uint64_t stride = 0;        // FP16 only: bytes from row to row; 0: without gaps.
    std::uint32_t sum = 0;           // Trits only: CRC-32C of the stream; 0: it is not compared.
  };
  /// vector[dst..] = W * vector[src..] from a trit stream; the codebook block is at `codebook`.
  void trit_matvec(const Matvec& matvec, unsigned depth, std::uint64_t codebook,
                   std::string_view label);
  /// The same from an FP16 matrix with rows of `f16_stride` elements.
  void f16_matvec(const Matvec& matvec, std::string_view label);

  /// Operands of an elementwise operation, in words of vector memory.
  struct Elements {
    std::uint64_t count = 0;
    std::uint32_t src = 0, src2 = 0, dst = 0;
    unsigned bank = 0;
  };
  /// dst = src / sqrt(mean(src^2) + epsilon) * src2.
  void rmsnorm(const Elements& elements, float epsilon, std::string_view label);
  /// Rotates heads of `head_dim` elements; src2: head_dim / 2 cosines, then as many sines.
  void rope(const Elements& elements, std::uint64_t head_dim, std::string_view label);
  /// dst = 2^(scale_log2e * src), over its sum; span None or Rows.
  void softmax(const Elements& elements, float scale_log2e, Span span, std::string_view label);
  /// dst = SiLU(src) * src2.
  void silu_mul(const Elements& elements, std::string_view label);
  /// dst = src + src2.
  void add(const Elements& elements, std::string_view label);
  /// dst = index of the largest of src so far, then its value; the first element has the index
  /// `first`, and 0 begins a search.
  void argmax(const Elements& elements, std::uint64_t first, std::string_view label);

  void fence();
  /// The last command.  Nothing may follow it, and only a finished list runs.
  void end();

  /// Any command; for tests of what the machine refuses, unchecked.
  void append_unchecked(const Command& command, std::string_view label);

  bool finished() const { return finished_; }
  std::size_t size() const { return commands_.size(); }
  std::span<const Command> commands() const { return commands_; }
  std::span<const std::byte> bytes() const { return std::as_bytes(commands()); }
  const std::string& label(std::size_t index) const { return labels_.at(index); }
  /// "command 3 (TRIT_MATVEC rows=... of model.layers.0...)"; any index, also past the end.
  std::string describe_at(std::uint32_t index) const;

 private:
  void append(const Command& command, std::string_view label);

  MachineParams machine_;
  MemoryWindow window_;
  std::vector<Command> commands_;
  std::vector<std::string> labels_;
  bool finished_ = false;
};

}  // namespace trine
