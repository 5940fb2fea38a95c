// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <tuple>

#include "golden/error.h"
#include "sim/dram/standards.h"
#include "tests/dram/traffic.h"

using namespace trine::dram;

TEST_CASE("Mapping: the stated order, lowest bits first") {
  const MemorySpec spec = parse_memory("hbm2x4");  // 32-byte bursts, 4 channels, 32 columns.
  const Mapping plain(spec.device, 4, "ro-ba-co-bg-ch", false);
  CHECK_EQ(plain.place(0), Place{0, 0, 0, 0});
  CHECK_EQ(plain.place(31), Place{0, 0, 0, 0});
  CHECK_EQ(plain.place(32), Place{1, 0, 0, 0});
  CHECK_EQ(plain.place(32ull * 4), Place{0, 4, 0, 0});           // The next bank group.
  CHECK_EQ(plain.place(32ull * 4 * 4), Place{0, 0, 0, 1});       // The next column.
  CHECK_EQ(plain.place(32ull * 4 * 4 * 32), Place{0, 1, 0, 0});  // The next bank.
  CHECK_EQ(plain.place(32ull * 4 * 4 * 32 * 4), Place{0, 0, 1, 0});
  const Mapping rows(spec.device, 4, "ch-bg-ba-ro-co", false);
  CHECK_EQ(rows.place(32), Place{0, 0, 0, 1});
  CHECK_EQ(rows.place(32ull * 32), Place{0, 0, 1, 0});
  CHECK_EQ(rows.place(1ull << 40).channel, 0);  // Beyond the memory: around.
}

TEST_CASE("Mapping: one to one, with and without the hash") {
  MemorySpec spec = parse_memory("ddr4-2400x64");
  spec.device.rows = 8;
  for (const bool hash : {false, true}) {
    for (const char* order : {"ro-ba-co-bg-ch", "co-ro-ch-ba-bg", "ba-bg-ro-co-ch"}) {
      const Mapping mapping(spec.device, 2, order, hash);
      std::set<std::tuple<unsigned, unsigned, std::uint32_t, std::uint32_t>> seen;
      const std::uint64_t bytes = 2 * spec.device.bytes();
      for (std::uint64_t a = 0; a < bytes; a += 64) {
        const Place p = mapping.place(a);
        CHECK(seen.emplace(p.channel, p.bank, p.row, p.column).second);
        if (!hash && std::string(order) == "ro-ba-co-bg-ch")
          CHECK_EQ(address_of({.name = {},
                               .device = spec.device,
                               .channels = 2,
                               .mapping = order,
                               .policy = {}},
                              p),
                   a);
      }
      CHECK_EQ(seen.size(), bytes / 64);
    }
  }
}

TEST_CASE("Mapping: an order that is none") {
  const MemorySpec spec = parse_memory("ddr4-2400x64");
  for (const char* order :
       {"", "ro-ba-co-bg", "ro-ba-co-bg-bg", "ro-ba-co-bg-xx", "ro ba co bg ch"})
    CHECK_THROWS_AS(Mapping(spec.device, 1, order, true), trine::Error);
  CHECK_THROWS_WITH(Mapping(spec.device, 3, "ro-ba-co-bg-ch", true),
                    "memory: 3 channels is no power of two");
}

TEST_CASE("Names: what is wrong with one") {
  const auto message = [](const char* name) {
    try {
      parse_memory(name);
    } catch (const trine::Error& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  CHECK_EQ(message("ddr3"),
           "there is no memory standard 'ddr3'; there are ddr4-2400, ddr4-3200, "
           "lpddr4-4266, lpddr5-6400, ddr5-4800, hbm2, gddr6-14000");
  CHECK_EQ(message("ddr4-2400x"), "memory ddr4-2400x: no width behind the x");
  CHECK_EQ(message("ddr4-2400x48"), "memory ddr4-2400x48: a channel has 8, 16, 32 or 64 data bits");
  CHECK_EQ(message("ddr4-2400x64x"), "memory ddr4-2400x64x: no channels behind the x");
  CHECK_EQ(message("ddr4-2400x64x3"), "memory: 3 channels is no power of two");
  CHECK_EQ(message("hbm2x0"), "memory hbm2x0: 1 to 256 channels");
  CHECK_EQ(message("lpddr4-4266x24"),
           "memory lpddr4-4266x24: the width is a multiple of 16 bits, a channel");
  CHECK_EQ(message("hbm2xfour"), "memory hbm2xfour: 'four' is not a number");
  CHECK_EQ(message("./no-such-file"), "./no-such-file: cannot be read");
}

TEST_CASE("Files: a standard and what differs from it; errors have file and line") {
  const auto file = std::filesystem::temp_directory_path() / "trine_memory_test.toml";
  const auto parse = [&](const std::string& text) {
    std::ofstream(file) << text;
    std::string message = "none";
    try {
      read_memory_file(file);
    } catch (const trine::Error& error) {
      message = error.what();
    }
    return message.starts_with(file.string()) ? message.substr(file.string().size()) : message;
  };
  std::ofstream(file) << "# a slow one\nstandard = \"ddr4-2400x32\"\n\nCL = 20  # clocks\n"
                         "channels = 2\nhash = false\nread_queue=8\nmapping = \"ro-ba-bg-co-ch\"\n";
  const MemorySpec spec = parse_memory(file.string());
  CHECK_EQ(spec.device.bus_bits, 32);
  CHECK_EQ(spec.device.timing.CL, 20);
  CHECK_EQ(spec.device.timing.RCDRD, 16);
  CHECK_EQ(spec.channels, 2);
  CHECK_FALSE(spec.hash);
  CHECK_EQ(spec.policy.read_queue, 8);
  std::ofstream(file) << "standard = ddr4-2400\nclock_mhz = 600\n";
  CHECK_EQ(parse_memory(file.string()).device.timing.RCDRD, 8);  // 13.32 ns,
  CHECK_EQ(parse_memory(file.string()).device.timing.CL, 16);    // but clocks of CL.
  CHECK_EQ(parse("standard = ddr4-2400\nclock_mhz = 0\n"),
           ":2: memory ddr4-2400: clock_mhz is 1 to 20000");
  CHECK_EQ(parse(""), ": has no `standard`");
  CHECK_EQ(parse("CL = 3\n"), ":1: `standard` comes first");
  CHECK_EQ(parse("standard = ddr4-2400\n\nXX = 3\n"), ":3: there is no key 'XX'");
  CHECK_EQ(parse("standard = ddr4-2400\nCL = -1\n"), ":2: CL: '-1' is not a number");
  CHECK_EQ(parse("standard = ddr4-2400\nCL\n"), ":2: is not `key = value`");
  CHECK_EQ(parse("standard = ./a.toml\n"), ":1: './a.toml' is not the name of a standard");
  CHECK_EQ(parse("standard = hbm2\nstandard = hbm2\n"), ":2: a second `standard`");
  CHECK_EQ(parse("standard = hbm2\nhash = maybe\n"), ":2: hash: 'maybe' is neither true nor false");
  CHECK_NE(parse("standard = ddr4-2400\nCCD_S = 3\n").find("CCD_S is below"), std::string::npos);
  CHECK_NE(parse("standard = ddr4-2400\nRFC = 9000\n").find("nothing but refreshes"),
           std::string::npos);
  std::filesystem::remove(file);
}
