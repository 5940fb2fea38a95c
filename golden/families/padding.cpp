// SPDX-License-Identifier: Apache-2.0

#include "golden/families/padding.h"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace trine::golden {
namespace {

constexpr std::size_t kLeast = 32, kMost = 512;

bool has_heads(Width width) {
  return width == Width::Query || width == Width::KeyValue || width == Width::Head;
}

/// Where the elements of an extent are in the padded one, and how long that is.
struct Axis {
  std::vector<std::size_t> places;
  std::size_t stored = 0;

  Axis(std::size_t extent, Width width, const ModelConfig& padded)
      : places(extent), stored(extent) {
    const std::size_t own = padded.own_head_dim(), half = own / 2;
    if (has_heads(width)) stored = extent / own * padded.head_dim;
    for (std::size_t i = 0; i < extent; ++i) {
      const std::size_t at = i % own, shift = at < half ? 0 : padded.head_dim / 2 - half;
      places[i] = has_heads(width) ? i / own * padded.head_dim + at + shift : i;
    }
  }
};

/// Calls work(own, stored) with the places of every element in both.
template <class Work>
void each(const Axis& rows, const Axis& cols, Work work) {
  std::size_t own = 0;
  for (const std::size_t row : rows.places)
    for (const std::size_t col : cols.places) work(own++, row * cols.stored + col);
}

/// Rows and columns; a vector is one row.
std::pair<Axis, Axis> axes(const TensorSpec& own, const ModelConfig& padded) {
  if (own.widths.size() != own.shape.size() || own.shape.empty() || own.shape.size() > 2)
    throw std::logic_error("padding of a tensor without widths");
  const Axis last(own.shape.back(), own.widths.back(), padded);
  if (own.shape.size() == 1) return {Axis(1, Width::Hidden, padded), last};
  return {Axis(own.shape[0], own.widths[0], padded), last};
}

template <class Value>
std::vector<Value> padded_values(std::vector<Value> values, const TensorSpec& own,
                                 const ModelConfig& padded) {
  if (padded.head_padding == 0) return values;
  const auto [rows, cols] = axes(own, padded);
  std::vector<Value> all(rows.stored * cols.stored);
  each(rows, cols, [&](std::size_t from, std::size_t to) { all[to] = values.at(from); });
  return all;
}

}  // namespace

ModelConfig pad_heads(ModelConfig config) {
  const std::size_t width = std::max(kLeast, std::bit_ceil(config.head_dim));
  if (config.head_padding != 0 || width > kMost) return config;
  config.head_padding = width - config.head_dim;
  config.head_dim = width;
  return config;
}

ModelConfig own_heads(ModelConfig config) {
  config.head_dim -= config.head_padding;
  config.head_padding = 0;
  return config;
}

std::vector<float> pad(std::vector<float> values, const TensorSpec& own,
                       const ModelConfig& padded) {
  return padded_values(std::move(values), own, padded);
}

std::vector<double> pad_columns(std::vector<double> values, const TensorSpec& own,
                                const ModelConfig& padded) {
  return padded_values(std::move(values), {own.name, {own.shape.at(1)}, {own.widths.at(1)}},
                       padded);
}

std::vector<float> unpad(std::vector<float> values, const TensorSpec& own,
                         const ModelConfig& padded) {
  if (padded.head_padding == 0) return values;
  const auto [rows, cols] = axes(own, padded);
  std::vector<float> all(rows.places.size() * cols.places.size());
  each(rows, cols, [&](std::size_t to, std::size_t from) { all[to] = values.at(from); });
  return all;
}

}  // namespace trine::golden
