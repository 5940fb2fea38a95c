// SPDX-License-Identifier: Apache-2.0
//
// Keys and values: stored as blocks, and read by all query heads that share them, of one position
// or of several.

#include <cstring>

#include "golden/exact/attention.h"
#include "machine/executors.h"
#include "machine/product/attention/fast.h"

namespace trine {

static_assert(kMaxPositions == golden::kMaxPositions && kFactorBits == golden::kFactorBits &&
              kVectorAlign == golden::kGroup);

namespace {

ErrorCode store_blocks(MachineState& state, const ResolvedCommand& command) {
  const std::vector<float> x = state.values(command.get(command::BANK), command.get(command::SRC),
                                            command.get(command::ROWS));
  std::vector<std::uint16_t> blocks(x.size());
  LowestError errors;
  errors.add(golden::store_blocks(x, static_cast<int>(state.params.attention_width), blocks),
             ErrorCode::NONFINITE);
  const auto bytes = std::as_bytes(std::span<const std::uint16_t>(blocks));
  state.count_write(bytes.size());
  errors.add(!state.memory.write(command.address(), bytes), ErrorCode::AXI_WRITE);
  return errors.lowest();
}

ErrorCode attention(MachineState& state, const ResolvedCommand& command) {
  const std::uint64_t bytes = memory_bytes(command, state.params);
  const std::uint32_t bank = command.get(command::BANK), rows = command.get(command::ROWS);
  const std::uint32_t queries = command.get(command::MORE) + 1;
  state.count_read(bytes);
  state.beats.weight_beats += state.beats_of(bytes);
  std::vector<float> query;
  for (std::uint32_t q = 0; q < queries; ++q) {
    const std::vector<float> one = state.values(bank + q, command.get(command::SRC), rows);
    query.insert(query.end(), one.begin(), one.end());
  }
  const std::byte* from = state.memory.read(command.address(), bytes);
  if (from == nullptr) return ErrorCode::AXI_READ;
  // Where memory is not aligned to elements, a copy of it.
  std::vector<std::uint16_t> copy;
  const auto* elements = reinterpret_cast<const std::uint16_t*>(from);
  if (reinterpret_cast<std::uintptr_t>(from) % alignof(std::uint16_t) != 0) {
    copy.resize(bytes / sizeof(std::uint16_t));
    std::memcpy(copy.data(), from, bytes);
    elements = copy.data();
  }
  const std::span cache(elements, bytes / sizeof(std::uint16_t));
  const golden::Attention call{.query = query,
                               .cache = cache,
                               .head_dim = command.get(command::COLS),
                               .factor = command.get(command::ALPHA),
                               .width = static_cast<int>(state.params.attention_width),
                               .queries = queries};
  const golden::AttentionResult result = state.form == golden::Form::Definition
                                             ? golden::attention_definition(call)
                                             : golden::attention_fast(call, *state.workers);
  for (std::uint32_t q = 0; q < queries; ++q)
    std::memcpy(state.words(bank + q, command.get(command::DST)), &result.y[std::size_t{q} * rows],
                rows * sizeof(float));
  LowestError errors;
  errors.add(result.nonfinite, ErrorCode::NONFINITE);
  errors.add(result.overflow, ErrorCode::OVERFLOW);
  return errors.lowest();
}

constexpr ExecutorEntry kAttention[] = {
    {Opcode::STORE_BLOCKS, store_blocks},
    {Opcode::ATTENTION, attention},
};
static_assert(covers(Unit::ATTENTION, kAttention), "an opcode of unit ATTENTION has no executor");

}  // namespace

std::span<const ExecutorEntry> attention_executors() {
  return kAttention;
}

}  // namespace trine
