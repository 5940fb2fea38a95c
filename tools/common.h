// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "driver/counters.h"

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
CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& description,
                      CommonOptions& options);

/// A finite number of [low, high], or of (low, high] when `open`.
CLI::Validator number_in(double low, double high, bool open = false);

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

/// Writes a file under a temporary name, then renames it; throws Error naming it.
void write_file(const std::filesystem::path& file, const std::string& text);

/// Prints "trine: warning: ..." on stderr, one line, unless --quiet.
void warn(const CommonOptions& options, const std::string& message);

/// The text in one line: control characters become blanks.
std::string one_line(std::string text);

// One registration function a subcommand; the callback does the work.
void add_compare(CLI::App& app);
void add_completion(CLI::App& app);
void add_dequantize(CLI::App& app);
void add_devices(CLI::App& app);
void add_estimate(CLI::App& app);
void add_generate(CLI::App& app);
void add_import(CLI::App& app);
void add_info(CLI::App& app);
void add_layer(CLI::App& app);
void add_logits(CLI::App& app);
void add_memory(CLI::App& app);
void add_merge(CLI::App& app);
void add_perplexity(CLI::App& app);
void add_quantize(CLI::App& app);
void add_simulate(CLI::App& app);
void add_synth(CLI::App& app);
void add_vectors(CLI::App& app);

}  // namespace trine::tools
