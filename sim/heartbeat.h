// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdio>

#include "sim/sim_options.h"

namespace trine::sim {

/// Prints the progress of a simulation: on a terminal one line that is rewritten, elsewhere a
/// line every ten seconds. Give `SimOptions::progress` a reference to it.
class Heartbeat {
 public:
  explicit Heartbeat(std::FILE* to = stderr);
  /// Ends the rewritten line.
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  void operator()(const SimProgress& progress);

 private:
  std::FILE* to_;
  bool terminal_;
  bool open_line_ = false;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace trine::sim
