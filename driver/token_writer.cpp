// SPDX-License-Identifier: Apache-2.0

#include "driver/token_writer.h"

namespace trine {

void TokenWriter::begin() {
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
  if (!list_.spec.amid || list_.spec.embedding) return;
  each_bank([&] {
    to_.add({config_.hidden, words_.x, words_.x, words_.normed, bank_}, name("like a residual"));
    note(Operation::Residual);
  });
}

void TokenWriter::layer(std::size_t index) {
  layer_ = index;
  prefix_ = golden::layer_prefix(family_, index);
  const PlacedLayer& placed = layout_.layer(index);
  each_bank([&] {
    parameters(placed);
    norm(Vector::InputNorm);
  });
  linear(placed, Linear::Q, words_.normed, words_.query);
  linear(placed, Linear::K, words_.normed, words_.key);
  linear(placed, Linear::V, words_.normed, words_.value);
  each_bank([&] { append_to_cache(placed); });
  fence();  // The cache is read on another way than it is written.
  if (has_unit())
    attend(placed);
  else
    each_bank([&] {
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

void TokenWriter::finish() {
  if (list_.spec.amid && list_.spec.boundary) {
    list_.own_end = to_.size();
    if (list_.spec.end_layer < config_.layers) {
      layer_ = list_.spec.end_layer;
      parameters(layout_.layer(list_.spec.end_layer));
      layer_.reset();
    } else {
      final_norm();
    }
    for (std::size_t i = 0; i < list_.spec.fences; ++i) fence();
  }
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

void TokenWriter::parameters(const PlacedLayer& layer) {
  to_.load(words_.parameters, layer.parameters, parameters_.count, Element::F16, name("parameters"),
           {.bank = bank_});
  note(Operation::Parameters);
}

void TokenWriter::activation(std::uint32_t first, std::uint64_t count) {
  const std::uint32_t at = words_.gate + first;
  switch (config_.activation) {
    case golden::Activation::Silu:
      to_.silu_mul({count, at, words_.up, at, bank_}, name("mlp.silu_mul"));
      return;
  }
}

void TokenWriter::norm(std::uint64_t count, std::uint32_t src, std::uint32_t weights,
                       std::uint32_t dst, double eps, std::string_view what) {
  to_.rmsnorm({count, src, words_.parameters + weights, dst, bank_}, static_cast<float>(eps),
              name(what));
  note(Operation::Norm);
}

void TokenWriter::norm(Vector weights) {
  norm(config_.hidden, words_.x, parameters_[weights], words_.normed, config_.rms_norm_eps,
       vector_name(weights));
}

void TokenWriter::head_norms(Vector weights, std::uint32_t at, std::size_t heads) {
  if (!family_.has(weights)) return;
  for (std::size_t head = 0; head < heads; ++head) {
    const auto words = at + static_cast<std::uint32_t>(head * config_.head_dim);
    norm(config_.head_dim, words, parameters_[weights], words, config_.rms_norm_eps * own_share(),
         fmt::format("{}, head {}", vector_name(weights), head));
  }
}

void TokenWriter::residual(std::string_view what) {
  to_.add({config_.hidden, words_.x, words_.normed, words_.x, bank_}, name(what));
  note(Operation::Residual);
}

void TokenWriter::linear(const PlacedLayer& layer, Linear which, std::uint32_t src,
                         std::uint32_t dst) {
  linear(layer, which, src, dst, 0,
         layer.linear[static_cast<std::size_t>(which)].matrix->shape.rows);
}

void TokenWriter::linear(const PlacedLayer& layer, Linear which, std::uint32_t src,
                         std::uint32_t dst, std::uint64_t first, std::uint64_t count) {
  const PlacedMatrix& placed = layer.linear[static_cast<std::size_t>(which)];
  const golden::MatrixShape& shape = placed.matrix->shape;
  const golden::MatrixShape before{first, shape.cols, shape.depth};
  std::string label = placed.matrix->name;
  if (count != shape.rows) label += fmt::format(", rows {} to {}", first, first + count - 1);
  to_.trit_matvec(
      {.rows = count,
       .cols = shape.cols,
       .address = placed.stream + before.stream_bytes(layout_.machine().geometry()),
       .src = src,
       .dst = dst,
       .bank = last_bank_,
       .sum = layout_.machine().stream_sum ? layout_.stream_sum(placed, first, count) : 0},
      shape.depth, placed.codebook, label);
  note(Operation::Linear, last_bank_);
}

void TokenWriter::final_norm() {
  to_.load(words_.parameters, layout_.final_norm(), config_.hidden, Element::F16,
           name(family_.final_norm), {.bank = bank_});
  note(Operation::Parameters);
}

void TokenWriter::head() {
  final_norm();
  norm(config_.hidden, words_.x, 0, words_.normed, config_.rms_norm_eps, family_.final_norm);
  const ListSpec& spec = list_.spec;
  const std::size_t blocks = words_.head_blocks(config_.vocab);
  const std::size_t end = std::min(spec.end_block, blocks);
  for (std::size_t block = 0; block < end; ++block) {
    const std::uint64_t first = block * words_.logits_rows;
    const std::uint64_t count = std::min<std::uint64_t>(words_.logits_rows, config_.vocab - first);
    const std::uint64_t logits = layout_.logits(bank_) + first * 4;
    if (block > 0 && block == spec.first_block) list_.own_first = to_.size();
    if (block >= spec.first_block) {
      head_rows(first, count);
    } else {
      to_.load(words_.logits, logits, count, Element::F32, name("logits"), {.bank = bank_});
      note(Operation::Output);
    }
    if (block + 1 >= spec.first_block) {
      to_.store(words_.logits, logits, count, Element::F32, name("logits"), {.bank = bank_});
      note(Operation::Output);
    }
    to_.argmax({.count = count, .src = words_.logits, .dst = words_.best, .bank = bank_}, first,
               name("argmax"));
    note(Operation::Argmax);
  }
  if (end == blocks) {
    to_.store(words_.best, layout_.best(bank_), 2, Element::F32, name("best token"),
              {.bank = bank_});
    note(Operation::Output);
    return;
  }
  list_.own_end = to_.size();
  // Enough of the block that follows to fill any FIFO while the last command here runs.
  constexpr std::uint64_t kRows = 4096;
  const std::uint64_t next = end * words_.logits_rows;
  head_rows(next, std::min({kRows, std::uint64_t{words_.logits_rows}, config_.vocab - next}));
  for (std::size_t i = 0; i < spec.fences; ++i) fence();
}

void TokenWriter::head_rows(std::uint64_t first, std::uint64_t count) {
  const PlacedRows& rows = layout_.head();
  to_.f16_matvec({.rows = count,
                  .cols = config_.hidden,
                  .address = rows.address + first * rows.stride,
                  .src = words_.normed,
                  .dst = words_.logits,
                  .bank = bank_,
                  .stride = rows.stride},
                 name(rows.tensor->name));
  note(Operation::Head);
}

}  // namespace trine
