// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

namespace trine::tools {

/// With a signal the exit code is kSignalled and its number, as shells have it.
enum ExitCode : int { kSuccess = 0, kFailure = 1, kUsage = 2, kDifferent = 3, kSignalled = 128 };

/// What is wrong when stdout takes no more.
inline constexpr const char* kNoOutput = "writing to the standard output failed";

/// What --json is printed on stdout for; set before anything can fail.
void set_json_output(bool json);
/// An object was printed: a failure after it prints no second one.
void json_was_printed();

/// Prints the one line that an error is worth on stderr, and with --json {"error": ...} on stdout.
/// Never throws: either may be closed.
void report_failure(const std::string& message);

/// Text to stderr, wherever that leads.
void to_stderr(const std::string& text);

/// The text in one line: control characters become blanks.
std::string one_line(std::string text);

}  // namespace trine::tools
