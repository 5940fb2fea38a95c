// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

#include "runtime/progress.h"
#include "tools/common.h"

namespace trine::tools {

/// Shows on stderr how far long work is: on a terminal one line that is rewritten, elsewhere a
/// line every `CommonOptions::heartbeat` seconds. Throws Interrupted once a signal came that the
/// command answers itself.
class ProgressLine final : public Progress {
 public:
  ProgressLine(std::string what, const CommonOptions& options);
  /// Clears the rewritten line.
  ~ProgressLine() override { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// `done` of `total` units, e.g. "tokens"; a total of 0 is not known.
  void step(std::size_t done, std::size_t total, std::string_view unit) override;
  /// The same as a simulator sees it.
  void simulation(const DeviceProgress& progress) override;

  /// A signal no longer ends what is told here: who asked for the work stops between its steps.
  void ignore_signals() { ends_work_ = false; }

  /// Writes text to stdout as it is; on a terminal the progress is on the line below it. Throws
  /// Error when nobody takes it.
  void stream(std::string_view text);

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] bool due();
  void show(const std::string& text);
  void clear();

  std::string what_;
  bool quiet_, terminal_;
  bool ends_work_ = true;
  bool shown_ = false;
  bool streaming_ = false;  // Text and progress share the terminal.
  std::chrono::duration<double> period_;
  Clock::time_point start_ = Clock::now(), last_ = start_;
};

}  // namespace trine::tools
