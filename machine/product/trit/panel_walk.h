// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <vector>

#include "golden/format/panel.h"

namespace trine::golden {

/// Row panels [first, last) of one row tile, through all column blocks: what a thread does at once.
struct PanelChunk {
  std::size_t first, last;
};

/// The row panels of a product in chunks that threads take as they get ready, so that one that is
/// held up leaves more to the others. Each is a share of what is left by then, so the last ones are
/// single panels, and all threads end together.
class PanelChunks {
 public:
  PanelChunks(const PanelOrder& order, unsigned threads) {
    for (std::size_t at = 0; at < order.row_panels;) {
      const std::size_t tile_end =
          std::min((at / order.tile_panels + 1) * order.tile_panels, order.row_panels);
      const std::size_t left = order.row_panels - at;
      const std::size_t share =
          threads == 1 ? left : std::max<std::size_t>(left / (2 * std::size_t{threads}), 1);
      const std::size_t last = std::min(at + share, tile_end);
      chunks_.push_back({at, last});
      at = last;
    }
  }

  /// One that nobody has taken; nullptr when there is none. From any thread.
  const PanelChunk* take() {
    const std::size_t at = next_.fetch_add(1, std::memory_order_relaxed);
    return at < chunks_.size() ? &chunks_[at] : nullptr;
  }

 private:
  std::vector<PanelChunk> chunks_;
  alignas(64) std::atomic<std::size_t> next_ = 0;
};

/// The way of one thread through its chunks: of each chunk all column blocks, of each block all
/// panels. Panels of a block lie one behind the other, those of the next block elsewhere: what a
/// prefetch asks for must follow the way, for behind the last panel of a block lies another
/// thread's.
class PanelWalk {
 public:
  /// ahead() is to be so many panels in front.
  PanelWalk(PanelChunks& chunks, const PanelOrder& order, std::size_t ahead)
      : chunks_(chunks), order_(order) {
    enter();
    for (std::size_t i = 0; i < ahead; ++i) step();
  }

  /// The chunk to do next; nullptr at the end.
  const PanelChunk* next() {
    if (done_ == taken_.size()) take();
    return done_ < taken_.size() ? taken_[done_++] : nullptr;
  }
  /// The one behind that, when it is taken already.
  const PanelChunk* following() const { return done_ < taken_.size() ? taken_[done_] : nullptr; }

  /// Called once for each panel on the way: the place in the stream of one further on, or `own`
  /// where there is none.
  std::size_t ahead(std::size_t own) {
    if (chunk_ == nullptr) return own;
    const std::size_t place = order_.index(panel_, block_);
    step();
    return place;
  }

 private:
  void take() {
    if (const PanelChunk* chunk = chunks_.take()) taken_.push_back(chunk);
  }
  /// Puts the front into the chunk behind those that it has passed.
  void enter() {
    if (passed_ == taken_.size()) take();
    chunk_ = passed_ < taken_.size() ? taken_[passed_++] : nullptr;
    block_ = 0;
    if (chunk_ != nullptr) panel_ = chunk_->first;
  }
  void step() {
    if (chunk_ == nullptr || ++panel_ < chunk_->last) return;
    panel_ = chunk_->first;
    if (++block_ == order_.blocks) enter();
  }

  PanelChunks& chunks_;
  const PanelOrder& order_;
  std::vector<const PanelChunk*> taken_;
  std::size_t done_ = 0;               // Of taken_, given out by next().
  std::size_t passed_ = 0;             // Of taken_, entered by the front:
  const PanelChunk* chunk_ = nullptr;  // the last of them, and the panel
  std::size_t block_ = 0, panel_ = 0;  // in it.
};

}  // namespace trine::golden
