// SPDX-License-Identifier: Apache-2.0

#include "sim/heartbeat.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <string>

namespace trine::sim {
namespace {

constexpr std::chrono::milliseconds kTerminalPeriod{250};
constexpr std::chrono::seconds kPlainPeriod{10};

std::string line(const SimProgress& progress) {
  std::string text = fmt::format("{} cycles, {:.0f} kHz", progress.cycles, progress.khz);
  if (progress.fraction >= 0) text += fmt::format(", {:.1f} %", 100 * progress.fraction);
  if (progress.fraction > 0) {
    const auto seconds = std::lround(progress.seconds_left);
    text += fmt::format(", {}:{:02} left", seconds / 60, seconds % 60);
  }
  return text;
}

}  // namespace

Heartbeat::Heartbeat(std::FILE* to) : to_(to), terminal_(isatty(fileno(to)) != 0) {}

Heartbeat::~Heartbeat() {
  if (open_line_) std::fputc('\n', to_);
}

void Heartbeat::operator()(const SimProgress& progress) {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < (terminal_ ? kTerminalPeriod : kPlainPeriod)) return;
  last_ = now;
  // Blanks wipe what a longer line left behind.
  if (terminal_)
    std::fprintf(to_, "\r%-60s", line(progress).c_str());
  else
    std::fprintf(to_, "%s\n", line(progress).c_str());
  std::fflush(to_);
  open_line_ = terminal_;
}

}  // namespace trine::sim
