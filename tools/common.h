// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "driver/counters.h"
#include "tools/failure.h"
#include "tools/options.h"

namespace trine::tools {

/// JSON with its keys in the order of insertion.
using Json = nlohmann::ordered_json;

/// What every subcommand takes.
struct CommonOptions {
  bool json = false;
  bool quiet = false;     // Neither progress nor warnings.
  double heartbeat = 10;  // Seconds between plain lines of progress.
};

/// A subcommand with the options of all.
Command* add_command(Command& app, const std::string& name, const std::string& description,
                     CommonOptions& options);

/// The one object that a command prints with --json; Inf and NaN become null.
void print_json(const Json& report);

/// `numerator / denominator`, null when there is nothing to divide by.
Json ratio(double numerator, double denominator);
inline Json ratio(std::uint64_t numerator, std::uint64_t denominator) {
  return ratio(static_cast<double>(numerator), static_cast<double>(denominator));
}

/// A ratio as text: `format` is that of fmt for a double; "-" for null.
std::string text(const Json& value, const char* format = "{:.4g}");

/// A ratio as a percentage; "-" for null.
std::string percent(const Json& value);

/// Adds cycles, weight_beats, utilization (weight beats a cycle), khz (simulated; null without a
/// simulation) and `counters` with all of them.
void add_counters(Json& report, const Counters& counters, double khz);

/// "12.3 MB".
std::string size_text(std::uint64_t bytes);

/// Throws Error when `write_file` could not write there; nothing for an empty name. For the start
/// of a command, so that no work is lost.
void check_text_file(const std::filesystem::path& file);
/// Writes a file under a temporary name, then renames it, or writes to a pipe or a device as it is.
/// Throws Error naming it.
void write_file(const std::filesystem::path& file, const std::string& text);

/// Prints "trine: warning: ..." on stderr, one line, unless --quiet.
void warn(const CommonOptions& options, const std::string& message);
/// The same for each; of many the first ones and how many more there are.
void warn_all(const CommonOptions& options, const std::vector<std::string>& messages);

// One registration function a subcommand; the callback does the work.
void add_chat(Command& app);
void add_compare(Command& app);
void add_completion(Command& app);
void add_dequantize(Command& app);
void add_devices(Command& app);
void add_doctor(Command& app);
void add_estimate(Command& app);
void add_generate(Command& app);
void add_import(Command& app);
void add_info(Command& app);
void add_layer(Command& app);
void add_logits(Command& app);
void add_memory(Command& app);
void add_merge(Command& app);
void add_perplexity(Command& app);
void add_quantize(Command& app);
void add_selftest(Command& app);
void add_simulate(Command& app);
void add_synth(Command& app);
void add_vectors(Command& app);

}  // namespace trine::tools
