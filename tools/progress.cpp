// SPDX-License-Identifier: Apache-2.0

#include "tools/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>

#include "golden/error.h"
#include "tools/interrupt.h"

namespace trine::tools {
namespace {

constexpr double kTerminalPeriod = 0.2;  // Seconds.

// Terminal control.
constexpr const char* kEraseLine = "\r\033[K";
constexpr const char* kEraseBelow = "\033[J";  // From the cursor to the end of the screen.
constexpr const char* kToLineBelow = "\033D\033[A\0337\033[B\r\033[K";  // Scrolls when it must.
constexpr const char* kBack = "\0338";

std::string time_left(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return "";
  const auto whole = static_cast<unsigned long long>(std::min(seconds + 0.5, 1e9));
  if (whole >= 3600)
    return fmt::format(", {}:{:02}:{:02} left", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format(", {}:{:02} left", whole / 60, whole % 60);
}

}  // namespace

ProgressLine::ProgressLine(std::string what, const CommonOptions& options)
    : what_(std::move(what)),
      quiet_(options.quiet),
      terminal_(isatty(fileno(stderr)) != 0),
      period_(terminal_ ? kTerminalPeriod : options.heartbeat) {}

bool ProgressLine::due() {
  if (quiet_) return false;
  const Clock::time_point now = Clock::now();
  if (now - last_ < period_) return false;
  last_ = now;
  return true;
}

void ProgressLine::step(std::size_t done, std::size_t total, std::string_view unit) {
  if (ends_work_ && interrupting_signal() != 0) throw Interrupted("interrupted");
  if (!due()) return;
  const std::chrono::duration<double> spent = last_ - start_;
  const double rate = static_cast<double>(done) / spent.count();
  if (total == 0) return show(fmt::format("{}: {} {}, {:.3g} {}/s", what_, done, unit, rate, unit));
  const auto left = static_cast<double>(total - std::min(done, total));
  show(fmt::format("{}: {:.1f} %, {} of {} {}, {:.3g} {}/s{}", what_,
                   100 * static_cast<double>(done) / static_cast<double>(total), done, total, unit,
                   rate, unit, done > 0 ? time_left(left / rate) : ""));
}

void ProgressLine::simulation(const DeviceProgress& progress) {
  if (ends_work_ && interrupting_signal() != 0) throw Interrupted("interrupted");
  if (!due()) return;
  const bool known = progress.fraction > 0;
  std::string share = known ? fmt::format("{:.1f} %", 100 * progress.fraction) : "";
  for (std::size_t job = 0; job < progress.jobs.size(); ++job)
    share += fmt::format("{}{:.0f} %{}", job == 0 ? " (" : ", ", 100 * progress.jobs[job],
                         job + 1 == progress.jobs.size() ? ")" : "");
  show(fmt::format("{}: {}{}{} cycles, {:.0f} kHz{}", what_, share, share.empty() ? "" : ", ",
                   progress.cycles, progress.khz, known ? time_left(progress.seconds_left) : ""));
}

void ProgressLine::show(const std::string& text) {
  if (!terminal_)
    to_stderr(text + "\n");
  else if (streaming_)
    to_stderr(fmt::format("{}{}{}", kToLineBelow, text, kBack));
  else
    to_stderr(kEraseLine + text);
  shown_ = terminal_;
}

void ProgressLine::clear() {
  if (!shown_) return;
  to_stderr(streaming_ ? kEraseBelow : kEraseLine);
  shown_ = false;
}

void ProgressLine::stream(std::string_view text) {
  clear();
  streaming_ = terminal_ && isatty(fileno(stdout)) != 0;
  std::fwrite(text.data(), 1, text.size(), stdout);
  // Nobody reads on: then there is nothing left to work for.
  if (std::fflush(stdout) != 0) throw Error(kNoOutput);
}

}  // namespace trine::tools
