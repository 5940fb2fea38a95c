// SPDX-License-Identifier: Apache-2.0

#include "driver/allocator.h"

#include <doctest/doctest.h>

#include "golden/error.h"

using namespace trine;

TEST_CASE("Allocator: aligns upwards and keeps buffers apart") {
  Allocator allocator(0x1010, 0x1000);
  const Buffer a = allocator.allocate("a", 1);
  const Buffer b = allocator.allocate("b", 64);
  const Buffer c = allocator.allocate("c", 10, 4);
  const Buffer d = allocator.allocate("d", 10, 4);
  CHECK_EQ(a.address, 0x1040u);
  CHECK_EQ(b.address, 0x1080u);
  CHECK_EQ(c.address, 0x10c0u);
  CHECK_EQ(d.address, 0x10ccu);
  CHECK_EQ(allocator.used(), 0x10d6u - 0x1010u);
  CHECK_EQ(allocator.left(), 0x1000u - allocator.used());
}

TEST_CASE("Allocator: the last byte can be had, one more is refused by name") {
  Allocator allocator(0, 256);
  allocator.allocate("first", 192);
  try {
    allocator.allocate("the big one", 65);
    FAIL("no error");
  } catch (const Error& error) {
    const std::string what = error.what();
    CHECK(what.find("the big one") != std::string::npos);
    CHECK(what.find("65") != std::string::npos);
    CHECK(what.find("64 of 256") != std::string::npos);
  }
  CHECK_EQ(allocator.allocate("fits", 64).address, 192u);
  CHECK_EQ(allocator.left(), 0u);
  CHECK_THROWS_AS(allocator.allocate("more", 1, 1), Error);
}

TEST_CASE("Allocator: refuses nonsense") {
  Allocator allocator(0, 1024);
  CHECK_THROWS_AS(allocator.allocate("empty", 0), Error);
  CHECK_THROWS_AS(allocator.allocate("odd", 1, 48), Error);
  CHECK_THROWS_AS(allocator.allocate("no alignment", 1, 0), Error);
  CHECK_THROWS_AS(allocator.allocate("huge", ~std::uint64_t{0}), Error);
  CHECK_THROWS_AS(Allocator(~std::uint64_t{0} - 10, 100), Error);
}

TEST_CASE("Allocator: says what lies at an address") {
  Allocator allocator(0, 4096);
  allocator.allocate("weights", 100);
  allocator.allocate("result", 64);
  CHECK_EQ(allocator.describe(0), "weights + 0x0");
  CHECK_EQ(allocator.describe(99), "weights + 0x63");
  CHECK_EQ(allocator.describe(100), "0x64");  // The gap behind it.
  CHECK_EQ(allocator.describe(128), "result + 0x0");
  CHECK_EQ(allocator.describe(192), "0xc0");
}
