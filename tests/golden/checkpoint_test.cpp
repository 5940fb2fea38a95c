// SPDX-License-Identifier: Apache-2.0

#include "golden/checkpoint/checkpoint.h"

#include "format_fixture.h"
#include "golden/checkpoint/checkpoint_writer.h"
#include "golden/checkpoint/float16.h"

namespace trine::golden {
namespace {

const std::filesystem::path kModel = TRINE_SOURCE_DIR "/models/kjv";

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

TEST_CASE("checkpoint: shards that were cut since they were opened are named") {
  const TempDir dir;
  write_tiny_checkpoint(dir / "c", true);
  const Checkpoint checkpoint(dir / "c");
  CHECK_NOTHROW(checkpoint.check_whole());
  std::filesystem::resize_file(dir / "c/model.safetensors", 100);
  check_error([&] { checkpoint.check_whole(); }, {"model.safetensors: was cut short", "100 of"});
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
