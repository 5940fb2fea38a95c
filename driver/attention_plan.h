// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <vector>

namespace trine {

/// One pass over keys and values: query heads [head, head + heads) of each of the positions
/// [query, query + queries).
struct AttentionPass {
  unsigned head = 0, heads = 0, query = 0, queries = 0;
  bool operator==(const AttentionPass&) const = default;
};

/// The fewest passes in which `queries` positions of `heads` query heads each are served, when the
/// core serves `slots` heads in a pass; all numbers are at least 1. Heads are cut into runs: one of
/// k heads takes slots / k positions at a time.
std::vector<AttentionPass> attention_passes(unsigned heads, unsigned queries, unsigned slots);

}  // namespace trine
