// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <random>

#include "format_fixture.h"
#include "golden/checkpoint/float16.h"
#include "golden/codec/quantize_model.h"
#include "golden/format/crc32c.h"
#include "golden/format/packed_header.h"
#include "golden/format/packed_model.h"
#include "golden/format/packed_writer.h"
#include "golden/format/trit_matrix.h"

namespace trine::golden {
namespace {

TritMatrix random_matrix(const MatrixShape& shape, unsigned seed) {
  std::minstd_rand random(seed);
  TritMatrix matrix{shape, {}, {}, {}};
  matrix.levels.resize(shape.rows * shape.cols);
  matrix.scales.resize(shape.rows * shape.groups_per_row());
  const int limit = outer_level(shape.depth);
  for (auto& q : matrix.levels) {
    q = static_cast<std::int8_t>(static_cast<int>(random() >> 4) % (2 * limit + 1) - limit);
  }
  for (auto& s : matrix.scales) s = static_cast<std::uint8_t>((random() >> 4) % kCodebook);
  for (std::size_t k = 0; k < kCodebook; ++k)
    matrix.codebook[k] = 0.01 * static_cast<double>(k + 1);
  return matrix;
}

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

/// A packed tiny model, mixed depths.
struct Packed {
  TempDir dir;
  std::filesystem::path path = dir / "out";
  explicit Packed(bool tied = false) {
    write_tiny_checkpoint(dir / "in", tied);
    QuantizeOptions options;
    options.depths = {{weight_name(0, Linear::Q), 1},
                      {weight_name(1, Linear::Down), 2},
                      {weight_name(1, Linear::V), 3}};
    quantize_model(dir / "in", path, options);
  }
  std::filesystem::path file() const { return path / kPackedFile; }
  /// Writes the file again with other metadata; `fix` recomputes the header's checksum.
  void rewrite(const std::function<void(Metadata&)>& change, bool fix = true) const {
    std::vector<SafetensorsWriter::Entry> entries;
    std::string data;
    Metadata metadata;
    {
      const Safetensors old(file());
      metadata = old.metadata();
      for (const Tensor& tensor : old.tensors()) {
        entries.push_back({tensor.name, tensor.dtype, tensor.shape});
        data.append(reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size());
      }
    }
    change(metadata);
    if (fix) metadata[std::string(kHeaderCrcKey)] = encode_crc(header_crc(metadata, entries));
    SafetensorsWriter writer(file(), entries, metadata, 4096);
    writer.append(std::as_bytes(std::span(data)));
    writer.finish();
  }
};

TEST_CASE("packed model: holds what was quantized, aligned for a device") {
  const Packed packed;
  const PackedModel model(packed.path);
  model.validate();
  CHECK(is_packed_model(packed.path));
  CHECK_FALSE(is_packed_model(packed.dir / "in"));
  CHECK(packed.dir.entries() == 2);
  CHECK(slurp(packed.path / "config.json") == slurp(packed.dir / "in" / "config.json"));
  CHECK(std::filesystem::exists(packed.path / "tokenizer.json"));
  CHECK(model.config().hidden == 32);
  REQUIRE(model.matrices().size() == 14);
  CHECK(model.matrices().front().stream->file_offset % 4096 == 0);
  CHECK(model.matrix(weight_name(0, Linear::Q)).shape == MatrixShape{64, 32, 1});
  CHECK(model.matrix(weight_name(1, Linear::Down)).shape == MatrixShape{32, 40, 2});
  CHECK(model.matrix(weight_name(1, Linear::V)).shape.depth == 3);
  check_error([&] { model.matrix("x"); }, {packed.file().string(), "'x'"});
  const Safetensors source(packed.dir / "in" / "model.safetensors");
  for (const PackedMatrix& matrix : model.matrices()) {
    CHECK(matrix.stream->file_offset % 64 == 0);
    const auto expected = quantize(source.at(matrix.name).to_f32(), matrix.shape, Scales::Best);
    const auto actual = unpack(matrix.stream->bytes, matrix.shape, matrix.codebook);
    CHECK(actual.levels == expected.levels);
    CHECK(actual.scales == expected.scales);
    CHECK(actual.codebook == expected.codebook);
  }
  for (const TensorSpec& spec : plain_tensors(model.config())) {
    const auto from = source.at(spec.name).to_f32();
    const auto to = model.at(spec.name).to_f32();
    REQUIRE(model.at(spec.name).dtype == Dtype::F16);
    for (std::size_t i = 0; i < from.size(); ++i) CHECK(to[i] == f16_to_f32(f32_to_f16(from[i])));
  }
}

TEST_CASE("packed model: a text ends at the tokens of both files") {
  const Packed packed;
  CHECK(PackedModel(packed.path).config().eos_token == std::vector<std::int64_t>{3, 4});
  spill(packed.path / "generation_config.json", R"({"eos_token_id": [7, 3]})");
  CHECK(PackedModel(packed.path).config().eos_token == std::vector<std::int64_t>{3, 4, 7});
}

TEST_CASE("packed model: every changed header byte is refused") {
  const Packed packed(true);
  const std::string good = slurp(packed.file());
  std::uint64_t length = 0;
  std::memcpy(&length, good.data(), 8);
  const std::size_t text = good.find_last_not_of(' ', 7 + length) + 1;  // Then only padding.
  std::fstream file(packed.file(), std::ios::in | std::ios::out | std::ios::binary);
  const auto put = [&](std::size_t at, char value) {
    file.seekp(static_cast<std::streamoff>(at)).put(value).flush();
  };
  for (std::size_t at = 0; at < text; ++at) {
    CAPTURE(at);
    put(at, static_cast<char>(good[at] ^ (1 << at % 7)));
    check_error([&] { PackedModel(packed.path).validate(); }, {packed.file().string()});
    put(at, good[at]);
  }
  CHECK_NOTHROW(PackedModel(packed.path).validate());
}

TEST_CASE("packed model: a checksum in upper case is refused") {
  const Packed packed;
  packed.rewrite([](Metadata& metadata) {
    std::string& crc = metadata.at("crc32c." + weight_name(0, Linear::Q));
    for (char& digit : crc) digit = digit < 'a' ? 'A' : static_cast<char>(digit - 'a' + 'A');
  });
  check_error([&] { PackedModel{packed.path}; }, {"crc32c." + weight_name(0, Linear::Q), "lower"});
}

TEST_CASE("packed model: heads of any width open as they are stored, padded or not") {
  const Packed packed;  // Two heads of 32, one of keys.
  const auto heads = [&](std::size_t count, std::size_t width) {
    packed.rewrite([&](Metadata& metadata) {
      auto config = nlohmann::json::parse(metadata.at("config"));
      config["num_attention_heads"] = 2 * count;
      config["num_key_value_heads"] = count;
      config["head_dim"] = width;
      metadata.at("config") = config.dump();
    });
    const ModelConfig config = PackedModel(packed.path).config();
    return std::pair(config.head_dim, config.head_padding);
  };
  CHECK(heads(1, 32) == std::pair<std::size_t, std::size_t>(32, 0));
  CHECK(heads(2, 16) == std::pair<std::size_t, std::size_t>(16, 0));  // As before padding.
  CHECK(heads(1, 20) == std::pair<std::size_t, std::size_t>(32, 12));
  CHECK(PackedModel(packed.path).config().own_head_dim() == 20);
  check_error([&] { heads(1, 34); }, {"q_proj", "64 x 32", "128 x 32"});
}

TEST_CASE("packed model: a changed byte or a cut names the tensor") {
  const Packed packed;
  const std::string good = slurp(packed.file());
  std::vector<std::pair<std::string, std::size_t>> places;
  {
    const PackedModel model(packed.path);
    for (const Tensor& tensor : model.file().tensors()) {
      places.emplace_back(tensor.name, tensor.file_offset);
      places.emplace_back(tensor.name, tensor.file_offset + tensor.bytes.size() - 1);
    }
  }
  for (const auto& [name, offset] : places) {
    std::string bad = good;
    bad[offset] = static_cast<char>(bad[offset] ^ 0x10);
    spill(packed.file(), bad);
    check_error([&] { PackedModel(packed.path).validate(); },
                {packed.file().string(), "'" + name + "'", "checksum failed"});
  }
  for (std::size_t size = 0; size < good.size(); size += good.size() / 37) {
    spill(packed.file(), good.substr(0, size));
    check_error([&] { PackedModel{packed.path}; }, {packed.file().string()});
  }
}

TEST_CASE("packed model: of some layers only these are checked, and what belongs to none") {
  const Packed packed;
  const std::string good = slurp(packed.file());
  const auto broken = [&](const std::string& name) {
    std::string bad = good;
    {
      const PackedModel model(packed.path);
      const std::size_t at = model.at(name).file_offset + 5;
      bad[at] = static_cast<char>(bad[at] ^ 0x10);
    }
    spill(packed.file(), bad);
    return PackedModel(packed.path);
  };
  const auto check = [&](const PackedModel& model, std::size_t layers, const std::string& name) {
    check_error([&] { model.validate(layers); }, {"'" + name + "'", "checksum failed"});
  };
  const std::string first = weight_name(0, Linear::Up), second = weight_name(1, Linear::Up);
  CHECK_NOTHROW(broken(second).validate(1));
  spill(packed.file(), good);
  check(broken(second), 2, second);
  spill(packed.file(), good);
  CHECK_NOTHROW(broken(first).validate(0));
  spill(packed.file(), good);
  check(broken(first), 1, first);
  spill(packed.file(), good);
  check(broken("model.norm.weight"), 0, "model.norm.weight");
}

TEST_CASE("packed model: a bad code under a right checksum is still found") {
  const Packed packed;
  std::string name = weight_name(1, Linear::Gate);
  std::size_t offset = 0, bytes = 0;
  {
    const PackedModel model(packed.path);
    offset = model.at(name).file_offset;
    bytes = model.at(name).bytes.size();
  }
  const std::string good = slurp(packed.file());
  const auto corrupt = [&](std::size_t at, char value) {
    std::string text = good;
    text[offset + at] = value;
    spill(packed.file(), text);
    const auto part = std::as_bytes(std::span(text)).subspan(offset, bytes);
    packed.rewrite([&](Metadata& metadata) {
      metadata[std::string(kCrcKey) + name] = encode_crc(crc32c(part));
    });
  };
  corrupt(5000, '\xff');
  check_error([&] { PackedModel(packed.path).validate(); },
              {packed.file().string(), "'" + name + "'", "byte offset 5000", "set byte 255"});
  corrupt(1, '\xff');
  check_error([&] { PackedModel(packed.path).validate(); },
              {"'" + name + "'", "byte offset", "tail code"});

  name = "model.norm.weight";
  {
    const PackedModel model(packed.path);
    offset = model.at(name).file_offset;
    bytes = model.at(name).bytes.size();
  }
  corrupt(7, '\x7c');
  check_error([&] { PackedModel(packed.path).validate(); },
              {"'" + name + "'", "offset 6", "finite"});
}

TEST_CASE("packed model: wrong version, missing or wrong metadata are refused by name") {
  const Packed packed;
  const std::string name = weight_name(0, Linear::Up);
  const std::string matrix = "matrix." + name;
  const std::string good = slurp(packed.file());
  const auto refused = [&](const std::function<void(Metadata&)>& change,
                           std::initializer_list<std::string> parts) {
    spill(packed.file(), good);
    packed.rewrite(change);
    check_error([&] { PackedModel{packed.path}; }, parts);
  };
  refused([](Metadata& m) { m["format_version"] = std::string("2"); }, {"version '2'", "unknown"});
  refused([](Metadata& m) { m["format"] = std::string("pt"); }, {"not a packed model"});
  refused([](Metadata& m) { m.erase("format"); }, {"not a packed model"});
  refused([](Metadata& m) { m.erase("config"); }, {"'config'", "missing"});
  refused([](Metadata& m) { m["config"] = std::string("{}"); }, {"'config'", "architectures"});
  refused([&](Metadata& m) { m.erase(matrix); }, {matrix, "missing"});
  refused([&](Metadata& m) { m.erase("crc32c." + name); }, {"crc32c." + name, "missing"});
  refused([&](Metadata& m) { m["crc32c." + name] = std::string("123"); }, {"crc32c." + name});
  refused([&](Metadata& m) { m[matrix][1] = '1'; }, {name, "41 x 32", "40 x 32"});
  refused([&](Metadata& m) { m[matrix][6] = '3'; }, {name, "bytes"});
  refused([&](Metadata& m) { m[matrix][6] = '5'; }, {name, "depth 5"});
  refused([&](Metadata& m) { m[matrix] += " 0x1p+4"; }, {name, "27"});
  refused([&](Metadata& m) { m[matrix].resize(m[matrix].rfind(' ')); }, {name, "missing"});
  refused([&](Metadata& m) { m[matrix].resize(m[matrix].rfind(' ')), m[matrix] += " 0x1p-40"; },
          {name, "ascending"});
  refused([&](Metadata& m) { m[matrix].resize(m[matrix].rfind(' ')), m[matrix] += " 0.5"; },
          {name, "'0.5'"});
  refused(
      [](Metadata& m) {
        auto config = nlohmann::json::parse(m["config"]);
        config["num_hidden_layers"] = 1;
        m["config"] = config.dump();
      },
      {"model.layers.1.", "not part of the model"});
  spill(packed.file(), good);
  packed.rewrite([](Metadata& m) { m["note"] = std::string("x"); }, false);
  check_error([&] { PackedModel{packed.path}; }, {"header checksum"});
}

TEST_CASE("packed model: output is replaced only when it is a packed model and nothing else") {
  const Packed packed(true);
  const auto again = [&] { quantize_model(packed.dir / "in", packed.path, {.depth = 1}); };
  again();
  CHECK(PackedModel(packed.path).matrices().front().shape.depth == 1);
  CHECK(packed.dir.entries() == 2);
  spill(packed.path / "notes.txt", "mine");
  check_error(again, {packed.path.string(), "'notes.txt'"});
  check_error([&] { quantize_model(packed.dir / "in", packed.dir / "in", {}); }, {"exists"});
  spill(packed.dir / "plain", "");
  check_error([&] { quantize_model(packed.dir / "in", packed.dir / "plain", {}); },
              {"not a directory"});
  std::filesystem::create_directory(packed.dir / "empty");
  quantize_model(packed.dir / "in", packed.dir / "empty/", {});
  CHECK_NOTHROW(PackedModel(packed.dir / "empty").validate());
  CHECK(slurp(packed.path / "notes.txt") == "mine");
  CHECK(packed.dir.entries() == 4);
}

TEST_CASE("packed model: a failure leaves nothing behind") {
  const TempDir dir;
  write_tiny_checkpoint(dir / "in", true);
  const auto refused = [&](const QuantizeOptions& options,
                           std::initializer_list<std::string> parts) {
    check_error([&] { quantize_model(dir / "in", dir / "out", options); }, parts);
    CHECK(dir.entries() == 1);
  };
  refused({.depth = 5}, {"depth 5"});
  QuantizeOptions unknown;
  unknown.depths = {{"model.layers.9.mlp.up_proj.weight", 2}};
  refused(unknown, {"'model.layers.9.mlp.up_proj.weight'", "no such"});
  const auto poke = [&](const std::string& name, float value) {
    std::size_t offset = 0;
    { offset = Safetensors(dir / "in" / "model.safetensors").at(name).file_offset; }
    std::string text = slurp(dir / "in" / "model.safetensors");
    std::memcpy(&text[offset + 8], &value, 4);
    spill(dir / "in" / "model.safetensors", text);
  };
  poke("model.norm.weight", 65520.0f);
  refused({}, {"'model.norm.weight'", "element 2", "65520"});
  poke(weight_name(1, Linear::K), HUGE_VALF);
  refused({}, {"'" + weight_name(1, Linear::K) + "'", "row 0, column 2", "finite"});

  PackedModelWriter writer(dir / "out", tiny_config(true).dump(), [] {
    std::map<std::string, unsigned> depths;
    for (const auto& spec : matrix_tensors(parse_config(tiny_config(true).dump(), "c"))) {
      depths[spec.name] = 4;
    }
    return depths;
  }());
  check_error([&] { writer.finish(); }, {weight_name(0, Linear::Q), "missing"});
  const auto matrix = random_matrix({32, 32, 4}, 1);
  check_error([&] { writer.append_matrix(weight_name(0, Linear::K), matrix); }, {"not the next"});
  check_error(
      [&] {
        writer.append_matrix(weight_name(0, Linear::Q), random_matrix({32, 32, 3}, 1));
      },
      {weight_name(0, Linear::Q), "shape"});
}

TEST_CASE("packed model: depths that are missing, too many or none are refused before any work") {
  const TempDir dir;
  const std::string config = tiny_config(true).dump();
  std::map<std::string, unsigned> depths;
  for (const auto& spec : matrix_tensors(parse_config(config, "c"))) depths[spec.name] = 4;
  const auto refused = [&](const std::map<std::string, unsigned>& given, const std::string& why) {
    CHECK_THROWS_WITH_AS(PackedModelWriter(dir / "out", config, given),
                         ((dir / "out").string() + ": " + why).c_str(), Error);
    CHECK(dir.entries() == 0);
  };
  const std::string key = weight_name(1, Linear::K);
  for (const unsigned depth : {0u, 5u}) {
    auto given = depths;
    given[key] = depth;
    refused(given, fmt::format("tensor '{}' has depth {}, which is not 1 to 4", key, depth));
  }
  auto given = depths;
  given.erase(key);
  refused(given, "tensor '" + key + "' has no depth");
  given = depths;
  given["other"] = 1;
  refused(given, "15 depths are given for 14 matrices");
}

TEST_CASE(
    "packed model: a tensor of another size or with Inf is refused, an outline has all shapes") {
  const TempDir dir;
  const std::string config = tiny_config(true).dump();
  const auto specs = matrix_tensors(parse_config(config, "c"));
  const auto plain = plain_tensors(parse_config(config, "c"));
  std::map<std::string, unsigned> depths;
  for (const auto& spec : specs) depths[spec.name] = 1 + static_cast<unsigned>(depths.size() % 4);
  const std::string where = (dir / "out").string() + ": tensor '";
  PackedModelWriter writer(dir / "out", config, depths);
  const MatrixShape first{specs[0].shape[0], specs[0].shape[1], depths[specs[0].name]};
  std::vector<std::byte> stream(first.stream_bytes(kCanonical));
  CHECK_THROWS_WITH_AS(writer.append_stream(specs[0].name, {}, std::span(stream).subspan(1)),
                       fmt::format("{}{}' has a stream of {} bytes, not {}", where, specs[0].name,
                                   stream.size() - 1, stream.size())
                           .c_str(),
                       Error);
  for (const auto& spec : specs) {
    const MatrixShape shape{spec.shape[0], spec.shape[1], depths[spec.name]};
    writer.append_matrix(spec.name, random_matrix(shape, 1));
  }
  Tensor tensor{.name = plain[0].name, .dtype = Dtype::F32, .shape = {7}, .bytes = {}};
  CHECK_THROWS_WITH_AS(writer.append_plain(tensor),
                       (where + tensor.name + "' has another shape than declared").c_str(), Error);
  CHECK_THROWS_WITH_AS(writer.append_f16(plain[0].name,
                                         [](std::size_t, std::span<std::uint16_t> codes) {
                                           std::ranges::fill(codes, std::uint16_t{0x3c00});
                                           codes.back() = 0x7c00;
                                         }),
                       (where + plain[0].name + "' is not finite in FP16").c_str(), Error);

  PackedModelWriter outline(dir / "outline", config, depths);
  outline.append_outline();
  outline.finish();
  const PackedModel model(dir / "outline");
  REQUIRE(model.matrices().size() == specs.size());
  for (std::size_t i = 0; i < specs.size(); ++i)
    CHECK(model.matrices()[i].shape ==
          MatrixShape{specs[i].shape[0], specs[i].shape[1], depths[specs[i].name]});
  for (const auto& spec : plain) CHECK(model.at(spec.name).shape == spec.shape);
  check_error([&] { model.validate(); }, {"checksum"});
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
