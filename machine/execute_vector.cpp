// SPDX-License-Identifier: Apache-2.0
//
// The vector unit. A result may lie over an operand: each element is read before it is written.

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>

#include "isa/round_up.h"
#include "machine/executors.h"

namespace trine {
namespace {

float real(const Command& command, const CommandField& field) {
  return std::bit_cast<float>(command.get(field));
}

/// A vector of the command: `count` words from where they lie, or from a copy when the result is
/// going to lie over a part of them.
class Operand {
 public:
  Operand(MachineState& state, const Command& command, const CommandField& field,
          std::uint64_t count, bool elementwise) {
    const std::uint32_t bank = command.get(command::BANK), at = command.get(field);
    const std::uint32_t dst = command.get(command::DST);
    words_ = state.words(bank, at);
    const std::uint64_t written = round_up(command.get(command::ROWS), kVectorAlign);
    const bool apart = dst >= at + count || at >= dst + written;
    if (apart || (elementwise && dst == at)) return;
    copy_.assign(words_, words_ + count);
    words_ = copy_.data();
  }

  /// Elements [first, last), copied to `to`.
  std::span<const float> part(std::size_t first, std::size_t last, float* to) const {
    std::memcpy(to, words_ + first, (last - first) * sizeof(float));
    return {to, last - first};
  }

 private:
  const std::uint32_t* words_;
  std::vector<std::uint32_t> copy_;
};

/// Elements below which a thread is not worth waking, and of which several may be done together.
constexpr std::size_t kShareRows = 64, kMostRows = 512;

/// An operation that makes ROWS results from as many elements at SRC, on all threads:
/// compute(first, x, y) makes some from `first` on and says whether an operand or result is Inf or
/// NaN. `step` results depend on each other. Zeros follow up to whole lines.
template <typename Compute>
ErrorCode make_rows(MachineState& state, const Command& command, std::size_t step,
                    const Compute& compute) {
  const std::uint32_t bank = command.get(command::BANK), rows = command.get(command::ROWS);
  const Operand operand(state, command, command::SRC, rows, true);
  std::uint32_t* to = state.words(bank, command.get(command::DST));
  std::atomic<bool> nonfinite = false;
  state.workers->rows(rows, step, [&](std::size_t first, std::size_t last) {
    float x[kMostRows], y[kMostRows];
    for (std::size_t at = first, end; at < last; at = end) {
      end = std::min(at + step, last);
      if (compute(at, operand.part(at, end, x), std::span(y, end - at))) nonfinite = true;
      std::memcpy(to + at, y, (end - at) * sizeof(float));
    }
  });
  std::fill(to + rows, to + round_up(rows, kVectorAlign), 0);
  return nonfinite ? ErrorCode::NONFINITE : ErrorCode::NONE;
}

/// The same of two vectors: compute(x, other, y).
template <typename Compute>
ErrorCode make_rows_of_two(MachineState& state, const Command& command, const Compute& compute) {
  const Operand other(state, command, command::SRC2, command.get(command::ROWS), true);
  return make_rows(state, command, kShareRows, [&](std::size_t first, auto x, auto y) {
    float buffer[kMostRows];
    return compute(x, other.part(first, first + x.size(), buffer), y);
  });
}

/// Calls work(part) for the elements of x in parts, on all threads.
template <typename Work>
void each_part(MachineState& state, const std::uint32_t* x, std::size_t count, const Work& work) {
  constexpr std::size_t kShare = 128;
  state.workers->rows(count, kShare, [&](std::size_t first, std::size_t last) {
    float part[kMostRows];
    for (std::size_t at = first, end; at < last; at = end) {
      end = std::min(at + kMostRows, last);
      std::memcpy(part, x + at, (end - at) * sizeof(float));
      work(std::span<const float>(part, end - at));
    }
  });
}

/// What rmsnorm() multiplies by.
float norm_scale(MachineState& state, const Command& command) {
  const std::uint32_t* x = state.words(command.get(command::BANK), command.get(command::SRC));
  const std::size_t rows = command.get(command::ROWS);
  std::atomic<std::int32_t> top = 0;
  each_part(state, x, rows, [&](auto part) {
    const std::int32_t own = golden::rmsnorm_top(part);
    for (std::int32_t seen = top; own > seen && !top.compare_exchange_weak(seen, own);) {
    }
  });
  std::atomic<std::int64_t> sum = 0;
  each_part(state, x, rows, [&](auto part) { sum += golden::rmsnorm_sum(part, top); });
  return golden::rmsnorm_scale(sum, top, real(command, command::ALPHA),
                               real(command, command::BETA));
}

ErrorCode rmsnorm(MachineState& state, const ResolvedCommand& command) {
  const float scale = norm_scale(state, command);
  return make_rows_of_two(state, command, [&](auto x, auto weights, auto y) {
    return golden::rmsnorm(x, weights, scale, y);
  });
}

ErrorCode rope(MachineState& state, const ResolvedCommand& command) {
  const std::uint32_t head_dim = command.get(command::COLS);
  std::vector<float> table(head_dim);
  Operand(state, command, command::SRC2, head_dim, false).part(0, head_dim, table.data());
  // Whole heads; the element check of the command has seen to it that there are no others.
  const std::size_t step = (kShareRows + head_dim - 1) / head_dim * head_dim;
  return make_rows(state, command, step, [&](std::size_t, auto x, auto y) {
    return golden::rope(x, head_dim, table, y);
  });
}

ErrorCode softmax(MachineState& state, const ResolvedCommand& command) {
  const std::uint32_t bank = command.get(command::BANK), rows = command.get(command::ROWS);
  const auto x = state.values(bank, command.get(command::SRC), rows);
  std::vector<float> y(round_up(rows, kVectorAlign));
  const bool nonfinite =
      golden::softmax(x, real(command, command::ALPHA), std::span(y).first(rows));
  std::memcpy(state.words(bank, command.get(command::DST)), y.data(), y.size() * sizeof(float));
  return nonfinite ? ErrorCode::NONFINITE : ErrorCode::NONE;
}

ErrorCode silu_mul(MachineState& state, const ResolvedCommand& command) {
  return make_rows_of_two(state, command,
                          [](auto x, auto up, auto y) { return golden::silu_mul(x, up, y); });
}

ErrorCode add(MachineState& state, const ResolvedCommand& command) {
  return make_rows_of_two(state, command,
                          [](auto x, auto other, auto y) { return golden::add(x, other, y); });
}

ErrorCode argmax(MachineState& state, const ResolvedCommand& command) {
  const std::uint32_t bank = command.get(command::BANK), begin = command.get(command::COLS);
  const std::uint32_t* from = state.words(bank, command.get(command::SRC));
  if (begin == 0) state.best = {};
  // Each thread finds the best of its share; the shares follow in order, as the elements do.
  std::vector<golden::ArgmaxState> found(state.workers->count());
  std::atomic<bool> nonfinite = false;
  const std::size_t rows = command.get(command::ROWS), shares = found.size();
  const auto work = [&](unsigned share) {
    const std::size_t last = rows * (share + 1) / shares;
    float x[kMostRows];
    for (std::size_t at = rows * share / shares, end; at < last; at = end) {
      end = std::min(at + kMostRows, last);
      std::memcpy(x, from + at, (end - at) * sizeof(float));
      if (golden::argmax({x, end - at}, begin + static_cast<std::uint32_t>(at), found[share]))
        nonfinite = true;
    }
  };
  state.workers->run(work);
  for (const golden::ArgmaxState& later : found) golden::argmax(later, state.best);
  std::uint32_t* to = state.words(bank, command.get(command::DST));
  std::fill_n(to, kVectorAlign, 0);
  to[0] = state.best.index;
  to[1] = std::bit_cast<std::uint32_t>(state.best.value);
  return nonfinite ? ErrorCode::NONFINITE : ErrorCode::NONE;
}

constexpr ExecutorEntry kVector[] = {
    {Opcode::RMSNORM, rmsnorm},   {Opcode::ROPE, rope}, {Opcode::SOFTMAX, softmax},
    {Opcode::SILU_MUL, silu_mul}, {Opcode::ADD, add},   {Opcode::ARGMAX, argmax},
};
static_assert(covers(Unit::VECTOR, kVector), "an opcode of unit VECTOR has no executor");

}  // namespace

std::span<const ExecutorEntry> vector_executors() {
  return kVector;
}

}  // namespace trine
