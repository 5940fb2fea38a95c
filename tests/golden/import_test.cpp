// SPDX-License-Identifier: Apache-2.0

#include <algorithm>

#include "format_fixture.h"
#include "golden/codec/dequantize_model.h"
#include "golden/codec/dtype_codes.h"
#include "golden/codec/import_model.h"
#include "golden/codec/quantize_model.h"
#include "golden/format/packed_model.h"

namespace trine::golden {
namespace {

const char* const kShipped = TRINE_SOURCE_DIR "/models/kjv";

/// Quantizes the shipped model, writes it as a checkpoint, imports that and compares.
void round_trip(const QuantizeOptions& options, Dtype dtype) {
  const TempDir dir;
  quantize_model(kShipped, dir / "packed", options);
  dequantize_model(dir / "packed", dir / "plain", {.dtype = dtype, .shard_bytes = 4'000'000});
  const auto summary = import_model(dir / "plain", dir / "imported", false);
  CHECK(summary.differing == 0);
  const PackedModel before(dir / "packed"), after(dir / "imported");
  REQUIRE(summary.matrices.size() == before.matrices().size());
  std::size_t other_levels = 0;  // Matrices.
  for (std::size_t i = 0; i < before.matrices().size(); ++i) {
    const PackedMatrix &a = before.matrices()[i], &b = after.matrices()[i];
    CAPTURE(a.name);
    CHECK(summary.matrices[i].differing == 0);
    CHECK(b.shape == a.shape);
    const TritMatrix source = unpack(a.stream->bytes, a.shape, a.codebook);
    const TritMatrix found = unpack(b.stream->bytes, b.shape, b.codebook);
    CHECK(encode_as(dtype, dequantize(found)) == encode_as(dtype, dequantize(source)));
    other_levels += found.levels != source.levels;
    if (options.scales == Scales::V2) {  // All of it is recovered.
      CHECK(b.codebook == a.codebook);
      CHECK(std::ranges::equal(b.stream->bytes, a.stream->bytes));
    }
  }
  // Twice the levels at half the scale may be the same F16 products: then nobody can tell, and the
  // lower entry is taken. Of the ten models here one has such a group.
  CHECK(other_levels == (options.scales == Scales::Best && options.depth == 2 ? 1 : 0));
  for (const TensorSpec& spec : plain_tensors(before.config())) {
    CHECK(std::ranges::equal(after.at(spec.name).bytes, before.at(spec.name).bytes));
  }
  CHECK(slurp(dir / "imported" / "tokenizer.json") == slurp(dir / "packed" / "tokenizer.json"));
}

TEST_CASE("import_model: the shipped model comes back, every depth and way of scales, and mixed") {
  for (const Scales scales : {Scales::V2, Scales::Best}) {
    CAPTURE(scales == Scales::V2);
    for (const unsigned depth : {1u, 2u, 3u, 4u}) {
      CAPTURE(depth);
      round_trip({.depth = depth, .scales = scales}, Dtype::F16);
    }
    round_trip({.depth = 3,
                .scales = scales,
                .depths = {{"model.layers.0.mlp.down_proj.weight", 4},
                           {"model.layers.2.self_attn.k_proj.weight", 1},
                           {"model.layers.5.mlp.up_proj.weight", 2}}},
               Dtype::F32);
  }
}

TEST_CASE("import_model: what is not a dequantized checkpoint is refused and nothing written") {
  const TempDir dir;
  const auto refused = [&](const std::filesystem::path& from,
                           std::initializer_list<std::string> parts) {
    const std::size_t before = dir.entries();
    check_error([&] { import_model(from, dir / "imported", false); }, parts);
    CHECK(dir.entries() == before);
  };
  refused(kShipped, {"model.layers.0.self_attn.q_proj.weight", "BF16", "row 0, columns 0 to 15",
                     "not levels up to 40 times one step"});

  write_tiny_checkpoint(dir / "source", true);
  quantize_model(dir / "source", dir / "packed", {.depth = 4, .scales = Scales::V2});
  dequantize_model(dir / "packed", dir / "plain", {.shard_bytes = 6000});
  std::filesystem::create_directories(dir / "mine");
  spill(dir / "mine" / "file", "text");
  check_error([&] { import_model(dir / "plain", dir / "mine", false); }, {"mine", "file"});

  const auto index = slurp(dir / "plain" / "model.safetensors.index.json");
  const auto map = nlohmann::json::parse(index)["weight_map"];
  const std::string name = map["model.layers.1.mlp.down_proj.weight"];
  const auto shard = slurp(dir / "plain" / name);
  std::filesystem::remove(dir / "plain" / name);
  refused(dir / "plain", {"shard '" + name + "' is missing"});
  spill(dir / "plain" / name, shard.substr(0, shard.size() - 100));
  refused(dir / "plain", {name, "outside the data section"});
  spill(dir / "plain" / name, shard);

  const auto config = slurp(dir / "plain" / "config.json");
  auto wrong = nlohmann::json::parse(config);
  wrong["intermediate_size"] = 48;
  spill(dir / "plain" / "config.json", wrong.dump());
  refused(dir / "plain", {"mlp", "has shape", "config.json asks for"});
  spill(dir / "plain" / "config.json", config);
  CHECK(import_model(dir / "plain", dir / "imported", false).differing == 0);

  // One bit of one weight in the middle of a matrix.
  auto damaged = shard;
  const Safetensors file(dir / "plain" / name);
  const Tensor& tensor = file.at("model.layers.1.mlp.down_proj.weight");
  std::size_t at = tensor.file_offset + 2 * (40 * 17 + 3);
  while ((damaged[at + 1] & 0x7f) < 0x10) at += 2;  // Not a zero.
  damaged[at] = static_cast<char>(damaged[at] ^ 1);
  spill(dir / "plain" / name, damaged);
  refused(dir / "plain", {"model.layers.1.mlp.down_proj.weight", "row 17, columns 0 to 15"});
  const auto lossy = import_model(dir / "plain", dir / "lossy", true);
  CHECK(lossy.differing > 0);
  CHECK(lossy.matrices[13].evidence.find("row 17") == 0);
  CHECK(lossy.matrices[12].evidence.empty());
  CHECK_NOTHROW(PackedModel(dir / "lossy").validate());
}

}  // namespace
}  // namespace trine::golden
