// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "driver/counters.h"
#include "driver/memory_report.h"
#include "golden/error.h"

namespace trine {

/// Two things that were compared are not equal; the message names the first difference.
class Different : public Error {
  using Error::Error;
};

/// What a run on a device was and took.
struct RunReport {
  std::string device;
  std::optional<bool> equal;         // Empty when nothing was compared.
  std::uint64_t compared = 0;        // Values that were.
  Counters counters;                 // Zeros for the reference.
  double khz = 0;                    // Simulated; 0 without a simulation.
  std::optional<MemoryReport> dram;  // Empty without one.
};

/// `numerator / denominator`; nothing when there is nothing to divide by.
inline std::optional<double> quotient(double numerator, double denominator) {
  if (denominator == 0) return std::nullopt;
  return numerator / denominator;
}

}  // namespace trine
