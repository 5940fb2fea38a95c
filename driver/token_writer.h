// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include "driver/attention_plan.h"
#include "driver/token_list.h"
#include "golden/families/tensors.h"

namespace trine {

/// Writes one list, part after part: begin(), layers in ascending order, finish(). Every part
/// leaves x in its place. Attention and its cache are in token_attention.cpp, all else is in
/// token_writer.cpp.
class TokenWriter {
 public:
  TokenWriter(TokenList& list, const Layout& layout, const VectorLayout& words)
      : list_(list),
        to_(list.commands),
        layout_(layout),
        config_(layout.config()),
        family_(*config_.family),
        words_(words),
        parameters_(parameter_layout(config_)),
        last_bank_(list.spec.tokens - 1) {}

  /// x of every token, and its row of the rope table.
  void begin();
  void layer(std::size_t index);
  /// What the list hands out: the boundary, or logits and best token; then END.
  void finish();

 private:
  using Linear = golden::Linear;
  using Vector = golden::Vector;
  using Element = CommandList::Element;
  using Index = CommandList::Access::Index;
  using Span = CommandList::Span;

  template <class Work>
  void each_bank(Work work) {
    for (bank_ = 0; bank_ <= last_bank_; ++bank_) work();
    bank_ = 0;
  }

  /// The label of a tensor or step of the layer.
  std::string name(std::string_view what) const {
    const std::string label = prefix_ + std::string(what);
    return last_bank_ == 0 ? label : fmt::format("{}, bank {}", label, bank_);
  }

  /// Says what the commands since the last note do.
  void note(Operation operation, std::optional<unsigned> bank = {}) {
    list_.info.resize(to_.size(), {operation, layer_, bank.value_or(bank_)});
  }

  /// Norms and biases of the layer.
  void parameters(const PlacedLayer& layer);

  /// Of `count` rows of gate from `first` on, with those of up that are there.
  void activation(std::uint32_t first, std::uint64_t count);

  void fence() {
    to_.fence();
    note(Operation::Control);
  }

  /// Name of a vector of the layer, behind the prefix.
  std::string_view vector_name(Vector vector) const {
    return std::ranges::find(family_.vectors, vector, &golden::VectorRule::vector)->name;
  }

  void norm(std::uint64_t count, std::uint32_t src, std::uint32_t weights, std::uint32_t dst,
            double eps, std::string_view what);

  /// x into `normed`.
  void norm(Vector weights);

  /// Every head by itself, in place, when the family has such weights. Of a padded head the mean of
  /// squares is over head_dim elements, where own_head_dim of them count: the eps is made as much
  /// smaller as the mean, and score_scale() takes back that the result is larger.
  void head_norms(Vector weights, std::uint32_t at, std::size_t heads);

  /// The share of a head that is not padding.
  double own_share() const {
    return static_cast<double>(config_.own_head_dim()) / static_cast<double>(config_.head_dim);
  }

  /// What the core multiplies products of query and keys by.
  double score_scale() const {
    double scale = config_.attention_scale();
    for (const Vector norm : {Vector::QNorm, Vector::KNorm})
      if (family_.has(norm)) scale *= std::sqrt(own_share());
    return scale;
  }

  void residual(std::string_view what);

  void linear(const PlacedLayer& layer, Linear which, std::uint32_t src, std::uint32_t dst);

  /// `count` of its rows; `first` begins a row tile, whose stream is contiguous.
  void linear(const PlacedLayer& layer, Linear which, std::uint32_t src, std::uint32_t dst,
              std::uint64_t first, std::uint64_t count);

  /// Adds the biases that the family has. Query, key and value lie one behind the other, and so do
  /// biases that the description has in this order: one command does for neighbours.
  void biases();

  /// Biases, norms of the heads and rotation, then keys and values of this position into the cache.
  /// One command rotates query and key, which lie one behind the other.
  void append_to_cache(const PlacedLayer& placed);

  bool has_unit() const { return layout_.machine().attention_heads != 0; }

  /// Where the attention unit has the cache of a head: the key of position 0, its value, and so on.
  std::uint64_t cache(const PlacedLayer& placed, std::size_t kv_head) const {
    return placed.cache + own_cache() + kv_head * layout_.capacity() * row_bytes();
  }

  std::uint64_t row_bytes() const { return config_.head_dim * 4; }  // Key and value.

  void store_blocks(const PlacedLayer& placed);

  /// The query heads that share a head of keys and values, of all banks whose keys and values are
  /// the same ones, in as few passes over them as the core allows.
  void attend(const PlacedLayer& placed);
  void attend(const PlacedLayer& placed, std::size_t kv_head, unsigned first_bank,
              const AttentionPass& pass);

  std::uint64_t keys(const PlacedLayer& placed, std::size_t kv_head) const {
    return placed.keys + own_cache() + kv_head * layout_.capacity() * config_.head_dim * 2;
  }

  /// From the cache of the first sequence to that of the bank's.
  std::uint64_t own_cache() const {
    return list_.spec.apart ? bank_ * layout_.sequence_bytes() : 0;
  }

  /// One query head of the bank, without the attention unit.
  void attend(const PlacedLayer& placed, std::size_t head);

  void final_norm();
  void head();
  /// `count` rows of the head.
  void head_rows(std::uint64_t first, std::uint64_t count);

  TokenList& list_;
  CommandList& to_;
  const Layout& layout_;
  const golden::ModelConfig& config_;
  const golden::Family& family_;
  const VectorLayout& words_;
  ParameterLayout parameters_;
  unsigned last_bank_;
  unsigned bank_ = 0;                 // That commands are for.
  std::optional<std::size_t> layer_;  // The same.
  std::string prefix_;
};

}  // namespace trine
