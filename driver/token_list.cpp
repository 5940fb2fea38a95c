// SPDX-License-Identifier: Apache-2.0

#include "driver/token_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <numbers>

#include "golden/families/tensors.h"

namespace trine {
namespace {

using golden::Linear;
using golden::Vector;
using Element = CommandList::Element;
using Index = CommandList::Access::Index;
using Span = CommandList::Span;

/// Writes one list; every part leaves x in its place.
class Writer {
 public:
  Writer(TokenList& list, const Layout& layout, const VectorLayout& words)
      : list_(list),
        to_(list.commands),
        layout_(layout),
        config_(layout.config()),
        family_(*config_.family),
        words_(words),
        parameters_(parameter_layout(config_)),
        last_bank_(list.spec.tokens - 1) {}

  void begin() {
    const std::uint64_t width = config_.head_dim * 4;
    each_bank([&] {
      if (list_.spec.embedding)
        to_.load(words_.x, layout_.embedding().address, config_.hidden, Element::F16,
                 name(layout_.embedding().tensor->name),
                 {bank_, Index::Token, layout_.embedding().stride, config_.vocab});
      else
        to_.load(words_.x, layout_.boundary(bank_), config_.hidden, Element::F32, name("boundary"),
                 {.bank = bank_});
      note(Operation::Embedding);
      to_.load(words_.rope, layout_.rope(), config_.head_dim, Element::F32, name("rope table"),
               {bank_, Index::Position, width, layout_.context()});
      note(Operation::Parameters);
    });
  }

  void layer(std::size_t index) {
    layer_ = index;
    prefix_ = golden::layer_prefix(family_, index);
    const PlacedLayer& placed = layout_.layer(index);
    each_bank([&] {
      to_.load(words_.parameters, placed.parameters, parameters_.count, Element::F16,
               name("parameters"), {.bank = bank_});
      note(Operation::Parameters);
      norm(Vector::InputNorm);
    });
    linear(placed, Linear::Q, words_.normed, words_.query);
    linear(placed, Linear::K, words_.normed, words_.key);
    linear(placed, Linear::V, words_.normed, words_.value);
    each_bank([&] { append_to_cache(placed); });
    fence();  // The cache is read on another way than it is written.
    each_bank([&] {
      if (has_unit()) return attend(placed);
      for (std::size_t head = 0; head < config_.heads; ++head) attend(placed, head);
    });
    linear(placed, Linear::O, words_.attended, words_.normed);
    each_bank([&] {
      residual("self_attn.residual");
      norm(Vector::PostAttentionNorm);
    });
    linear(placed, Linear::Gate, words_.normed, words_.gate);
    // Where gate and up do not fit side by side, the rows of up come in parts.
    for (std::uint64_t first = 0; first < config_.intermediate; first += words_.up_rows) {
      const std::uint64_t count = std::min(words_.up_rows, config_.intermediate - first);
      linear(placed, Linear::Up, words_.normed, words_.up, first, count);
      each_bank([&] {
        activation(static_cast<std::uint32_t>(first), count);
        note(Operation::Activation);
      });
    }
    linear(placed, Linear::Down, words_.gate, words_.normed);
    each_bank([&] { residual("mlp.residual"); });
    layer_.reset();
    prefix_.clear();
  }

  void finish() {
    if (list_.spec.boundary)
      each_bank([&] {
        to_.store(words_.x, layout_.boundary(bank_), config_.hidden, Element::F32, name("boundary"),
                  {.bank = bank_});
        note(Operation::Output);
      });
    if (list_.spec.head != HeadRows::None) {
      bank_ = list_.spec.head == HeadRows::All ? 0 : last_bank_;
      for (; bank_ <= last_bank_; ++bank_) head();
    }
    bank_ = 0;
    to_.end();
    note(Operation::Control);
  }

 private:
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

  /// Of `count` rows of gate from `first` on, with those of up that are there.
  void activation(std::uint32_t first, std::uint64_t count) {
    const std::uint32_t at = words_.gate + first;
    switch (config_.activation) {
      case golden::Activation::Silu:
        to_.silu_mul({count, at, words_.up, at, bank_}, name("mlp.silu_mul"));
        return;
    }
  }

  void fence() {
    to_.fence();
    note(Operation::Control);
  }

  /// Name of a vector of the layer, behind the prefix.
  std::string_view vector_name(Vector vector) const {
    return std::ranges::find(family_.vectors, vector, &golden::VectorRule::vector)->name;
  }

  void norm(std::uint64_t count, std::uint32_t src, std::uint32_t weights, std::uint32_t dst,
            std::string_view what) {
    to_.rmsnorm({count, src, words_.parameters + weights, dst, bank_},
                static_cast<float>(config_.rms_norm_eps), name(what));
    note(Operation::Norm);
  }

  /// x into `normed`.
  void norm(Vector weights) {
    norm(config_.hidden, words_.x, parameters_[weights], words_.normed, vector_name(weights));
  }

  /// Every head by itself, in place, when the family has such weights.
  void head_norms(Vector weights, std::uint32_t at, std::size_t heads) {
    if (!family_.has(weights)) return;
    for (std::size_t head = 0; head < heads; ++head) {
      const auto words = at + static_cast<std::uint32_t>(head * config_.head_dim);
      norm(config_.head_dim, words, parameters_[weights], words,
           fmt::format("{}, head {}", vector_name(weights), head));
    }
  }

  void residual(std::string_view what) {
    to_.add({config_.hidden, words_.x, words_.normed, words_.x, bank_}, name(what));
    note(Operation::Residual);
  }

  void linear(const PlacedLayer& layer, Linear which, std::uint32_t src, std::uint32_t dst) {
    linear(layer, which, src, dst, 0,
           layer.linear[static_cast<std::size_t>(which)].matrix->shape.rows);
  }

  /// `count` of its rows; `first` begins a row tile, whose stream is contiguous.
  void linear(const PlacedLayer& layer, Linear which, std::uint32_t src, std::uint32_t dst,
              std::uint64_t first, std::uint64_t count) {
    const PlacedMatrix& placed = layer.linear[static_cast<std::size_t>(which)];
    const golden::MatrixShape& shape = placed.matrix->shape;
    const golden::MatrixShape before{first, shape.cols, shape.depth};
    std::string label = placed.matrix->name;
    if (count != shape.rows) label += fmt::format(", rows {} to {}", first, first + count - 1);
    to_.trit_matvec({.rows = count,
                     .cols = shape.cols,
                     .address = placed.stream + before.stream_bytes(layout_.machine().geometry()),
                     .src = src,
                     .dst = dst,
                     .bank = last_bank_},
                    shape.depth, placed.codebook, label);
    note(Operation::Linear, last_bank_);
  }

  /// Adds the biases that the family has. Query, key and value lie one behind the other, and so do
  /// biases that the description has in this order: one command does for neighbours.
  void biases() {
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

  /// Biases, norms of the heads and rotation, then keys and values of this position into the cache.
  /// One command rotates query and key, which lie one behind the other.
  void append_to_cache(const PlacedLayer& placed) {
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

  bool has_unit() const { return layout_.machine().attention_heads != 0; }

  /// Where the attention unit has the cache of a head: the key of position 0, its value, and so on.
  std::uint64_t cache(const PlacedLayer& placed, std::size_t kv_head) const {
    return placed.cache + own_cache() + kv_head * layout_.capacity() * row_bytes();
  }
  std::uint64_t row_bytes() const { return config_.head_dim * 4; }  // Key and value.

  void store_blocks(const PlacedLayer& placed) {
    const std::uint64_t width = config_.head_dim;
    const auto store = [&](std::uint32_t from, std::size_t head, std::uint64_t at,
                           const char* what) {
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

  /// The query heads that share a head of keys and values, as many at a time as the core takes.
  void attend(const PlacedLayer& placed) {
    const std::uint64_t width = config_.head_dim, shared = config_.heads / config_.kv_heads;
    for (std::size_t head = 0; head < config_.heads;) {
      const std::size_t kv_head = head / shared;
      const std::uint64_t count =
          std::min<std::uint64_t>((kv_head + 1) * shared - head, layout_.machine().attention_heads);
      const auto at = static_cast<std::uint32_t>(head * width);
      to_.attention(
          {.heads = count,
           .head_dim = width,
           .address = cache(placed, kv_head),
           .limit = layout_.context(),
           .src = words_.query + at,
           .dst = words_.attended + at,
           .bank = bank_},
          config_.attention_scale(),
          name(fmt::format("self_attn.attention, heads {} to {}", head, head + count - 1)));
      head += count;
    }
    note(Operation::Attention);
  }

  std::uint64_t keys(const PlacedLayer& placed, std::size_t kv_head) const {
    return placed.keys + own_cache() + kv_head * layout_.capacity() * config_.head_dim * 2;
  }

  /// From the cache of the first sequence to that of the bank's.
  std::uint64_t own_cache() const {
    return list_.spec.apart ? bank_ * layout_.sequence_bytes() : 0;
  }

  void attend(const PlacedLayer& placed, std::size_t head) {
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
    const double scale = std::numbers::log2e * config_.attention_scale();
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

  void head() {
    to_.load(words_.parameters, layout_.final_norm(), config_.hidden, Element::F16,
             name(family_.final_norm), {.bank = bank_});
    note(Operation::Parameters);
    norm(config_.hidden, words_.x, 0, words_.normed, family_.final_norm);
    const PlacedRows& rows = layout_.head();
    for (std::uint64_t first = 0; first < config_.vocab; first += words_.logits_rows) {
      const std::uint64_t count =
          std::min<std::uint64_t>(words_.logits_rows, config_.vocab - first);
      to_.f16_matvec({.rows = count,
                      .cols = config_.hidden,
                      .address = rows.address + first * rows.stride,
                      .src = words_.normed,
                      .dst = words_.logits,
                      .bank = bank_,
                      .stride = rows.stride},
                     name(rows.tensor->name));
      note(Operation::Head);
      to_.store(words_.logits, layout_.logits(bank_) + first * 4, count, Element::F32,
                name("logits"), {.bank = bank_});
      note(Operation::Output);
      to_.argmax({.count = count, .src = words_.logits, .dst = words_.best, .bank = bank_}, first,
                 name("argmax"));
      note(Operation::Argmax);
    }
    to_.store(words_.best, layout_.best(bank_), 2, Element::F32, name("best token"),
              {.bank = bank_});
    note(Operation::Output);
  }

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

}  // namespace

std::string_view operation_name(Operation operation) {
  constexpr std::string_view kNames[] = {
      "embedding",  "parameters", "norm",    "linear", "bias",      "rope",
      "cache",      "scores",     "softmax", "values", "attention", "residual",
      "activation", "head",       "argmax",  "output", "control"};
  static_assert(std::size(kNames) == static_cast<std::size_t>(Operation::Control) + 1);
  return kNames[static_cast<std::size_t>(operation)];
}

TokenList compile(const ListSpec& spec, const Layout& layout, const VectorLayout& words) {
  const std::size_t layers = layout.config().layers;
  if (spec.first_layer > spec.end_layer || spec.end_layer > layers)
    throw Error(fmt::format("layers {} to {} of a model with {}", spec.first_layer, spec.end_layer,
                            layers));
  if (spec.tokens == 0 || spec.tokens > layout.machine().vectors)
    throw Error(fmt::format("{} tokens at a time, the core takes {}", spec.tokens,
                            layout.machine().vectors));
  if (spec.apart && spec.tokens > layout.sequences())
    throw Error(fmt::format("{} sequences at a time, there are caches for {}", spec.tokens,
                            layout.sequences()));
  TokenList list{spec, CommandList(layout.machine(), layout.window()), {}, 0};
  Writer writer(list, layout, words);
  writer.begin();
  for (std::size_t i = spec.first_layer; i < spec.end_layer; ++i) writer.layer(i);
  writer.finish();
  return list;
}

std::uint64_t TokenList::weight_beats(const MachineParams& machine, std::uint64_t position) const {
  std::uint64_t beats = 0;
  for (Command c : commands.commands()) {
    const auto opcode = static_cast<Opcode>(c.get(command::OPCODE));
    if (opcode != Opcode::TRIT_MATVEC && opcode != Opcode::F16_MATVEC &&
        opcode != Opcode::ATTENTION)
      continue;
    const auto meant = static_cast<std::uint32_t>(position + c.get(command::BANK) + 1);
    if (c.get(command::SPAN) == 1) c.set(command::ROWS, meant);
    if (c.get(command::SPAN) == 2) c.set(command::COLS, meant);
    if (opcode == Opcode::ATTENTION) c.set(command::LIMIT, meant);
    beats += memory_bytes(c, machine) / machine.beat_bytes();
  }
  return beats;
}

}  // namespace trine
