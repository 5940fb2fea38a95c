// SPDX-License-Identifier: Apache-2.0

#include "driver/attention_plan.h"

#include <algorithm>

#include "golden/error.h"

namespace trine {

std::vector<AttentionPass> attention_passes(unsigned heads, unsigned queries, unsigned slots) {
  if (heads == 0 || queries == 0 || slots == 0)
    throw Error("attention: no heads, no positions or no unit to plan for");
  const auto together = [&](unsigned run) { return std::min(queries, slots / run); };
  const auto passes = [&](unsigned run) { return (queries + together(run) - 1) / together(run); };
  // Fewest passes for the last h heads, and the run that they begin with.
  std::vector<unsigned> fewest(heads + 1), first(heads + 1);
  for (unsigned h = 1; h <= heads; ++h) {
    for (unsigned run = std::min(h, slots); run > 0; --run) {
      const unsigned count = passes(run) + fewest[h - run];
      if (first[h] != 0 && count >= fewest[h]) continue;
      fewest[h] = count;
      first[h] = run;
    }
  }
  std::vector<AttentionPass> plan;
  for (unsigned head = 0; head < heads;) {
    const unsigned run = first[heads - head];
    for (unsigned query = 0; query < queries; query += together(run))
      plan.push_back({head, run, query, std::min(together(run), queries - query)});
    head += run;
  }
  return plan;
}

}  // namespace trine
