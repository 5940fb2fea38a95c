// SPDX-License-Identifier: Apache-2.0

#include <numbers>

#include "driver/token_writer.h"

namespace trine {

void TokenWriter::biases() {
  const std::uint64_t kv_dim = config_.kv_dim();
  std::vector<CommandList::Elements> runs;
  const auto append = [&](Vector bias, std::uint32_t at, std::uint64_t count) {
    if (!family_.has(bias)) return;
    const std::uint32_t from = words_.parameters + parameters_[bias];
    if (!runs.empty() && runs.back().src + runs.back().count == at &&
        runs.back().src2 + runs.back().count == from)
      runs.back().count += count;
    else
      runs.push_back({count, at, from, at, bank_});
  };
  append(Vector::QBias, words_.query, config_.q_dim());
  append(Vector::KBias, words_.key, kv_dim);
  append(Vector::VBias, words_.value, kv_dim);
  for (const CommandList::Elements& run : runs) {
    to_.add(run, name("self_attn.bias"));
    note(Operation::Bias);
  }
}

void TokenWriter::append_to_cache(const PlacedLayer& placed) {
  const std::uint64_t width = config_.head_dim, kv_dim = config_.kv_dim();
  biases();
  head_norms(Vector::QNorm, words_.query, config_.heads);
  head_norms(Vector::KNorm, words_.key, config_.kv_heads);
  to_.rope({config_.q_dim() + kv_dim, words_.query, words_.rope, words_.query, bank_}, width,
           name("self_attn.rope"));
  note(Operation::Rope);
  if (has_unit()) return store_blocks(placed);
  for (std::size_t head = 0; head < config_.kv_heads; ++head)
    to_.store(words_.key + static_cast<std::uint32_t>(head * width), keys(placed, head), width,
              Element::F16, name(fmt::format("self_attn.keys, head {}", head)),
              {bank_, Index::Position, width * 2, layout_.context()});
  to_.store_column(words_.value, placed.values + own_cache(), kv_dim, name("self_attn.values"),
                   {bank_, Index::Position, layout_.capacity() * 2, layout_.context()});
  note(Operation::Cache);
}

void TokenWriter::store_blocks(const PlacedLayer& placed) {
  const std::uint64_t width = config_.head_dim;
  const auto store = [&](std::uint32_t from, std::size_t head, std::uint64_t at, const char* what) {
    to_.store_blocks(from + static_cast<std::uint32_t>(head * width), cache(placed, head) + at,
                     width, name(fmt::format("self_attn.{}, head {}", what, head)),
                     {bank_, Index::Position, row_bytes(), layout_.context()});
  };
  for (std::size_t head = 0; head < config_.kv_heads; ++head) {
    store(words_.key, head, 0, "keys");
    store(words_.value, head, width * 2, "values");
  }
  note(Operation::Cache);
}

void TokenWriter::attend(const PlacedLayer& placed) {
  const auto shared = static_cast<unsigned>(config_.heads / config_.kv_heads);
  const unsigned banks = last_bank_ + 1, together = list_.spec.apart ? 1 : banks;
  const std::vector<AttentionPass> passes =
      attention_passes(shared, together, layout_.machine().attention_heads);
  for (unsigned first = 0; first < banks; first += together)
    for (std::size_t kv_head = 0; kv_head < config_.kv_heads; ++kv_head)
      for (const AttentionPass& pass : passes) attend(placed, kv_head, first, pass);
  bank_ = 0;
}

void TokenWriter::attend(const PlacedLayer& placed, std::size_t kv_head, unsigned first_bank,
                         const AttentionPass& pass) {
  const std::uint64_t head = kv_head * (config_.heads / config_.kv_heads) + pass.head;
  const auto at = static_cast<std::uint32_t>(head * config_.head_dim);
  bank_ = first_bank + pass.query;  // Its cache is that of all of them.
  const unsigned last = bank_ + pass.queries - 1;
  const std::string heads =
      fmt::format("self_attn.attention, heads {} to {}", head, head + pass.heads - 1);
  to_.attention({.heads = pass.heads,
                 .head_dim = config_.head_dim,
                 .address = cache(placed, kv_head),
                 .limit = layout_.context(),
                 .src = words_.query + at,
                 .dst = words_.attended + at,
                 .bank = bank_,
                 .queries = pass.queries},
                score_scale(),
                pass.queries == 1
                    ? name(heads)
                    : prefix_ + fmt::format("{}, banks {} to {}", heads, bank_, last));
  note(Operation::Attention, last);
}

void TokenWriter::attend(const PlacedLayer& placed, std::size_t head) {
  const std::uint64_t width = config_.head_dim, capacity = layout_.capacity();
  const std::size_t kv_head = head / (config_.heads / config_.kv_heads);
  const auto at = static_cast<std::uint32_t>(head * width);
  const auto what = [&](const char* step) {
    return name(fmt::format("self_attn.{}, head {}", step, head));
  };
  to_.f16_matvec({.rows = capacity,
                  .cols = width,
                  .address = keys(placed, kv_head),
                  .src = words_.query + at,
                  .dst = words_.scores,
                  .bank = bank_,
                  .span = Span::Rows},
                 what("scores"));
  note(Operation::Scores);
  const double scale = std::numbers::log2e * score_scale();
  to_.softmax({.count = capacity, .src = words_.scores, .dst = words_.scores, .bank = bank_},
              static_cast<float>(scale), Span::Rows, what("softmax"));
  note(Operation::Softmax);
  to_.f16_matvec({.rows = width,
                  .cols = capacity,
                  .address = placed.values + own_cache() + kv_head * width * capacity * 2,
                  .src = words_.scores,
                  .dst = words_.attended + at,
                  .bank = bank_,
                  .span = Span::Cols,
                  .stride = capacity * 2},
                 what("values"));
  note(Operation::Values);
}

}  // namespace trine
