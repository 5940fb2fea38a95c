// SPDX-License-Identifier: Apache-2.0

// Values far from those of a random model: what real checkpoints hold here and there.

#include "extreme_values.h"
#include "golden/checkpoint/checkpoint.h"
#include "golden/checkpoint/float16.h"
#include "golden/codec/dequantize_model.h"
#include "golden/codec/import_model.h"
#include "golden/codec/quantize_model.h"
#include "golden/format/packed_model.h"

namespace trine::golden {
namespace {

/// Quantizes, writes the products, finds the packed model in them and writes its products: those
/// of both must be the same bits. Returns the error of the quantization.
double round_trip(const TempDir& dir, unsigned depth, Scales scales) {
  CAPTURE(depth);
  for (const char* name : {"packed", "plain", "again", "last"})
    std::filesystem::remove_all(dir / name);
  const auto summary =
      quantize_model(dir / "source", dir / "packed", {.depth = depth, .scales = scales});
  dequantize_model(dir / "packed", dir / "plain", {.dtype = Dtype::F32});
  CHECK(import_model(dir / "plain", dir / "again", false).differing == 0);
  dequantize_model(dir / "again", dir / "last", {.dtype = Dtype::F32});
  const Checkpoint plain(dir / "plain"), last(dir / "last");
  for (const TensorSpec& spec : all_tensors(plain.config())) {
    CAPTURE(spec.name);
    CHECK(plain.at(spec.name).to_f32() == last.at(spec.name).to_f32());
  }
  PackedModel(dir / "again").validate();
  return summary.rms_error;
}

void round_trips(const Change& change) {
  const TempDir dir;
  write_changed(dir / "source", change);
  for (const Scales scales : {Scales::Best, Scales::V2})
    for (const unsigned depth : {1U, 4U}) round_trip(dir, depth, scales);
}

const std::string kUp = "model.layers.1.mlp.up_proj.weight";

TEST_CASE("extremes: key biases of the norms of Qwen2.5 are kept to the last bit of FP16") {
  const TempDir dir;
  write_changed(dir / "source", [](const TensorSpec& spec, Values& values) {
    if (!spec.name.ends_with("k_proj.bias")) return;
    set_norm(values, spec.name.find("layers.0.") != std::string::npos ? 605 : 921);
  });
  round_trip(dir, 4, Scales::Best);
  const Checkpoint source(dir / "source");
  const PackedModel packed(dir / "packed");
  for (const char* name :
       {"model.layers.0.self_attn.k_proj.bias", "model.layers.1.self_attn.k_proj.bias"}) {
    const Values before = source.at(name).to_f32(), after = packed.at(name).to_f32();
    for (std::size_t i = 0; i < before.size(); ++i)
      CHECK(after[i] == f16_to_f32(f32_to_f16(before[i])));
  }
}

TEST_CASE("extremes: a pair of 65,000 fits FP16, a value that does not is named") {
  const auto bias = [](float value) {
    return [value](const TensorSpec& spec, Values& values) {
      if (spec.name == "model.layers.1.self_attn.k_proj.bias") values[3] = values[11] = value;
    };
  };
  const TempDir dir;
  write_changed(dir / "source", bias(65'000));
  round_trip(dir, 4, Scales::Best);
  CHECK(PackedModel(dir / "packed").at("model.layers.1.self_attn.k_proj.bias").to_f32()[11] ==
        64'992);
  for (const float value : {65'520.0F, -1e6F, INFINITY, NAN}) {
    const TempDir other;
    write_changed(other / "source", bias(value));
    check_error([&] { quantize_model(other / "source", other / "packed", {}); },
                {"'model.layers.1.self_attn.k_proj.bias'", "element 3", "not finite in FP16"});
    CHECK(other.entries() == 1);
  }
}

TEST_CASE("extremes: one weight of 1,000 times its neighbours") {
  round_trips([](const TensorSpec& spec, Values& values) {
    if (spec.name == kUp) values[100] = 100;
  });
}

TEST_CASE("extremes: groups and matrices of zeros") {
  round_trips([](const TensorSpec& spec, Values& values) {
    if (spec.name == kUp) std::fill_n(values.begin() + 64, 48, 0.0F);
    if (spec.name == "model.layers.0.self_attn.q_proj.weight")
      for (float& value : values) value = 0;
  });
}

TEST_CASE("extremes: groups of 1e-38 beside groups of 0.1, and a matrix of them") {
  round_trips([](const TensorSpec& spec, Values& values) {
    if (spec.name == kUp)
      for (std::size_t i = 32; i < 48; ++i) values[i] *= 1e-37F;
    if (spec.name == "model.layers.0.mlp.down_proj.weight")
      for (float& value : values) value *= 1e-37F;
  });
}

TEST_CASE("extremes: weights that are not finite are named") {
  for (const float value : {INFINITY, -INFINITY, NAN}) {
    const TempDir dir;
    write_changed(dir / "source", [&](const TensorSpec& spec, Values& values) {
      if (spec.name == kUp) values[100] = value;
    });
    check_error([&] { quantize_model(dir / "source", dir / "packed", {}); }, {"'" + kUp + "'"});
    CHECK(dir.entries() == 1);
  }
}

}  // namespace
}  // namespace trine::golden
