// SPDX-License-Identifier: Apache-2.0

#include "machine/golden_machine.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "golden/error.h"
#include "golden/exact/attention.h"
#include "machine/executors.h"

namespace trine {

GoldenMachine::GoldenMachine(const MachineParams& params, MemoryPort& memory)
    : state_{
          .params = params,
          .memory = memory,
          .vector = std::vector<std::uint32_t>(std::size_t{params.vectors} * params.vector_words),
          .best = {},
          .beats = {}} {
  const auto refuse = [](const std::string& what) { throw Error("machine parameters: " + what); };
  if (!std::has_single_bit(params.groups) || params.groups > 16)
    refuse(fmt::format("{} groups are not 1, 2, 4, 8 or 16", params.groups));
  if (params.tile_rows == 0 || params.tile_rows % golden::kPanelRows != 0)
    refuse(fmt::format("a row tile of {} is not a multiple of 32", params.tile_rows));
  if (params.act_width < 8 || params.act_width > 16)
    refuse(fmt::format("{} bits of mantissa are not 8 to 16", params.act_width));
  if (params.attention_heads > kMaxAttentionHeads || params.attention_width < 8 ||
      params.attention_width > golden::kMaxAttentionWidth)
    refuse(fmt::format("{} heads of attention with {} bits of mantissa", params.attention_heads,
                       params.attention_width));
  if (params.vector_words == 0 || params.vector_words % 32 != 0)
    refuse(fmt::format("{} vector words are not a multiple of 32", params.vector_words));
  if (params.vector_unit && params.vector_words > golden::kMaxSummed)
    refuse(fmt::format("the vector unit sums {} words at most, not {}", golden::kMaxSummed,
                       params.vector_words));
  if (params.max_cols == 0 || params.vectors == 0 || params.vectors > kMaxVectors)
    refuse(fmt::format("{} columns, {} vectors", params.max_cols, params.vectors));
}

std::span<const std::uint32_t> GoldenMachine::vector_memory(unsigned bank) const {
  if (bank >= state_.params.vectors)
    throw Error(fmt::format("vector memory: bank {} of {}", bank, state_.params.vectors));
  return std::span(state_.vector)
      .subspan(std::size_t{bank} * state_.params.vector_words, state_.params.vector_words);
}

std::vector<float> MachineState::values(std::uint32_t bank, std::uint32_t first,
                                        std::uint64_t count) {
  std::vector<float> x(count);
  std::memcpy(x.data(), words(bank, first), count * sizeof(float));
  return x;
}

ErrorCode GoldenMachine::execute(const ResolvedCommand& command) {
  const Executor run = executor_of(command.get(command::OPCODE));
  return run != nullptr ? run(state_, command) : ErrorCode::BAD_OPCODE;
}

}  // namespace trine
