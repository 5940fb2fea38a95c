// SPDX-License-Identifier: Apache-2.0

#include "driver/core_shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "driver/machine_params.h"
#include "golden/error.h"

namespace trine {
namespace {

/// [first, last]. A function: devices register themselves before main().
std::vector<unsigned> range(unsigned first, unsigned last) {
  std::vector<unsigned> numbers;
  for (unsigned number = first; number <= last; ++number) numbers.push_back(number);
  return numbers;
}

}  // namespace

std::string core_name(const CoreShape& shape) {
  const CoreShape usual;
  std::string name = fmt::format("g{}", shape.groups);
  if (shape.vectors != usual.vectors) name += fmt::format("v{}", shape.vectors);
  if (shape.ports != usual.ports) name += fmt::format("p{}", shape.ports);
  if (shape.act_width != usual.act_width) name += fmt::format("a{}", shape.act_width);
  if (shape.attention_heads != usual.attention_heads)
    name += fmt::format("h{}", shape.attention_heads);
  if (shape.attention_width != usual.attention_width)
    name += fmt::format("q{}", shape.attention_width);
  if (shape.max_cols != usual.max_cols) name += fmt::format("m{}", shape.max_cols);
  if (shape.vector_words != usual.vector_words) name += fmt::format("w{}", shape.vector_words);
  if (shape.parity != usual.parity) name += fmt::format("e{}", shape.parity);
  if (shape.stream_sum != usual.stream_sum) name += fmt::format("s{}", shape.stream_sum);
  return name;
}

std::string describe(const CoreShape& shape) {
  const CoreShape usual;
  const auto count = [](unsigned number, const char* what) {
    return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
  };
  std::string text = count(shape.groups, "group") + " and " + count(shape.vectors, "vector");
  if (shape.ports != usual.ports) text += " over " + count(shape.ports, "port");
  if (shape.act_width != usual.act_width)
    text += fmt::format(" with mantissas of {} bits", shape.act_width);
  if (shape.attention_heads != usual.attention_heads)
    text += ", attention of " + count(shape.attention_heads, "head");
  if (shape.attention_width != usual.attention_width)
    text += fmt::format(", attention with mantissas of {} bits", shape.attention_width);
  if (shape.max_cols != usual.max_cols) text += ", " + count(shape.max_cols, "column");
  if (shape.vector_words != usual.vector_words)
    text += ", " + count(shape.vector_words, "word") + " of vector memory";
  if (shape.parity != usual.parity) text += ", memories with parity";
  if (shape.stream_sum != usual.stream_sum) text += ", checksums of streams";
  return text;
}

const std::vector<unsigned>& CoreChoices::of(const CoreParameter& parameter) const {
  if (parameter.value == &CoreShape::groups) return groups;
  if (parameter.value == &CoreShape::vectors) return vectors;
  if (parameter.value == &CoreShape::ports) return ports;
  if (parameter.value == &CoreShape::act_width) return act_width;
  if (parameter.value == &CoreShape::attention_heads) return attention_heads;
  if (parameter.value == &CoreShape::attention_width) return attention_width;
  if (parameter.value == &CoreShape::max_cols) return max_cols;
  if (parameter.value == &CoreShape::vector_words) return vector_words;
  if (parameter.value == &CoreShape::parity) return parity;
  if (parameter.value == &CoreShape::stream_sum) return stream_sum;
  throw Error(fmt::format("no choices of {}", parameter.option));
}

bool CoreChoices::hold(const CoreShape& shape) const {
  return shape.ports <= shape.groups && counts_beats(shape) &&
         std::ranges::all_of(kCoreParameters, [&](const CoreParameter& parameter) {
           return std::ranges::find(of(parameter), shape.*parameter.value) != of(parameter).end();
         });
}

bool counts_beats(const CoreShape& shape) {
  // FP16 rows have the most beats: 2 * groups columns each.
  return std::uint64_t{shape.vector_words} * shape.max_cols / (2ull * shape.groups) <=
         std::uint64_t{1} << 31;
}

std::string choices_text(const std::vector<unsigned>& choices) {
  if (choices.size() > 3 && choices.back() - choices.front() == choices.size() - 1)
    return fmt::format("{} to {}", choices.front(), choices.back());
  return fmt::format("{}", fmt::join(choices, ", "));
}

CoreChoices golden_choices() {
  return {.groups = {1, 2, 4, 8, 16},
          .vectors = range(1, kMaxVectors),
          .act_width = range(8, 16),
          .attention_heads = range(0, kMaxAttentionHeads),
          .attention_width = range(8, 16),
          .max_cols = {32768, 65536, 131072},
          .vector_words = {65536, 131072},
          .parity = {0, 1},
          .stream_sum = {0, 1}};
}

CoreChoices rtl_choices() {
  return {.groups = {1, 2, 4, 8, 16},
          .vectors = {1, 2, 4, 8},
          .ports = {1, 2, 4},
          .act_width = range(8, 16),
          .attention_heads = range(0, kMaxAttentionHeads),
          .attention_width = range(8, 16),
          .max_cols = {32768, 65536, 131072},
          .vector_words = {65536, 131072},
          .parity = {0, 1},
          .stream_sum = {0, 1}};
}

}  // namespace trine
