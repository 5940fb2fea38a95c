// SPDX-License-Identifier: Apache-2.0

#include "driver/attention_plan.h"

#include <doctest/doctest.h>

#include <vector>

#include "golden/error.h"

using namespace trine;

TEST_CASE("attention_passes: every head of every position once, never more than the core takes") {
  for (unsigned heads = 1; heads <= 9; ++heads)
    for (unsigned queries = 1; queries <= 8; ++queries)
      for (unsigned slots = 1; slots <= 16; ++slots) {
        CAPTURE(heads);
        CAPTURE(queries);
        CAPTURE(slots);
        std::vector<unsigned> served(std::size_t{heads} * queries);
        const std::vector<AttentionPass> plan = attention_passes(heads, queries, slots);
        for (const AttentionPass& pass : plan) {
          REQUIRE_GE(pass.heads * pass.queries, 1u);
          REQUIRE_LE(pass.heads * pass.queries, slots);
          REQUIRE_LE(pass.head + pass.heads, heads);
          REQUIRE_LE(pass.query + pass.queries, queries);
          for (unsigned q = pass.query; q < pass.query + pass.queries; ++q)
            for (unsigned h = pass.head; h < pass.head + pass.heads; ++h) ++served[q * heads + h];
        }
        CHECK_EQ(served, std::vector<unsigned>(std::size_t{heads} * queries, 1));
        CHECK_GE(plan.size() * slots, heads * queries);
        CHECK_LE(plan.size(), queries * ((heads + slots - 1) / slots));
      }
}

TEST_CASE("attention_passes: as few as there can be") {
  const auto count = [](unsigned heads, unsigned queries, unsigned slots) {
    return attention_passes(heads, queries, slots).size();
  };
  CHECK_EQ(attention_passes(2, 8, 8), std::vector<AttentionPass>{{0, 2, 0, 4}, {0, 2, 4, 4}});
  CHECK_EQ(count(8, 8, 8), 8);  // Every multiplier is busy with one position.
  CHECK_EQ(count(8, 8, 16), 4);
  CHECK_EQ(count(7, 8, 8), 7);  // 4 heads of two positions, 2 of four, 1 of eight.
  CHECK_EQ(count(5, 8, 8), 5);
  CHECK_EQ(count(5, 1, 8), 1);
  CHECK_EQ(count(8, 1, 3), 3);
  CHECK_THROWS_AS(attention_passes(0, 1, 1), Error);
  CHECK_THROWS_AS(attention_passes(1, 1, 0), Error);
}
