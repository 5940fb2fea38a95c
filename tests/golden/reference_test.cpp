// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <random>
#include <span>

#include "golden/codec/quantize_model.h"
#include "golden/error.h"
#include "golden/families/families.h"
#include "golden/reference/f16_rows.h"
#include "golden/reference/fp32_linears.h"
#include "golden/reference/input_moments.h"
#include "golden/reference/level_matrix.h"
#include "golden/reference/matmul.h"
#include "golden/reference/metrics.h"
#include "golden/reference/reference_model.h"
#include "golden/reference/sampler.h"
#include "golden/reference/stored_linears.h"

using namespace trine;
using namespace trine::golden;

namespace {

const std::filesystem::path kModel = std::filesystem::path(TRINE_SOURCE_DIR) / "models/kjv";

std::vector<std::int32_t> tokens_of(const Safetensors& file) {
  const Tensor& tensor = file.at("tokens");
  std::vector<std::int32_t> tokens(tensor.elements());
  std::memcpy(tokens.data(), tensor.bytes.data(), tensor.bytes.size());
  return tokens;
}

/// The small trained model, read once for each test case.
struct Kjv {
  Checkpoint checkpoint{kModel};
  Backbone backbone{checkpoint};
  Fp32Linears linears{checkpoint, 2};
  ReferenceModel model{backbone, linears};
};

/// Calls another backend one vector at a time and records how it was asked.
struct Recorder : LinearBackend {
  explicit Recorder(LinearBackend& to) : inner(&to) {}
  void apply(std::size_t layer, std::span<const Linear> matrices, std::span<const float> x,
             std::span<const std::span<float>> outs) override {
    calls.emplace_back(layer, std::vector<Linear>(matrices.begin(), matrices.end()));
    if (calls.size() == fail_at) throw Error("device lost");
    inner->apply(layer, matrices, x, outs);
  }
  LinearBackend* inner;
  std::vector<std::pair<std::size_t, std::vector<Linear>>> calls;
  std::size_t fail_at = 0;
};

std::vector<float> copy(std::span<const float> values) {
  return {values.begin(), values.end()};
}

}  // namespace

TEST_CASE("matmul: every blocking gives the bits of the single dot product") {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  for (const std::size_t cols : {1U, 8U, 37U, 256U}) {
    const std::size_t rows = 5;
    const std::size_t count = 3;
    std::vector<float> w(rows * cols);
    std::vector<float> x(count * cols);
    for (float& v : w) v = normal(random);
    for (float& v : x) v = normal(random);
    std::vector<float> y(count * 7, -1.0F);
    matmul(w, rows, cols, x, count, y.data(), 7);
    for (std::size_t t = 0; t < count; ++t) {
      for (std::size_t r = 0; r < rows; ++r) {
        const std::span<const float> a = std::span(w).subspan(r * cols, cols);
        const std::span<const float> b = std::span(x).subspan(t * cols, cols);
        CHECK(y[t * 7 + r] == dot(a, b));
        double sum = 0.0;
        double size = 0.0;
        for (std::size_t c = 0; c < cols; ++c) {
          sum += double{a[c]} * double{b[c]};
          size += std::abs(double{a[c]} * double{b[c]});
        }
        // At most cols + 1 roundings of 2^-24 each act on a product.
        CHECK(std::abs(double{y[t * 7 + r]} - sum) <=
              size * static_cast<double>(cols + 1) * 0x1p-24);
      }
      CHECK(y[t * 7 + 5] == -1.0F);
    }
  }
}

TEST_CASE("f16_rows: FP16 of every pattern, BF16 and FP32 are read exactly") {
  std::vector<std::uint16_t> codes(0x1'0000);
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<std::uint16_t>(i);
  Tensor tensor{"w", Dtype::F16, {256, 256}, std::as_bytes(std::span(codes)), 0};
  for (const Dtype dtype : {Dtype::F16, Dtype::BF16}) {
    tensor.dtype = dtype;
    const std::vector<float> expected = tensor.to_f32();
    std::vector<float> got(expected.size());
    F16Rows(tensor).read(0, got);
    for (std::size_t i = 0; i < got.size(); ++i) {
      CHECK(((std::isnan(got[i]) && std::isnan(expected[i])) ||
             std::bit_cast<std::uint32_t>(got[i]) == std::bit_cast<std::uint32_t>(expected[i])));
    }
  }
  tensor.dtype = Dtype::F32;
  tensor.shape = {128, 256};
  std::vector<float> row(256);
  F16Rows(tensor).read(127, row);
  CHECK(std::ranges::equal(std::as_bytes(std::span(row)),
                           std::as_bytes(std::span(codes).subspan(127UL * 512, 512))));
  tensor.dtype = Dtype::U16;
  CHECK_THROWS_AS(F16Rows{tensor}, Error);
}

TEST_CASE("reference: the published logits are met within 1e-3") {
  Kjv kjv;
  for (const char* name : {"logits_a.safetensors", "logits_b.safetensors"}) {
    const Safetensors file(kModel / name);
    const std::vector<float> expected = file.at("logits").to_f32();
    kjv.model.reset();
    const Comparison c = compare_logits(expected, kjv.model.forward(tokens_of(file)), 2048);
    CAPTURE(name);
    CHECK(c.max_abs < 1e-3);
    CHECK(c.kl < 1e-8);
    CHECK(c.top1 == 1.0);
  }
}

TEST_CASE("reference: the published greedy continuation is reproduced") {
  const auto json = nlohmann::json::parse(std::ifstream(kModel / "greedy.json"));
  const auto prompt = json["prompt_tokens"].get<std::vector<std::int32_t>>();
  const auto expected = json["greedy_tokens"].get<std::vector<std::int32_t>>();
  Kjv kjv;
  std::vector<std::int32_t> tokens = prompt;
  std::span<const float> logits = kjv.model.forward(prompt, Logits::Last);
  while (tokens.size() < expected.size()) {
    CHECK(logits.size() == 2048);
    tokens.push_back(argmax(logits));
    logits = kjv.model.forward(tokens.back());
  }
  CHECK(tokens == expected);
}

TEST_CASE("reference: unquantized perplexity is the published 14.460") {
  Kjv kjv;
  const Safetensors file(kModel / "valid_tokens.safetensors");
  const Perplexity result = perplexity(kjv.model, tokens_of(file), 256, 10'240);
  CHECK(result.tokens == 10'240);
  CHECK(result.value() == doctest::Approx(14.460).epsilon(0.0005 / 14.460));
}

TEST_CASE("reference: one call, many calls, and going back give the same bits") {
  Kjv kjv;
  Recorder one_by_one(kjv.linears);
  ReferenceModel other(kjv.backbone, one_by_one);
  const std::vector<std::int32_t> tokens = {296, 1133, 109, 540, 362};
  const std::vector<float> expected = copy(kjv.model.forward(tokens));
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    const std::vector<float> logits = copy(other.forward(tokens[t]));
    CHECK(logits == copy(std::span<const float>(expected).subspan(t * 2048, 2048)));
  }
  CHECK(other.forward(7, Logits::None).empty());
  CHECK(other.position() == 6);
  other.truncate(2);
  CHECK(other.position() == 2);
  CHECK(copy(other.forward(std::span(tokens).subspan(2), Logits::Last)) ==
        copy(std::span<const float>(expected).last(2048)));
}

TEST_CASE("reference: the backend is asked for Q, K, V together, O, Gate and Up together, Down") {
  Kjv kjv;
  Recorder recorder(kjv.linears);
  ReferenceModel model(kjv.backbone, recorder);
  model.forward(1, Logits::None);
  REQUIRE(recorder.calls.size() == 24);
  const std::vector<std::vector<Linear>> order = {
      {Linear::Q, Linear::K, Linear::V}, {Linear::O}, {Linear::Gate, Linear::Up}, {Linear::Down}};
  for (std::size_t i = 0; i < recorder.calls.size(); ++i) {
    CHECK(recorder.calls[i].first == i / 4);
    CHECK(recorder.calls[i].second == order[i % 4]);
  }
}

TEST_CASE("reference: an observer is given the residual stream behind each layer") {
  Kjv kjv;
  const ModelConfig& config = kjv.checkpoint.config();
  std::vector<std::size_t> layers;
  std::vector<float> last;
  kjv.model.observe([&](std::size_t layer, std::span<const float> x) {
    layers.push_back(layer);
    CHECK(x.size() == 2 * config.hidden);
    CHECK(copy(x) != last);
    last = copy(x);
  });
  kjv.model.forward(std::vector<std::int32_t>{1, 2});
  std::vector<std::size_t> all(config.layers);
  std::iota(all.begin(), all.end(), 0U);
  CHECK(layers == all);
  kjv.model.observe({});
  kjv.model.forward(3);
  CHECK(layers == all);
}

TEST_CASE("reference: a failing backend leaves the model as it was") {
  Kjv kjv;
  Recorder recorder(kjv.linears);
  ReferenceModel model(kjv.backbone, recorder);
  model.forward(5, Logits::None);
  recorder.fail_at = recorder.calls.size() + 11;
  CHECK_THROWS_AS(model.forward(6), Error);
  CHECK(model.position() == 1);
  const std::vector<float> again = copy(model.forward(6));
  kjv.model.forward(5, Logits::None);
  CHECK(again == copy(kjv.model.forward(6)));
}

TEST_CASE("reference: refuses tokens outside the vocabulary and more tokens than positions") {
  Kjv kjv;
  CHECK_THROWS_AS(kjv.model.forward(-1), Error);
  CHECK_THROWS_AS(kjv.model.forward(2048), Error);
  CHECK(kjv.model.position() == 0);
  CHECK(kjv.model.forward(std::span<const std::int32_t>{}).empty());
  CHECK_THROWS_AS(kjv.model.forward(std::vector<std::int32_t>(1025)), Error);
  kjv.model.forward(std::vector<std::int32_t>(1024), Logits::None);
  CHECK(kjv.model.position() == 1024);
  CHECK_THROWS_AS(kjv.model.forward(0), Error);
  kjv.model.reset();
  CHECK(kjv.model.position() == 0);
  CHECK_NOTHROW(kjv.model.forward(0));
}

TEST_CASE("f16_rows: products are those of the exact weights, whatever else is multiplied") {
  std::mt19937 random(11);
  for (const std::size_t cols : {1u, 15u, 16u, 17u, 250u}) {
    constexpr std::size_t kRows = 37, kCount = 6;
    for (const Dtype dtype : {Dtype::F16, Dtype::BF16}) {
      CAPTURE(cols);
      std::vector<std::uint16_t> codes(kRows * cols);
      for (auto& code : codes) code = static_cast<std::uint16_t>(random() & 0xb7ff);
      Tensor tensor;
      tensor.dtype = dtype;
      tensor.shape = {kRows, cols};
      tensor.bytes = std::as_bytes(std::span(codes));
      const F16Rows matrix(tensor);
      std::vector<float> xs(kCount * cols), outs(kCount * kRows), one(kRows), row(cols);
      for (auto& x : xs) x = static_cast<float>(static_cast<int>(random() % 2001) - 1000) / 256;
      Workers workers(2);
      matrix.multiply(xs, kCount, outs, workers);
      for (std::size_t t = 0; t < kCount; ++t) {
        const auto x = std::span(xs).subspan(t * cols, cols);
        matrix.multiply(x, 1, one, workers);
        for (std::size_t r = 0; r < kRows; ++r) {
          CHECK(one[r] == outs[t * kRows + r]);
          matrix.read(r, row);
          double exact = 0, magnitude = 0;
          for (std::size_t c = 0; c < cols; ++c) {
            exact += double{row[c]} * x[c];
            magnitude += std::abs(double{row[c]} * x[c]);
          }
          // Each product and each of the cols - 1 additions rounds once.
          CHECK(std::abs(one[r] - exact) <= static_cast<double>(cols + 1) * 0x1p-24 * magnitude);
        }
      }
    }
  }
}

TEST_CASE("level_matrix: products are those of its weights, padded columns included") {
  std::mt19937 random(12);
  for (unsigned depth = 1; depth <= 4; ++depth) {
    for (const std::size_t cols : {1u, 16u, 40u, 250u}) {
      CAPTURE(depth);
      CAPTURE(cols);
      constexpr std::size_t kRows = 70, kCount = 6;
      TritMatrix matrix{{kRows, cols, depth}, {}, {}, {}};
      const auto levels = static_cast<unsigned>(2 * outer_level(depth) + 1);
      for (std::size_t i = 0; i < kRows * cols; ++i)
        matrix.levels.push_back(
            static_cast<std::int8_t>(static_cast<int>(random() % levels) - outer_level(depth)));
      for (std::size_t i = 0; i < kRows * matrix.shape.groups_per_row(); ++i)
        matrix.scales.push_back(static_cast<std::uint8_t>(random() % kCodebook));
      for (std::size_t k = 0; k < kCodebook; ++k)
        matrix.codebook[k] = 0.01 * static_cast<double>(k + 1);
      const auto stream = pack(matrix);
      Tensor tensor;
      tensor.bytes = stream;
      const LevelMatrix packed({"w", matrix.shape, matrix.codebook, &tensor});
      const std::vector<float> weights = packed.weights(), expected = dequantize(matrix);
      std::vector<float> xs(kCount * cols), outs(kCount * kRows), one(kRows);
      for (auto& x : xs) x = static_cast<float>(static_cast<int>(random() % 2001) - 1000) / 256;
      Workers workers(2);
      packed.multiply(xs, kCount, outs, workers);
      for (std::size_t t = 0; t < kCount; ++t) {
        packed.multiply(std::span(xs).subspan(t * cols, cols), 1, one, workers);
        for (std::size_t r = 0; r < kRows; ++r) {
          CHECK(one[r] == outs[t * kRows + r]);
          double exact = 0, magnitude = 0;
          for (std::size_t c = 0; c < cols; ++c) {
            const double weight = weights[r * cols + c], x = xs[t * cols + c];
            CHECK(std::abs(weight - double{expected[r * cols + c]}) <= 0x3p-24 * std::abs(weight));
            exact += weight * x;
            magnitude += std::abs(weight * x);
          }
          CHECK(std::abs(one[r] - exact) <= static_cast<double>(cols + 1) * 0x1p-24 * magnitude);
        }
      }
    }
  }
}

TEST_CASE("fp32_linears: refuses a matrix of the wrong size") {
  Kjv kjv;
  CHECK_THROWS_AS(kjv.linears.replace(0, Linear::K, std::vector<float>(7)), Error);
  CHECK_THROWS_AS(kjv.linears.replace(6, Linear::K, std::vector<float>(128 * 256)), Error);
  kjv.linears.replace(5, Linear::K, std::vector<float>(128 * 256, 1.0F));
  CHECK(kjv.linears.weights(5, Linear::K)[0] == 1.0F);
}

TEST_CASE("reference: a packed model is read as what it stands for") {
  const auto directory = std::filesystem::temp_directory_path() /
                         ("trine_reference_test_" + std::to_string(std::random_device{}()));
  quantize_model(kModel, directory, {.depth = 4, .scales = Scales::V2});
  {
    const PackedModel packed(directory);
    const Backbone backbone(packed);
    Fp32Linears linears(packed, 2);
    ReferenceModel model(backbone, linears);
    const PackedMatrix& matrix = packed.matrix(weight_name(kQwen2, 3, Linear::Gate));
    const std::vector<float> expected =
        dequantize(unpack(matrix.stream->bytes, matrix.shape, matrix.codebook));
    const std::vector<float> weights = linears.weights(3, Linear::Gate);
    REQUIRE(weights.size() == expected.size());
    for (std::size_t i = 0; i < weights.size();
         ++i)  // Three roundings apart: step, product, expected.
      REQUIRE(std::abs(weights[i] - expected[i]) <= 0x3p-24F * std::abs(expected[i]));

    // Published for this codec: perplexity 14.450, KL 2.8e-4, top-1 98.9 % over 10,240 positions.
    Kjv kjv;
    const std::vector<std::int32_t> tokens =
        tokens_of(Safetensors(kModel / "valid_tokens.safetensors"));
    LogitComparison comparison;
    Perplexity quantized;
    for_each_window(model, tokens, 256, 10'240,
                    [&](std::size_t first, std::size_t length, std::span<const float> logits) {
                      const auto piece = std::span(tokens).subspan(first, length);
                      if (first % 256 == 0) kjv.model.reset();
                      comparison.add(kjv.model.forward(piece), logits, 2048);
                      for (std::size_t i = 0; i < length; ++i) {
                        quantized.nats += negative_log_likelihood(logits.subspan(i * 2048, 2048),
                                                                  tokens[first + i + 1]);
                      }
                      quantized.tokens += length;
                    });
    const Comparison c = comparison.result();
    CHECK(quantized.value() == doctest::Approx(14.450).epsilon(0.0005 / 14.45));
    CHECK(c.kl == doctest::Approx(2.8e-4).epsilon(0.05 / 2.8));
    CHECK(c.top1 == doctest::Approx(0.989).epsilon(0.0005 / 0.989));
    CAPTURE(c.top5);
    CHECK(c.positions == 10'240);
  }
  std::filesystem::remove_all(directory);
}

TEST_CASE("stored linears: the checkpoint where it lies gives the reference's logits") {
  Kjv kjv;
  StoredLinears stored(kjv.checkpoint, 2);
  ReferenceModel model(kjv.backbone, stored);
  const std::vector<std::int32_t> tokens = {296, 258, 17, 1024};
  const std::vector<float> expected = copy(kjv.model.forward(tokens));
  const Comparison all = compare_logits(expected, copy(model.forward(tokens)), 2048);
  CHECK(all.max_abs < 1e-4);  // Sums of the same products in another order.
  model.reset();
  std::vector<float> one_by_one;
  for (const std::int32_t token : tokens) {
    const auto logits = model.forward(token);
    one_by_one.insert(one_by_one.end(), logits.begin(), logits.end());
  }
  CHECK(compare_logits(expected, one_by_one, 2048).max_abs < 1e-4);
}

TEST_CASE("moments: the mean of the squares of each matrix's inputs, with a floor") {
  struct Zero : LinearBackend {
    void apply(std::size_t, std::span<const Linear>, std::span<const float>,
               std::span<const std::span<float>>) override {
      ++calls;
    }
    int calls = 0;
  } zero;
  ModelConfig config;
  config.family = &kQwen2;
  config.hidden = config.head_dim = 4;
  config.intermediate = 2;
  config.layers = 1;
  config.heads = config.kv_heads = 1;
  InputMoments moments(config, zero);
  CHECK_THROWS_AS(moments.mean_squares(), Error);
  std::vector<float> out(8);
  const auto feed = [&](std::initializer_list<Linear> matrices, const std::vector<float>& xs,
                        std::size_t count) {
    const std::vector<Linear> list(matrices);
    const std::vector<std::span<float>> outs(list.size(), out);
    moments.apply_batch(0, list, xs, count, outs);
  };
  feed({Linear::Q, Linear::K, Linear::V}, {1, 2, 0, 1e-3F, 3, -4, 0, 0}, 2);
  feed({Linear::O}, {0, 0, 0, 0}, 1);
  feed({Linear::Gate, Linear::Up}, {1, 1, 1, 1}, 1);
  feed({Linear::Down}, {5, -6}, 1);
  CHECK(zero.calls == 5);  // The default takes vectors one by one.
  const auto means = moments.mean_squares();
  CHECK(means.size() == 7);
  const auto& q = means.at(weight_name(kQwen2, 0, Linear::Q));
  REQUIRE(q.size() == 4);
  const double floor = 1e-4 * (5 + 10 + 0.5e-6) / 4;
  CHECK(q[0] == 5);
  CHECK(q[1] == 10);
  CHECK(q[2] == doctest::Approx(floor));  // Never excited.
  CHECK(q[3] == doctest::Approx(floor));  // Hardly.
  CHECK(means.at(weight_name(kQwen2, 0, Linear::V)) == q);
  CHECK(means.at(weight_name(kQwen2, 0, Linear::O)) ==
        std::vector<double>(4, 1.0));  // They say nothing.
  CHECK(means.at(weight_name(kQwen2, 0, Linear::Down)) == std::vector<double>{25, 36});
}

TEST_CASE("moments: of a text, whose first inputs are the normalised embeddings") {
  Kjv kjv;
  const std::vector<std::int32_t> tokens = {296, 258, 17};
  std::vector<std::size_t> done;
  const auto means = collect_moments(kjv.checkpoint, tokens, 2, 1,
                                     [&](std::size_t count) { done.push_back(count); });
  CHECK(done == std::vector<std::size_t>{2, 3});
  std::vector<double> expected(256);
  std::vector<float> x(256);
  for (const std::int32_t token : tokens) {
    kjv.backbone.embedding.read(static_cast<std::size_t>(token), x);
    double squares = 0;
    for (const float value : x) squares += double{value} * double{value};
    const double rms = std::sqrt(squares / 256 + kjv.checkpoint.config().rms_norm_eps);
    for (std::size_t c = 0; c < 256; ++c) {
      const double normed = x[c] / rms * double{kjv.backbone.layers[0][Vector::InputNorm][c]};
      expected[c] += normed * normed / 3;
    }
  }
  const auto& q = means.at(weight_name(kQwen2, 0, Linear::Q));
  for (std::size_t c = 0; c < 256; ++c)
    if (expected[c] > 0.01) CHECK(q[c] == doctest::Approx(expected[c]).epsilon(1e-4));
  CHECK_THROWS_AS(collect_moments(kjv.checkpoint, {}, 2, 1), Error);
  CHECK_THROWS_AS(collect_moments(kjv.checkpoint, tokens, 0, 1), Error);
}
