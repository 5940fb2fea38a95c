// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "tests/golden/padded_config.h"
#include "tests/system/cli/command.h"
#include "tools/presets.h"

using namespace trine;
using namespace trine::test;

namespace {

const fs::path kFamilies = kSource / "tests/models/families";

std::vector<std::string> family_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kFamilies))
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

nlohmann::json read_json(const fs::path& path) {
  return nlohmann::json::parse(read_file(path));
}

std::string list_of(const nlohmann::json& tokens) {
  std::string text;
  for (const auto& token : tokens) {
    if (!text.empty()) text += ',';
    text += token.dump();
  }
  return text;
}

}  // namespace

TEST_CASE("cli families: the reference gives the library's greedy tokens") {
  for (const std::string& name : family_names()) {
    CAPTURE(name);
    const auto expected = read_json(kFamilies / name / "expected_greedy.json");
    const auto run = trine_json({"generate", kFamilies / name, "--tokens",
                                 list_of(expected["prompt"]), "-n", "24", "--device", "reference"});
    CHECK(run["tokens"] == expected["generated"]);
  }
}

TEST_CASE("cli families: the RTL equals golden in every result of a packed model") {
  const Scratch scratch;
  for (const std::string& name : family_names()) {
    CAPTURE(name);
    const std::string packed = (scratch / name).string();
    trine_json({"quantize", kFamilies / name, packed});
    const auto info = trine_json({"info", packed});
    CHECK(info["valid"] == true);
    CHECK(info["config"]["family"] == read_json(kFamilies / name / "config.json")["model_type"]);
    const auto run = trine_json({"generate", packed, "--tokens", "60,143,130", "-n", "2",
                                 "--context", "32", "--device", "rtl", "--groups", "4", "--check"});
    CHECK(run["equal"] == true);
    CHECK(run["compared"].get<std::size_t>() > 0);
    const auto golden = trine_json({"generate", packed, "--tokens", "60,143,130", "-n", "2"});
    CHECK(run["tokens"] == golden["tokens"]);
  }
}

TEST_CASE("cli families: heads of any even width run, padded, and quantize says so") {
  const Scratch scratch;
  const std::string tokens = "1,9,3,3,10,0,7,5";
  const std::map<std::string, int> widths = {{"qwen2", 96}, {"qwen3", 80}};
  for (const auto& tried : widths) {
    const auto& family = tried.first;
    const int width = tried.second;
    CAPTURE(family);
    const fs::path model = scratch / family;
    const std::string packed = (scratch / "packed").string(),
                      plain = (scratch / family / "plain").string();
    golden::write_checkpoint(model, golden::padded_config(family, static_cast<std::size_t>(width)));
    fs::remove(model / "tokenizer.json");
    const std::string said = "heads of " + std::to_string(width) + " are stored as 128, with zeros";
    CHECK(run_trine({"quantize", model, packed}).out.find(said) != std::string::npos);
    const auto made = trine_json({"quantize", model, packed});
    CHECK(made["head_dim"] == width);
    CHECK(made["stored_head_dim"] == 128);
    const auto config = trine_json({"info", packed})["config"];
    CHECK(config["head_dim"] == width);
    CHECK(config["stored_head_dim"] == 128);
    // The RTL equals golden, golden the reference, and that the weights without padding.
    CHECK(trine_json({"generate", packed, "--tokens", tokens, "-n", "2", "--context", "32",
                      "--device", "rtl", "--groups", "4", "--check"})["equal"] == true);
    trine_json({"dequantize", packed, plain, "--dtype", "f32"});
    trine_json({"compare", plain, packed, "--device-b", "golden", "--tokens", tokens, "--layers",
                "--max-kl", "1e-5", "--min-top1", "1"});
    const auto differences = trine_json({"compare", plain, packed, "--tensors"});
    for (const auto& tensor : differences["per_tensor"]) CHECK(tensor["max_abs"] == 0);
  }
}

TEST_CASE("cli families: a dequantized model is one of its family, in the dtype that it says") {
  const Scratch scratch;
  const std::string packed = (scratch / "packed").string(), back = (scratch / "back").string();
  trine_json({"quantize", kFamilies / "qwen3", packed});
  trine_json({"dequantize", packed, back, "--dtype", "f32"});
  const auto config = read_json(fs::path(back) / "config.json");
  CHECK(config["model_type"] == "qwen3");
  CHECK(config["dtype"] == "float32");
  CHECK_FALSE(config.contains("torch_dtype"));
  const std::string again = (scratch / "again").string();
  trine_json({"import", back, again});
  const auto tokens = [&](const std::string& model) {
    return trine_json({"generate", model, "--tokens", "1,2,3", "-n", "8"})["tokens"];
  };
  CHECK(tokens(again) == tokens(packed));
}

TEST_CASE("cli families: presets have the published shapes, and make models of their family") {
  using tools::kPresets, tools::Preset;
  const std::map<std::string_view, std::array<std::size_t, 5>> published = {
      // qkv rows, hidden, o columns, gate and up rows, largest number of columns
      {"qwen2.5-7b", {4608, 3584, 3584, 37888, 18944}},
      {"qwen2.5-14b", {7168, 5120, 5120, 27648, 13824}},
      {"qwen2.5-32b", {7168, 5120, 5120, 55296, 27648}},
      {"qwen2.5-72b", {10240, 8192, 8192, 59136, 29568}},
      {"qwen3-0.6b", {4096, 1024, 2048, 6144, 3072}},
      {"qwen3-1.7b", {4096, 2048, 2048, 12288, 6144}},
      {"qwen3-4b", {6144, 2560, 4096, 19456, 9728}},
      {"qwen3-8b", {6144, 4096, 4096, 24576, 12288}},
      {"llama3.2-1b", {3072, 2048, 2048, 16384, 8192}},
      {"llama3.2-3b", {5120, 3072, 3072, 16384, 8192}},
      {"mistral-7b", {6144, 4096, 4096, 28672, 14336}},
  };
  for (const auto& of_preset : published) {
    const auto& name = of_preset.first;
    const auto& sizes = of_preset.second;
    CAPTURE(name);
    const auto preset = std::ranges::find(kPresets, name, &Preset::name);
    REQUIRE(preset != kPresets.end());
    const auto matrices = layer_matrices(*preset);
    CHECK(matrices[0].rows == sizes[0]);
    CHECK(matrices[0].cols == sizes[1]);
    CHECK(matrices[1].rows == sizes[1]);
    CHECK(matrices[1].cols == sizes[2]);
    CHECK(matrices[2].rows == sizes[3]);
    CHECK(matrices[3].cols == sizes[4]);
  }
  const auto o =
      trine_json({"layer", "--preset", "qwen3-4b", "--matrix", "o", "--device", "golden"});
  CHECK(o["matrices"][0]["cols"] == 4096);
  const Scratch scratch;
  for (const auto& [name, family] :
       std::map<std::string, std::string>{{"qwen3-0.6b", "qwen3"}, {"llama3.2-1b", "llama"}}) {
    const std::string model = (scratch / name).string();
    trine_json({"synth", "--preset", name, "--layers", "1", model});
    const auto config = trine_json({"info", model})["config"];
    CHECK(config["family"] == family);
    CHECK(config["rope"] == (family == "llama" ? "llama3" : "default"));
    CHECK(config["head_dim"] == (family == "llama" ? 64 : 128));
    CHECK(trine_json({"generate", model, "--tokens", "7", "-n", "1"})["tokens"].size() == 1);
  }
}
