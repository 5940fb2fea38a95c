// SPDX-License-Identifier: Apache-2.0

#include "golden/checkpoint/checkpoint.h"

#include <bit>
#include <cmath>

#include "format_fixture.h"
#include "golden/checkpoint/checkpoint_writer.h"
#include "golden/checkpoint/float16.h"

namespace trine::golden {
namespace {

const std::filesystem::path kModel = TRINE_SOURCE_DIR "/models/kjv";

TEST_CASE("float16: every code is exact and comes back") {
  for (std::uint32_t code = 0; code < 65536; ++code) {
    const auto half = static_cast<std::uint16_t>(code);
    const std::uint32_t exponent = code >> 10 & 0x1f, mantissa = code & 0x3ff;
    const float value = f16_to_f32(half);
    CAPTURE(code);
    if (exponent == 31 && mantissa != 0) {
      REQUIRE(std::isnan(value));
      REQUIRE(f32_to_f16(value) == (code | 0x200));
      REQUIRE((std::bit_cast<std::uint32_t>(value) >> 13 & 0x3ff) == mantissa);
      continue;
    }
    const double exact = exponent == 31 ? HUGE_VAL
                         : exponent == 0
                             ? std::ldexp(mantissa, -24)
                             : std::ldexp(1024 + mantissa, static_cast<int>(exponent) - 25);
    REQUIRE(std::signbit(value) == (code >= 0x8000));
    REQUIRE(std::fabs(static_cast<double>(value)) == exact);
    REQUIRE(f32_to_f16(value) == code);
  }
}

TEST_CASE("float16: rounds to nearest, ties to even, between all neighbours") {
  for (std::uint16_t code = 0; code < 0x7bff; ++code) {
    const float low = f16_to_f32(code), high = f16_to_f32(static_cast<std::uint16_t>(code + 1));
    const float middle = (low + high) / 2;  // Exact: one more bit.
    const auto even = static_cast<std::uint16_t>(code + (code & 1));
    CAPTURE(code);
    REQUIRE(f32_to_f16(middle) == even);
    REQUIRE(f32_to_f16(-middle) == (even | 0x8000));
    REQUIRE(f32_to_f16(std::nextafterf(middle, 0.0f)) == code);
    REQUIRE(f32_to_f16(std::nextafterf(middle, 1e9f)) == code + 1);
  }
  CHECK(f32_to_f16(65519.996f) == 0x7bff);
  CHECK(f32_to_f16(65520.0f) == 0x7c00);
  CHECK(f32_to_f16(-INFINITY) == 0xfc00);
  CHECK(f32_to_f16(1e-45f) == 0);
  static_assert(f16_to_f32(0x3c00) == 1.0f && f32_to_f16(-2.0f) == 0xc000);
}

TEST_CASE("bfloat16: every code is exact and comes back, and FP32 rounds to even") {
  for (std::uint32_t code = 0; code < 65536; ++code) {
    const float value = bf16_to_f32(static_cast<std::uint16_t>(code));
    REQUIRE(std::bit_cast<std::uint32_t>(value) == code << 16);
    REQUIRE(f32_to_bf16(value) == (std::isnan(value) ? code | 0x40 : code));
    if ((code & 0x7f80) == 0x7f80) continue;
    const auto near = [&](std::uint32_t low) {
      return f32_to_bf16(std::bit_cast<float>(code << 16 | low));
    };
    REQUIRE(near(0x7fff) == code);
    REQUIRE(near(0x8000) == code + (code & 1));
    REQUIRE(near(0x8001) == code + 1);
  }
}

TEST_CASE("safetensors: what is written is read, aligned, and nothing else remains") {
  const TempDir dir;
  const std::vector<float> values = {1.5f, -2.0f, 0.0f};
  const std::vector<std::uint16_t> codes = {0x3f80, 0xc000};
  {
    SafetensorsWriter writer(
        dir / "a",
        {{"x", Dtype::F32, {3}}, {"y", Dtype::BF16, {2, 1}}, {"none", Dtype::U8, {0, 7}}},
        {{"key", "some value"}}, 4096);
    CHECK_THROWS_AS(writer.finish(), Error);
    writer.append(std::as_bytes(std::span(values)));
    writer.append(std::as_bytes(std::span(codes)));
    CHECK_THROWS_AS(writer.append(std::as_bytes(std::span(codes))), Error);
    CHECK_THROWS_AS(writer.set_metadata({{"key", std::string(5000, 'x')}}), Error);
    writer.set_metadata({{"key", "another value"}});
    CHECK_FALSE(std::filesystem::exists(dir / "a"));
    writer.finish();
  }
  const Safetensors file(dir / "a");
  CHECK(dir.entries() == 1);
  CHECK(file.metadata() == std::map<std::string, std::string>{{"key", "another value"}});
  REQUIRE(file.tensors().size() == 3);
  CHECK(file.at("x").file_offset == 4096);
  CHECK(file.at("x").to_f32() == values);
  CHECK(file.at("y").to_f32() == std::vector<float>{1.0f, -2.0f});
  CHECK(file.at("y").shape == std::vector<std::size_t>{2, 1});
  CHECK(file.at("none").elements() == 0);
  CHECK(file.find("z") == nullptr);
  check_error([&] { file.at("z"); }, {(dir / "a").string(), "'z'", "missing"});
  check_error([&] { file.at("none").to_f32(); }, {"'none'", "U8"});
  std::vector<float> part(2);
  file.at("x").to_f32(1, part);
  CHECK(part == std::vector<float>{-2.0f, 0.0f});
  check_error([&] { file.at("x").to_f32(2, part); }, {"'x'"});
}

TEST_CASE("safetensors: F64 is rounded to F32, to nearest even") {
  const TempDir dir;
  const std::vector<double> values = {1.0 / 3, -0x1.0000010p0, 0x1.0000030p0, 1e300};
  SafetensorsWriter writer(dir / "a", {{"x", Dtype::F64, {4}}}, {});
  writer.append(std::as_bytes(std::span(values)));
  writer.finish();
  CHECK(Safetensors(dir / "a").at("x").to_f32() ==
        std::vector<float>{1.0f / 3, -1.0f, 0x1.000004p0f, std::numeric_limits<float>::infinity()});
}

TEST_CASE("safetensors: a Git LFS pointer and FP8 weights are named for what they are") {
  const TempDir dir;
  std::ofstream(dir / "a")
      << "version https://git-lfs.github.com/spec/v1\n"
         "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d\n"
         "size 3953\n";
  check_error([&] { Safetensors(dir / "a"); },
              {(dir / "a").string(), "Git LFS pointer", "git lfs"});
  const std::string header = R"({"x":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}})";
  const std::uint64_t length = header.size();
  std::ofstream fp8(dir / "b", std::ios::binary);
  fp8.write(reinterpret_cast<const char*>(&length), sizeof length);
  fp8 << header << 'x';
  fp8.close();
  check_error([&] { Safetensors(dir / "b"); }, {(dir / "b").string(), "'x'", "F8_E4M3"});
}

TEST_CASE("safetensors: an abandoned writer leaves nothing") {
  const TempDir dir;
  {
    SafetensorsWriter writer(dir / "a", {{"x", Dtype::U8, {1}}}, {});
    CHECK(dir.entries() == 1);
  }
  CHECK(dir.entries() == 0);
  CHECK_THROWS_AS(SafetensorsWriter(dir / "no/where", {}, {}), Error);
  CHECK_THROWS_AS(SafetensorsWriter(dir / "a", {{"x", Dtype::U8, {1}}, {"x", Dtype::U8, {1}}}, {}),
                  Error);
  CHECK(dir.entries() == 0);
}

TEST_CASE("safetensors: every truncation is refused and names the file") {
  const TempDir dir;
  write_tensors(dir / "good", {{"alpha", {2, 3}}, {"beta", {5}}});
  const std::string good = slurp(dir / "good");
  for (std::size_t size = 0; size < good.size(); ++size) {
    CAPTURE(size);
    spill(dir / "bad", good.substr(0, size));
    check_error([&] { Safetensors{dir / "bad"}; }, {(dir / "bad").string()});
  }
  spill(dir / "bad", good + "x");
  check_error([&] { Safetensors{dir / "bad"}; }, {"the file at"});
  check_error([&] { Safetensors{dir / "absent"}; }, {(dir / "absent").string(), "cannot open"});
  check_error([&] { Safetensors{dir.path()}; }, {"regular file"});
}

TEST_CASE("safetensors: any flipped header bit is refused or leaves a consistent file") {
  const TempDir dir;
  write_tensors(dir / "good", {{"alpha", {2, 3}}, {"beta", {5}}});
  const std::string good = slurp(dir / "good");
  for (std::size_t byte = 0; byte < good.size() - 44; ++byte) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[byte] = static_cast<char>(bad[byte] ^ (1 << bit));
      spill(dir / "bad", bad);
      try {
        const Safetensors file(dir / "bad");
        std::size_t bytes = 0;
        for (const Tensor& tensor : file.tensors()) bytes += tensor.bytes.size();
        REQUIRE(bytes == 44);  // For instance another letter in a name.
      } catch (const Error& error) {
        REQUIRE(std::string(error.what()).find((dir / "bad").string()) == 0);
      }
    }
  }
}

TEST_CASE("safetensors: header fields are checked one by one") {
  const TempDir dir;
  const auto refused = [&](const std::string& header, std::initializer_list<std::string> parts) {
    CAPTURE(header);
    spill(dir / "bad", safetensors_text(header, std::string(8, '\0')));
    check_error([&] { Safetensors{dir / "bad"}; }, parts);
  };
  const auto entry = [](const std::string& name, const std::string& dtype, const std::string& shape,
                        const std::string& offsets) {
    return fmt::format(R"("{}":{{"dtype":{},"shape":{},"data_offsets":{}}})", name, dtype, shape,
                       offsets);
  };
  const auto one = [&](const char* dtype, const char* shape, const char* offsets) {
    return fmt::format("{{{}}}", entry("t", dtype, shape, offsets));
  };
  spill(dir / "good", safetensors_text(one("\"F32\"", "[2]", "[0,8]"), std::string(8, '\0')));
  CHECK(Safetensors(dir / "good").tensors().size() == 1);

  refused(one("\"F33\"", "[2]", "[0,8]"), {"'t'", "dtype", "F33"});
  refused(one("7", "[2]", "[0,8]"), {"'t'", "dtype"});
  refused(one("\"F32\"", "[3]", "[0,8]"), {"'t'", "F32 [3]", "8 bytes"});
  refused(one("\"F32\"", "[-2]", "[0,8]"), {"'t'", "whole"});
  refused(one("\"F32\"", "[2.0]", "[0,8]"), {"'t'", "whole"});
  refused(one("\"F32\"", "2", "[0,8]"), {"'t'", "list"});
  refused(one("\"F32\"", "[4611686018427387904,4,2]", "[0,8]"), {"'t'"});
  refused(one("\"F32\"", "[4611686018427387906]", "[0,8]"), {"'t'"});
  refused(one("\"F32\"", "[3]", "[0,12]"), {"'t'", "outside"});
  refused(one("\"F32\"", "[2]", "[8,0]"), {"'t'", "outside"});
  refused(one("\"F32\"", "[2]", "[0,8,8]"), {"'t'", "two"});
  refused(one("\"F32\"", "[1]", "[4,8]"), {"'t'", "starts at"});
  refused(one("\"F32\"", "[1]", "[0,4]"), {"end at"});
  refused(R"({"t":{"dtype":"F32","shape":[2]}})", {"'t'", "data_offsets"});
  refused(R"({"t":[]})", {"'t'"});
  refused("[]", {"not a JSON object"});
  refused("{", {"JSON"});
  refused(R"({"__metadata__":{"a":1}})", {"'a'", "not a string"});
  refused(R"({"__metadata__":[]})", {"__metadata__"});
  const std::string t = entry("t", "\"F32\"", "[2]", "[0,8]");
  const std::string half_t = entry("t", "\"F32\"", "[1]", "[0,4]");
  refused("{" + t + "," + t + "}", {"duplicate", "'t'"});
  refused("{" + t + "," + entry("u", "\"F32\"", "[2]", "[0,8]") + "}", {"starts at"});
  refused("{" + half_t + "," + entry("u", "\"U8\"", "[5]", "[3,8]") + "}", {"'u'", "starts at"});
  refused("{" + half_t + "," + entry("u", "\"U8\"", "[3]", "[5,8]") + "}", {"'u'", "starts at"});
}

TEST_CASE("config: reads the shipped model and both spellings of the optional fields") {
  const ModelConfig kjv = read_config(kModel / "config.json");
  CHECK(kjv.hidden == 256);
  CHECK(kjv.intermediate == 768);
  CHECK(kjv.layers == 6);
  CHECK(kjv.head_dim == 128);
  CHECK(kjv.kv_dim() == 128);
  CHECK(kjv.tied_head);
  CHECK(kjv.eos_token == std::vector<std::int64_t>{2047});
  auto json = tiny_config(true);
  CHECK(parse_config(json.dump(), "c").eos_token == std::vector<std::int64_t>{3, 4});
  CHECK(parse_config(json.dump(), "c").rope.theta == 10000.0);
  json.erase("rope_theta");
  json["rope_parameters"] = {{"rope_type", "default"}, {"rope_theta", 5.0}};
  json["eos_token_id"] = nullptr;
  json.erase("tie_word_embeddings");
  CHECK(parse_config(json.dump(), "c").rope.theta == 5.0);
  CHECK(parse_config(json.dump(), "c").eos_token.empty());
  CHECK_FALSE(parse_config(json.dump(), "c").tied_head);
}

TEST_CASE("config: refuses what the machine does not do, naming file and field") {
  const auto refused = [](const char* key, const nlohmann::json& value) {
    auto json = tiny_config(true);
    json.erase("head_dim");
    json[key] = value;
    CAPTURE(json.dump());
    check_error([&] { parse_config(json.dump(), "some/config.json"); }, {"some/config.json", key});
  };
  refused("architectures", {"LlamaForCausalLM"});
  refused("architectures", "Qwen2ForCausalLM");
  refused("model_type", "llama");
  refused("hidden_act", "gelu");
  refused("use_sliding_window", true);
  refused("use_sliding_window", 1);
  refused("rope_scaling", {{"type", "yarn"}});
  refused("quantization_config", {{"bits", 4}});
  refused("num_attention_heads", 3);
  refused("num_attention_heads", 32);
  refused("num_key_value_heads", 3);
  refused("head_dim", 7);
  for (const char* key : {"hidden_size", "intermediate_size", "num_hidden_layers",
                          "num_attention_heads", "num_key_value_heads", "vocab_size",
                          "max_position_embeddings", "rms_norm_eps", "rope_theta"}) {
    refused(key, nullptr);
    refused(key, "8");
    refused(key, -8);
    refused(key, 0);
  }
  refused("hidden_size", 1u << 25);
  refused("eos_token_id", 11);
  refused("eos_token_id", {1, -1});
  refused("eos_token_id", "x");
  refused("tie_word_embeddings", "yes");
  check_error([] { parse_config("[]", "c"); }, {"c: must be a JSON object"});
  check_error([] { parse_config(R"({"a":1,"a":2})", "c"); }, {"c: duplicate name 'a'"});
  check_error([] { read_config("/nowhere/config.json"); }, {"/nowhere/config.json"});
}

TEST_CASE("checkpoint: opens the shipped model, tied and separate heads") {
  const Checkpoint kjv(kModel);
  CHECK(kjv.find("lm_head.weight") == nullptr);
  CHECK(kjv.at("model.layers.5.mlp.down_proj.weight").shape == std::vector<std::size_t>{256, 768});
  CHECK(kjv.at("model.embed_tokens.weight").to_f32().size() == 2048 * 256);
  check_error([&] { kjv.at("nothing"); }, {kModel.string(), "'nothing'"});
  const TempDir dir;
  write_tiny_checkpoint(dir / "tied", true);
  write_tiny_checkpoint(dir / "separate", false);
  CHECK(Checkpoint(dir / "tied").find("lm_head.weight") == nullptr);
  CHECK(Checkpoint(dir / "separate").at("lm_head.weight").shape ==
        std::vector<std::size_t>{11, 32});
}

TEST_CASE("checkpoint: a missing, misshapen, mistyped or unknown tensor is named") {
  const TempDir dir;
  const std::string config = tiny_config(true).dump();
  spill(dir / "config.json", config);
  const auto specs = all_tensors(parse_config(config, "c"));
  const auto refused = [&](const std::vector<TensorSpec>& tensors,
                           std::initializer_list<std::string> parts) {
    write_tensors(dir / "model.safetensors", tensors);
    check_error([&] { Checkpoint{dir.path()}; }, parts);
  };
  check_error([&] { Checkpoint{dir.path()}; }, {dir.path().string(), "model.safetensors"});
  for (std::size_t i = 0; i < specs.size(); ++i) {
    auto some = specs;
    some.erase(some.begin() + static_cast<std::ptrdiff_t>(i));
    refused(some, {dir.path().string(), "'" + specs[i].name + "'", "missing"});
    some = specs;
    some[i].shape[0] += 1;
    refused(some, {dir.path().string(), "'" + specs[i].name + "'", "shape"});
  }
  auto more = specs;
  more.push_back({"model.layers.0.self_attn.o_proj.bias", {32}});
  refused(more, {"'model.layers.0.self_attn.o_proj.bias'", "not part"});
  more.back() = {"lm_head.weight", {11, 16}};
  refused(more, {"'lm_head.weight'", "ties"});
  more.back() = {"model.layers.0.self_attn.rotary_emb.inv_freq", {8}};
  write_tensors(dir / "model.safetensors", more);
  CHECK_NOTHROW(Checkpoint{dir.path()});

  std::string text = slurp(dir / "model.safetensors");
  text.replace(text.find("\"F32\""), 5, "\"I32\"");
  spill(dir / "model.safetensors", text);
  check_error([&] { Checkpoint{dir.path()}; }, {"'model.embed_tokens.weight'", "I32"});
}

TEST_CASE("checkpoint: shards must be what the index says") {
  const TempDir dir;
  const std::string config = tiny_config(false).dump();
  spill(dir / "config.json", config);
  const auto specs = all_tensors(parse_config(config, "c"));
  const auto half = static_cast<std::ptrdiff_t>(specs.size() / 2);
  write_tensors(dir / "a.safetensors", {specs.begin(), specs.begin() + half});
  write_tensors(dir / "b.safetensors", {specs.begin() + half, specs.end()});
  nlohmann::json index;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    index["weight_map"][specs[i].name] = i < specs.size() / 2 ? "a.safetensors" : "b.safetensors";
  }
  const auto open = [&](const nlohmann::json& content) {
    spill(dir / "model.safetensors.index.json", content.dump());
    return Checkpoint(dir.path());
  };
  const Checkpoint checkpoint = open(index);
  for (const auto& spec : specs) CHECK(checkpoint.at(spec.name).shape == spec.shape);
  CHECK(checkpoint.files() ==
        std::vector<std::filesystem::path>{dir / "a.safetensors", dir / "b.safetensors"});

  CHECK(checkpoint.warnings().empty());

  // As the Transformers library: every shard that is named is read, and its tensors are taken.
  const std::string first = specs.front().name;
  const auto warns = [&](const nlohmann::json& content, std::initializer_list<std::string> parts) {
    const Checkpoint opened = open(content);
    REQUIRE(opened.warnings().size() == 1);
    CAPTURE(opened.warnings().front());
    for (const std::string& part : parts)
      CHECK(opened.warnings().front().find(part) != std::string::npos);
    CHECK(opened.at(first).shape == specs.front().shape);
  };
  auto bad = index;
  bad["weight_map"].erase(first);
  warns(bad, {"index.json", "does not name", "'" + first + "'", "'a.safetensors'"});
  bad = index;
  bad["weight_map"][first] = "b.safetensors";
  warns(bad, {"'" + first + "' in 'b.safetensors'", "taken from 'a.safetensors'"});
  bad = index;
  bad["weight_map"]["ghost"] = "a.safetensors";
  warns(bad, {"'ghost' in 'a.safetensors'", "no shard holds it"});
  bad["weight_map"]["ghost"] = "c.safetensors";
  check_error([&] { open(bad); }, {"index.json", "'c.safetensors'", "missing"});
  write_tensors(dir / "c.safetensors", {specs.front()});
  check_error([&] { open(bad); }, {"'" + first + "'", "'a.safetensors' and in 'c.safetensors'"});
  bad["weight_map"]["ghost"] = "../c.safetensors";
  check_error([&] { open(bad); }, {"index.json", "'ghost'"});
  check_error([&] { open({{"weights", 1}}); }, {"weight_map"});
  std::filesystem::remove(dir / "b.safetensors");
  check_error([&] { open(index); }, {"'b.safetensors'", "missing"});
  // A single file comes before an index, whatever that names.
  write_tensors(dir / "model.safetensors", specs);
  warns(index, {"index.json: is ignored", "model.safetensors"});
}

TEST_CASE("checkpoint: of the files that lack a tensor at most three are named") {
  const TempDir dir;
  const std::string config = tiny_config(true).dump();
  spill(dir / "config.json", config);
  const auto specs = all_tensors(parse_config(config, "c"));
  const std::string lacking = specs.front().name;
  const auto open_shards = [&](std::size_t count) {
    nlohmann::json index;
    for (std::size_t shard = 0; shard < count; ++shard) {
      const std::string name = fmt::format("{}.safetensors", shard + 1);
      std::vector<TensorSpec> part;
      for (std::size_t i = 1 + shard; i < specs.size(); i += count) part.push_back(specs[i]);
      write_tensors(dir / name, part);
      for (const TensorSpec& spec : part) index["weight_map"][spec.name] = name;
    }
    spill(dir / "model.safetensors.index.json", index.dump());
    Checkpoint{dir.path()};
  };
  const std::string three = "looked in 1.safetensors, 2.safetensors, 3.safetensors";
  check_error([&] { open_shards(4); }, {"'" + lacking + "'", three + ", ..."});
  try {
    open_shards(3);
    FAIL_CHECK("no error");
  } catch (const Error& error) {
    const std::string message = error.what();
    CAPTURE(message);
    CHECK(message.find(three) != std::string::npos);
    CHECK(message.find("...") == std::string::npos);
  }
}

TEST_CASE("checkpoint: the names of a base model get the prefix of the whole one") {
  const TempDir dir;
  const auto write = [&](bool tied, std::string_view prefix, bool head) {
    auto json = tiny_config(tied);
    json["architectures"] = {"Qwen2Model"};
    spill(dir / "config.json", json.dump());
    std::vector<TensorSpec> specs;
    for (TensorSpec spec : all_tensors(parse_config(json.dump(), "c"))) {
      const bool whole = spec.name.starts_with("model.");
      if (!whole && !head) continue;
      spec.name = std::string(prefix) + (whole ? spec.name.substr(6) : spec.name);
      specs.push_back(spec);
    }
    write_tensors(dir / "model.safetensors", specs);
  };
  write(true, "", false);
  const Checkpoint base(dir.path());
  const std::string name = "model.layers.1.mlp.up_proj.weight";
  CHECK(base.at(name).name == name);
  CHECK(base.at(name).shape == std::vector<std::size_t>{40, 32});
  CHECK(base.find("layers.1.mlp.up_proj.weight") == nullptr);
  write(false, "", false);
  check_error([&] { Checkpoint{dir.path()}; },
              {"'lm_head.weight' is missing", "'model.'", "base model", "looked in model.saf"});
  // Other prefixes are not guessed, but named.
  write(true, "_orig_mod.model.", false);
  check_error([&] { Checkpoint{dir.path()}; },
              {"'model.layers.0.self_attn.q_proj.weight' is missing",
               "there is '_orig_mod.model.layers.0.self_attn.q_proj.weight'"});
}

TEST_CASE("checkpoint: a head beside tied embeddings must have their values, of whatever type") {
  const TempDir dir;
  const std::string config = tiny_config(true).dump();
  spill(dir / "config.json", config);
  const auto specs = all_tensors(parse_config(config, "c"));
  const auto write = [&](Dtype type, double change) {
    std::vector<SafetensorsWriter::Entry> entries;
    for (const auto& spec : specs) entries.push_back({spec.name, Dtype::F32, spec.shape});
    entries.push_back({"lm_head.weight", type, specs.front().shape});
    SafetensorsWriter writer(dir / "model.safetensors", entries, {});
    for (const auto& spec : specs) {
      std::size_t count = 1;
      for (const std::size_t extent : spec.shape) count *= extent;
      std::vector<float> values(count, 0.5F);
      writer.append(std::as_bytes(std::span(values)));
    }
    for (std::size_t i = 0; i < 11 * 32; ++i) {
      const double value = 0.5 + (i == 100 ? change : 0);
      const auto narrow = static_cast<float>(value);
      const std::uint16_t half = f32_to_f16(narrow), brain = f32_to_bf16(narrow);
      const void* from = type == Dtype::F64   ? static_cast<const void*>(&value)
                         : type == Dtype::F32 ? static_cast<const void*>(&narrow)
                         : type == Dtype::F16 ? static_cast<const void*>(&half)
                                              : static_cast<const void*>(&brain);
      writer.append({static_cast<const std::byte*>(from), dtype_bytes(type)});
    }
    writer.finish();
  };
  for (const Dtype type : {Dtype::F64, Dtype::F32, Dtype::F16, Dtype::BF16}) {
    CAPTURE(dtype_name(type));
    write(type, 0);
    CHECK_NOTHROW(Checkpoint{dir.path()});
    write(type, 0.25);
    check_error([&] { Checkpoint{dir.path()}; }, {"'lm_head.weight'", "differs", "ties"});
  }
  write(Dtype::F64, 1e-12);  // Which FP32 would not see.
  check_error([&] { Checkpoint{dir.path()}; }, {"'lm_head.weight'", "differs"});
}

TEST_CASE("checkpoint: weights of other kinds are called by their names") {
  const TempDir dir;
  spill(dir / "config.json", tiny_config(true).dump());
  const auto refused = [&](const std::vector<std::string>& names, const std::string& method) {
    std::vector<TensorSpec> specs;
    for (const std::string& name : names)
      specs.push_back({"model.layers.0.mlp.up_proj" + name, {8}});
    write_tensors(dir / "model.safetensors", specs);
    check_error([&] { Checkpoint{dir.path()}; }, {names.front(), "quantized with " + method});
  };
  refused({".qweight", ".qzeros", ".scales", ".g_idx"}, "GPTQ");
  refused({".qweight", ".qzeros", ".scales"}, "AWQ");
  refused({".SCB", ".weight"}, "bitsandbytes");
  refused({".weight.absmax", ".weight"}, "bitsandbytes");
  refused({".weight_packed", ".weight_scale"}, "compressed-tensors");
  refused({".weight_scale_inv", ".weight"}, "FP8");
  std::filesystem::remove(dir / "model.safetensors");
  const auto instead = [&](const char* file, const char* what) {
    spill(dir / file, "x");
    check_error([&] { Checkpoint{dir.path()}; }, {"neither", file, what});
    std::filesystem::remove(dir / file);
  };
  instead("pytorch_model.bin", "PyTorch");
  instead("qwen.Q4_0.gguf", "GGUF");
  instead("adapter_model.safetensors", "LoRA");
}

TEST_CASE(
    "safetensors: a file that was cut or replaced since it was mapped is told from the one that "
    "was") {
  const TempDir dir;
  const auto write = [&](std::size_t bytes) {
    SafetensorsWriter writer(dir / "a", {{"x", Dtype::U8, {bytes}}}, {});
    writer.append(std::vector<std::byte>(bytes));
    writer.finish();
  };
  write(100);
  Safetensors file(dir / "a");
  CHECK_NOTHROW(file.check_whole());
  CHECK(file_identity(dir / "a") == file.identity());
  CHECK_FALSE(file_identity(dir / "none").has_value());
  const std::size_t whole = file.file_bytes().size();
  std::filesystem::resize_file(dir / "a", whole - 1);
  CHECK_THROWS_WITH_AS(file.check_whole(),
                       fmt::format("{}: was cut short while it was in use: {} of {} bytes are left",
                                   (dir / "a").string(), whole - 1, whole)
                           .c_str(),
                       Error);
  CHECK(file_identity(dir / "a") != file.identity());
  write(100);  // Another file of the same name.
  CHECK_NOTHROW(Safetensors(dir / "a").check_whole());
  CHECK(file_identity(dir / "a") != file.identity());
  file = Safetensors(dir / "a");
  CHECK(file_identity(dir / "a") == file.identity());
}

TEST_CASE("checkpoint: shards that were cut since they were opened are named") {
  const TempDir dir;
  write_tiny_checkpoint(dir / "c", true);
  const Checkpoint checkpoint(dir / "c");
  CHECK_NOTHROW(checkpoint.check_whole());
  std::filesystem::resize_file(dir / "c/model.safetensors", 100);
  check_error([&] { checkpoint.check_whole(); }, {"model.safetensors: was cut short", "100 of"});
}

TEST_CASE("safetensors: elements past the end of a tensor are refused, of F64 as of others") {
  const TempDir dir;
  SafetensorsWriter writer(dir / "a", {{"d", Dtype::F64, {3}}, {"f", Dtype::F32, {3}}}, {});
  const std::vector<double> doubles{1, 0x1.0000000000001p0, -3};
  const std::vector<float> floats{1, 2, -3};
  writer.append(std::as_bytes(std::span(doubles)));
  writer.append(std::as_bytes(std::span(floats)));
  writer.finish();
  const Safetensors file(dir / "a");
  std::vector<double> two(2);
  file.at("d").to_f64(1, two);
  CHECK(two == std::vector<double>{0x1.0000000000001p0, -3});
  file.at("f").to_f64(1, two);
  CHECK(two == std::vector<double>{2, -3});
  for (const char* name : {"d", "f"})
    for (const std::size_t first : {2u, 4u})
      CHECK_THROWS_WITH_AS(
          file.at(name).to_f64(first, two),
          fmt::format("tensor '{}': elements {} to {} of 3", name, first, first + 2).c_str(),
          Error);
}

TEST_CASE(
    "checkpoint writer: takes exactly the bytes that were declared, into an empty directory") {
  const TempDir dir;
  const std::vector<SafetensorsWriter::Entry> entries{{"x", Dtype::U8, {6}}, {"y", Dtype::U8, {4}}};
  const std::vector<std::byte> six(6), four(4);
  const std::string name = (dir / "out").string();
  spill(dir / "file", "");
  CHECK_THROWS_WITH_AS(CheckpointWriter(dir / "file", entries, 6),
                       ((dir / "file").string() + ": exists and is not a directory").c_str(),
                       Error);
  {
    CheckpointWriter writer(dir / "out", entries, 6);
    CHECK(writer.shards() == 2);
    writer.append(six);
    writer.append(std::span(four).first(1));
    CHECK_THROWS_WITH_AS(
        writer.finish(),
        (name + ": 3 bytes of model-00002-of-00002.safetensors are missing").c_str(), Error);
    writer.append(std::span(four).first(3));
    CHECK_THROWS_WITH_AS(writer.append(four), (name + ": more bytes than the tensors take").c_str(),
                         Error);
    CHECK_THROWS_WITH_AS(writer.copy_file(dir.path()), doctest::Contains(": cannot copy: "), Error);
    CHECK_NOTHROW(writer.copy_file(dir / "none"));
    CHECK_THROWS_WITH_AS(writer.write_file("none/a", "text"),
                         doctest::Contains("/none/a: cannot write"), Error);
    writer.write_file("note", "text");
    writer.finish();
  }
  CHECK(slurp(dir / "out/note") == "text");
  CHECK(Safetensors(dir / "out/model-00002-of-00002.safetensors").at("y").bytes.size() == 4);
  CHECK_THROWS_WITH_AS(CheckpointWriter(dir / "out", entries, 6),
                       (name + ": exists and is not empty; it is not overwritten").c_str(), Error);
  CHECK(dir.entries() == 2);
}

}  // namespace
}  // namespace trine::golden
