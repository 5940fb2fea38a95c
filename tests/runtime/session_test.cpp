// SPDX-License-Identifier: Apache-2.0

#include "runtime/session.h"

#include <doctest/doctest.h>

#include "model_fixture.h"
#include "runtime/comparison.h"
#include "runtime/logits.h"
#include "runtime/perplexity.h"
#include "runtime/simulation.h"
#include "runtime/tokens.h"

using namespace trine;

namespace {

const std::vector<std::int32_t> kTokens{4, 8, 15, 16, 23, 42};

/// Counts what it is told, and ends the work at a call of choice.
class Told final : public Progress {
 public:
  std::size_t calls = 0, stop_at = ~std::size_t{0};

  void step(std::size_t done, std::size_t total, std::string_view unit) override {
    CHECK_LE(done, total);
    CHECK_FALSE(unit.empty());
    if (++calls == stop_at) throw std::runtime_error("enough");
  }
  void simulation(const DeviceProgress&) override { ++calls; }
};

std::vector<float> logits_of(Session& session, Progress& progress, std::size_t window = 0) {
  std::vector<float> all;
  for_each_logits(session, kTokens, window, progress, [&](std::span<const float> part) {
    all.insert(all.end(), part.begin(), part.end());
  });
  return all;
}

SessionOptions on(const std::string& device) {
  SessionOptions options;
  options.name = device;
  options.request.threads = 1;
  return options;
}

}  // namespace

TEST_CASE("Session: gives the same logits however they are asked for, and counts what ran") {
  const TinyModel model;
  const ModelFile file(model.packed().directory());
  SessionOptions options = on("golden");
  options.check = true;
  Told told;
  Session session(file, options, told);
  const auto first = logits_of(session, told);
  CHECK_EQ(first.size(), kTokens.size() * file.config().vocab);
  CHECK_EQ(told.calls, kTokens.size());  // A core takes one token at a time.
  CHECK_EQ(first, logits_of(session, told));
  const auto one_by_one = logits_of(session, told, 1);
  CHECK(std::equal(one_by_one.begin(), one_by_one.begin() + 45, first.begin()));
  CHECK_NE(one_by_one, first);
  const RunReport report = session.report();
  CHECK_EQ(report.device, "golden");
  CHECK(report.equal == true);
  CHECK_GT(report.compared, 0);
  CHECK_GT(report.counters.weight_beats, 0);
  CHECK_EQ(report.khz, 0);
}

TEST_CASE("Session: progress that throws ends the work, and the model can start anew") {
  const TinyModel model;
  const ModelFile file(model.packed().directory());
  Told told;
  Session session(file, on("golden"), told);
  const auto whole = logits_of(session, told);
  told.calls = 0;
  told.stop_at = 3;
  CHECK_THROWS_WITH(logits_of(session, told), "enough");
  CHECK_EQ(told.calls, 3);
  CHECK_EQ(logits_of(session, told), whole);
}

TEST_CASE("Session: what means nothing for the reference is refused by name") {
  SessionOptions options = on(kReference);
  check_session_options(options, {});
  const std::vector<std::string> given{"groups"};
  golden::check_error([&] { check_session_options(options, given); }, {"groups", "reference"});
  options.context = 16;
  golden::check_error([&] { check_session_options(options, {}); }, {"context"});
  options.context = 0;
  options.check = true;
  golden::check_error([&] { check_session_options(options, {}); }, {"check"});
  golden::check_error([&] { check_session_options(on("abacus"), {}); }, {"abacus", "golden"});
}

TEST_CASE("tokens: what does not fit or is outside the vocabulary is named") {
  const TinyModel model;
  const ModelFile file(model.packed().directory());
  const std::vector<std::int32_t> bad{1, 45};
  golden::check_error([&] { check_tokens(bad, file.config(), "here"); },
                      {"here", "45", "number 1"});
  check_fits(3, 1, 4, file.config());
  golden::check_error([&] { check_fits(3, 2, 4, file.config()); }, {"3 tokens", "2 more", "4"});
}

TEST_CASE("compare_runs: finds nothing between equal devices, and lets go of the models") {
  const TinyModel model;
  const ModelFile file(model.packed().directory());
  Told told;
  Session a(file, on("golden"), told), b(file, on("golden"), told), c(file, on(kReference), told);
  const auto differences = [&](Session& other) {
    ComparisonReport report;
    report.layers.resize(file.config().layers);
    compare_runs({a, other, kTokens}, &report.layers, told,
                 [&](std::span<const float> x, std::span<const float> y) {
                   report.add(x, y, file.config().vocab, true);
                 });
    return report;
  };
  const ComparisonReport same = differences(b), other = differences(c);
  CHECK_EQ(same.logits.result().max_abs, 0);
  CHECK_EQ(same.positions.size(), kTokens.size());
  CHECK_GT(other.logits.result().max_abs, 0);
  for (std::size_t layer = 0; layer < file.config().layers; ++layer) {
    CHECK_EQ(same.layers[layer].max_abs(), 0);
    CHECK_GT(other.layers[layer].max_abs(), 0);
    CHECK_GT(other.layers[layer].cosine().value(), 0.9);
  }
  logits_of(a, told);  // With nobody who watches its layers.
}

TEST_CASE("perplexity: windows, a limit that cuts the last, and texts that are too short") {
  const TinyModel model;
  const ModelFile file(model.packed().directory());
  const golden::ModelConfig& config = file.config();
  const auto count = [&](std::size_t tokens, std::size_t window, std::size_t limit) {
    return count_predictions(tokens, {.window = window, .limit = limit}, 16, config);
  };
  CHECK_EQ(count(6, 2, 0), 4);
  CHECK_EQ(count(6, 2, 5), 5);
  golden::check_error([&] { count(6, 0, 5); }, {"window of 0 tokens"});
  golden::check_error([&] { count(6, 17, 0); }, {"window of 17", "16"});
  golden::check_error([&] { count(6, 2, 6); }, {"limit 6", "5 predictions"});
  golden::check_error([&] { count(6, 6, 0); }, {"6 tokens", "window of 6"});
  Told told;
  Session session(file, on("golden"), told);
  const auto nats = [&](std::size_t window, std::size_t predictions) {
    return measure_perplexity(session, kTokens, window, predictions, told).nats;
  };
  const auto logits = logits_of(session, told, 2);
  double sum = 0;
  for (std::size_t i = 0; i < 5; ++i)
    sum += golden::negative_log_likelihood(
        std::span(logits).subspan(i * config.vocab, config.vocab), kTokens[i + 1]);
  CHECK_EQ(nats(2, 5), doctest::Approx(sum).epsilon(1e-12));
}

TEST_CASE("simulate_layers: parts put together are the whole; others are refused") {
  const TinyModel model;
  const ModelFile file(model.packed().directory());
  NoProgress quiet;
  const auto part = [&](std::size_t first, std::size_t end) {
    return simulate_layers(file, on("golden"), kTokens, {}, first, end, quiet);
  };
  const Simulation whole = part(0, 2), below = part(0, 1), above = part(1, 2);
  const Simulation merged = merge({above, below}, {"above", "below"});
  CHECK(merged.commands == whole.commands);
  CHECK_EQ(merged.state_out, whole.state_out);
  CHECK(merged.best == whole.best);
  CHECK_GT(whole.total().macs, 0);
  CHECK_EQ(whole.core.device, "golden");
  golden::check_error([&] { merge({below, below}, {"a", "b"}); }, {"b", "starts at layer 0"});
  Simulation other = above;
  other.core.latency = 2;
  golden::check_error([&] { merge({below, other}, {"a", "b"}); }, {"another core"});
  other = above;
  other.core.memory = "ddr4-2400x64";
  golden::check_error([&] { merge({below, other}, {"a", "b"}); }, {"another core or memory"});
}
