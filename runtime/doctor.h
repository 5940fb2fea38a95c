// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "driver/device_registry.h"

namespace trine {

/// One thing that the doctor looked at.
struct Finding {
  enum class State : std::uint8_t { Good, Bad, DoesNotApply };

  std::string what, found;
  State state = State::Good;
  std::string advice{};         // What to do; only of a bad one.
  std::optional<double> value;  // Where the finding is a number, in `unit`.
  std::string unit{};
};

struct DoctorOptions {
  std::string device;
  DeviceRequest request{};
  std::optional<double> clock_mhz;  // What the core's clock should be.
  double clock_tolerance = 0.02;    // Part of it that the clock may be off.
  std::uint64_t memory_bytes = 0;   // What the memory should have at least; 0: 2 MiB.
};

struct Diagnosis {
  std::vector<Finding> findings;
  bool good() const;
  /// The first that is not; null when all are.
  const Finding* first_bad() const;
};

/// Looks at a device from outside to inside: files, names and permissions of a board; identity,
/// version and parameters; memory, and how fast host and core reach it; the clock, from CYCLES over
/// wall time. What follows a finding that is bad may be missing. What does not apply to a device
/// says why.
Diagnosis diagnose(const DoctorOptions& options);

}  // namespace trine
