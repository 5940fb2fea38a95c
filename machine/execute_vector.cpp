// SPDX-License-Identifier: Apache-2.0
//
// The vector unit. Operands are copied before anything is written, so that a result may lie over
// them.

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>

#include "machine/executors.h"

namespace trine {
namespace {

float real(const Command& command, const CommandField& field) {
  return std::bit_cast<float>(command.get(field));
}

std::vector<float> second_operand(MachineState& state, const Command& command,
                                  std::uint32_t count) {
  return state.values(command.get(command::BANK), command.get(command::SRC2), count);
}

/// An operation that makes ROWS results from as many elements at SRC: compute(x, y) says whether an
/// operand or result is Inf or NaN. Zeros follow up to whole lines.
template <typename Compute>
ErrorCode make_rows(MachineState& state, const Command& command, const Compute& compute) {
  const std::uint32_t bank = command.get(command::BANK), rows = command.get(command::ROWS);
  const auto x = state.values(bank, command.get(command::SRC), rows);
  std::vector<float> y((rows + kVectorAlign - 1) / kVectorAlign * kVectorAlign);
  const bool nonfinite = compute(std::span<const float>(x), std::span(y).first(rows));
  std::memcpy(state.words(bank, command.get(command::DST)), y.data(), y.size() * sizeof(float));
  return nonfinite ? ErrorCode::NONFINITE : ErrorCode::NONE;
}

/// Elements below which a thread is not worth waking.
constexpr std::size_t kShareRows = 256;

/// An operation on elements that do not depend on each other, on all threads: compute(first, last)
/// says what compute() of make_rows says, of elements [first, last), multiples of `step`.
template <typename Compute>
bool share_rows(MachineState& state, std::size_t rows, std::size_t step, const Compute& compute) {
  std::atomic<bool> nonfinite = false;
  state.workers->rows(rows, step, [&](std::size_t first, std::size_t last) {
    if (compute(first, last)) nonfinite = true;
  });
  return nonfinite;
}

ErrorCode rmsnorm(MachineState& state, const ResolvedCommand& command) {
  const auto weights = second_operand(state, command, command.get(command::ROWS));
  return make_rows(state, command, [&](auto x, auto y) {
    const float scale =
        golden::rmsnorm_scale(x, real(command, command::ALPHA), real(command, command::BETA));
    return share_rows(state, x.size(), kShareRows, [&](std::size_t first, std::size_t last) {
      const auto part = [&](auto values) { return values.subspan(first, last - first); };
      return golden::rmsnorm(part(x), part(std::span<const float>(weights)), scale, part(y));
    });
  });
}

ErrorCode rope(MachineState& state, const ResolvedCommand& command) {
  const std::uint32_t head_dim = command.get(command::COLS);
  const auto table = second_operand(state, command, head_dim);
  return make_rows(state, command, [&](auto x, auto y) {
    // Whole heads; the element check of the command has seen to it that there are no others.
    const std::size_t step = (kShareRows + head_dim - 1) / head_dim * head_dim;
    return share_rows(state, x.size(), step, [&](std::size_t first, std::size_t last) {
      const auto part = [&](auto values) { return values.subspan(first, last - first); };
      return golden::rope(part(x), head_dim, table, part(y));
    });
  });
}

ErrorCode softmax(MachineState& state, const ResolvedCommand& command) {
  return make_rows(state, command, [&](auto x, auto y) {
    return golden::softmax(x, real(command, command::ALPHA), y);
  });
}

ErrorCode silu_mul(MachineState& state, const ResolvedCommand& command) {
  const auto up = second_operand(state, command, command.get(command::ROWS));
  return make_rows(state, command, [&](auto x, auto y) {
    return share_rows(state, x.size(), kShareRows, [&](std::size_t first, std::size_t last) {
      const auto part = [&](auto values) { return values.subspan(first, last - first); };
      return golden::silu_mul(part(x), part(std::span<const float>(up)), part(y));
    });
  });
}

ErrorCode add(MachineState& state, const ResolvedCommand& command) {
  const auto other = second_operand(state, command, command.get(command::ROWS));
  return make_rows(state, command, [&](auto x, auto y) {
    return share_rows(state, x.size(), kShareRows, [&](std::size_t first, std::size_t last) {
      const auto part = [&](auto values) { return values.subspan(first, last - first); };
      return golden::add(part(x), part(std::span<const float>(other)), part(y));
    });
  });
}

ErrorCode argmax(MachineState& state, const ResolvedCommand& command) {
  const std::uint32_t bank = command.get(command::BANK), first = command.get(command::COLS);
  if (first == 0) state.best = {};
  const bool nonfinite = golden::argmax(
      state.values(bank, command.get(command::SRC), command.get(command::ROWS)), first, state.best);
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
