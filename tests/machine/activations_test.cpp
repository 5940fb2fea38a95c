// SPDX-License-Identifier: Apache-2.0

#include "machine/product/activations.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <vector>

using namespace trine::golden;

namespace {

std::vector<std::uint32_t> bits(const std::vector<float>& x) {
  std::vector<std::uint32_t> words;
  for (const float value : x) words.push_back(std::bit_cast<std::uint32_t>(value));
  return words;
}

void check(const Activations& got, const std::vector<float>& x, int act_width) {
  const BfpVector want = to_bfp(x, act_width);
  CHECK(got.bfp().mantissas == want.mantissas);
  CHECK(got.bfp().exponents == want.exponents);
  CHECK(got.bfp().max_exponent == want.max_exponent);
  CHECK(got.bfp().nonfinite == want.nonfinite);
}

}  // namespace

TEST_CASE("Activations: are those of the last values, whatever came before") {
  Workers workers(2);
  Activations activations;
  std::vector<float> x(300);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(static_cast<float>(i));
  activations.quantize(bits(x), 0, 12, workers);
  check(activations, x, 12);
  const std::int32_t* kept = activations.bfp().mantissas.data();
  const StreamBlock* blocks = activations.blocks(4, workers).data();

  SUBCASE("the same values are not quantized again, nor are blocks made again") {
    activations.quantize(bits(x), 0, 12, workers);
    CHECK(activations.bfp().mantissas.data() == kept);
    CHECK(activations.blocks(4, workers).data() == blocks);
  }
  SUBCASE("a bit that differs makes another vector, the sign of a zero too") {
    for (const std::size_t at : {std::size_t{0}, x.size() - 1}) {
      x[at] = std::nextafter(x[at], 2.0F) + 0.5F;
      activations.quantize(bits(x), 0, 12, workers);
      check(activations, x, 12);
    }
    x[7] = NAN;
    activations.quantize(bits(x), 0, 12, workers);
    check(activations, x, 12);
  }
  SUBCASE("so do another width and another length") {
    activations.quantize(bits(x), 0, 9, workers);
    check(activations, x, 9);
    x.resize(299);
    activations.quantize(bits(x), 0, 9, workers);
    check(activations, x, 9);
  }
  SUBCASE("zeros follow up to the padded length") {
    std::vector<float> padded = x;
    padded.resize(512);
    activations.quantize(bits(x), 512, 12, workers);
    check(activations, padded, 12);
    // Values where there were zeros, and zeros where there were values.
    padded[400] = 1;
    activations.quantize(bits(padded), 512, 12, workers);
    check(activations, padded, 12);
    activations.quantize(bits(x), 512, 12, workers);
    padded[400] = 0;
    check(activations, padded, 12);
  }
  SUBCASE("blocks are those of the depth that is asked for, and of the new values") {
    const auto start = [&](unsigned depth) {
      return activations.blocks(depth, workers)[0].start[0];
    };
    const std::int32_t four = start(4), one = start(1);
    CHECK(four == 40 * one);  // Outer levels 40 and 1.
    CHECK(start(4) == four);
    for (float& value : x) value = -value;
    activations.quantize(bits(x), 0, 12, workers);
    CHECK(start(4) == -four);
  }
  SUBCASE("a width that there is not leaves nothing behind") {
    x[0] = 3;
    CHECK_THROWS(activations.quantize(bits(x), 0, 7, workers));
    activations.quantize(bits(x), 0, 12, workers);
    check(activations, x, 12);
  }
}
