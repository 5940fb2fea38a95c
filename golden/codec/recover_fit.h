// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "golden/codec/recover_steps.h"

namespace trine::golden {

/// A codebook in the making: what each entry's logarithm may be, and which entries are in use.
struct CodebookFit {
  bool log_spaced = true;  // Else entries 0..last are independent.
  EntryRanges ranges;
  int first = 0, last = 0;  // Entries in use; at most 27.

  /// Chooses values inside the ranges; false when there are none.
  [[nodiscard]] bool choose();
  const Codebook& codebook() const { return codebook_; }
  int entries() const { return last - first + 1; }
  double log_entry(int k) const { return log_spaced ? line_.at(k) : ranges.at(k).middle(); }
  double log_step() const { return line_.step; }

 private:
  bool choose_numbers();

  LogLine line_;
  Codebook codebook_{};
};

/// What a sample of the groups says.
struct Sample {
  unsigned least_depth = 1;  // That nearly all of them can have.
  unsigned most_depth = 1;   // That the deepest of them needs.
  std::string evidence;      // Not empty: a group that no depth explains.
  bool mostly = true;        // At least half of the groups have a depth.
};
Sample look_at_depth(const Groups& groups, Dtype dtype);

/// Codebooks that a sample of the groups suggests at groups.shape.depth, the likeliest first.
std::vector<CodebookFit> suggest_codebooks(const Groups& groups, Dtype dtype);

/// Relative distance below which two scales are one: twice the rounding of `dtype`.
double resolution(Dtype dtype);

/// "row 3, columns 16 to 31".
std::string place(const Groups& groups, std::size_t group);

}  // namespace trine::golden
