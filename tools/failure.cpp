// SPDX-License-Identifier: Apache-2.0

#include "tools/failure.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string_view>

namespace trine::tools {
namespace {

std::atomic<bool> json_output = false, json_printed = false;

/// Not through stdio: another thread may hold its lock.
void write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace

void set_json_output(bool json) {
  json_output = json;
}
void json_was_printed() {
  json_printed = true;
}

void report_failure(const std::string& message) {
  const std::string line = one_line(message);
  if (json_output && !json_printed.exchange(true)) {
    const std::string json = nlohmann::ordered_json{{"error", line}}.dump(
        2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    write_all(STDOUT_FILENO, json + "\n");
  }
  // On a terminal the line of the progress may still stand there.
  write_all(STDERR_FILENO,
            (isatty(STDERR_FILENO) != 0 ? "\r\033[K" : "") + ("trine: " + line) + "\n");
}

void to_stderr(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return text;
}

}  // namespace trine::tools
