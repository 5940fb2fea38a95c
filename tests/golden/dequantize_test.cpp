// SPDX-License-Identifier: Apache-2.0

#include <algorithm>

#include "format_fixture.h"
#include "golden/checkpoint/checkpoint.h"
#include "golden/codec/dequantize_model.h"
#include "golden/codec/dtype_codes.h"
#include "golden/codec/quantize_model.h"
#include "golden/format/packed_model.h"

namespace trine::golden {
namespace {

void make_packed(const TempDir& dir, bool tied) {
  write_tiny_checkpoint(dir / "source", tied);
  quantize_model(
      dir / "source", dir / "packed",
      {.depth = 3, .scales = Scales::V2, .depths = {{"model.layers.1.mlp.up_proj.weight", 1}}});
}

/// All tensors of the checkpoint against the packed model: products and other values.
void check_checkpoint(const std::filesystem::path& out, const PackedModel& packed, Dtype dtype) {
  const Checkpoint checkpoint(out);
  for (const PackedMatrix& matrix : packed.matrices()) {
    CAPTURE(matrix.name);
    const Tensor& tensor = checkpoint.at(matrix.name);
    CHECK(tensor.dtype == dtype);
    const auto products = dequantize(unpack(matrix.stream->bytes, matrix.shape, matrix.codebook));
    CHECK(std::ranges::equal(tensor.bytes, encode_as(dtype, products)));
  }
  for (const TensorSpec& spec : plain_tensors(packed.config())) {
    CAPTURE(spec.name);
    CHECK(checkpoint.at(spec.name).to_f32() == packed.at(spec.name).to_f32());
  }
}

TEST_CASE("dequantize_model: products rounded to the type, other values as they are") {
  for (const Dtype dtype : {Dtype::F16, Dtype::BF16, Dtype::F32}) {
    const TempDir dir;
    make_packed(dir, dtype != Dtype::BF16);
    const PackedModel packed(dir / "packed");
    const auto summary = dequantize_model(dir / "packed", dir / "out", {.dtype = dtype});
    check_checkpoint(dir / "out", packed, dtype);
    CHECK(summary.matrices == 14);
    CHECK(summary.shards == 1);
    // Random F16 values do not fit into BF16.
    const Checkpoint written(dir / "out");
    std::size_t kept = 0;
    for (const TensorSpec& spec : plain_tensors(packed.config()))
      kept += dtype != Dtype::F16 && written.at(spec.name).dtype == Dtype::F16;
    CHECK(summary.kept_f16 == kept);
    CHECK((kept > 0) == (dtype == Dtype::BF16));
    const auto config = nlohmann::json::parse(slurp(dir / "out" / "config.json"));
    CHECK(config["torch_dtype"] == (dtype == Dtype::F16    ? "float16"
                                    : dtype == Dtype::BF16 ? "bfloat16"
                                                           : "float32"));
    CHECK(slurp(dir / "out" / "tokenizer.json") == "{}");
  }
}

TEST_CASE("dequantize_model: shards below the size with an index, the same values") {
  const TempDir dir;
  make_packed(dir, true);
  const auto summary = dequantize_model(dir / "packed", dir / "out", {.shard_bytes = 6000});
  check_checkpoint(dir / "out", PackedModel(dir / "packed"), Dtype::F16);
  CHECK(summary.shards > 3);
  std::uint64_t bytes = 0;
  const auto index = nlohmann::json::parse(slurp(dir / "out" / "model.safetensors.index.json"));
  for (std::size_t i = 1; i <= summary.shards; ++i) {
    const auto name = fmt::format("model-{:05}-of-{:05}.safetensors", i, summary.shards);
    const Safetensors shard(dir / "out" / name);
    std::uint64_t size = 0;
    for (const Tensor& tensor : shard.tensors()) {
      size += tensor.bytes.size();
      CHECK(index["weight_map"][tensor.name] == name);
    }
    CHECK(size <= 6000);
    bytes += size;
  }
  CHECK(bytes == summary.bytes);
  CHECK(index["metadata"]["total_size"] == bytes);
}

TEST_CASE("dequantize_model: refuses what it would destroy and what the type cannot hold") {
  const TempDir dir;
  make_packed(dir, true);
  std::filesystem::create_directories(dir / "mine");
  spill(dir / "mine" / "file", "text");
  check_error([&] { dequantize_model(dir / "packed", dir / "mine", {}); }, {"mine", "not empty"});
  CHECK(slurp(dir / "mine" / "file") == "text");
  check_error([&] { dequantize_model(dir / "packed", dir / "x", {.dtype = Dtype::I8}); }, {"I8"});

  // Weights of 1e5 are finite in BF16, not in F16.
  std::filesystem::create_directories(dir / "big");
  for (const char* name : {"config.json", "tokenizer.json"})
    std::filesystem::copy_file(dir / "source" / name, dir / "big" / name);
  const Checkpoint source(dir / "source");
  const auto specs = all_tensors(source.config());
  std::vector<SafetensorsWriter::Entry> entries;
  for (const auto& spec : specs) entries.push_back({spec.name, Dtype::F32, spec.shape});
  SafetensorsWriter writer(dir / "big" / "model.safetensors", entries, {});
  for (const auto& spec : specs) {
    auto values = source.at(spec.name).to_f32();
    if (spec.name.ends_with("mlp.up_proj.weight"))
      for (float& value : values) value *= 1e7f;
    writer.append(std::as_bytes(std::span(values)));
  }
  writer.finish();
  quantize_model(dir / "big", dir / "big-packed", {});
  check_error([&] { dequantize_model(dir / "big-packed", dir / "out", {}); },
              {"model.layers.0.mlp.up_proj.weight", "row 0, column", "not finite in F16"});
  CHECK(dir.entries() == 5);  // source, packed, mine, big, big-packed: nothing half-written.
  CHECK_NOTHROW(dequantize_model(dir / "big-packed", dir / "out", {.dtype = Dtype::BF16}));
}

}  // namespace
}  // namespace trine::golden
