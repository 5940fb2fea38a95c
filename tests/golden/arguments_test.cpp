// SPDX-License-Identifier: Apache-2.0
//
// Arguments that nobody may give: each is refused with the whole message that is here.

#include <array>
#include <cmath>
#include <limits>

#include "format_fixture.h"
#include "golden/checkpoint/checkpoint.h"
#include "golden/codec/depths.h"
#include "golden/codec/quantize.h"
#include "golden/exact/attention.h"
#include "golden/exact/bfp.h"
#include "golden/exact/codebook.h"
#include "golden/format/panel.h"
#include "golden/reference/input_moments.h"
#include "golden/reference/metrics.h"

namespace trine::golden {
namespace {

void refused(const std::function<void()>& action, const std::string& message) {
  try {
    action();
    FAIL_CHECK("not refused: " << message);
  } catch (const Error& error) {
    CHECK(std::string(error.what()) == message);
  }
}

}  // namespace

TEST_CASE("arguments: mantissas, codebooks and attention") {
  const std::vector<float> x(32, 1.0f);
  for (const int width : {7, 17})
    refused([&] { to_bfp(x, width); },
            fmt::format("to_bfp: activation width {} is outside 8..16", width));
  CHECK(to_bfp(x, 8).exponents.size() == 2);
  CHECK(to_bfp(x, 16).exponents.size() == 2);

  Codebook codebook;
  for (std::size_t k = 0; k < kCodebook; ++k) codebook[k] = 1.0 + static_cast<double>(k);
  for (const unsigned depth : {0u, 5u})
    refused([&] { hardware_codebook(codebook, depth); },
            fmt::format("codebook: depth {} is outside 1..4", depth));
  const double infinite = std::numeric_limits<double>::infinity();
  for (const auto& [at, entry] : {std::pair<std::size_t, double>{0, 0.0},
                                  {0, -1.0},
                                  {3, 2.5},
                                  {26, infinite},
                                  {5, std::nan("")},
                                  {7, 5e-324}}) {
    Codebook bad = codebook;
    bad[at] = entry;
    refused([&bad] { hardware_codebook(bad, 2); },
            fmt::format("codebook: entry {} is not positive and ascending", at));
  }

  const std::vector<float> query(4 * 32, 1.0f);
  const std::vector<std::uint16_t> cache(std::size_t{2} * 32 * 3);
  const Attention good{.query = query, .cache = cache, .head_dim = 32, .factor = 1 << 20};
  CHECK_NOTHROW(attention_definition(good));
  const auto bad = [&](const std::function<void(Attention&)>& change, const std::string& message) {
    Attention one = good;
    change(one);
    refused([&] { attention_definition(one); }, "attention: " + message);
  };
  for (const int width : {7, 17})
    bad([&](Attention& a) { a.width = width; },
        fmt::format("a width of {} is outside 8..16", width));
  for (const std::size_t head_dim : {16UL, 33UL, 48UL, 1024UL})
    bad([&](Attention& a) { a.head_dim = head_dim; }, fmt::format("heads of {}", head_dim));
  bad([&](Attention& a) { a.query = a.query.first(33); },
      "33 values of queries, 192 of keys and values in heads of 32");
  bad([&](Attention& a) { a.query = {}; },
      "0 values of queries, 192 of keys and values in heads of 32");
  bad([&](Attention& a) { a.cache = a.cache.first(32); },
      "128 values of queries, 32 of keys and values in heads of 32");
  bad([&](Attention& a) { a.cache = {}; },
      "128 values of queries, 0 of keys and values in heads of 32");
  bad([&](Attention& a) { a.queries = 0; }, "0 queries of 4 heads at 3 positions");
  bad([&](Attention& a) { a.queries = 3; }, "3 queries of 4 heads at 3 positions");
  bad([&](Attention& a) { a.queries = 4; }, "4 queries of 4 heads at 3 positions");
  bad([&](Attention& a) { a.factor = 1u << kFactorBits; },
      fmt::format("a factor of {}", 1u << kFactorBits));
  std::vector<std::uint16_t> blocks(32);
  refused([&] { static_cast<void>(store_blocks(std::span(x).first(31), 15, blocks)); },
          "attention: 31 values, 32 elements of blocks");
  refused([&] { static_cast<void>(store_blocks(std::span(x).first(16), 15, blocks)); },
          "attention: 16 values, 32 elements of blocks");
}

TEST_CASE("arguments: shapes, geometries, weights and importance") {
  refused([] { check_shape({4, 4, 0}, kCanonical); }, "depth 0 is not 1 to 4");
  refused([] { check_shape({4, 4, 5}, kCanonical); }, "depth 5 is not 1 to 4");
  refused([] { check_shape({0, 4, 1}, kCanonical); }, "a matrix of 0 rows and 4 columns");
  refused([] { check_shape({4, 0, 1}, kCanonical); }, "a matrix of 4 rows and 0 columns");
  constexpr std::size_t kMost = std::size_t{1} << 28;
  CHECK_NOTHROW(check_shape({kMost, kMost, 1}, kCanonical));
  refused(
      [] {
        check_shape({kMost + 1, 1, 1}, kCanonical);
      },
      "a matrix of 268435457 rows and 1 columns");
  refused(
      [] {
        check_shape({1, kMost + 1, 1}, kCanonical);
      },
      "a matrix of 1 rows and 268435457 columns");
  const auto with = [](unsigned groups, std::size_t tile_rows) {
    Geometry geometry = kCanonical;
    geometry.groups = groups;
    geometry.tile_rows = tile_rows;
    return geometry;
  };
  for (const unsigned groups : {0u, 3u, 8192u})
    refused(
        [&] {
          check_shape({4, 4, 1}, with(groups, 32));
        },
        fmt::format("{} groups a beat: not a power of two up to 4096", groups));
  for (const std::size_t tile : {0UL, 16UL, 33UL})
    refused(
        [&] {
          check_shape({4, 4, 1}, with(1, tile));
        },
        fmt::format("row tile of {}: not a multiple of 32", tile));

  std::vector<float> weights(64, 1.0f);
  const std::vector<double> importance(16, 1.0);
  refused(
      [&] {
        quantize(weights, {5, 16, 1}, Scales::Best);
      },
      "64 weights do not make a matrix of 5 x 16");
  refused(
      [&] {
        quantize(weights, {4, 16, 1}, Scales::V2, importance);
      },
      "only best scales can weight the columns");
  refused(
      [&] {
        quantize(weights, {2, 32, 1}, Scales::Best, importance);
      },
      "importance of 16 columns for a matrix of 2 x 32");
  for (const double value : {-1.0, std::numeric_limits<double>::infinity()}) {
    std::vector<double> bad = importance;
    bad[9] = value;
    refused(
        [&] {
          quantize(weights, {4, 16, 1}, Scales::Best, bad);
        },
        fmt::format("the importance of column 9 is {}", value));
  }
  const TritMatrix matrix = quantize(weights, {4, 16, 1}, Scales::Best, importance);
  refused([&] { rms_error(std::span(weights).first(63), matrix); },
          "63 weights do not make a matrix of 4 x 16");
  weights[35] = -std::numeric_limits<float>::infinity();
  refused(
      [&] {
        quantize(weights, {4, 16, 1}, Scales::Best);
      },
      "the weight at row 2, column 3 is not finite");
}

TEST_CASE("arguments: rules for depths") {
  const std::vector<TensorSpec> specs = {{"a.x", {4, 4}}, {"a.y", {4, 4}}, {"b.x", {4, 4}}};
  refused([&] { apply_depth_rules({{"a.*", 5}}, specs); }, "depth for 'a.*': 5 is not 1 to 4");
  refused([&] { apply_depth_rules({{"a.*", 0}}, specs); }, "depth for 'a.*': 0 is not 1 to 4");
  refused([&] { apply_depth_rules({{"c.*", 1}}, specs); }, "depth for 'c.*': no such matrix");
  refused(
      [&] {
        apply_depth_rules({{"*.x", 2}, {"a.*", 3}}, specs);
      },
      "depth for 'a.x': '*.x' says 2, 'a.*' says 3");
  using Depths = std::map<std::string, unsigned>;
  // Its own name comes before any pattern, and patterns may agree.
  CHECK(apply_depth_rules({{"*.x", 2}, {"a.*", 3}, {"a.x", 4}}, specs) ==
        Depths{{"a.x", 4}, {"a.y", 3}, {"b.x", 2}});
  CHECK(apply_depth_rules({{"*.x", 2}, {"a.*", 2}}, specs) ==
        Depths{{"a.x", 2}, {"a.y", 2}, {"b.x", 2}});
  const TempDir dir;
  const auto read = [&](const std::string& text) {
    spill(dir / "rules.json", text);
    return read_depth_rules(dir / "rules.json");
  };
  const std::string file = (dir / "rules.json").string();
  CHECK(read(R"({"a.x": 1, "*": 4})") == DepthRules{{"*", 4}, {"a.x", 1}});
  refused([&] { read("[]"); }, file + ": is not a JSON object");
  for (const char* depth : {"0", "5", "1.5", "-1", "\"3\"", "true", "null"})
    refused([&] { read(std::string(R"({"a": )") + depth + "}"); },
            file + ": 'a': " + depth + " is not a depth of 1 to 4");
}

TEST_CASE("arguments: files of tensors that cannot be written") {
  const TempDir dir;
  const std::string path = (dir / "x.safetensors").string();
  using Entries = std::vector<SafetensorsWriter::Entry>;
  const SafetensorsWriter::Entry entry{"t", Dtype::F32, {2}};
  refused([&] { SafetensorsWriter(path, Entries{entry, entry}, {}); }, path + ": tensor 't' twice");
  refused(
      [&] {
        SafetensorsWriter(path, Entries{{"__metadata__", Dtype::F32, {2}}}, {});
      },
      path + ": tensor '__metadata__' twice");
  constexpr std::size_t kHuge = std::size_t{1} << 40;
  refused(
      [&] {
        SafetensorsWriter(path, Entries{{"t", Dtype::F32, {kHuge, kHuge}}}, {});
      },
      path + ": tensor 't' too big");
  refused(
      [&] {
        SafetensorsWriter(path, Entries{entry, {"u", Dtype::U8, {kHuge << 22}}}, {});
      },
      path + ": tensor 'u' too big");
  refused([&] { SafetensorsWriter(path, Entries{entry}, {}, 0); }, path + ": data_alignment 0");
  {
    SafetensorsWriter writer(path, Entries{entry}, {});
    const std::vector<std::byte> bytes(9);
    refused([&] { writer.append(bytes); }, path + ": 1 bytes more than the declared tensors take");
    writer.append(std::span(bytes).first(3));
    refused([&] { writer.skip(6); }, path + ": 1 bytes more than the declared tensors take");
    refused([&] { writer.finish(); }, path + ": 5 bytes of tensors are missing");
    writer.skip(5);
    writer.finish();
    refused([&] { writer.finish(); }, path + ": finished twice");
  }
  CHECK(dir.entries() == 1);
  const Safetensors file(path);
  const Tensor& tensor = file.at("t");
  std::vector<float> three(3);
  refused([&] { tensor.to_f32(0, three); }, "tensor 't': elements 0 to 3 of 2");
  refused([&] { tensor.to_f32(3, std::span(three).first(0)); }, "tensor 't': elements 3 to 3 of 2");
  CHECK(tensor.to_f32() == std::vector<float>(2));
}

TEST_CASE("arguments: windows, tokens and logits") {
  const std::vector<float> logits(6, 0.0f);
  refused([&] { compare_logits(logits, std::span(logits).first(3), 3); },
          "compare: 6 and 3 logits are not two times the same positions of 3");
  refused([&] { compare_logits(logits, logits, 4); },
          "compare: 6 and 6 logits are not two times the same positions of 4");
  refused([] { LogitComparison{}.result(); }, "compare: no positions");
  refused([&] { negative_log_likelihood(logits, 6); }, "token 6 is outside the vocabulary of 6");
  refused([&] { negative_log_likelihood(logits, -1); }, "token -1 is outside the vocabulary of 6");
  std::vector<float> bad = logits;
  bad[4] = std::numeric_limits<float>::infinity();
  refused([&] { compare_logits(logits, bad, 3); }, "logit of token 1 at position 1 is not finite");
  const TempDir dir;
  write_tiny_checkpoint(dir / "tiny", true);
  const Checkpoint tiny(dir / "tiny");
  refused([&] { collect_moments(tiny, {}, 4, 1); }, "no tokens to calibrate on");
  refused(
      [&] {
        collect_moments(tiny, std::array<std::int32_t, 2>{1, 2}, 0, 1);
      },
      "windows of 0 tokens");
}

}  // namespace trine::golden
