// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <chrono>

#include "format_fixture.h"
#include "golden/codec/choose_depths.h"
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
  std::size_t calls = 0;
  const auto counted = [&](std::size_t done, std::size_t total) {
    CHECK(done == ++calls);
    CHECK(total == 42);
  };
  const auto plain = dequantize_model(dir / "packed", dir / "plain",
                                      {.dtype = dtype, .shard_bytes = 4'000'000}, counted);
  CHECK(calls == 42);
  calls = 0;
  const auto summary = import_model(dir / "plain", dir / "imported", false, counted);
  CHECK(calls == 42);
  CHECK(summary.differing == 0);
  CHECK(summary.resumed == 0);
  std::size_t weights = 0, stream_bytes = 0;
  const PackedModel packed(dir / "packed");
  for (const PackedMatrix& matrix : packed.matrices()) {
    weights += matrix.shape.rows * matrix.shape.cols;
    stream_bytes += matrix.stream->bytes.size();
  }
  CHECK(plain.weights == weights);
  CHECK(summary.weights == weights);
  CHECK(summary.stream_bytes == stream_bytes);
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
  std::size_t at = tensor.file_offset + 2UL * (40 * 17 + 3);
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

/// Runs `work`, which reports progress, up to the n-th matrix and fails there as if killed.
struct Killed {};
template <class Work>
void killed_after(std::size_t matrices, Work work) {
  std::size_t done = 0;
  CHECK_THROWS_AS(work([&] {
                    if (++done == matrices) throw Killed();
                  }),
                  Killed);
}

TEST_CASE("quantize_model and import_model: an interrupted run goes on, and ends the same") {
  const TempDir dir;
  write_tiny_checkpoint(dir / "source", true);
  const auto quantize_to = [&](const std::string& out, unsigned depth, auto each) {
    return quantize_model(dir / "source", dir / out, {.depth = depth},
                          [&](const QuantizeProgress&) { each(); });
  };
  const auto nothing = [] {};
  CHECK(quantize_to("whole", 4, nothing).resumed == 0);
  const auto packed = slurp(dir / "whole" / kPackedFile);
  const auto interrupted = [&](const char* out) {
    killed_after(5, [&](auto each) { quantize_to(out, 4, each); });
    CHECK_FALSE(std::filesystem::exists(dir / out));
    return dir / (std::string(".") + out + ".partial");
  };

  auto partial = interrupted("a");
  const auto summary = quantize_to("a", 4, nothing);
  CHECK(summary.resumed == 5);
  CHECK(summary.matrices == 14);
  CHECK(slurp(dir / "a" / kPackedFile) == packed);
  CHECK_FALSE(std::filesystem::exists(partial));

  // Another method, or a source that changed, begins anew.
  interrupted("b");
  CHECK(quantize_to("b", 3, nothing).resumed == 0);
  partial = interrupted("c");
  const auto source = dir / "source" / "model.safetensors";
  std::filesystem::last_write_time(
      source, std::filesystem::last_write_time(source) + std::chrono::seconds(2));
  CHECK(quantize_to("c", 4, nothing).resumed == 0);

  // So does another calibration.
  const auto calibrated = [&](double of_first_column, auto each) {
    QuantizeOptions options{.depth = 4, .scales = Scales::Best};
    for (const TensorSpec& spec : matrix_tensors(Checkpoint(dir / "source").config())) {
      options.importance[spec.name] = std::vector<double>(spec.shape[1], 1.0);
      options.importance[spec.name][0] = of_first_column;
    }
    return quantize_model(dir / "source", dir / "calibrated", options,
                          [&](const QuantizeProgress&) { each(); });
  };
  killed_after(5, [&](auto each) { calibrated(2, each); });
  CHECK(calibrated(2, nothing).resumed == 5);
  killed_after(5, [&](auto each) { calibrated(2, each); });
  CHECK(calibrated(3, nothing).resumed == 0);

  // A torn journal and a damaged stream cost the matrices from there on.
  partial = interrupted("d");
  const auto journal = slurp(partial / "journal");
  spill(partial / "journal", journal.substr(0, journal.size() - 10));
  CHECK(quantize_to("d", 4, nothing).resumed == 4);
  CHECK(slurp(dir / "d" / kPackedFile) == packed);
  partial = interrupted("e");
  auto streams = slurp(partial / "streams");
  streams[streams.size() / 2] = static_cast<char>(streams[streams.size() / 2] ^ 1);
  spill(partial / "streams", streams);
  CHECK(quantize_to("e", 4, nothing).resumed < 4);
  CHECK(slurp(dir / "e" / kPackedFile) == packed);

  // Two at a time.
  bool refused = false;
  quantize_to("f", 4, [&] {
    if (refused) return;
    check_error([&] { quantize_to("f", 4, nothing); }, {"another process is making it"});
    refused = true;
  });
  CHECK(slurp(dir / "f" / kPackedFile) == packed);

  dequantize_model(dir / "whole", dir / "plain", {});
  killed_after(9, [&](auto each) {
    import_model(dir / "plain", dir / "g", false, [&](std::size_t, std::size_t) { each(); });
  });
  const auto imported = import_model(dir / "plain", dir / "g", false);
  CHECK(imported.resumed == 9);
  CHECK(imported.matrices.size() == 14);
  CHECK(imported.differing == 0);
  import_model(dir / "plain", dir / "h", false);
  CHECK(slurp(dir / "g" / kPackedFile) == slurp(dir / "h" / kPackedFile));
}

TEST_CASE("depth rules: names before patterns, contradictions and strangers refused") {
  const TempDir dir;
  const auto specs = matrix_tensors(parse_config(tiny_config(true).dump(), "test"));
  const auto depths = apply_depth_rules(
      {{"*.mlp.*", 3}, {"model.layers.1.*", 3}, {"model.layers.1.mlp.up_proj.weight", 1}}, specs);
  CHECK(depths.at("model.layers.0.mlp.up_proj.weight") == 3);
  CHECK(depths.at("model.layers.1.mlp.up_proj.weight") == 1);
  CHECK(depths.at("model.layers.1.self_attn.q_proj.weight") == 3);
  CHECK_FALSE(depths.contains("model.layers.0.self_attn.q_proj.weight"));
  check_error(
      [&] {
        apply_depth_rules({{"*.mlp.*", 3}, {"*.up_proj.*", 2}}, specs);
      },
      {"up_proj", "'*.mlp.*' says 3", "'*.up_proj.*' says 2"});
  check_error([&] { apply_depth_rules({{"*.nothing", 3}}, specs); }, {"*.nothing", "no such"});
  check_error([&] { apply_depth_rules({{"*", 5}}, specs); }, {"5", "1 to 4"});

  spill(dir / "rules", R"({"*.mlp.*": 3, "*": 2})");
  CHECK(read_depth_rules(dir / "rules") == DepthRules{{"*", 2}, {"*.mlp.*", 3}});
  for (const char* text : {R"({"*": 0})", R"({"*": "4"})", R"({"*": 2.5})"}) {
    spill(dir / "rules", text);
    check_error([&] { read_depth_rules(dir / "rules"); }, {"rules", "'*'", "depth of 1 to 4"});
  }
  spill(dir / "rules", "[3]");
  check_error([&] { read_depth_rules(dir / "rules"); }, {"rules", "not a JSON object"});
}

TEST_CASE("choose_depths: within the bits, no single step left, fixed depths kept") {
  const Checkpoint checkpoint(kShipped);
  const std::string fixed = "model.layers.3.mlp.up_proj.weight";
  double before = 1;
  for (const double bits : {2.0, 3.0, 4.5}) {
    CAPTURE(bits);
    const TempDir dir;
    const QuantizeOptions options{.scales = Scales::V2, .depths = {{fixed, 1}}};
    QuantizeOptions chosen = options;
    chosen.depths = choose_depths(checkpoint, bits, options);
    CHECK(chosen.depths.size() == 42);
    CHECK(chosen.depths.at(fixed) == 1);
    const auto summary = quantize_model(kShipped, dir / "out", chosen);
    const double stored =
        8.0 * static_cast<double>(summary.stream_bytes) / static_cast<double>(summary.weights);
    CHECK(stored <= bits);
    CHECK(stored > bits - 0.1);
    CHECK(summary.rms_error < before);
    before = summary.rms_error;
  }
  check_error([&] { choose_depths(checkpoint, 1.5, {}); }, {"1.5 bits", "least possible are 1.9"});
  check_error([&] { choose_depths(checkpoint, 60, {}); }, {"60 bits", "most possible are"});
}

}  // namespace
}  // namespace trine::golden
