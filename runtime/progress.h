// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <string_view>

#include "driver/device_request.h"

namespace trine {

/// Is told how far long work is. A call may throw, which ends the work; it always comes in the
/// thread that asked for the work.
class Progress {
 public:
  virtual ~Progress() = default;

  /// `done` of `total` units, e.g. "tokens".
  virtual void step(std::size_t done, std::size_t total, std::string_view unit) = 0;
  /// The same as a simulator sees it.
  virtual void simulation(const DeviceProgress& progress) = 0;
};

/// For those who do not want to know.
class NoProgress final : public Progress {
 public:
  void step(std::size_t, std::size_t, std::string_view) override {}
  void simulation(const DeviceProgress&) override {}
};

}  // namespace trine
