// SPDX-License-Identifier: Apache-2.0

#include "runtime/golden_run.h"

#include <cmath>

#include "runtime/synthetic_cache.h"

namespace trine {

GoldenRun::GoldenRun(const golden::PackedModel& model, const MachineParams& params,
                     std::uint64_t memory, std::uint64_t more, std::uint64_t base,
                     std::size_t context, unsigned threads)
    : program_(model, params, memory + more, context, 1, base),
      golden_(make_golden(params, memory + more, threads, base)),
      executor_(golden_->device()) {
  program_.load(golden_->device());
}

void GoldenRun::prepare(std::span<const std::int32_t> tokens, const SyntheticText& text,
                        std::size_t first, std::size_t end, Progress& progress) {
  if (text.positions > 0) {
    const SyntheticCache cache(program_.layout(), text.positions, text.seed);
    // Tokens go through all layers.
    const std::size_t layers = tokens.size() > 1 ? program_.config().layers : end;
    for (std::size_t layer = 0; layer < layers; ++layer) {
      cache.fill(device().transport(), layer);
      progress.step(layer + 1, layers, "layers of cache");
    }
  }
  Decoder decoder(program_, executor_, text.positions);
  for (std::size_t at = 0; at + 1 < tokens.size(); ++at) {
    decoder.forward(tokens[at], golden::Logits::None);
    progress.step(at + 1, tokens.size() - 1, "tokens of context");
  }
  state_.position = static_cast<std::uint32_t>(decoder.position());
  state_.token[0] = static_cast<std::uint32_t>(tokens.back());
  if (first == 0) return;
  const TokenList list =
      program_.partial({.head = HeadRows::None, .end_layer = first, .boundary = true});
  executor_.write(list);
  executor_.run(list, state_);
}

std::vector<Stretch> GoldenRun::cuts(std::size_t first, std::size_t end, std::size_t parts) const {
  const std::size_t layers = program_.config().layers;
  std::vector<Stretch> units;
  for (std::size_t layer = first; layer < end; ++layer) units.push_back({layer, layer + 1, 0, 0});
  if (end == layers)
    for (std::size_t block = 0; block < program_.head_blocks(); ++block)
      units.push_back({layers, layers, block, block + 1});
  std::vector<double> ends;  // Weight beats up to the end of a unit.
  double beats = 0;
  for (const Stretch& unit : units) {
    const TokenList list = program_.part(unit);
    for (std::size_t i = list.own_first; i < list.own_end; ++i)
      beats += static_cast<double>(list.weight_beats(i, program_.machine(), state_.position));
    ends.push_back(beats);
  }
  std::vector<Stretch> all;
  std::size_t begin = 0;
  const auto cut = [&](std::size_t at) {
    const Stretch &front = units[begin], &back = units[at - 1];
    all.push_back({front.first, back.end, front.first_block, back.end_block});
    begin = at;
  };
  for (std::size_t part = 1; part < parts && begin + 1 < units.size(); ++part) {
    const double wanted = beats * static_cast<double>(part) / static_cast<double>(parts);
    // The unit whose begin is nearest.
    std::size_t at = begin + 1;
    while (at < units.size() && std::abs(ends[at] - wanted) < std::abs(ends[at - 1] - wanted)) ++at;
    if (at < units.size()) cut(at);
  }
  cut(units.size());
  return all;
}

std::vector<std::vector<float>> GoldenRun::entries(std::span<const Stretch> stretches) {
  const std::vector<float> start = boundary(device());
  std::vector<std::vector<float>> all{start};
  const auto run = [&](const ListSpec& spec) {
    const TokenList list = program_.partial(spec);
    executor_.write(list);
    executor_.run(list, state_);
  };
  std::size_t at = stretches.front().first;
  bool amid_head = false;
  for (const Stretch& stretch : stretches.subspan(1)) {
    if (stretch.first > at)
      run({.head = HeadRows::None,
           .first_layer = at,
           .end_layer = stretch.first,
           .embedding = at == 0,
           .boundary = true});
    at = stretch.first;
    amid_head |= stretch.first_block > 0;
    all.push_back(boundary(device()));
  }
  if (amid_head)
    run({.head = HeadRows::Last, .first_layer = at, .end_layer = at, .embedding = false});
  device().write(program_.layout().boundary(0), start);
  return all;
}

void GoldenRun::take_over(GoldenRun& other, const Stretch& stretch, std::span<const float> x) {
  state_ = other.state_;
  other.copy_cache(device(), stretch);
  other.copy_logits(device(), stretch);
  device().write(program_.layout().boundary(0), x);
}

void GoldenRun::copy_state(Device& to, const Stretch& stretch) {
  to.write(program_.layout().boundary(0), boundary(device()));
  copy_cache(to, stretch);
  copy_logits(to, stretch);
}

std::vector<float> GoldenRun::boundary(Device& of) const {
  std::vector<float> x(program_.config().hidden);
  of.read(program_.layout().boundary(0), x);
  return x;
}

std::vector<float> GoldenRun::logits(Device& of, std::size_t blocks) const {
  std::vector<float> y(program_.head_rows(blocks));
  of.read(program_.layout().logits(0), y);
  return y;
}

void GoldenRun::copy_cache(Device& to, const Stretch& stretch) {
  std::vector<std::byte> buffer(program_.layout().sequence_bytes());
  for (std::size_t layer = stretch.first; layer < stretch.end; ++layer) {
    const std::uint64_t address = program_.layout().layer(layer).cache;
    device().transport().read_memory(address, buffer);
    to.transport().write_memory(address, buffer);
  }
}

void GoldenRun::copy_logits(Device& to, const Stretch& stretch) {
  if (stretch.first_block > 0)
    to.write(program_.layout().logits(0), logits(device(), stretch.first_block));
}

}  // namespace trine
