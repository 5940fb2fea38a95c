// SPDX-License-Identifier: Apache-2.0

#include "runtime/selftest/builtin_model.h"

#include <unistd.h>

#include <cmath>
#include <map>
#include <string>

#include "golden/checkpoint/float16.h"
#include "golden/families/families.h"
#include "golden/families/tensors.h"
#include "golden/format/crc32c.h"
#include "golden/format/packed_writer.h"
#include "golden/reference/sampler.h"
#include "runtime/selftest.h"

namespace trine::selftest {
namespace {

constexpr const char* kConfig = R"json({
  "architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "hidden_act": "silu",
  "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 2,
  "num_key_value_heads": 1, "vocab_size": 64, "max_position_embeddings": 64,
  "rms_norm_eps": 1e-06, "rope_theta": 10000.0, "tie_word_embeddings": true
})json";

/// Recorded greedy tokens behind kPrompt; `checksum` identifies the model.
struct Recorded {
  std::uint32_t checksum;
  std::int32_t tokens[kGenerated];
};
constexpr Recorded kRecorded[] = {
    // The built-in model.
    {0x709581dc, {3, 3, 3, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14}},
    // models/kjv, quantized with the defaults.
    {0x008a9d40, {456, 309, 323, 258, 1203, 268, 258, 468, 268, 258, 342, 44, 267, 258, 468, 268}},
};

/// Uniform in [-size, size], as FP16 has it.
float uniform(golden::Random& random, double size) {
  return static_cast<float>((2 * random.uniform() - 1) * size);
}

void write(const std::filesystem::path& directory) {
  const golden::ModelConfig config = golden::parse_config(kConfig, "the built-in model");
  const auto specs = golden::matrix_tensors(config);
  std::map<std::string, unsigned> depths;
  for (std::size_t i = 0; i < specs.size(); ++i)
    depths[specs[i].name] = 1 + static_cast<unsigned>(i % 4);
  golden::PackedModelWriter writer(directory, kConfig, depths);
  golden::Random random(13);
  for (const golden::TensorSpec& spec : specs) {
    const unsigned depth = depths[spec.name];
    golden::TritMatrix matrix{
        .shape = {spec.shape[0], spec.shape[1], depth}, .levels = {}, .scales = {}, .codebook = {}};
    const auto outer = static_cast<std::uint64_t>(golden::outer_level(depth));
    matrix.levels.resize(spec.shape[0] * spec.shape[1]);
    for (std::int8_t& level : matrix.levels)
      level = static_cast<std::int8_t>(static_cast<int>(random.next() % (2 * outer + 1)) -
                                       static_cast<int>(outer));
    matrix.scales.resize(spec.shape[0] * matrix.shape.groups_per_row());
    for (std::uint8_t& scale : matrix.scales)
      scale = static_cast<std::uint8_t>(random.next() % golden::kCodebook);
    for (std::size_t k = 0; k < golden::kCodebook; ++k)
      matrix.codebook[k] = (1 + static_cast<double>(k) / golden::kCodebook) / 8;
    writer.append_matrix(spec.name, matrix);
  }
  for (const golden::TensorSpec& spec : golden::plain_tensors(config)) {
    const bool norm = spec.name.ends_with("norm.weight");
    writer.append_f16(spec.name, [&](std::size_t, std::span<std::uint16_t> codes) {
      for (std::uint16_t& code : codes)
        code = golden::f32_to_f16(norm ? 1 + uniform(random, 0.25) : uniform(random, 1));
    });
  }
  writer.finish();
}

}  // namespace

BuiltinModel::BuiltinModel()
    : directory_(std::filesystem::temp_directory_path() /
                 ("trine-selftest-" + std::to_string(::getpid()))) {
  std::filesystem::remove_all(directory_.path());
  write(directory_.path());
  packed_ = std::make_unique<golden::PackedModel>(directory_.path());
}

std::uint32_t model_checksum(const golden::PackedModel& model) {
  return golden::crc32c(
      model.file().file_bytes().first(model.file().tensors().front().file_offset));
}

}  // namespace trine::selftest

namespace trine {

std::span<const std::int32_t> recorded_tokens(const golden::PackedModel& model) {
  const std::uint32_t checksum = selftest::model_checksum(model);
  for (const auto& recorded : selftest::kRecorded)
    if (recorded.checksum == checksum) return recorded.tokens;
  return {};
}

}  // namespace trine
