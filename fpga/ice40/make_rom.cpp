// SPDX-License-Identifier: Apache-2.0
//
// make_ice40_rom DIR DEPTH ACT_WIDTH SEED [FAULT]: writes DIR/stimulus.hex and DIR/expected.hex of
// a random product of 64 rows and 32 columns, with the golden model's sums (trine_selfcheck.sv has
// the layout).  FAULT damages one word: `weight` another valid set byte, `code` a byte that is
// none, `mantissa` an activation, `low` and `high` a half of a sum.

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "golden/error.h"
#include "golden/exact/bfp.h"
#include "golden/exact/codebook.h"
#include "golden/format/trit_matrix.h"
#include "machine/product/trit/definition.h"

namespace {

using namespace trine;

constexpr std::size_t kRomWords = 512, kRowWords = 256;
constexpr std::size_t kRows = 64, kCols = 32;
constexpr golden::Geometry kGeometry{1, 32};
constexpr std::size_t kHeaderWords = 1 + golden::kCodebook;

golden::TritMatrix random_matrix(std::mt19937& rng, unsigned depth) {
  golden::TritMatrix m{{kRows, kCols, depth}, {}, {}, {}};
  const unsigned levels = static_cast<unsigned>(2 * golden::outer_level(depth) + 1);
  for (std::size_t i = 0; i < kRows * kCols; ++i)
    m.levels.push_back(
        static_cast<std::int8_t>(static_cast<int>(rng() % levels) - golden::outer_level(depth)));
  for (std::size_t i = 0; i < kRows * m.shape.groups_per_row(); ++i)
    m.scales.push_back(static_cast<std::uint8_t>(rng() % golden::kCodebook));
  double entry = 1e-3;
  for (double& scale : m.codebook) scale = entry *= 1.25;
  return m;
}

/// The exponent field of a block, as the quantizer hands it over: 0 for zeros.
std::uint32_t field(int exponent, int act_width) {
  return exponent == golden::kZeroBlock
             ? 0U
             : static_cast<std::uint32_t>(exponent + 127 + act_width - 2);
}

void write(const std::filesystem::path& path, std::vector<std::uint32_t> words, std::size_t size) {
  if (words.size() > size)
    throw Error(fmt::format("{}: {} words do not fit {}", path.string(), words.size(), size));
  // What is never read is random, too: icebram tells bits of the ROM apart by what is in them.
  std::mt19937 rest(1);
  while (words.size() < size) words.push_back(static_cast<std::uint32_t>(rest()));
  std::ofstream out(path);
  for (const std::uint32_t word : words) out << fmt::format("{:08x}\n", word);
  out.close();
  if (!out) throw Error(path.string() + ": cannot be written");
}

void make(const std::filesystem::path& dir, unsigned depth, int act_width, unsigned seed,
          const std::string& fault) {
  std::mt19937 rng(seed);
  const golden::TritMatrix m = random_matrix(rng, depth);
  std::vector<float> x(kCols);
  for (float& v : x)
    v = std::ldexp(static_cast<float>(static_cast<int>(rng() % 65536) - 32768),
                   static_cast<int>(rng() % 6) - 15);
  const golden::BfpVector q = golden::to_bfp(x, act_width);
  const golden::HardwareCodebook book = golden::hardware_codebook(m.codebook, depth);
  const golden::TritResult result = golden::trit_definition(m, book, q);
  const std::vector<std::byte> stream = golden::pack(m, kGeometry);

  const std::size_t blocks = m.shape.groups_per_row();
  std::vector<std::uint32_t> rom;
  rom.push_back(depth | static_cast<std::uint32_t>(blocks) << 4 |
                static_cast<std::uint32_t>(kRows / golden::kPanelRows) << 8 |
                field(q.max_exponent, act_width) << 16);
  for (std::size_t i = 0; i < golden::kCodebook; ++i)
    rom.push_back(book.mantissa[i] | static_cast<std::uint32_t>(book.shift[i]) << 16);
  for (std::size_t i = 0; i < q.mantissas.size(); ++i)
    rom.push_back((static_cast<std::uint32_t>(q.mantissas[i]) & 0xffffU) |
                  field(q.exponents[i / golden::kGroup], act_width) << 16);
  const std::size_t weights = rom.size();
  rom.resize(weights + stream.size() / 4);
  std::memcpy(&rom[weights], stream.data(), stream.size());

  std::vector<std::uint32_t> rows;
  for (const std::int64_t sum : result.accumulator) {
    rows.push_back(static_cast<std::uint32_t>(sum));
    rows.push_back(static_cast<std::uint32_t>(sum >> 32));
  }

  const std::size_t body = weights + golden::tail_bits(depth);  // The first set byte.
  if (fault == "weight") {
    rom[body] = (rom[body] & ~0xffU) | ((rom[body] & 0xffU) == 121 ? 122 : 121);
  } else if (fault == "code") {
    rom[body] |= 0xffU;
  } else if (fault == "mantissa") {
    rom[kHeaderWords + 3] ^= 1U;
  } else if (fault == "low") {
    rows[2 * kRows - 2] ^= 1U;
  } else if (fault == "high") {
    rows[1] ^= 0x8000'0000U;
  } else if (!fault.empty()) {
    throw Error(fmt::format("there is no fault '{}'", fault));
  }
  write(dir / "stimulus.hex", rom, kRomWords);
  write(dir / "expected.hex", rows, kRowWords);
}

unsigned number(const char* text, unsigned low, unsigned high) {
  char* end = nullptr;
  const unsigned long value = std::strtoul(text, &end, 10);
  if (end == text || *end != '\0' || value < low || value > high)
    throw Error(fmt::format("'{}' is not a number from {} to {}", text, low, high));
  return static_cast<unsigned>(value);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 5 && argc != 6)
    throw Error("usage: make_ice40_rom DIR DEPTH ACT_WIDTH SEED [weight|code|mantissa|low|high]");
  make(argv[1], number(argv[2], 1, 4), static_cast<int>(number(argv[3], 8, 16)),
       number(argv[4], 0, 0xffff'ffffU), argc == 6 ? argv[5] : "");
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "make_ice40_rom: {}\n", error.what());
  return 1;
}
