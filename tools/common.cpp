// SPDX-License-Identifier: Apache-2.0

#include "tools/common.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "golden/checkpoint/output.h"
#include "golden/error.h"

namespace trine::tools {

Command* add_command(Command& app, const std::string& name, const std::string& description,
                     CommonOptions& options) {
  Command* command = app.add_subcommand(name, description);
  command->add_flag("--json", options.json, "Print one JSON object on stdout and nothing else");
  command->add_flag("-q,--quiet", options.quiet, "Show no progress and no warnings");
  command
      ->add_option("--heartbeat", options.heartbeat,
                   "Seconds between two lines of progress where stderr is no terminal")
      ->check(number_in(0, 1e6, true))
      ->capture_default_str();
  return command;
}

void print_json(const Json& report) {
  // Paths may hold bytes that are not UTF-8.
  const std::string out = report.dump(2, ' ', false, Json::error_handler_t::replace);
  std::fwrite(out.data(), 1, out.size(), stdout);
  std::fputc('\n', stdout);
  json_was_printed();
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

namespace {

/// A pipe or a device, which is written to as it is.
bool is_special(const std::filesystem::path& file) {
  const auto status = std::filesystem::status(file);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status) &&
         !std::filesystem::is_directory(status);
}

void write_text(const std::filesystem::path& to, const std::filesystem::path& name,
                const std::string& text) {
  errno = 0;
  std::ofstream out(to, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out)
    throw Error(fmt::format("{}: cannot be written{}{}", name.string(), errno != 0 ? ": " : "",
                            errno != 0 ? std::strerror(errno) : ""));
}

}  // namespace

void check_text_file(const std::filesystem::path& file) {
  if (file.empty() || is_special(file)) return;
  const auto probe = golden::Temporary::next_to(golden::output_file(file));
  write_text(probe.path(), file, "");
}

void write_file(const std::filesystem::path& file, const std::string& text) {
  if (is_special(file)) return write_text(file, file, text);
  const std::filesystem::path place = golden::output_file(file);
  auto temporary = golden::Temporary::next_to(place);
  write_text(temporary.path(), file, text);
  temporary.put(place);
}

void warn(const CommonOptions& options, const std::string& message) {
  if (!options.quiet) to_stderr(fmt::format("trine: warning: {}\n", one_line(message)));
}

void warn_all(const CommonOptions& options, const std::vector<std::string>& messages) {
  constexpr std::size_t kShown = 3;
  for (std::size_t i = 0; i < std::min(kShown, messages.size()); ++i) warn(options, messages[i]);
  if (messages.size() > kShown)
    warn(options, fmt::format("and {} more such warnings", messages.size() - kShown));
}

}  // namespace trine::tools
