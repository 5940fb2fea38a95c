// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cmath>
#include <functional>
#include <random>
#include <span>
#include <vector>

#include "tests/golden/format_fixture.h"

namespace trine::golden {

using Values = std::vector<float>;
using Change = std::function<void(const TensorSpec&, Values&)>;

/// A random little checkpoint in FP32, its weights normal as those of real models, with some values
/// changed.
inline void write_changed(const std::filesystem::path& directory, const Change& change,
                          const nlohmann::json& of = tiny_config(true)) {
  std::filesystem::create_directories(directory);
  const std::string config = of.dump();
  spill(directory / "config.json", config);
  const auto specs = all_tensors(parse_config(config, "c"));
  std::vector<SafetensorsWriter::Entry> entries;
  for (const auto& spec : specs) entries.push_back({spec.name, Dtype::F32, spec.shape});
  SafetensorsWriter writer(directory / "model.safetensors", entries, {});
  std::minstd_rand random(7);
  std::normal_distribution<float> normal(0, 0.03F);
  for (const auto& spec : specs) {
    std::size_t count = 1;
    for (const std::size_t extent : spec.shape) count *= extent;
    Values values(count);
    for (float& value : values) value = normal(random);
    change(spec, values);
    writer.append(std::as_bytes(std::span(values)));
  }
  writer.finish();
}

/// Scales the values to a Euclidean norm.
inline void set_norm(Values& values, double norm) {
  double squares = 0;
  for (const double value : values) squares += value * value;
  for (float& value : values) value = static_cast<float>(value * norm / std::sqrt(squares));
}

}  // namespace trine::golden
