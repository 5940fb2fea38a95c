// SPDX-License-Identifier: Apache-2.0

#include "tools/synth_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <future>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "golden/checkpoint/config.h"
#include "golden/checkpoint/float16.h"
#include "golden/error.h"
#include "golden/format/packed_writer.h"
#include "tools/synth_stream.h"

namespace trine::tools {
namespace {

using golden::Random;

/// Seeds for the parts of a model: any two parts, or models, draw different numbers.
std::uint64_t part_seed(std::uint64_t seed, std::uint64_t part) {
  return Random(seed).next() + part;  // Random's own seeding mixes every bit.
}

void add_rope(nlohmann::ordered_json& config, const golden::RopeConfig& rope) {
  config["rope_theta"] = rope.theta;
  if (rope.type == golden::RopeType::Default) return;
  auto& scaling = config["rope_scaling"];
  scaling = {
      {"rope_type", golden::rope_type_name(rope.type)},
      {"factor", rope.factor},
      {"original_max_position_embeddings", static_cast<std::size_t>(rope.original_positions)}};
  if (rope.type == golden::RopeType::Llama3) {
    scaling["low_freq_factor"] = rope.low_freq_factor;
    scaling["high_freq_factor"] = rope.high_freq_factor;
  }
}

/// A config.json as the description of the family asks for it.
std::string config_json(const Preset& preset) {
  const golden::Family& family = *preset.family;
  const golden::ConfigKeys& keys = family.keys;
  nlohmann::ordered_json config = {{"architectures", {family.architecture}},
                                   {"model_type", family.model_type},
                                   {keys.activation, "silu"},
                                   {keys.hidden, preset.hidden},
                                   {keys.intermediate, preset.intermediate},
                                   {keys.layers, preset.layers},
                                   {keys.heads, preset.heads},
                                   {keys.kv_heads, preset.kv_heads},
                                   {keys.head_dim, preset.head_dim},
                                   {keys.vocab, preset.vocab},
                                   {keys.max_positions, preset.max_positions},
                                   {keys.rms_norm_eps, preset.rms_norm_eps}};
  add_rope(config, preset.rope);
  config[keys.tied_head] = preset.tied_head;
  for (const golden::FixedKey& fixed : family.fixed)
    config[std::string(fixed.key)] = nlohmann::ordered_json::parse(fixed.json);
  return config.dump(2) + "\n";
}

/// A distribution of FP16 values as a table to draw from evenly; much faster than computing each.
class HalfDraw {
 public:
  HalfDraw(double mean, double deviation, Random& random) {
    for (std::uint16_t& code : table_)
      code = golden::f32_to_f16(static_cast<float>(mean + deviation * normal(random)));
  }
  void fill(std::span<std::uint16_t> codes, Random& random) const {
    constexpr unsigned kDraws = 64 / kBits;
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < codes.size(); ++i, bits >>= kBits) {
      if (i % kDraws == 0) bits = random.next();
      codes[i] = table_[bits % table_.size()];
    }
  }

 private:
  static constexpr unsigned kBits = 12;
  std::array<std::uint16_t, std::size_t{1} << kBits> table_{};
};

/// Mean and deviation of a vector, and how many times as large every n-th element, in the mean,
/// is; 0: none is.
struct Plain {
  double mean, deviation;
  std::size_t every;
  double factor;
};
constexpr Plain kNorm{1, 0.1, 100, 3};

Plain statistics(golden::Vector vector) {
  switch (vector) {
    case golden::Vector::InputNorm:
    case golden::Vector::PostAttentionNorm:
    case golden::Vector::QNorm:
    case golden::Vector::KNorm:
      return kNorm;
    case golden::Vector::QBias:
      return {0, 0.5, 0, 1};
    case golden::Vector::KBias:
      return {0, 1, 50, 30};
    case golden::Vector::VBias:
      return {0, 0.05, 0, 1};
  }
  throw Error("a vector of no known statistics");
}

/// The final norm is the only vector outside the layers.
Plain statistics(const golden::Family& family, std::string_view name) {
  for (const golden::VectorRule& rule : family.vectors)
    if (name.ends_with(rule.name)) return statistics(rule.vector);
  return kNorm;
}

class Model {
 public:
  explicit Model(const SynthOptions& options)
      : options_(options), draw_(options.depth, part_seed(options.seed, 0)) {
    Random random(part_seed(options.seed, 1));
    constexpr std::size_t kChannelsPerOutlier = 500;
    while (outliers_.size() < 1 + options.preset.hidden / kChannelsPerOutlier)
      outliers_.insert(random.next() % options.preset.hidden);
  }

  struct Matrix {
    std::vector<std::byte> stream;
    golden::Codebook codebook;
  };
  void draw(const golden::TensorSpec& spec, std::uint64_t seed, Matrix& to) const {
    // O and down add to the residual stream: less than a whole each, more in its loud channels.
    const bool adds = is(golden::Linear::O, spec.name) || is(golden::Linear::Down, spec.name);
    const double gain = adds ? 0.3 : 1;
    draw_.draw(spec.shape[0], spec.shape[1], seed, adds ? outliers_ : std::set<std::size_t>{},
               to.stream);
    to.codebook = draw_.codebook(gain / std::sqrt(static_cast<double>(spec.shape[1])));
  }

  void append_plain(golden::PackedModelWriter& writer, const golden::TensorSpec& spec,
                    std::uint64_t seed) const {
    Random random(seed);
    if (spec.shape.size() == 2) return append_table(writer, spec, random);
    const Plain plain = statistics(*options_.preset.family, spec.name);
    const HalfDraw draw(plain.mean, plain.deviation, random);
    const HalfDraw large(plain.mean * plain.factor, plain.deviation * plain.factor, random);
    writer.append_f16(spec.name, [&](std::size_t, std::span<std::uint16_t> codes) {
      draw.fill(codes, random);
      for (std::size_t i = 0; plain.every != 0 && i < 1 + codes.size() / plain.every; ++i)
        large.fill(codes.subspan(random.next() % codes.size(), 1), random);
    });
  }

 private:
  bool is(golden::Linear linear, std::string_view name) const {
    return std::ranges::any_of(options_.preset.family->matrices, [&](const auto& rule) {
      return rule.linear == linear && name.ends_with(rule.name);
    });
  }

  /// Embedding or head, (vocab, hidden): logits of a normalized vector deviate by about 2; the
  /// embedding's loud channels are the same for all tokens, as in trained models.
  void append_table(golden::PackedModelWriter& writer, const golden::TensorSpec& spec,
                    Random& random) const {
    const std::size_t hidden = spec.shape[1];
    const double deviation = 2 / std::sqrt(static_cast<double>(hidden));
    const HalfDraw draw(0, deviation, random), loud(10 * deviation, deviation, random);
    const bool embedding = spec.name == options_.preset.family->embedding;
    writer.append_f16(spec.name, [&](std::size_t first, std::span<std::uint16_t> codes) {
      draw.fill(codes, random);
      if (!embedding) return;
      for (const std::size_t channel : outliers_) {
        const std::size_t skip = (channel + hidden - first % hidden) % hidden;
        for (std::size_t i = skip; i < codes.size(); i += hidden)
          loud.fill(codes.subspan(i, 1), random);
      }
    });
  }

  SynthOptions options_;
  StreamDraw draw_;
  std::set<std::size_t> outliers_;  // Channels of the residual stream.
};

}  // namespace

void outline_model(const std::filesystem::path& out, const SynthOptions& options) {
  const std::string config_text = config_json(options.preset);
  std::map<std::string, unsigned> depths;
  for (const golden::TensorSpec& spec :
       golden::matrix_tensors(golden::parse_config(config_text, "the preset")))
    depths[spec.name] = options.depth;
  golden::PackedModelWriter writer(out, config_text, depths);
  writer.append_outline();
  writer.finish();
}

SynthSummary synthesize_model(const std::filesystem::path& out, const SynthOptions& options,
                              const SynthProgress& progress) {
  const std::string config_text = config_json(options.preset);
  const golden::ModelConfig config = golden::parse_config(config_text, "the preset");
  const auto specs = golden::matrix_tensors(config);
  std::map<std::string, unsigned> depths;
  for (const golden::TensorSpec& spec : specs) depths[spec.name] = options.depth;
  golden::PackedModelWriter writer(out, config_text, depths);

  const Model model(options);
  std::uint64_t part = 2;
  std::array<Model::Matrix, 2> matrices;  // One is drawn while the other is written.
  const auto start = [&](std::size_t i) {
    return std::async(std::launch::async, [&, i, seed = part_seed(options.seed, part++)] {
      model.draw(specs[i], seed, matrices[i % 2]);
    });
  };
  SynthSummary summary;
  auto next = start(0);
  for (std::size_t i = 0; i < specs.size(); ++i) {
    next.get();
    if (i + 1 < specs.size()) next = start(i + 1);
    const Model::Matrix& matrix = matrices[i % 2];
    writer.append_stream(specs[i].name, matrix.codebook, matrix.stream);
    ++summary.matrices;
    summary.weights += specs[i].shape[0] * specs[i].shape[1];
    summary.stream_bytes += matrix.stream.size();
    progress(i + 1, specs.size());
  }
  for (const golden::TensorSpec& spec : golden::plain_tensors(config))
    model.append_plain(writer, spec, part_seed(options.seed, part++));
  writer.finish();
  return summary;
}

}  // namespace trine::tools
