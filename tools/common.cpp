// SPDX-License-Identifier: Apache-2.0

#include "tools/common.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <fstream>

#include "golden/error.h"

namespace trine::tools {

CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& description,
                      CommonOptions& options) {
  CLI::App* command = app.add_subcommand(name, description);
  command->add_flag("--json", options.json, "Print one JSON object on stdout and nothing else");
  command->add_flag("-q,--quiet", options.quiet, "Show no progress and no warnings");
  command
      ->add_option("--heartbeat", options.heartbeat,
                   "Seconds between two lines of progress where stderr is no terminal")
      ->check(number_in(0, 1e6, true))
      ->capture_default_str();
  return command;
}

CLI::Validator number_in(double low, double high, bool open) {
  const std::string range = fmt::format("{}{} .. {}]", open ? '(' : '[', low, high);
  return CLI::Validator(
      [=](std::string& input) {
        double value = 0;
        const bool number = CLI::detail::lexical_cast(input, value) && std::isfinite(value);
        const bool inside = number && value >= low && value <= high && !(open && value == low);
        return inside ? std::string() : fmt::format("{} is not in {}", input, range);
      },
      "in " + range);
}

void print_json(const Json& report) {
  // Paths may hold bytes that are not UTF-8.
  const std::string out = report.dump(2, ' ', false, Json::error_handler_t::replace);
  std::fwrite(out.data(), 1, out.size(), stdout);
  std::fputc('\n', stdout);
}

Json ratio(double numerator, double denominator) {
  if (denominator == 0 || !std::isfinite(numerator / denominator)) return nullptr;
  return numerator / denominator;
}

std::string text(const Json& value, const char* format) {
  return value.is_number() ? fmt::format(fmt::runtime(format), value.get<double>()) : "-";
}

std::string percent(const Json& value) {
  return value.is_number() ? fmt::format("{:.1f} %", 100 * value.get<double>()) : "-";
}

void add_counters(Json& report, const Counters& counters, double khz) {
  report["cycles"] = counters.cycles;
  report["weight_beats"] = counters.weight_beats;
  report["utilization"] = ratio(counters.weight_beats, counters.cycles);
  report["khz"] = khz > 0 ? Json(khz) : Json(nullptr);
  Json& all = report["counters"];
  for (const CounterInfo& info : kCounters) {
    std::string name(info.name);
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    all[name] = counters.*info.value;
  }
}

std::string size_text(std::uint64_t bytes) {
  const auto size = static_cast<double>(bytes);
  if (bytes >= 1'000'000'000) return fmt::format("{:.2f} GB", size / 1e9);
  if (bytes >= 1'000'000) return fmt::format("{:.1f} MB", size / 1e6);
  if (bytes >= 1'000) return fmt::format("{:.1f} kB", size / 1e3);
  return fmt::format("{} B", bytes);
}

void write_file(const std::filesystem::path& file, const std::string& text) {
  const std::filesystem::path temporary = file.string() + ".tmp";
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(temporary, file, error);
  if (!out || error) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    throw Error(file.string() + ": cannot be written");
  }
}

void warn(const CommonOptions& options, const std::string& message) {
  if (!options.quiet) fmt::print(stderr, "trine: warning: {}\n", one_line(message));
}

std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return text;
}

}  // namespace trine::tools
