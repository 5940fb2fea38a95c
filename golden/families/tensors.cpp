// SPDX-License-Identifier: Apache-2.0

#include "golden/families/tensors.h"

#include <stdexcept>

namespace trine::golden {
namespace {

const MatrixRule& rule_of(const Family& family, Linear linear) {
  for (const MatrixRule& rule : family.matrices)
    if (rule.linear == linear) return rule;
  throw std::logic_error("a family without one of the linear matrices");
}

}  // namespace

std::size_t width_of(const ModelConfig& config, Width width) {
  switch (width) {
    case Width::Hidden:
      return config.hidden;
    case Width::Query:
      return config.q_dim();
    case Width::KeyValue:
      return config.kv_dim();
    case Width::Head:
      return config.head_dim;
    case Width::Intermediate:
      return config.intermediate;
    case Width::Vocab:
      return config.vocab;
  }
  throw std::logic_error("a width that does not exist");
}

Shape weight_shape(const ModelConfig& config, Linear linear) {
  const MatrixRule& rule = rule_of(*config.family, linear);
  return {width_of(config, rule.rows), width_of(config, rule.cols)};
}

std::string layer_prefix(const Family& family, std::size_t layer) {
  return std::string(family.layer_prefix) + std::to_string(layer) + ".";
}

std::string weight_name(const Family& family, std::size_t layer, Linear linear) {
  return layer_prefix(family, layer).append(rule_of(family, linear).name);
}

std::string vector_name(const Family& family, std::size_t layer, const VectorRule& rule) {
  return layer_prefix(family, layer).append(rule.name);
}

std::vector<TensorSpec> matrix_tensors(const ModelConfig& config) {
  std::vector<TensorSpec> specs;
  for (std::size_t layer = 0; layer < config.layers; ++layer) {
    for (const Linear linear : kLinears) {
      const MatrixRule& rule = rule_of(*config.family, linear);
      const Shape shape = weight_shape(config, linear);
      specs.push_back({weight_name(*config.family, layer, linear),
                       {shape.rows, shape.cols},
                       {rule.rows, rule.cols}});
    }
  }
  return specs;
}

std::vector<TensorSpec> plain_tensors(const ModelConfig& config) {
  const Family& family = *config.family;
  std::vector<TensorSpec> specs;
  const std::vector<Width> table = {Width::Vocab, Width::Hidden};
  specs.push_back({std::string(family.embedding), {config.vocab, config.hidden}, table});
  if (!config.tied_head) {
    specs.push_back({std::string(family.head), {config.vocab, config.hidden}, table});
  }
  for (std::size_t layer = 0; layer < config.layers; ++layer) {
    for (const VectorRule& rule : family.vectors) {
      specs.push_back(
          {vector_name(family, layer, rule), {width_of(config, rule.width)}, {rule.width}});
    }
  }
  specs.push_back({std::string(family.final_norm), {config.hidden}, {Width::Hidden}});
  return specs;
}

}  // namespace trine::golden
