// SPDX-License-Identifier: Apache-2.0

#include <cmath>
#include <cstring>

#include "golden/checkpoint/float16.h"
#include "tests/system/cli/command.h"

using namespace trine;
using namespace trine::test;

namespace {

const std::string kTokens = kModel + "/valid_tokens.safetensors";

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

}  // namespace

TEST_CASE("cli: compare reads .npy of every floating type, and says what differs where") {
  const Scratch scratch;
  const auto write = [&](const std::string& name, const std::string& type,
                         const std::string& data) {
    std::ofstream(scratch / name, std::ios::binary) << npy(type, "False", "(3, 2)", data);
    return (scratch / name).string();
  };
  const std::vector<double> values = {0, 1, 2, 0, -0.5, 0.25};
  const std::vector<float> single(values.begin(), values.end());
  std::vector<std::uint16_t> halves;
  for (const float value : single) halves.push_back(golden::f32_to_f16(value));
  const std::string a = write("f8", "'<f8'", bytes_of(values));
  CHECK(trine_json({"compare", a, write("f4", "'<f4'", bytes_of(single))})["max_abs"] == 0.0);
  CHECK(trine_json({"compare", a, write("f2", "'<f2'", bytes_of(halves))})["max_abs"] == 0.0);

  std::vector<double> other = values;
  other[2] = -1;  // Position 1: another best token.
  const std::string b = write("other", "'<f8'", bytes_of(other));
  const auto found = trine_json({"compare", a, b, "--positions"});
  CHECK(found["positions"] == 3);
  CHECK(found["max_abs"] == 3.0);
  REQUIRE(found["per_position"].size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(found["per_position"][i]["position"] == i);
    CHECK(found["per_position"][i]["top1"] == (i != 1));
    CHECK(found["per_position"][i]["max_abs"] == (i == 1 ? 3.0 : 0.0));
  }
  const double kl = found["per_position"][1]["kl"];
  CHECK(found["kl"].get<double>() == doctest::Approx(kl / 3));
  CHECK(run_trine({"compare", a, b, "--positions"}).out.find("no") != std::string::npos);

  // Thresholds: exit 3 names the value and the limit, and only those that are violated.
  const Run run = run_trine(
      {"compare", a, b, "--max-kl", "9", "--min-top1", "0.9", "--max-abs", "2.5", "--json"});
  CHECK(run.code == 3);
  CHECK(run.one_line());
  CHECK(run.json()["max_abs"] == 3.0);
  CHECK(run.err.find("max_abs 3 violates --max-abs 2.5") != std::string::npos);
  CHECK(run.err.find("top1 0.666667 violates --min-top1 0.9") != std::string::npos);
  CHECK(run.err.find("--max-kl") == std::string::npos);
  CHECK(run_trine({"compare", a, b, "--max-kl", "0.001"}).code == 3);
  CHECK(run_trine({"compare", a, b, "--max-abs", "3", "--min-top1", "0.6"}).code == 0);
}

TEST_CASE("cli: compare runs two models and two devices on the same tokens") {
  const Scratch scratch;
  const std::string packed = packed_model(scratch);
  const auto devices =
      trine_json({"compare", packed, packed, "--device-a", "golden", "--device-b", "rtl",
                  "--tokens", "296,1133,109", "--layers", "--max-abs", "0"});
  CHECK(devices["positions"] == 3);
  REQUIRE(devices["per_layer"].size() == 6);
  for (const auto& layer : devices["per_layer"]) CHECK(layer["max_abs"] == 0.0);

  const std::vector<std::string> input = {"--tokens-file", kTokens,    "--limit",
                                          "100",           "--window", "48"};
  const auto with = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), input.begin(), input.end());
    return trine_json(arguments);
  };
  const auto near = with({"compare", packed, packed, "--device-b", "golden", "--layers"});
  REQUIRE(near["per_layer"].size() == 6);
  for (const auto& layer : near["per_layer"]) {
    CHECK(layer["relative_error"].get<double>() > 0);
    CHECK(layer["relative_error"].get<double>() < 2e-3);
    CHECK(layer["cosine"].get<double>() > 0.99999);
  }
  // The layers one by one give the logits of the whole list.
  const auto whole = with({"compare", packed, packed, "--device-b", "golden"});
  CHECK(whole["kl"] == near["kl"]);
  CHECK(whole["max_abs"] == near["max_abs"]);
  // The same as through files.
  const std::string a = (scratch / "a").string(), b = (scratch / "b").string();
  with({"logits", kModel, "--device", "reference", "-o", a});
  with({"logits", packed, "--device", "reference", "-o", b});
  const auto files = trine_json({"compare", a, b});
  const auto models = with({"compare", kModel, packed});
  CHECK(models["max_abs"] == files["max_abs"]);
  CHECK(models["kl"] == files["kl"]);
}

TEST_CASE("cli: compare tells the error of each matrix") {
  const Scratch scratch;
  const std::string packed = packed_model(scratch);
  const auto found = trine_json({"compare", kModel, packed, "--tensors"});
  CHECK_FALSE(found.contains("kl"));
  REQUIRE(found["per_tensor"].size() == 42);
  CHECK(found["per_tensor"][0]["tensor"] == "model.layers.0.self_attn.q_proj.weight");
  for (const auto& tensor : found["per_tensor"]) {
    CHECK(tensor["relative_error"].get<double>() > 0.005);
    CHECK(tensor["relative_error"].get<double>() < 0.03);
    CHECK(tensor["cosine"].get<double>() > 0.999);
  }
  const auto same = trine_json({"compare", packed, packed, "--tensors"});
  for (const auto& tensor : same["per_tensor"]) CHECK(tensor["max_abs"] == 0.0);
}

TEST_CASE("cli: 64 tokens of the shipped model through the RTL are golden's") {
  const Scratch scratch;
  const std::string packed = packed_model(scratch);
  const std::vector<std::string> base = {"generate", packed, "--prompt",    "In the beginning",
                                         "-n",       "64",   "--ignore-eos"};
  const auto on = [&](std::vector<std::string> more) {
    more.insert(more.begin(), base.begin(), base.end());
    return trine_json(more);
  };
  const auto golden = on({"--device", "golden"});
  const auto rtl = on({"--device", "rtl", "--check"});
  CHECK(golden["tokens"].size() == 64);
  CHECK(rtl["tokens"] == golden["tokens"]);
  CHECK(rtl["equal"] == true);
}
