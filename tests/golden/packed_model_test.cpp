// SPDX-License-Identifier: Apache-2.0

#include "golden/format/packed_model.h"

#include <algorithm>

#include "format_fixture.h"
#include "golden/checkpoint/float16.h"
#include "golden/codec/quantize_model.h"
#include "golden/format/crc32c.h"
#include "golden/format/packed_header.h"
#include "golden/format/packed_writer.h"
#include "trit_fixture.h"

namespace trine::golden {
namespace {

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
  CHECK_THROWS_WITH_AS(
      outline.append_plain(tensor),
      ((dir / "outline").string() + ": tensor '" + tensor.name + "' is not the next to be written")
          .c_str(),
      Error);
  outline.finish();
  const PackedModel model(dir / "outline");
  REQUIRE(model.matrices().size() == specs.size());
  for (std::size_t i = 0; i < specs.size(); ++i)
    CHECK(model.matrices()[i].shape ==
          MatrixShape{specs[i].shape[0], specs[i].shape[1], depths[specs[i].name]});
  for (const auto& spec : plain) CHECK(model.at(spec.name).shape == spec.shape);
  check_error([&] { model.validate(); }, {"checksum"});
}

}  // namespace
}  // namespace trine::golden
