// SPDX-License-Identifier: Apache-2.0

#include "runtime/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "golden/families/padding.h"
#include "runtime/logit_file.h"

namespace trine {
namespace {

constexpr std::size_t kPiece = 32;  // Tokens at a time; bounds the memory for logits and states.

/// Keeps the residual streams of a model until the end of its scope.
class LayerWatch {
 public:
  using States = std::vector<std::vector<float>>;  // One a layer.

  LayerWatch(golden::LanguageModel& model, States& states) : model_(model) {
    model.observe([&states](std::size_t layer, std::span<const float> x) {
      states[layer].insert(states[layer].end(), x.begin(), x.end());
    });
  }
  ~LayerWatch() { model_.observe({}); }
  LayerWatch(const LayerWatch&) = delete;
  LayerWatch& operator=(const LayerWatch&) = delete;

 private:
  golden::LanguageModel& model_;
};

/// Without padding of the heads.
std::vector<float> weights(const ModelFile& model, const golden::TensorSpec& spec) {
  if (model.packed() == nullptr) return model.checkpoint()->at(spec.name).to_f32();
  const golden::PackedMatrix& matrix = model.packed()->matrix(spec.name);
  return golden::unpad(
      golden::dequantize(golden::unpack(matrix.stream->bytes, matrix.shape, matrix.codebook)), spec,
      model.config());
}

/// The files must be about the same tokens; one without tokens is about any.
void check_same_input(const LogitFile& a, const LogitFile& b, const std::string& names) {
  if (a.positions() != b.positions() || a.vocab() != b.vocab())
    throw Error(fmt::format("{}: logits are ({}, {}) and ({}, {})", names, a.positions(), a.vocab(),
                            b.positions(), b.vocab()));
  const auto &first = a.tokens(), &second = b.tokens();
  if (first.empty() || second.empty()) return;
  const auto [x, y] = std::ranges::mismatch(first, second);
  if (x != first.end() && y != second.end())
    throw Error(fmt::format("{}: tokens differ at position {}: {} and {}", names, x - first.begin(),
                            *x, *y));
  if (first.size() != second.size())
    throw Error(fmt::format("{}: {} and {} tokens", names, first.size(), second.size()));
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

std::optional<double> Difference::relative() const {
  return quotient(std::sqrt(squares_), std::sqrt(aa_));
}

std::optional<double> Difference::cosine() const {
  return quotient(ab_, std::sqrt(aa_) * std::sqrt(bb_));
}

void ComparisonReport::add(std::span<const float> a, std::span<const float> b, std::size_t vocab,
                           bool each) {
  logits.add(a, b, vocab);
  has_logits = true;
  for (std::size_t at = 0; each && at < a.size(); at += vocab)
    positions.push_back(golden::compare_logits(a.subspan(at, vocab), b.subspan(at, vocab), vocab));
}

std::vector<std::pair<std::string, Difference>> compare_tensors(const ModelFile& a,
                                                                const ModelFile& b,
                                                                Progress& progress) {
  const auto specs = golden::matrix_tensors(golden::own_heads(a.config()));
  const auto others = golden::matrix_tensors(golden::own_heads(b.config()));
  const bool same = std::ranges::equal(specs, others, [](const auto& x, const auto& y) {
    return x.name == y.name && x.shape == y.shape;
  });
  if (!same)
    throw Error(fmt::format("{}, {}: their matrices have different shapes", a.directory().string(),
                            b.directory().string()));
  std::vector<std::pair<std::string, Difference>> result;
  for (const auto& spec : specs) {
    result.emplace_back(spec.name, Difference{});
    result.back().second.add(weights(a, spec), weights(b, spec));
    progress.step(result.size(), specs.size(), "matrices");
  }
  return result;
}

void compare_runs(
    const ModelPair& pair, std::vector<Difference>* layers, Progress& progress,
    const std::function<void(std::span<const float>, std::span<const float>)>& visit) {
  LayerWatch::States a_states, b_states;
  std::optional<LayerWatch> a_watch, b_watch;
  if (layers != nullptr) {
    a_states.resize(layers->size());
    b_states.resize(layers->size());
    a_watch.emplace(pair.a.model(), a_states);
    b_watch.emplace(pair.b.model(), b_states);
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

ComparisonReport compare_logit_files(const std::string& a_file, const std::string& b_file,
                                     bool positions) {
  const LogitFile a(a_file), b(b_file);
  const std::string names = a_file + ", " + b_file;
  check_same_input(a, b, names);
  ComparisonReport report;
  std::vector<float> x(a.vocab()), y(a.vocab());
  try {
    for (std::size_t position = 0; position < a.positions(); ++position) {
      a.read(position, x);
      b.read(position, y);
      report.add(x, y, a.vocab(), positions);
    }
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", names, error.what()));
  }
  return report;
}

void check_comparable(const ModelFile& a, const ModelFile& b, bool layers) {
  const golden::ModelConfig &x = a.config(), &y = b.config();
  const std::string names = a.directory().string() + ", " + b.directory().string();
  if (x.vocab != y.vocab)
    throw Error(fmt::format("{}: vocabularies of {} and {}", names, x.vocab, y.vocab));
  if (layers && (x.layers != y.layers || x.hidden != y.hidden))
    throw Error(fmt::format("{}: {} layers of {} and {} of {}", names, x.layers, x.hidden, y.layers,
                            y.hidden));
}

}  // namespace trine
