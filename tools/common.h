// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "driver/counters.h"
#include "tools/failure.h"

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

/// A whole number in decimal of [low, high]. The parser's own conversion takes -1 for the largest
/// number, 010 for eight and what is too large for the largest.
CLI::Validator whole_in(std::uint64_t low, std::uint64_t high = ~std::uint64_t{0});
/// A whole number in decimal, negative or not.
CLI::Validator decimal();

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
void add_chat(CLI::App& app);
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
