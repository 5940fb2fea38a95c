// SPDX-License-Identifier: Apache-2.0

#include "tools/compare_models.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace trine::tools {
namespace {

constexpr std::size_t kPiece = 32;  // Tokens at a time; bounds the memory for logits and states.

std::vector<float> weights(const ModelFile& model, const std::string& name) {
  if (model.packed() == nullptr) return model.checkpoint()->at(name).to_f32();
  const golden::PackedMatrix& matrix = model.packed()->matrix(name);
  return golden::dequantize(golden::unpack(matrix.stream->bytes, matrix.shape, matrix.codebook));
}

}  // namespace

void Difference::add(std::span<const float> a, std::span<const float> b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x = a[i], y = b[i];
    aa_ += x * x;
    bb_ += y * y;
    ab_ += x * y;
    squares_ += (x - y) * (x - y);
    max_abs_ = std::max(max_abs_, std::abs(x - y));
  }
}

Json Difference::relative() const {
  return ratio(std::sqrt(squares_), std::sqrt(aa_));
}

Json Difference::cosine() const {
  return ratio(ab_, std::sqrt(aa_) * std::sqrt(bb_));
}

Json Difference::json(const std::string& key, const Json& name) const {
  return {{key, name}, {"relative_error", relative()}, {"max_abs", max_abs_}, {"cosine", cosine()}};
}

std::vector<std::pair<std::string, Difference>> compare_tensors(const ModelFile& a,
                                                                const ModelFile& b,
                                                                Progress& progress) {
  const auto specs = golden::matrix_tensors(a.config());
  const auto others = golden::matrix_tensors(b.config());
  const bool same = std::ranges::equal(specs, others, [](const auto& x, const auto& y) {
    return x.name == y.name && x.shape == y.shape;
  });
  if (!same)
    throw Error(fmt::format("{}, {}: their matrices have different shapes", a.directory().string(),
                            b.directory().string()));
  std::vector<std::pair<std::string, Difference>> result;
  for (const auto& spec : specs) {
    result.emplace_back(spec.name, Difference{});
    result.back().second.add(weights(a, spec.name), weights(b, spec.name));
    progress.step(result.size(), specs.size(), "matrices");
  }
  return result;
}

void compare_runs(
    const ModelPair& pair, std::vector<Difference>* layers, Progress& progress,
    const std::function<void(std::span<const float>, std::span<const float>)>& visit) {
  std::vector<std::vector<float>> a_states, b_states;
  if (layers != nullptr) {
    const auto watch = [&](golden::LanguageModel& model, std::vector<std::vector<float>>& states) {
      states.resize(layers->size());
      model.observe([&states](std::size_t layer, std::span<const float> x) {
        states[layer].insert(states[layer].end(), x.begin(), x.end());
      });
    };
    watch(pair.a.model(), a_states);
    watch(pair.b.model(), b_states);
  }
  const std::size_t window = pair.window > 0 ? pair.window : pair.tokens.size();
  std::size_t size = 0;
  for (std::size_t at = 0; at < pair.tokens.size(); at += size) {
    const std::size_t place = at % window;
    if (place == 0) {
      pair.a.model().reset();
      pair.b.model().reset();
    }
    size = std::min({kPiece, window - place, pair.tokens.size() - at});
    const auto piece = pair.tokens.subspan(at, size);
    const auto a = pair.a.model().forward(piece);
    visit(a, pair.b.model().forward(piece));
    for (std::size_t layer = 0; layer < a_states.size(); ++layer) {
      (*layers)[layer].add(a_states[layer], b_states[layer]);
      a_states[layer].clear();
      b_states[layer].clear();
    }
    progress.step(at + size, pair.tokens.size(), "tokens");
  }
}

}  // namespace trine::tools
