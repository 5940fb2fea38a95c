// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

namespace trine {

/// The parameters of a core that can be chosen. A name here is a parameter of `trine_top` in lower
/// case with underscores (sim/CMakeLists.txt), and with a dash an option of the command line.
struct CoreShape {
  unsigned groups = 1, vectors = 1, ports = 1, act_width = 12;
  unsigned attention_heads = 8, attention_width = 15;
  unsigned max_cols = 32768, vector_words = 65536;
  unsigned parity = 0;      // 1: memories of the core have parity.
  unsigned stream_sum = 0;  // 1: checksums of trit streams are compared.
  bool operator==(const CoreShape&) const = default;
};

/// A parameter with its names: as an option and of `trine_top`.
struct CoreParameter {
  const char *option, *generic;
  unsigned CoreShape::*value;
};
inline constexpr CoreParameter kCoreParameters[] = {
    {"groups", "Groups", &CoreShape::groups},
    {"vectors", "Vectors", &CoreShape::vectors},
    {"ports", "Ports", &CoreShape::ports},
    {"act-width", "ActWidth", &CoreShape::act_width},
    {"attention-heads", "AttentionHeads", &CoreShape::attention_heads},
    {"attention-width", "AttentionWidth", &CoreShape::attention_width},
    {"max-cols", "MaxCols", &CoreShape::max_cols},
    {"vector-words", "VectorWords", &CoreShape::vector_words},
    {"parity", "Parity", &CoreShape::parity},
    {"stream-sum", "StreamSum", &CoreShape::stream_sum}};

/// Short and unique: "g16v4"; the others follow where they are not the usual ones, "g4p2",
/// "g8v2a10", "g16h4q16" (heads and bits of attention), "g16m131072w131072" (columns, words),
/// "g16e1" (parity), "g16s1" (checksums of streams).
std::string core_name(const CoreShape& shape);

/// "16 groups and 4 vectors over 2 ports with mantissas of 10 bits".
std::string describe(const CoreShape& shape);

/// What each parameter of a device's cores can be, ascending; any combination exists that has as
/// many groups as ports and `counts_beats`.
struct CoreChoices {
  std::vector<unsigned> groups, vectors, ports{1}, act_width{12};
  std::vector<unsigned> attention_heads{8}, attention_width{15};
  std::vector<unsigned> max_cols{32768}, vector_words{65536};
  std::vector<unsigned> parity{0}, stream_sum{0};

  const std::vector<unsigned>& of(const CoreParameter& parameter) const;
  bool hold(const CoreShape& shape) const;
};

/// Whether 31 bits count the beats of the largest matrix: `vector_words` rows of `max_cols`
/// columns.
bool counts_beats(const CoreShape& shape);

/// "1, 2, 4", or "8 to 16" for numbers that follow each other.
std::string choices_text(const std::vector<unsigned>& choices);

/// What the golden model computes, and what the RTL can be built as.
CoreChoices golden_choices();
CoreChoices rtl_choices();

}  // namespace trine
