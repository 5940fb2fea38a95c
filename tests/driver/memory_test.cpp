// SPDX-License-Identifier: Apache-2.0

#include "driver/memory.h"

#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "golden/error.h"

using namespace trine;

TEST_CASE("MemoryMap: finds a range only inside one region, to the byte") {
  const std::vector<std::byte> file(5000, std::byte{7});
  MemoryMap map;
  map.allocate(0x1000, 0x1000);
  map.map(0x2000, file);  // Adjacent: a range across both is in no one region.

  CHECK_EQ(map.find(0xfff, 1), nullptr);
  REQUIRE_NE(map.find(0x1000, 0x1000), nullptr);
  CHECK_EQ(map.find(0x1000, 0x1001), nullptr);
  CHECK_EQ(map.find(0x1fff, 2), nullptr);
  CHECK_EQ(map.find(0x1fff, 1), map.find(0x1000, 1) + 0xfff);
  CHECK_EQ(map.find(0x2000, 5000), file.data());
  CHECK_EQ(map.find(0x2000 + 4999, 1), file.data() + 4999);
  CHECK_EQ(map.find(0x2000 + 4999, 2), nullptr);
  CHECK_EQ(map.find(0x2000, 5001), nullptr);
  CHECK_EQ(map.find(~std::uint64_t{0}, 1), nullptr);
  CHECK_EQ(map.find(0x1000, ~std::uint64_t{0}), nullptr);
}

TEST_CASE("MemoryMap: allocated memory is zero and writable, mapped memory is neither ours") {
  const std::vector<std::byte> file(4096, std::byte{7});
  MemoryMap map;
  map.map(0x10000, file);
  map.allocate(0, 0x10000);

  CHECK_EQ(*map.find(0xffff, 1), std::byte{0});
  REQUIRE_NE(map.find_writable(0xfff0, 16), nullptr);
  CHECK_EQ(map.find_writable(0x10000, 1), nullptr);

  const std::array bytes{std::byte{1}, std::byte{2}, std::byte{3}};
  map.write(0x55, bytes);
  std::array<std::byte, 3> back{};
  map.read(0x55, back);
  CHECK(back == bytes);
  CHECK_THROWS_AS(map.write(0x10000, bytes), Error);
  CHECK_THROWS_AS(map.write(0xfffe, bytes), Error);
  CHECK_THROWS_AS(map.read(0x10ffe, back), Error);
  CHECK_EQ(*map.find(0xffff, 1), std::byte{0});  // A refused write writes nothing.
}

TEST_CASE("MemoryMap: refuses unaligned, empty, overlapping and endless regions") {
  const std::vector<std::byte> file(4097);
  MemoryMap map;
  map.map(0x4000, file);
  CHECK_THROWS_AS(map.map(0x7001, file), Error);
  CHECK_THROWS_AS(map.map(0x8000, {}), Error);
  CHECK_THROWS_AS(map.allocate(0x8000, 0), Error);
  CHECK_THROWS_AS(map.map(0x4000, file), Error);
  CHECK_THROWS_AS(map.allocate(0x5000, 1), Error);  // The last byte of the file lies there.
  CHECK_THROWS_AS(map.allocate(0x3000, 0x1001), Error);
  CHECK_THROWS_AS(map.map(~std::uint64_t{0} - 4095, file), Error);
  map.allocate(0x3000, 0x1000);
  map.allocate(0x6000, 1);
  map.allocate(~std::uint64_t{0} - 4095, 4096);  // The last page of the address space.
  CHECK_NE(map.find(~std::uint64_t{0}, 1), nullptr);
}

TEST_CASE("MemoryMap: alternating regions are found as reliably as the last one") {
  MemoryMap map;
  for (std::uint64_t page = 0; page < 16; ++page) map.allocate(page * 0x2000, 0x1000);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const std::uint64_t page = i * 7 % 16;
    CHECK_NE(map.find(page * 0x2000 + i, 8), nullptr);
    CHECK_EQ(map.find(page * 0x2000 + 0x1000 + i, 8), nullptr);
  }
}
