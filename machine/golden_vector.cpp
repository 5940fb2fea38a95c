// SPDX-License-Identifier: Apache-2.0
//
// The vector unit of the golden machine. Operands are copied before anything is written, so that a
// result may lie over them.

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>

#include "machine/golden_machine.h"

namespace trine {
namespace {

constexpr std::uint64_t whole_lines(std::uint64_t words) {
  return (words + kVectorAlign - 1) / kVectorAlign * kVectorAlign;
}

float real(const Command& command, const CommandField& field) {
  return std::bit_cast<float>(command.get(field));
}

}  // namespace

ErrorCode GoldenMachine::vector_operation(const Command& command) {
  const auto opcode = static_cast<Opcode>(command.get(command::OPCODE));
  if (opcode == Opcode::ARGMAX) return argmax(command);
  const std::uint32_t bank = command.get(command::BANK), rows = command.get(command::ROWS);
  const std::uint32_t cols = command.get(command::COLS);
  const auto x = values(bank, command.get(command::SRC), rows);
  const auto second = [&](std::uint32_t count) {
    return values(bank, command.get(command::SRC2), count);
  };
  std::vector<float> y(whole_lines(rows));
  const std::span<float> result = std::span(y).first(rows);
  bool nonfinite = false;
  switch (opcode) {
    case Opcode::RMSNORM:
      nonfinite = golden::rmsnorm(x, second(rows), real(command, command::ALPHA),
                                  real(command, command::BETA), result);
      break;
    case Opcode::ROPE:
      nonfinite = golden::rope(x, cols, second(cols), result);
      break;
    case Opcode::SOFTMAX:
      nonfinite = golden::softmax(x, real(command, command::ALPHA), result);
      break;
    case Opcode::SILU_MUL: {
      const auto up = second(rows);
      constexpr std::size_t kShareRows = 2048;
      std::atomic<bool> bad = false;
      workers_->rows(rows, kShareRows, [&](std::size_t first, std::size_t last) {
        const auto part = [&](auto values) { return values.subspan(first, last - first); };
        if (golden::silu_mul(part(std::span(x)), part(std::span(up)), part(result))) bad = true;
      });
      nonfinite = bad;
      break;
    }
    default:
      nonfinite = golden::add(x, second(rows), result);
      break;
  }
  std::memcpy(words(bank, command.get(command::DST)), y.data(), y.size() * sizeof(float));
  return nonfinite ? ErrorCode::NONFINITE : ErrorCode::NONE;
}

ErrorCode GoldenMachine::argmax(const Command& command) {
  const std::uint32_t bank = command.get(command::BANK), first = command.get(command::COLS);
  if (first == 0) best_ = {};
  const bool nonfinite = golden::argmax(
      values(bank, command.get(command::SRC), command.get(command::ROWS)), first, best_);
  std::uint32_t* to = words(bank, command.get(command::DST));
  std::fill_n(to, kVectorAlign, 0);
  to[0] = best_.index;
  to[1] = std::bit_cast<std::uint32_t>(best_.value);
  return nonfinite ? ErrorCode::NONFINITE : ErrorCode::NONE;
}

}  // namespace trine
