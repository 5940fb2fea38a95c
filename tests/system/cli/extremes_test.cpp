// SPDX-License-Identifier: Apache-2.0

// Values far from those of a random model, through every device: results are golden's to the last
// bit, or every device says the same.

#include "tests/golden/extreme_values.h"
#include "tests/system/cli/command.h"

using namespace trine;
using namespace trine::test;
using golden::set_norm, golden::TensorSpec, golden::Values;

namespace {

/// The devices that simulate, as they are registered.
std::vector<std::string> devices() {
  std::vector<std::string> names;
  const auto all = trine_json({"devices"});
  for (const auto& device : all["devices"])
    if (device["name"] == "rtl" || device["name"] == "tlm" || device["name"] == "tlm-rtl")
      names.push_back(device["name"]);
  return names;
}

const std::string kUp = "model.layers.1.mlp.up_proj.weight";

/// Heads and sizes that the core takes, and a logit head of its own.
nlohmann::json config() {
  nlohmann::json small = golden::tiny_config(false);
  small["hidden_size"] = 64;
  small["vocab_size"] = 45;
  return small;
}

struct Extreme {
  std::string name;
  golden::Change change;
};

std::vector<Extreme> extremes() {
  const auto bias = [](float value) {
    return [value](const TensorSpec& spec, Values& values) {
      if (spec.name == "model.layers.1.self_attn.k_proj.bias") values[3] = values[19] = value;
    };
  };
  return {
      {
          "key biases of norm 605 and 921",
          [](const TensorSpec& spec, Values& values) {
            if (!spec.name.ends_with("k_proj.bias")) return;
            set_norm(values, spec.name.find("layers.0.") != std::string::npos ? 605 : 921);
          },
      },
      {"a pair of 65,000", bias(65'000)},
      {
          "one weight of 1,000 times its neighbours",
          [](const TensorSpec& spec, Values& values) {
            if (spec.name == kUp) values[100] = 100;
          },
      },
      {
          "groups and matrices of zeros",
          [](const TensorSpec& spec, Values& values) {
            if (spec.name == kUp) std::fill_n(values.begin() + 64, 48, 0.0F);
            if (spec.name.ends_with("layers.0.self_attn.q_proj.weight") ||
                spec.name.ends_with("layers.1.mlp.down_proj.weight"))
              for (float& value : values) value = 0;
          },
      },
      {
          "groups of 1e-38 and a matrix of them",
          [](const TensorSpec& spec, Values& values) {
            if (spec.name == kUp)
              for (std::size_t i = 32; i < 48; ++i) values[i] *= 1e-37F;
            if (spec.name == "model.layers.0.mlp.down_proj.weight")
              for (float& value : values) value *= 1e-37F;
          },
      },
      {
          "norms of zero: all activations vanish",
          [](const TensorSpec& spec, Values& values) {
            if (spec.name.ends_with("input_layernorm.weight"))
              for (float& value : values) value = 0;
          },
      },
      {
          "embeddings of the least and the largest FP16",
          [](const TensorSpec& spec, Values& values) {
            if (spec.name != "model.embed_tokens.weight") return;
            for (std::size_t i = 0; i < values.size(); ++i)
              values[i] = i % 64 == 7 ? 65'504.0F : std::ldexp(1.0F, -24);
          },
      },
  };
}

}  // namespace

TEST_CASE("cli extremes: every device computes golden's bits from extreme values") {
  const std::vector<std::string> all = devices();
  REQUIRE_FALSE(all.empty());
  for (const Extreme& extreme : extremes()) {
    CAPTURE(extreme.name);
    const Scratch scratch;
    const std::string packed = (scratch / "packed").string();
    golden::write_changed(scratch / "source", extreme.change, config());
    trine_json({"quantize", scratch / "source", packed});
    const auto logits = [&](const std::string& device) {
      const std::string out = (scratch / (device + ".npy")).string();
      trine_json({"logits", packed, "--tokens", "1,44,7,0,9", "--context", "32", "--device", device,
                  "--groups", "4", "-o", out});
      return read_file(out);
    };
    const std::string expected = logits("golden");
    for (const std::string& device : all) {
      CAPTURE(device);
      CHECK(logits(device) == expected);
    }
    // Every command in between, too.
    CHECK(trine_json({"generate", packed, "--tokens", "1,44,7", "-n", "2", "--context", "32",
                      "--device", "rtl", "--groups", "4", "--check", "--ignore-eos"})["equal"] ==
          true);
  }
}
