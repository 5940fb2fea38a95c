// SPDX-License-Identifier: Apache-2.0

#include "golden/reference/backbone.h"

#include <string>
#include <string_view>

#include "golden/error.h"

namespace trine::golden {
namespace {

template <typename Model>
void load(const Model& model, Backbone& to) {
  const ModelConfig& config = model.config();
  const Family& family = *config.family;
  const auto vector = [&](std::string_view name, std::size_t size) {
    std::vector<float> values = model.at(name).to_f32();
    if (values.size() != size) {
      throw Error(model.directory().string() + ": tensor " + std::string(name) + " has " +
                  std::to_string(values.size()) + " elements, not " + std::to_string(size));
    }
    return values;
  };
  const auto table = [&](std::string_view name) {
    const F16Rows rows(model.at(name));
    if (rows.rows() != config.vocab || rows.cols() != config.hidden) {
      throw Error(model.directory().string() + ": tensor " + std::string(name) +
                  " is not vocab x hidden");
    }
    return rows;
  };
  to.config = config;
  to.embedding = table(family.embedding);
  to.head = config.tied_head ? to.embedding : table(family.head);
  to.final_norm = vector(family.final_norm, config.hidden);
  to.layers.resize(config.layers);
  for (std::size_t i = 0; i < config.layers; ++i) {
    for (const VectorRule& rule : family.vectors) {
      to.layers[i].vectors[static_cast<std::size_t>(rule.vector)] =
          vector(vector_name(family, i, rule), width_of(config, rule.width));
    }
  }
}

}  // namespace

Backbone::Backbone(const Checkpoint& model) {
  load(model, *this);
}
Backbone::Backbone(const PackedModel& model) {
  load(model, *this);
}

}  // namespace trine::golden
