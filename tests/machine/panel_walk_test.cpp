// SPDX-License-Identifier: Apache-2.0

#include "machine/product/trit/panel_walk.h"

#include <doctest/doctest.h>

#include <random>
#include <vector>

using namespace trine::golden;

namespace {

/// The places in the stream that one thread comes by, with what it asked for in advance at each.
struct Visit {
  std::size_t place, ahead;
};

/// All panels of the next chunk; false when there is none.
bool take_chunk(PanelWalk& walk, const PanelOrder& order, std::vector<Visit>& visits) {
  const PanelChunk* chunk = walk.next();
  if (chunk == nullptr) return false;
  for (std::size_t block = 0; block < order.blocks; ++block)
    for (std::size_t panel = chunk->first; panel < chunk->last; ++panel) {
      const std::size_t own = order.index(panel, block);
      visits.push_back({own, walk.ahead(own)});
    }
  return true;
}

}  // namespace

TEST_CASE("PanelWalk: threads in any order do each panel once, and look ahead on their own way") {
  std::mt19937 random(1);
  for (const std::size_t rows : {1u, 32u, 33u, 300u, 2048u, 11008u})
    for (const std::size_t cols : {1u, 256u, 257u, 896u})
      for (const unsigned threads : {1u, 2u, 5u, 16u})
        for (const std::size_t ahead : {0u, 1u, 3u, 9u}) {
          CAPTURE(rows);
          CAPTURE(cols);
          CAPTURE(threads);
          CAPTURE(ahead);
          const PanelOrder order({rows, cols, 4}, kCanonical);
          PanelChunks chunks(order, threads);
          std::vector<PanelWalk> walks;
          for (unsigned i = 0; i < threads; ++i) walks.emplace_back(chunks, order, ahead);
          std::vector<std::vector<Visit>> visits(threads);
          for (std::vector<unsigned> left =
                   [&] {
                     std::vector<unsigned> all(threads);
                     for (unsigned i = 0; i < threads; ++i) all[i] = i;
                     return all;
                   }();
               !left.empty();) {
            const std::size_t i = random() % left.size();
            if (!take_chunk(walks[left[i]], order, visits[left[i]]))
              left.erase(left.begin() + static_cast<std::ptrdiff_t>(i));
          }
          std::vector<int> covered(order.count());
          for (const auto& way : visits)
            for (std::size_t v = 0; v < way.size(); ++v) {
              ++covered[way[v].place];
              // Where its way ends, a panel asks for nothing but itself.
              const std::size_t want = v + ahead < way.size() ? way[v + ahead].place : way[v].place;
              REQUIRE(way[v].ahead == want);
            }
          CHECK(covered == std::vector<int>(order.count(), 1));
        }
}

TEST_CASE("PanelChunks: stay in a row tile, and the last ones are single panels") {
  const PanelOrder order({11008, 2048, 4}, kCanonical);
  PanelChunks chunks(order, 16);
  std::size_t at = 0, largest = 0, smallest = order.row_panels;
  while (const PanelChunk* chunk = chunks.take()) {
    CHECK(chunk->first == at);
    CHECK(chunk->first / order.tile_panels == (chunk->last - 1) / order.tile_panels);
    at = chunk->last;
    largest = std::max(largest, chunk->last - chunk->first);
    smallest = std::min(smallest, chunk->last - chunk->first);
  }
  CHECK(at == order.row_panels);
  CHECK(largest == order.row_panels / 32);
  CHECK(smallest == 1);
  // One thread has nobody to share with: whole tiles.
  PanelChunks whole(order, 1);
  CHECK(whole.take()->last == order.tile_panels);
}
