// SPDX-License-Identifier: Apache-2.0
//
// Commands that move vectors between memory and vector memory.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "golden/checkpoint/float16.h"
#include "machine/executors.h"

namespace trine {
namespace {

/// FP32 to FP16 as the hardware stores it: every NaN becomes 7E00 with its sign.
std::uint16_t store_f16(float value) {
  if (std::isnan(value)) return std::signbit(value) ? 0xfe00 : 0x7e00;
  return golden::f32_to_f16(value);
}

ErrorCode load(MachineState& state, const ResolvedCommand& command) {
  const std::uint64_t count = command.get(command::ROWS);
  const std::uint64_t bytes = memory_bytes(command, state.params);
  state.count_read(bytes);
  std::uint32_t* to = state.words(command.get(command::BANK), command.get(command::DST));
  const std::byte* from =
      state.memory.read(command.address(), state.beats_of(bytes) * state.params.beat_bytes());
  std::fill(to + (from == nullptr ? 0 : count), to + (count + 15) / 16 * 16, 0);
  if (from == nullptr) return ErrorCode::AXI_READ;
  if (command.get(command::F16) == 0) {
    std::memcpy(to, from, bytes);
    return ErrorCode::NONE;
  }
  constexpr std::size_t kShare = 128;  // Elements below which a thread is not worth waking.
  state.workers->rows(count, kShare, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      std::uint16_t half = 0;
      std::memcpy(&half, from + 2 * i, sizeof half);
      to[i] = std::bit_cast<std::uint32_t>(golden::f16_to_f32(half));
    }
  });
  return ErrorCode::NONE;
}

ErrorCode store(MachineState& state, const ResolvedCommand& command) {
  const std::uint64_t count = command.get(command::ROWS);
  const std::uint64_t bytes = memory_bytes(command, state.params);
  state.count_write(bytes);
  const std::uint32_t* from = state.words(command.get(command::BANK), command.get(command::SRC));
  const auto stored = [&](std::span<const std::byte> data) {
    return state.memory.write(command.address(), data) ? ErrorCode::NONE : ErrorCode::AXI_WRITE;
  };
  if (command.get(command::F16) == 0) return stored(std::as_bytes(std::span(from, count)));
  std::vector<std::uint16_t> halves(count);
  for (std::uint64_t i = 0; i < count; ++i) halves[i] = store_f16(std::bit_cast<float>(from[i]));
  return stored(std::as_bytes(std::span(halves)));
}

ErrorCode store_column(MachineState& state, const ResolvedCommand& command) {
  const std::uint64_t rows = command.get(command::ROWS), stride = command.get(command::STRIDE);
  state.beats.write_beats += rows;  // A beat for each, with two bytes enabled.
  const std::uint32_t* from = state.words(command.get(command::BANK), command.get(command::SRC));
  const std::uint64_t address = command.column_address();
  LowestError errors;
  for (std::uint64_t i = 0; i < rows; ++i) {
    const std::uint16_t half = store_f16(std::bit_cast<float>(from[i]));
    errors.add(!state.memory.write(address + i * stride, std::as_bytes(std::span(&half, 1))),
               ErrorCode::AXI_WRITE);
  }
  return errors.lowest();
}

constexpr ExecutorEntry kLoad[] = {{Opcode::LOAD, load}};
constexpr ExecutorEntry kStore[] = {{Opcode::STORE, store}};
constexpr ExecutorEntry kColumn[] = {{Opcode::STORE_COLUMN, store_column}};
static_assert(covers(Unit::LOAD, kLoad), "an opcode of unit LOAD has no executor");
static_assert(covers(Unit::STORE, kStore), "an opcode of unit STORE has no executor");
static_assert(covers(Unit::COLUMN, kColumn), "an opcode of unit COLUMN has no executor");

}  // namespace

std::span<const ExecutorEntry> load_executors() {
  return kLoad;
}
std::span<const ExecutorEntry> store_executors() {
  return kStore;
}
std::span<const ExecutorEntry> column_executors() {
  return kColumn;
}

}  // namespace trine
