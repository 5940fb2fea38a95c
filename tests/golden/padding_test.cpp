// SPDX-License-Identifier: Apache-2.0

#include "golden/families/padding.h"

#include <doctest/doctest.h>

#include <map>
#include <numeric>

#include "golden/codec/choose_depths.h"
#include "golden/codec/dequantize_model.h"
#include "golden/codec/import_model.h"
#include "golden/codec/quantize_model.h"
#include "golden/reference/fp32_linears.h"
#include "golden/reference/input_moments.h"
#include "golden/reference/metrics.h"
#include "golden/reference/reference_model.h"
#include "tests/golden/padded_config.h"

namespace trine::golden {
namespace {

ModelConfig with_heads_of(std::size_t width) {
  return parse_config(padded_config("qwen2", width).dump(), "config");
}

std::vector<float> logits(const auto& model, std::span<const std::int32_t> tokens) {
  const Backbone backbone(model);
  Fp32Linears linears(model);
  ReferenceModel reference(backbone, linears);
  const auto all = reference.forward(tokens);
  return {all.begin(), all.end()};
}

TEST_CASE("padding: heads get the next width that the core takes") {
  for (const auto& widths : std::map<std::size_t, std::size_t>{{2, 32},
                                                               {30, 32},
                                                               {32, 32},
                                                               {34, 64},
                                                               {80, 128},
                                                               {96, 128},
                                                               {100, 128},
                                                               {112, 128},
                                                               {128, 128},
                                                               {130, 256},
                                                               {258, 512},
                                                               {512, 512}}) {
    const auto own = widths.first, stored = widths.second;  // clang 14 captures no bindings.
    CAPTURE(own);
    const ModelConfig padded = pad_heads(with_heads_of(own));
    CHECK(padded.head_dim == stored);
    CHECK(padded.own_head_dim() == own);
    CHECK(padded.attention_scale() == with_heads_of(own).attention_scale());
    CHECK(pad_heads(padded).head_dim == stored);
    CHECK(own_heads(padded).head_dim == own);
    CHECK(own_heads(padded).head_padding == 0);
  }
  CHECK(pad_heads(with_heads_of(514)).head_dim == 514);  // For the reference alone.
}

TEST_CASE("padding: halves of heads keep their distance") {
  const ModelConfig own = with_heads_of(6), padded = pad_heads(own);  // Two heads, one of keys.
  std::vector<float> values(12);
  std::iota(values.begin(), values.end(), 1.0F);
  const auto all = pad(values, {"q", {12}, {Width::Query}}, padded);
  REQUIRE(all.size() == 64);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::size_t head = i / 32, half = i % 32 / 16, at = i % 16;
    CHECK(all[i] == (at < 3 ? static_cast<float>(1 + 6 * head + 3 * half + at) : 0.0F));
  }
  for (const TensorSpec& spec : matrix_tensors(own)) {
    std::vector<float> matrix(spec.shape[0] * spec.shape[1]);
    std::iota(matrix.begin(), matrix.end(), 1.0F);
    CHECK(unpad(pad(matrix, spec, padded), spec, padded) == matrix);
  }
  for (std::size_t i = 0; i < matrix_tensors(own).size(); ++i) {
    const TensorSpec stored = matrix_tensors(padded)[i];
    const std::vector<float> ones(shape_elements(matrix_tensors(own)[i]), 1.0F);
    CHECK(pad(ones, matrix_tensors(own)[i], padded).size() == shape_elements(stored));
  }
}

TEST_CASE("padding: a tensor of no, of three or of unknown widths is a fault of the program") {
  const ModelConfig padded = pad_heads(with_heads_of(6));
  constexpr Width kWidth = Width::Query;
  for (const TensorSpec& spec : {TensorSpec{"t", {}, {}}, TensorSpec{"t", {12}, {}},
                                 TensorSpec{"t", {1, 1, 12}, {kWidth, kWidth, kWidth}}})
    CHECK_THROWS_AS(pad(std::vector<float>(12), spec, padded), std::logic_error);
}

TEST_CASE("padding: the rotation of a padded head is that of its own width") {
  const ModelConfig own = with_heads_of(80), padded = pad_heads(own);
  const Rope mine(own.rope, 80), stored(padded.rope, 128, padded.head_padding);
  for (const std::uint64_t position : {0UL, 1UL, 63UL}) {
    const auto a = mine.row(position), b = stored.row(position);
    for (std::size_t i = 0; i < 64; ++i) {
      CHECK(b[i] == (i < 40 ? a[i] : 1));
      CHECK(b[64 + i] == (i < 40 ? a[40 + i] : 0));
    }
  }
}

TEST_CASE("padding: a packed model computes what its dequantized checkpoint computes") {
  const std::vector<std::int32_t> tokens = {1, 9, 3, 3, 10, 0, 7, 5};
  for (const char* family : {"qwen2", "qwen3"}) {
    for (const std::size_t width : {2UL, 20UL, 80UL, 96UL, 100UL, 112UL, 130UL}) {
      CAPTURE(family);
      CAPTURE(width);
      const TempDir dir;
      write_checkpoint(dir / "source", padded_config(family, width));
      quantize_model(dir / "source", dir / "packed", {});
      const PackedModel packed(dir / "packed");
      packed.validate();
      CHECK(packed.config().own_head_dim() == width);
      CHECK(packed.config().head_padding > 0);
      dequantize_model(dir / "packed", dir / "plain", {.dtype = Dtype::F32});
      const Checkpoint plain(dir / "plain");
      CHECK(plain.config().head_dim == width);
      CHECK(plain.config().head_padding == 0);
      const auto c =
          compare_logits(logits(plain, tokens), logits(packed, tokens), packed.config().vocab);
      CAPTURE(c.max_abs);
      CHECK(c.kl < 1e-12);
      CHECK(c.max_abs < 1e-6);

      // A group with one weight fits any scale, so nothing can be found in such heads.
      if (width == 2) continue;
      CHECK(import_model(dir / "plain", dir / "again", false).differing == 0);
      const PackedModel again(dir / "again");
      for (const PackedMatrix& matrix : packed.matrices()) {
        const PackedMatrix& other = again.matrix(matrix.name);
        CHECK(dequantize(unpack(matrix.stream->bytes, matrix.shape, matrix.codebook)) ==
              dequantize(unpack(other.stream->bytes, other.shape, other.codebook)));
      }
    }
  }
}

TEST_CASE("padding: calibration and the choice of depths see padded columns") {
  const TempDir dir;
  write_checkpoint(dir / "source", padded_config("qwen3", 80));
  QuantizeOptions options;
  const std::vector<std::int32_t> tokens = {1, 9, 3, 3, 10, 0, 7, 5};
  options.importance = collect_moments(Checkpoint(dir / "source"), tokens, 8, 1, {});
  options.depths = choose_depths(Checkpoint(dir / "source"), 12, options, {});
  quantize_model(dir / "source", dir / "packed", options);
  const PackedModel packed(dir / "packed");
  packed.validate();
  std::size_t bytes = 0, weights = 0;
  for (const PackedMatrix& matrix : packed.matrices()) {
    bytes += matrix.stream->bytes.size();
    weights += matrix.shape.rows * matrix.shape.cols;
  }
  CHECK(8 * bytes <= 12 * weights);
}

}  // namespace
}  // namespace trine::golden
