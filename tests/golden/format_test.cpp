// SPDX-License-Identifier: Apache-2.0

#include <algorithm>

#include "format_fixture.h"
#include "golden/format/crc32c.h"
#include "golden/format/trit_matrix.h"
#include "trit_fixture.h"

namespace trine::golden {
namespace {

bool same(std::span<const std::byte> a, std::span<const std::byte> b) {
  return std::ranges::equal(a, b);
}

/// The stream as docs/format.md words it, byte by byte, without a shortcut.
std::vector<std::byte> plain_pack(const TritMatrix& matrix, const Geometry& geometry) {
  const std::size_t rows = matrix.shape.rows, cols = matrix.shape.cols;
  const unsigned depth = matrix.shape.depth;
  const std::size_t groups = matrix.shape.groups_per_row();
  const auto level = [&](std::size_t r, std::size_t c) {
    return r < rows && c < cols ? matrix.levels[r * cols + c] : 0;
  };
  const auto set_byte = [&](std::size_t r, std::size_t group, std::size_t set, unsigned plane) {
    unsigned byte = 0, power = 1;
    for (std::size_t j = 0; j < 5; ++j, power *= 3) {
      int code = level(r, 16 * group + 5 * set + j) + 40;  // Base-3 digits t_k + 1.
      for (unsigned k = 0; k < plane; ++k) code /= 3;
      byte += static_cast<unsigned>(code % 3) * power;
    }
    return static_cast<std::byte>(byte);
  };
  std::vector<std::byte> stream;
  const auto panel = [&](std::size_t row, std::size_t first_group) {
    std::vector<bool> bits;
    for (std::size_t r = row; r < row + 32; ++r) {
      for (std::size_t g = first_group; g < first_group + geometry.groups; ++g) {
        const unsigned s = r < rows && g < groups ? matrix.scales[r * groups + g] : 0;
        const auto w15 = static_cast<unsigned>(level(r, 16 * g + 15) + outer_level(depth));
        const unsigned tail = w15 | s << tail_level_bits(depth);
        for (unsigned b = 0; b < tail_bits(depth); ++b) bits.push_back((tail >> b & 1) != 0);
      }
    }
    for (std::size_t i = 0; i < bits.size(); i += 8) {
      unsigned byte = 0;
      for (unsigned b = 0; b < 8; ++b) byte |= static_cast<unsigned>(bits[i + b]) << b;
      stream.push_back(static_cast<std::byte>(byte));
    }
    // Lane j of a beat: the row within the unit and the plane it carries.
    const std::size_t unit = depth == 4 ? 1 : depth == 2 ? 2 : 4;
    for (std::size_t r = row; r < row + 32; r += unit) {
      for (std::size_t set = 0; set < 3; ++set) {
        for (unsigned i = 0; i < (depth == 3 ? 3u : 1u); ++i) {
          for (std::size_t g = first_group; g < first_group + geometry.groups; ++g) {
            for (unsigned j = 0; j < 4; ++j) {
              const auto [dr, plane] = depth == 4   ? std::pair{0u, j}
                                       : depth == 2 ? std::pair{j / 2, j % 2}
                                       : depth == 1 ? std::pair{j, 0u}
                                       : j == 3     ? std::pair{3u, i}
                                                    : std::pair{i, j};
              stream.push_back(set_byte(r + dr, g, set, plane));
            }
          }
        }
      }
    }
  };
  for (std::size_t tile = 0; tile < rows; tile += geometry.tile_rows) {
    for (std::size_t block = 0; block < groups; block += geometry.groups) {
      for (std::size_t r = tile; r < std::min(rows, tile + geometry.tile_rows); r += 32) {
        panel(r, block);
      }
    }
  }
  return stream;
}

TEST_CASE("crc32c: the known value, and pieces add up") {
  const std::string text = "123456789";
  const auto bytes = std::as_bytes(std::span(text));
  CHECK(crc32c(bytes) == 0xE3069283u);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    CHECK(crc32c(bytes.subspan(cut), crc32c(bytes.first(cut))) == 0xE3069283u);
  }
  CHECK(crc32c(std::vector<std::byte>(32)) == 0x8A9136AAu);  // RFC 3720, B.4.
  CHECK(crc32c({}) == 0);
}

TEST_CASE("crc32c: long stretches and stretches put together are as one byte after the other") {
  std::mt19937 random(3);
  std::vector<std::byte> data((1 << 17) + 29);
  for (std::byte& byte : data) byte = static_cast<std::byte>(random());
  const std::span<const std::byte> all(data);
  for (const std::size_t size : {std::size_t{1} << 16, (std::size_t{1} << 16) + 13, data.size()}) {
    CAPTURE(size);
    std::uint32_t want = 0;
    for (std::size_t i = 0; i < size; ++i) want = crc32c(all.subspan(i, 1), want);
    CHECK(crc32c(all.first(size)) == want);
    for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, size / 3, size - 1, size}) {
      const std::uint32_t first = crc32c(all.first(cut));
      const std::uint32_t second = crc32c(all.subspan(cut, size - cut));
      CHECK(crc32c_combine(first, second, size - cut) == want);
    }
  }
}

TEST_CASE("pack: beats per panel as documented") {
  CHECK(panel_beats(1) == 31);
  CHECK(panel_beats(2) == 57);
  CHECK(panel_beats(3) == 82);
  CHECK(panel_beats(4) == 108);
  CHECK(MatrixShape{33, 257, 4}.beats(kCanonical) == 4 * 108);
  CHECK(MatrixShape{33, 257, 4}.stream_bytes(kCanonical) == 4 * 108 * 64);
}

TEST_CASE("pack: equals the documented layout, and unpack and relayout return it") {
  unsigned seed = 1;
  for (const unsigned depth : {1u, 2u, 3u, 4u}) {
    for (const std::size_t rows : {1u, 33u, 100u}) {
      for (const std::size_t cols : {1u, 15u, 17u, 288u, 896u}) {
        const TritMatrix matrix = random_matrix({rows, cols, depth}, seed++);
        std::vector<std::pair<Geometry, std::vector<std::byte>>> streams;
        for (const std::size_t groups : {1u, 2u, 4u, 16u}) {
          for (const std::size_t tile : {32u, 64u, 2048u}) {
            const Geometry geometry{groups, tile};
            CAPTURE(depth);
            CAPTURE(rows);
            CAPTURE(cols);
            CAPTURE(groups);
            CAPTURE(tile);
            auto stream = pack(matrix, geometry);
            REQUIRE(stream.size() == matrix.shape.stream_bytes(geometry));
            REQUIRE(same(stream, plain_pack(matrix, geometry)));
            const TritMatrix back = unpack(stream, matrix.shape, matrix.codebook, geometry);
            REQUIRE(back.levels == matrix.levels);
            REQUIRE(back.scales == matrix.scales);
            for (const auto& [from, other] : streams) {
              REQUIRE(same(relayout(other, matrix.shape, from, geometry), stream));
              REQUIRE(same(relayout(stream, matrix.shape, geometry, from), other));
            }
            if (streams.size() < 4) streams.emplace_back(geometry, std::move(stream));
          }
        }
      }
    }
  }
}

TEST_CASE("pack: equals the independent vectors byte for byte") {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(TRINE_SOURCE_DIR "/tests/vectors")) {
    if (!entry.path().filename().string().starts_with("trit_")) continue;
    const Safetensors file(entry.path());
    CAPTURE(entry.path().string());
    const auto number = [&](const char* key) { return std::stoul(file.metadata().at(key)); };
    TritMatrix matrix{
        {number("rows"), number("cols"), static_cast<unsigned>(number("depth"))}, {}, {}, {}};
    const Geometry geometry{number("groups_per_beat"), number("tile_rows")};
    matrix.levels.resize(file.at("q").elements());
    matrix.scales.resize(file.at("scale_index").elements());
    std::memcpy(matrix.levels.data(), file.at("q").bytes.data(), matrix.levels.size());
    std::memcpy(matrix.scales.data(), file.at("scale_index").bytes.data(), matrix.scales.size());
    const auto stream = file.at("stream").bytes;
    CHECK(same(pack(matrix, geometry), stream));
    const TritMatrix back = unpack(stream, matrix.shape, matrix.codebook, geometry);
    CHECK(back.levels == matrix.levels);
    CHECK(back.scales == matrix.scales);
    CHECK(same(relayout(stream, matrix.shape, geometry, kCanonical), pack(matrix)));
    ++count;
  }
  CHECK(count == 12);
}

TEST_CASE("pack: content and shapes out of range are refused") {
  for (const unsigned depth : {1u, 2u, 3u, 4u}) {
    TritMatrix matrix = random_matrix({3, 20, depth}, 5);
    matrix.levels[45] = static_cast<std::int8_t>(outer_level(depth) + 1);
    check_error([&] { pack(matrix); }, {"level", "row 2, column 5"});
    matrix.levels[45] = static_cast<std::int8_t>(-outer_level(depth) - 1);
    check_error([&] { pack(matrix); }, {"level", "row 2, column 5"});
    matrix.levels[45] = 0;
    matrix.scales[3] = 27;
    check_error([&] { pack(matrix); }, {"scale index 27", "row 1, group 1"});
    matrix.scales.pop_back();
    check_error([&] { pack(matrix); }, {"scales"});
  }
  const TritMatrix good = random_matrix({3, 20, 4}, 5);
  check_error([&] { pack(good, {3, 32}); }, {"power of two"});
  check_error([&] { pack(good, {0, 32}); }, {"power of two"});
  check_error([&] { pack(good, {1, 48}); }, {"row tile"});
  check_error([&] { pack(good, {1, 0}); }, {"row tile"});
  check_error([] { validate_stream({}, {1, 1, 5}); }, {"depth 5"});
  check_error([] { validate_stream({}, {1, 1, 0}); }, {"depth 0"});
  check_error([] { validate_stream({}, {0, 1, 4}); }, {"0 rows"});
}

TEST_CASE("unpack: every bad byte is found at its offset") {
  for (const unsigned depth : {1u, 2u, 3u, 4u}) {
    CAPTURE(depth);
    const MatrixShape shape{64, 64, depth};
    const Geometry geometry{2, 32};
    const auto good = pack(random_matrix(shape, depth), geometry);
    const std::size_t panel = panel_beats(depth) * 8, body = tail_bits(depth) * 8;
    for (std::size_t offset = 0; offset < good.size(); ++offset) {
      if (offset % panel < body) continue;
      auto bad = good;
      bad[offset] = static_cast<std::byte>(243 + offset % 13);
      check_error([&] { unpack(bad, shape, {}, geometry); },
                  {fmt::format("byte offset {}:", offset), "set byte"});
    }
    // Tail codes: all ones are out of range whatever the depth.
    for (std::size_t code = 0; code < 64; ++code) {
      auto bad = good;
      for (std::size_t bit = code * tail_bits(depth); bit < (code + 1) * tail_bits(depth); ++bit) {
        bad[panel + bit / 8] |= static_cast<std::byte>(1u << bit % 8);
      }
      check_error([&] { validate_stream(bad, shape, geometry); },
                  {fmt::format("byte offset {}:", panel + code * tail_bits(depth) / 8), "tail code",
                   fmt::format("row {}, group {}", code / 2, code % 2)});
    }
    // The first level and the first scale that there is not, each beside a good one.
    const unsigned width = tail_bits(depth), level_bits = tail_level_bits(depth);
    const auto levels = 2 * static_cast<unsigned>(outer_level(depth)) + 1;
    for (const unsigned value : {levels, unsigned{kCodebook} << level_bits}) {
      auto bad = good;
      for (std::size_t bit = 0; bit < width; ++bit) {
        const std::size_t at = 9 * width + bit;  // Row 4, group 1 of the first panel.
        bad[at / 8] &= ~(std::byte{1} << at % 8);
        if ((value >> bit & 1) != 0) bad[at / 8] |= std::byte{1} << at % 8;
      }
      check_error([&] { validate_stream(bad, shape, geometry); },
                  {fmt::format("byte offset {}:", 9 * width / 8), "row 4, group 1",
                   fmt::format("level code {}, scale index {}", value & ((1u << level_bits) - 1),
                               value >> level_bits)});
    }
    for (const std::size_t size : {std::size_t{0}, good.size() - 1, good.size() / 2}) {
      const std::span<const std::byte> part(good.data(), size);
      check_error([&] { unpack(part, shape, {}, geometry); }, {fmt::format("{} bytes", size)});
      check_error([&] { relayout(part, shape, geometry, kCanonical); }, {"bytes"});
    }
  }
}

TEST_CASE("unpack: padding that is not zero is refused") {
  for (const unsigned depth : {1u, 2u, 3u, 4u}) {
    for (const std::size_t cols : {1u, 5u, 12u, 15u, 16u, 31u}) {
      const MatrixShape wide{32, 32, depth};
      const Geometry geometry{2, 32};
      // All rows but 32 and all columns right of `cols` are padding of the smaller matrix.
      TritMatrix matrix = random_matrix(wide, 3);
      std::fill(matrix.levels.begin(), matrix.levels.end(), std::int8_t{0});
      std::fill(matrix.scales.begin(), matrix.scales.end(), std::uint8_t{0});
      const MatrixShape narrow{30, cols, depth};
      const auto check = [&](std::size_t r, std::size_t c, bool scale) {
        TritMatrix changed = matrix;
        if (scale) changed.scales[r * 2 + c / 16] = 1;
        if (!scale) changed.levels[r * 32 + c] = -1;
        const auto stream = pack(changed, geometry);
        const bool inside = r < 30 && (scale ? c / 16 * 16 < cols : c < cols);
        CAPTURE(r);
        CAPTURE(c);
        CAPTURE(scale);
        if (inside) {
          CHECK_NOTHROW(unpack(stream, narrow, {}, geometry));
        } else {
          check_error([&] { unpack(stream, narrow, {}, geometry); }, {"byte offset", "padding"});
        }
      };
      for (const std::size_t r : {0u, 29u, 30u, 31u}) {
        for (std::size_t c = 0; c < 32; ++c) check(r, c, false);
        check(r, 0, true);
        check(r, 16, true);
      }
    }
  }
}

TEST_CASE("dequantize: level times codebook over half, rounded once") {
  const TritMatrix matrix = random_matrix({2, 18, 3}, 9);
  const auto weights = dequantize(matrix);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::size_t group = i / 18 * 2 + i % 18 / 16;
    CHECK(weights[i] ==
          static_cast<float>(matrix.levels[i] * (matrix.codebook[matrix.scales[group]] / 13)));
  }
}

TEST_CASE("validate_panels: stretches that are no whole panels of the stream are refused") {
  const TritMatrix matrix = random_matrix({64, 32, 2}, 3);
  const auto stream = pack(matrix);
  const std::size_t unit = stream.size() / 2;
  CHECK_NOTHROW(validate_panels(std::span(stream).subspan(unit), matrix.shape, kCanonical, 1));
  const auto refused = [&](std::size_t bytes, std::size_t first) {
    CHECK_THROWS_WITH_AS(
        validate_panels(std::span(stream).first(bytes), matrix.shape, kCanonical, first),
        fmt::format("{} bytes from panel {} on of 2 panels of {} bytes", bytes, first, unit)
            .c_str(),
        Error);
  };
  refused(unit - 1, 0);
  refused(2 * unit, 1);
  refused(0, 3);
}

}  // namespace
}  // namespace trine::golden
