// SPDX-License-Identifier: Apache-2.0

#include "golden/reference/metrics.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <utility>

#include "golden/error.h"
#include "golden/reference/sampler.h"

using namespace trine;
using namespace trine::golden;

TEST_CASE("compare: equal logits differ by nothing") {
  const std::vector<float> a = {1.0F, 2.0F, 3.0F, 0.0F, 0.0F, 0.0F};
  const Comparison c = compare_logits(a, a, 3);
  CHECK(c.positions == 2);
  CHECK(c.max_abs == 0.0);
  CHECK(c.mean_abs == 0.0);
  CHECK(c.cosine == doctest::Approx(1.0));
  CHECK(c.kl == 0.0);
  CHECK(c.top1 == 1.0);
  CHECK(c.top5 == 1.0);
}

TEST_CASE("compare: figures worked out by hand") {
  const auto third = static_cast<float>(std::log(3.0));
  const std::vector<float> a = {0.0F, 0.0F};   // 1/2, 1/2
  const std::vector<float> b = {third, 0.0F};  // 3/4, 1/4
  const Comparison c = compare_logits(b, a, 2);
  CHECK(c.max_abs == doctest::Approx(1.098612));
  CHECK(c.mean_abs == doctest::Approx(0.549306));
  CHECK(c.cosine == 0.0);
  CHECK(c.kl == doctest::Approx(0.75 * std::log(1.5) + 0.25 * std::log(0.5)));
  CHECK(compare_logits(a, b, 2).kl == doctest::Approx(0.5 * std::log(4.0 / 3.0)));
  const std::vector<float> minus = {-third, 0.0F};
  CHECK(compare_logits(b, minus, 2).cosine == doctest::Approx(-1.0));
}

TEST_CASE("compare: top-1 and top-5 count A's best token in B's ranking, ties by number") {
  const std::vector<float> a = {9, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0};
  const std::vector<float> b = {5, 1, 5, 5, 5, 5, 5, 1, 2, 3, 4, 5, 0, 0, 1, 2, 3, 1, 4, 5, 0};
  // Ranks of token 0, 0 and 3 in b: 0 (first of equals), 4, 5 (token 0 is equal and before).
  const Comparison c = compare_logits(a, b, 7);
  CHECK(c.top1 == doctest::Approx(1.0 / 3));
  CHECK(c.top5 == doctest::Approx(2.0 / 3));
}

TEST_CASE("compare: large logits neither overflow nor lose the sum") {
  const std::vector<float> a = {3e38F, -3e38F};
  const Comparison c = compare_logits(a, a, 2);
  CHECK(c.kl == 0.0);
  CHECK(c.cosine == doctest::Approx(1.0));
}

TEST_CASE("compare: refuses sizes that differ, nothing at all, and logits that are not finite") {
  const std::vector<float> two = {0.0F, 0.0F};
  const std::vector<float> three = {0.0F, 0.0F, 0.0F};
  CHECK_THROWS_AS(compare_logits(two, three, 1), Error);
  CHECK_THROWS_AS(compare_logits(three, three, 2), Error);
  CHECK_THROWS_AS(compare_logits(two, two, 0), Error);
  CHECK_THROWS_AS(LogitComparison{}.result(), Error);
  const std::vector<float> bad = {0.0F, std::numeric_limits<float>::infinity()};
  CHECK_THROWS_AS(compare_logits(two, bad, 2), Error);
  CHECK_THROWS_AS(compare_logits(bad, two, 2), Error);
}

TEST_CASE("perplexity: a uniform guess over n tokens has perplexity n") {
  Perplexity sum;
  const std::vector<float> logits(50, 3.0F);
  for (std::int32_t target = 0; target < 50; ++target) {
    sum.nats += negative_log_likelihood(logits, target);
    ++sum.tokens;
  }
  CHECK(sum.value() == doctest::Approx(50.0));
  CHECK_THROWS_AS(negative_log_likelihood(logits, 50), Error);
  CHECK_THROWS_AS(negative_log_likelihood(logits, -1), Error);
}

TEST_CASE("random: the published sequence of xoshiro256** from splitmix64") {
  // Computed by an independent implementation of both algorithms.
  Random random(0);
  CHECK(random.next() == 0x99ec'5f36'cb75'f2b4U);
  CHECK(random.next() == 0xbf6e'1f78'4956'452aU);
  CHECK(Random(0).uniform() == doctest::Approx(0.6012629994179048));
}

TEST_CASE("sampler: greedy takes the first largest logit") {
  const std::vector<float> logits = {1.0F, 4.0F, 4.0F, -1.0F};
  CHECK(argmax(logits) == 1);
  CHECK(Sampler({}).sample(logits) == 1);
  CHECK(Sampler({.temperature = 2.0, .top_k = 1}).sample(logits) == 1);
  CHECK(Sampler({.temperature = 2.0, .top_p = 1e-9}).sample(logits) == 1);
  const std::vector<float> bad = {1.0F, std::numeric_limits<float>::quiet_NaN()};
  CHECK_THROWS_AS(argmax(bad), Error);
  CHECK_THROWS_AS(argmax({}), Error);
}

TEST_CASE("sampler: the penalty divides what is positive, multiplies what is negative, once") {
  const std::vector<float> logits = {3.0F, 4.0F, -1.0F, -3.0F};
  const std::vector<std::int32_t> before = {1, 1, 2};
  CHECK(Sampler({.repetition_penalty = 1.25}).sample(logits, before) == 1);  // 3.2 is above 3.
  CHECK(Sampler({.repetition_penalty = 1.5}).sample(logits, before) == 0);
  CHECK(Sampler({.repetition_penalty = 0.5}).sample(logits, std::vector<std::int32_t>{0}) == 0);
  // -1 becomes -2, which is above -3, then -4, which is not.
  const std::vector<float> negative = {-3.0F, -1.0F};
  CHECK(Sampler({.repetition_penalty = 2.0}).sample(negative, std::vector<std::int32_t>{1}) == 1);
  CHECK(Sampler({.repetition_penalty = 4.0}).sample(negative, std::vector<std::int32_t>{1}) == 0);
  CHECK(Sampler({.repetition_penalty = 4.0}).sample(negative) == 1);
}

TEST_CASE("sampler: draws follow the probabilities after temperature, top-k and top-p") {
  std::vector<float> logits;
  for (const double p : {0.1, 0.4, 0.3, 0.2}) logits.push_back(static_cast<float>(std::log(p)));
  constexpr int kDraws = 40'000;
  const auto frequencies = [&](SamplerOptions options) {
    Sampler sampler(options);
    std::array<double, 4> counts{};
    for (int i = 0; i < kDraws; ++i) counts[static_cast<std::size_t>(sampler.sample(logits))] += 1;
    for (double& count : counts) count /= kDraws;
    return counts;
  };
  const auto near = [](std::array<double, 4> got, std::array<double, 4> expected) {
    // Five standard deviations of a binomial share of kDraws; impossible tokens never.
    for (std::size_t i = 0; i < 4; ++i) {
      const double p = expected[i];
      CHECK(std::abs(got[i] - p) <= 5.0 * std::sqrt(p * (1.0 - p) / kDraws));
    }
  };
  near(frequencies({.temperature = 1.0, .seed = 1}), {0.1, 0.4, 0.3, 0.2});
  near(frequencies({.temperature = 1.0, .top_k = 2, .seed = 2}), {0.0, 4.0 / 7, 3.0 / 7, 0.0});
  near(frequencies({.temperature = 1.0, .top_p = 0.75, .seed = 3}),
       {0.0, 4.0 / 9, 3.0 / 9, 2.0 / 9});
  near(frequencies({.temperature = 1.0, .top_k = 3, .top_p = 0.5, .seed = 4}),
       {0.0, 4.0 / 7, 3.0 / 7, 0.0});
  const double sum = 0.01 + 0.16 + 0.09 + 0.04;
  near(frequencies({.temperature = 0.5, .top_k = 99, .seed = 5}),
       {0.01 / sum, 0.16 / sum, 0.09 / sum, 0.04 / sum});
}

TEST_CASE("sampler: every draw is the token whose share of the sum the random number falls in") {
  // By the definition: shares of all tokens in order, cut to top_k and top_p, and one number each.
  constexpr std::size_t kTokens = 40;
  Random source(11);
  std::vector<float> logits(kTokens);
  for (float& logit : logits) logit = static_cast<float>(4 * source.uniform());
  logits[7] = logits[3];  // Equal ones are ranked by number.
  std::vector<std::int32_t> ranked(kTokens);
  for (std::size_t i = 0; i < kTokens; ++i) ranked[i] = static_cast<std::int32_t>(i);
  const auto logit = [&](std::int32_t token) { return logits[static_cast<std::size_t>(token)]; };
  std::ranges::stable_sort(ranked, std::greater{}, logit);
  struct Case {
    double temperature;
    std::size_t top_k;
    double top_p;
  };
  for (const Case& one :
       {Case{1.0, 0, 1.0}, {0.7, 5, 1.0}, {1.3, 0, 0.6}, {1.0, 12, 0.9}, {3.0, 200, 0.999}}) {
    const double temperature = one.temperature, top_p = one.top_p;
    const std::size_t top_k = one.top_k;
    CAPTURE(temperature);
    CAPTURE(top_k);
    CAPTURE(top_p);
    std::vector<double> shares;
    double total = 0;
    for (const std::int32_t token : ranked) {
      if (top_k != 0 && shares.size() == top_k) break;
      shares.push_back(std::exp((double{logit(token)} - double{logit(ranked[0])}) / temperature));
      total += shares.back();
    }
    double sum = 0;
    std::size_t kept = 0;
    while (kept < shares.size() && (kept == 0 || sum < top_p * total)) sum += shares[kept++];
    if (top_p == 1.0) kept = shares.size(), sum = total;
    Sampler sampler({.temperature = temperature, .top_k = top_k, .top_p = top_p, .seed = 77});
    Random random(77);
    for (int draw = 0; draw < 400; ++draw) {
      double left = random.uniform() * sum;
      std::size_t place = 0;
      while (place + 1 < kept && left >= shares[place]) left -= shares[place++];
      CHECK(sampler.sample(logits) == ranked[place]);
    }
  }
}

TEST_CASE("random: a long sequence, another with each seed") {
  // The sums of 1000 numbers, by an independent implementation.
  for (const auto& [seed, expected] : {std::pair{0ULL, 0x720b833bc13ec34cULL},
                                       {1ULL, 0xc9b0a2ffe1475887ULL},
                                       {~0ULL, 0xba3f8cd5df665ce4ULL}}) {
    Random random(seed);
    std::uint64_t sum = 0;
    for (int i = 0; i < 1000; ++i) sum = sum * 3 + random.next();
    CHECK(sum == expected);
  }
}

TEST_CASE("sampler: defaults are what the model's file says, else those of its library") {
  const SamplerOptions greedy = sampling_defaults({});
  CHECK(greedy.temperature == 0);
  CHECK(greedy.top_k == 0);
  CHECK(greedy.top_p == 1);
  CHECK(greedy.repetition_penalty == 1);
  GenerationConfig generation;
  generation.sample = true;
  const SamplerOptions plain = sampling_defaults(generation);
  CHECK(plain.temperature == 1);
  CHECK(plain.top_k == 50);
  generation.temperature = 0.7;
  generation.top_k = 20;
  generation.top_p = 0.8;
  generation.repetition_penalty = 1.1;
  const SamplerOptions said = sampling_defaults(generation);
  CHECK(said.temperature == 0.7);
  CHECK(said.top_k == 20);
  CHECK(said.top_p == 0.8);
  CHECK(said.repetition_penalty == 1.1);
  generation.sample = false;
  CHECK(sampling_defaults(generation).temperature == 0);
}

TEST_CASE("sampler: the same seed gives the same tokens, another seed others") {
  const std::vector<float> logits(1000, 0.0F);
  const auto draw = [&](std::uint64_t seed) {
    Sampler sampler({.temperature = 1.0, .seed = seed});
    std::vector<std::int32_t> tokens;
    for (int i = 0; i < 20; ++i) tokens.push_back(sampler.sample(logits));
    return tokens;
  };
  CHECK(draw(7) == draw(7));
  CHECK(draw(7) != draw(8));
}

TEST_CASE("sampler: refuses options without a meaning") {
  const auto refused = [](const SamplerOptions& options, const std::string& why) {
    CAPTURE(why);
    try {
      const Sampler sampler(options);
      FAIL_CHECK("not refused");
    } catch (const Error& error) {
      CHECK(std::string(error.what()) == why);
    }
  };
  const double infinite = std::numeric_limits<double>::infinity();
  refused({.temperature = infinite}, "temperature inf is not 0 or above");
  refused({.temperature = -1.0}, "temperature -1.000000 is not 0 or above");
  refused({.top_p = 0.0}, "top_p 0.000000 is outside (0, 1]");
  refused({.top_p = 1.5}, "top_p 1.500000 is outside (0, 1]");
  refused({.repetition_penalty = 0.0}, "repetition_penalty 0.000000 is not a positive number");
  refused({.repetition_penalty = infinite}, "repetition_penalty inf is not a positive number");
  CHECK_THROWS_AS(Sampler({.repetition_penalty = 0.0}), Error);
  CHECK_THROWS_AS(Sampler({.temperature = -1.0}), Error);
  CHECK_THROWS_AS(Sampler({.temperature = std::nan("")}), Error);
  CHECK_THROWS_AS(Sampler({.temperature = 1.0, .top_p = 0.0}), Error);
  CHECK_THROWS_AS(Sampler({.temperature = 1.0, .top_p = 1.5}), Error);
}
