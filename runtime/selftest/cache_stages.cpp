// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "golden/exact/attention.h"
#include "runtime/selftest/stages.h"

namespace trine::selftest {
namespace {

using Element = CommandList::Element;

/// What the host reads back is what a list wrote for position after position.
void try_columns(Bench& bench) {
  constexpr std::uint64_t kRows = 48, kStride = 192, kPositions = 80;
  bench.clear(kOutput, kRows * kStride);
  for (const std::uint32_t position : {0u, 1u, 5u, 31u, 32u, 63u}) {
    bench.put(kInput, bench.values(kRows));
    CommandList list = bench.list();
    list.load(0, bench.at(kInput), kRows, Element::F32, "column");
    list.store_column(0, bench.at(kOutput), kRows, "column",
                      {.stride = kStride, .limit = kPositions});
    list.fence();
    bench.run(list, {.position = position});
    bench.compare(kOutput, kRows * kStride, [&](std::uint64_t byte) {
      return fmt::format("STORE_COLUMN at position {}: row {}, position {}", position,
                         byte / kStride, byte % kStride / 2);
    });
  }
}

void try_blocks(Bench& bench) {
  constexpr std::uint64_t kElements = 64, kStride = 4 * kElements, kPositions = 80;
  bench.clear(kOutput, kPositions * kStride);
  for (const std::uint32_t position : {0u, 1u, 5u, 31u, 32u, 63u}) {
    bench.put(kInput, bench.values(2 * kElements));
    CommandList list = bench.list();
    list.load(0, bench.at(kInput), 2 * kElements, Element::F32, "key and value");
    for (const std::uint64_t half : {0u, 1u})
      list.store_blocks(
          static_cast<std::uint32_t>(half * kElements), bench.at(kOutput + half * 2 * kElements),
          kElements, half == 0 ? "key" : "value",
          {.index = MemoryAccess::Index::Position, .stride = kStride, .limit = kPositions});
    list.fence();
    bench.run(list, {.position = position});
    bench.compare(kOutput, kPositions * kStride, [&](std::uint64_t byte) {
      return fmt::format("STORE_BLOCKS at position {}: {} of position {}", position,
                         byte % kStride < 2 * kElements ? "key" : "value", byte / kStride);
    });
  }
}

void attend(Bench& bench, std::uint64_t head_dim, std::uint64_t positions) {
  const std::uint64_t heads = std::min(bench.params().attention_heads, 4u);
  std::vector<std::uint16_t> cache(positions * 2 * head_dim);
  if (golden::store_blocks(bench.values(cache.size()),
                           static_cast<int>(bench.params().attention_width), cache))
    throw Error("self-test: the keys are not finite");
  bench.put(kStream, cache);
  bench.put(kInput, bench.values(heads * head_dim));
  const std::string what =
      fmt::format("attention of {} heads of {} over {} positions", heads, head_dim, positions);
  CommandList list = bench.list();
  list.load(0, bench.at(kInput), heads * head_dim, Element::F32, what);
  list.attention({.heads = heads,
                  .head_dim = head_dim,
                  .address = bench.at(kStream),
                  .limit = positions,
                  .src = 0,
                  .dst = 2048},
                 0.02, what);
  bench.clear(kOutput, heads * head_dim * 4);
  list.store(2048, bench.at(kOutput), heads * head_dim, Element::F32, what);
  bench.run(list, {.position = static_cast<std::uint32_t>(positions - 1)});
  bench.compare_elements(kOutput, heads * head_dim, 4, what);
}

void try_attention(Bench& bench) {
  for (const std::uint64_t positions : {1u, 2u, 17u, 70u}) attend(bench, 64, positions);
  attend(bench, 128, golden::kChunkElements / 128 + 9);  // More than a chunk.
}

std::string lacks_attention(const MachineParams& params) {
  return lacks_capability(params, Capability::ATTENTION);
}

}  // namespace

std::vector<Stage> cache_stages() {
  return {
      {"cache columns", "STORE_COLUMN at several positions, and nothing beside it",
       "The column unit: single FP16 elements with byte enables. Lost elements: a memory or "
       "interconnect that ignores WSTRB or merges writes.",
       try_columns},
      {"cache blocks",
       "STORE_BLOCKS of keys and values at several positions, and nothing beside it",
       "The attention unit's writes: the conversion to blocks, or a write that did not arrive "
       "before "
       "the list went on (an answer on B that came before the data were in memory).",
       try_blocks, lacks_attention},
      {"attention", "query heads that share keys and values, over one position up to two chunks",
       "The attention unit: scores, powers of two, weighted sums. Only the long one wrong: the RAM "
       "of a chunk, or the step from chunk to chunk.",
       try_attention, lacks_attention},
  };
}

}  // namespace trine::selftest
