// SPDX-License-Identifier: Apache-2.0

#include "driver/vector_layout.h"

#include <fmt/format.h>

#include <algorithm>

#include "golden/error.h"
#include "golden/families/tensors.h"

namespace trine {
namespace {

/// Results of a trit matrix fill whole panels: every region is rounded up to one.
constexpr std::uint64_t whole(std::uint64_t words) {
  return (words + golden::kPanelRows - 1) / golden::kPanelRows * golden::kPanelRows;
}

/// Hands out words, one region behind the other.
struct Cursor {
  std::uint64_t next = 0;
  std::uint32_t take(std::uint64_t words) {
    const std::uint64_t at = next;
    next += whole(words);
    return static_cast<std::uint32_t>(at);
  }
};

}  // namespace

ParameterLayout parameter_layout(const golden::ModelConfig& config) {
  Cursor at;
  ParameterLayout layout;
  for (const golden::VectorRule& rule : config.family->vectors)
    layout.first[static_cast<std::size_t>(rule.vector)] =
        at.take(golden::width_of(config, rule.width));
  layout.count = static_cast<std::uint32_t>(at.next);
  return layout;
}

VectorLayout vector_layout(const golden::ModelConfig& config, const MachineParams& machine,
                           std::uint64_t capacity) {
  VectorLayout layout;
  Cursor at;
  layout.x = at.take(config.hidden);
  layout.normed = at.take(config.hidden);
  layout.rope = at.take(config.head_dim);
  layout.best = at.take(16);

  Cursor attention = at;
  layout.parameters = attention.take(parameter_layout(config).count);
  layout.query = attention.take(config.q_dim());
  layout.key = attention.take(config.kv_dim());
  layout.value = attention.take(config.kv_dim());
  layout.attended = attention.take(config.q_dim());
  if (machine.attention_heads == 0) layout.scores = attention.take(capacity);
  Cursor feed_forward = at;
  layout.gate = feed_forward.take(config.intermediate);
  layout.up = static_cast<std::uint32_t>(feed_forward.next);
  layout.up_rows = config.intermediate;
  if (layout.up + whole(layout.up_rows) > machine.vector_words) {
    const std::uint64_t room =
        machine.vector_words > layout.up ? machine.vector_words - layout.up : 0;
    layout.up_rows = std::max<std::uint64_t>(room / machine.tile_rows, 1) * machine.tile_rows;
  }
  feed_forward.take(layout.up_rows);
  Cursor head = at;
  head.take(config.hidden);                       // The final norm, where the parameters are.
  layout.logits = head.take(golden::kPanelRows);  // At least some at a time.

  const std::uint64_t needed = std::max({attention.next, feed_forward.next, head.next});
  if (needed > machine.vector_words)
    throw Error(fmt::format(
        "hidden size {}, intermediate size {}, {} heads of {} and a context of {} need {} words of "
        "vector memory, the core has {}",
        config.hidden, config.intermediate, config.heads, config.head_dim, capacity, needed,
        machine.vector_words));
  layout.logits_rows = machine.vector_words - layout.logits;
  layout.logits_rows -= layout.logits_rows % static_cast<std::uint32_t>(golden::kPanelRows);
  return layout;
}

}  // namespace trine
