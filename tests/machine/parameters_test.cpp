// SPDX-License-Identifier: Apache-2.0

#include "golden/error.h"
#include "golden/exact/vector_ops.h"
#include "machine_fixture.h"

using namespace trine;

namespace {

/// The whole message of a machine that cannot be; empty when it can.
std::string refusal(const MachineParams& params) {
  MemoryMap map;
  MapPort port(map);
  try {
    const GoldenMachine machine(params, port);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("parameters: the least and the most that a machine may have, and what lies beyond") {
  const std::string what = "machine parameters: ";
  for (const unsigned groups : {1u, 2u, 4u, 8u, 16u}) CHECK(refusal({.groups = groups}).empty());
  for (const unsigned groups : {0u, 3u, 17u, 32u})
    CHECK(refusal({.groups = groups}) ==
          what + std::to_string(groups) + " groups are not 1, 2, 4, 8 or 16");
  CHECK(refusal({.tile_rows = 32}).empty());
  for (const std::uint32_t rows : {0u, 31u, 48u})
    CHECK(refusal({.tile_rows = rows}) ==
          what + "a row tile of " + std::to_string(rows) + " is not a multiple of 32");
  CHECK(refusal({.act_width = 8}).empty());
  CHECK(refusal({.act_width = 16}).empty());
  for (const unsigned width : {7u, 17u})
    CHECK(refusal({.act_width = width}) ==
          what + std::to_string(width) + " bits of mantissa are not 8 to 16");
  CHECK(refusal({.attention_heads = 0}).empty());
  CHECK(refusal({.attention_heads = kMaxAttentionHeads}).empty());
  CHECK(refusal({.attention_heads = kMaxAttentionHeads + 1, .attention_width = 15}) ==
        what + std::to_string(kMaxAttentionHeads + 1) +
            " heads of attention with 15 bits of mantissa");
  for (const unsigned width : {7u, 17u})
    CHECK(refusal({.attention_heads = 8, .attention_width = width}) ==
          what + "8 heads of attention with " + std::to_string(width) + " bits of mantissa");
  CHECK(refusal({.vector_words = 32}).empty());
  for (const std::uint32_t words : {0u, 16u, 33u})
    CHECK(refusal({.vector_words = words}) ==
          what + std::to_string(words) + " vector words are not a multiple of 32");
  const std::uint32_t summed = golden::kMaxSummed;
  CHECK(refusal({.vector_words = summed, .vector_unit = true}).empty());
  CHECK(refusal({.vector_words = summed + 32, .vector_unit = false}).empty());
  CHECK(refusal({.vector_words = summed + 32, .vector_unit = true}) ==
        what + "the vector unit sums " + std::to_string(summed) + " words at most, not " +
            std::to_string(summed + 32));
  CHECK(refusal({.vectors = kMaxVectors}).empty());
  CHECK(refusal({.max_cols = 0}) == what + "0 columns, 1 vectors");
  CHECK(refusal({.vectors = 0, .max_cols = 256}) == what + "256 columns, 0 vectors");
  CHECK(refusal({.vectors = kMaxVectors + 1, .max_cols = 256}) ==
        what + "256 columns, " + std::to_string(kMaxVectors + 1) + " vectors");
}

TEST_CASE("parameters: banks of vector memory beyond the last one do not exist") {
  const Machine machine({.vectors = 2});
  CHECK(machine.vector_memory(1).size() == machine.vector_memory(0).size());
  CHECK_THROWS_WITH_AS(machine.vector_memory(2), "vector memory: bank 2 of 2", Error);
}
