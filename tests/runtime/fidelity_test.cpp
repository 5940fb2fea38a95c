// SPDX-License-Identifier: Apache-2.0
//
// What the arithmetic of the core loses against the FP32 reference on the shipped model, and on one
// whose key biases are as large as those of Qwen2.5-7B, made from the same checkpoint.

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "golden/checkpoint/safetensors.h"
#include "golden/reference/fp32_linears.h"
#include "golden/reference/metrics.h"
#include "golden/reference/reference_model.h"
#include "model_fixture.h"

using namespace trine;

namespace {

const std::filesystem::path kShipped = TRINE_SOURCE_DIR "/models/kjv";
constexpr std::size_t kPositions = 256;

/// Scales a BF16 vector that lies in a file to a norm.
void scale_to(std::vector<char>& file, const golden::Tensor& tensor, double norm) {
  REQUIRE_EQ(tensor.dtype, golden::Dtype::BF16);
  std::vector<float> values(tensor.elements());
  tensor.to_f32(0, values);
  double squares = 0;
  for (const float v : values) squares += static_cast<double>(v) * v;
  const double factor = norm / std::sqrt(squares);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(values[i] * factor));
    const auto rounded = static_cast<std::uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
    std::memcpy(&file[tensor.file_offset + 2 * i], &rounded, sizeof rounded);
  }
}

/// The shipped checkpoint with the key biases of its first and last layer scaled to 605 and 921.
void write_biased(const std::filesystem::path& directory) {
  std::filesystem::copy(kShipped, directory);
  const std::filesystem::path path = directory / "model.safetensors";
  std::ifstream in(kShipped / "model.safetensors", std::ios::binary);
  std::vector<char> file((std::istreambuf_iterator<char>(in)), {});
  const golden::Safetensors tensors(kShipped / "model.safetensors");
  const auto bias = [&](int layer) {
    return tensors.at("model.layers." + std::to_string(layer) + ".self_attn.k_proj.bias");
  };
  scale_to(file, bias(0), 605);
  scale_to(file, bias(5), 921);
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(file.data(), static_cast<std::streamsize>(file.size()));
}

/// A model and its reference's logits.
class Judge {
 public:
  explicit Judge(const golden::PackedModel& packed)
      : packed_(packed), backbone_(packed), linears_(packed), reference_(backbone_, linears_) {
    const golden::Safetensors file(kShipped / "valid_tokens.safetensors");
    tokens_.resize(kPositions);
    std::memcpy(tokens_.data(), file.tensors().front().bytes.data(), kPositions * 4);
    const auto logits = reference_.forward(tokens_);
    expected_.assign(logits.begin(), logits.end());
  }

  double kl(const MachineParams& params) {
    GoldenDecoder golden(packed_, params, kPositions);
    return golden::compare_logits(expected_, golden.decoder.forward(tokens_),
                                  packed_.config().vocab)
        .kl;
  }

 private:
  const golden::PackedModel& packed_;
  golden::Backbone backbone_;
  golden::Fp32Linears linears_;
  golden::ReferenceModel reference_;
  std::vector<std::int32_t> tokens_;
  std::vector<float> expected_;
};

}  // namespace

TEST_CASE("fidelity: the shipped model, and a bit more of the activations") {
  const ShippedModel shipped;
  Judge judge(shipped.packed());
  const double narrow = judge.kl({}), wide = judge.kl({.act_width = 13});
  MESSAGE("kl with activations of 12 bits ", narrow, ", of 13 bits ", wide);
  CHECK_LE(narrow, 1e-6);
  CHECK_LE(wide, 4e-7);
}

TEST_CASE("fidelity: key biases of norm 605 and 921 do not break attention") {
  const golden::TempDir directory;
  write_biased(directory / "checkpoint");
  golden::quantize_model(directory / "checkpoint", directory / "packed", {});
  const golden::PackedModel packed(directory / "packed");
  Judge judge(packed);
  const double kl = judge.kl({.act_width = 14});
  const double f16 = judge.kl({.act_width = 14, .attention_heads = 0});
  MESSAGE("kl with blocks of 15 bits ", kl, ", with FP16 keys and values ", f16);
  CHECK_LE(kl, 2e-6);
  CHECK_GE(f16, 5 * kl);
}
