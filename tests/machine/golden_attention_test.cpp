// SPDX-License-Identifier: Apache-2.0
//
// STORE_BLOCKS and ATTENTION of the golden machine against golden/exact/attention.h.

#include <limits>

#include "attention_cases.h"
#include "machine_fixture.h"

using namespace trine;

namespace {

constexpr std::uint64_t kValues = 0x20000, kCache = 0x40000;
constexpr std::uint32_t kHead = 64, kRows = 2 * kHead, kTo = 512;

struct AttentionMachine : Machine {
  explicit AttentionMachine(unsigned width = 15)
      : Machine({.vectors = 4, .attention_width = width}) {}

  void load(unsigned bank, std::span<const float> values) {
    put(kValues, std::vector<float>(values.begin(), values.end()));
    REQUIRE_EQ(run({Fields{.opcode = Opcode::LOAD,
                           .rows = static_cast<std::uint32_t>(values.size()),
                           .address = kValues,
                           .bank = bank},
                    end_command()}),
               Outcome{ErrorCode::NONE, 1});
  }
  Outcome store(std::uint32_t rows, std::uint64_t address) {
    return run(
        {Fields{.opcode = Opcode::STORE_BLOCKS, .rows = rows, .address = address}, end_command()});
  }
  /// Attention of two heads from bank 1 on, the last of which sees `positions`.
  Outcome attend(const test::AttentionCase& one, std::uint32_t positions, std::uint64_t address) {
    const auto queries = static_cast<std::uint32_t>(one.queries);
    for (std::uint32_t q = 0; q < queries; ++q)
      load(1 + q, std::span(one.query).subspan(q * kRows, kRows));
    transport.write(Reg::POSITION, positions - queries - 1);  // Bank 1 is one ahead.
    Command c = Fields{.opcode = Opcode::ATTENTION,
                       .rows = kRows,
                       .cols = kHead,
                       .dst = kTo,
                       .address = address,
                       .bank = 1,
                       .limit = positions};
    c.set(command::MORE, queries - 1).set(command::ALPHA, one.factor);
    return run({c, end_command()});
  }
  std::vector<std::uint32_t> result(unsigned bank) const {
    const auto words = vector_memory(bank);
    return {words.begin() + kTo, words.begin() + kTo + kRows};
  }
};

test::AttentionCase some_case(std::size_t queries, std::size_t positions, int width = 15) {
  test::AttentionCase one =
      test::attention_case(kHead, 2 * queries, positions, static_cast<unsigned>(queries), width);
  one.queries = queries;
  return one;
}

}  // namespace

TEST_CASE("golden machine: STORE_BLOCKS writes the blocks of the definition and nothing behind") {
  for (const unsigned width : {8u, 15u, 16u}) {
    AttentionMachine machine(width);
    const std::vector<float> values = some_case(1, 2).query;
    std::vector<std::uint16_t> expected(52, 0x1234);
    machine.put(kCache, expected);
    CHECK_FALSE(golden::store_blocks(std::span(values).first(48), static_cast<int>(width),
                                     std::span(expected).first(48)));
    machine.load(0, values);
    CHECK_EQ(machine.store(48, kCache), Outcome{ErrorCode::NONE, 1});
    CHECK(machine.get<std::uint16_t>(kCache, 52) == expected);
  }
}

TEST_CASE(
    "golden machine: ATTENTION is its definition, of one position and of several, in any form") {
  constexpr std::uint32_t kPositions = 37;
  for (const int width : {15, 16})
    for (const std::size_t queries : {1u, 3u})
      for (const bool definition : {false, true}) {
        CAPTURE(queries);
        CAPTURE(definition);
        const test::AttentionCase one = some_case(queries, kPositions, width);
        AttentionMachine machine(static_cast<unsigned>(width));
        machine.transport.set_definition(definition);
        machine.put(kCache, one.cache);
        CHECK_EQ(machine.attend(one, kPositions, kCache), Outcome{ErrorCode::NONE, 1});
        const auto expected = bits_of(golden::attention_definition(one.attention()).y);
        for (std::uint32_t q = 0; q < queries; ++q)
          CHECK(std::ranges::equal(machine.result(1 + q),
                                   std::span(expected).subspan(q * kRows, kRows)));
      }
}

TEST_CASE("golden machine: a cache that lies at an odd address of the host is read as any other") {
  const test::AttentionCase one = some_case(1, 20);
  std::vector<std::byte> storage(one.cache.size() * 2 + 1);
  std::memcpy(storage.data() + 1, one.cache.data(), storage.size() - 1);
  AttentionMachine machine;
  constexpr std::uint64_t kMapped = Machine::kReadOnly + 0x100000;
  machine.transport.map_memory(kMapped, std::span(storage).subspan(1));
  CHECK_EQ(machine.attend(one, 20, kMapped), Outcome{ErrorCode::NONE, 1});
  CHECK(machine.result(1) == bits_of(golden::attention_definition(one.attention()).y));
}

TEST_CASE("golden machine: errors of memory and of values in the attention unit have their codes") {
  AttentionMachine machine;
  test::AttentionCase one = some_case(1, 4);
  machine.load(0, one.query);
  CHECK_EQ(machine.store(kRows, Machine::kReadOnly), Outcome{ErrorCode::AXI_WRITE, 0});
  CHECK_EQ(machine.attend(one, 4, Machine::kHole), Outcome{ErrorCode::AXI_READ, 0});
  machine.put(kCache, one.cache);
  one.query[70] = std::numeric_limits<float>::infinity();
  CHECK_EQ(machine.attend(one, 4, kCache), Outcome{ErrorCode::NONFINITE, 0});
  machine.load(0, one.query);
  CHECK_EQ(machine.store(kRows, kCache), Outcome{ErrorCode::NONFINITE, 0});
  // Scores of 2^120 are beyond the sums.
  one.query.assign(kRows, 0x1p60F);
  one.put(0, 0, std::vector<float>(kHead, 0x1p60F));
  machine.put(kCache, one.cache);
  CHECK_EQ(machine.attend(one, 4, kCache), Outcome{ErrorCode::OVERFLOW, 0});
}
