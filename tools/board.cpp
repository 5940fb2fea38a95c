// SPDX-License-Identifier: Apache-2.0

#include "tools/board.h"

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "golden/checkpoint/json.h"
#include "golden/error.h"
#include "tools/board_files.h"

namespace trine::tools {

namespace {

Board parse(const std::string& text, const std::string& name) {
  const auto fail = [&](const std::string& why) -> Error {
    return Error(fmt::format("{}: {}", name, why));
  };
  const nlohmann::json json = golden::parse_json(text, name);
  if (!json.is_object()) throw fail("is not an object");
  static const char* const kKeys[] = {
      "name",       "description", "memory", "memory_source", "memory_clock_mhz",
      "core_mhz",   "clock",       "groups", "clock_source",  "pin_bandwidth_source",
      "vectors",    "path_cycles", "bus",    "path_source",   "ports",
      "read_burst", "write_burst"};
  for (const auto& [key, value] : json.items())
    if (std::ranges::find(kKeys, key, [](const char* k) { return std::string_view(k); }) ==
        std::end(kKeys))
      throw fail(fmt::format("there is no key '{}'", key));
  const auto get = [&](const char* key, auto fallback, bool wanted) {
    if (!json.contains(key)) {
      if (wanted) throw fail(fmt::format("'{}' is missing", key));
      return fallback;
    }
    try {
      return json.at(key).get<decltype(fallback)>();
    } catch (const nlohmann::json::exception&) {
      throw fail(fmt::format("'{}' is of a wrong type: {}", key, json.at(key).dump()));
    }
  };
  const auto number = [&](const char* key, double fallback, double low, double high, bool wanted) {
    const double value = get(key, fallback, wanted);
    if (!(value >= low && value <= high))
      throw fail(fmt::format("'{}' is {}, not in [{} .. {}]", key, value, low, high));
    return value;
  };
  const auto whole = [&](const char* key, double fallback, double low, double high) {
    const double value = number(key, fallback, low, high, false);
    if (value != std::floor(value)) throw fail(fmt::format("'{}' is {}, not whole", key, value));
    return static_cast<unsigned>(value);
  };
  Board board{.name = get("name", std::string(), true),
              .description = get("description", std::string(), false),
              .memory = get("memory", std::string(), true),
              .memory_clock_mhz = {},
              .core_mhz = number("core_mhz", 0, 1, 10'000, true),
              .clock = get("clock", std::string(), true),
              .groups = whole("groups", 16, 1, 16),
              .vectors = whole("vectors", 1, 1, 8),
              .ports = whole("ports", 1, 1, 4),
              .path_cycles = number("path_cycles", 1, 1, 10'000, false),
              .read_burst = whole("read_burst", 256, 16, 256),
              .write_burst = whole("write_burst", 64, 16, 256)};
  if (json.contains("memory_clock_mhz"))
    board.memory_clock_mhz = number("memory_clock_mhz", 0, 1, 20'000, true);
  if (board.ports == 3) throw fail("'ports' is 3, not 1, 2 or 4");
  if (board.clock != "assumed" && board.clock != "achieved")
    throw fail(fmt::format("'clock' is '{}', neither assumed nor achieved", board.clock));
  for (const char* source : {"memory_source", "clock_source"})
    static_cast<void>(get(source, std::string(), true));
  return board;
}

}  // namespace

std::vector<std::string> board_names() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kBoardCount; ++i) names.emplace_back(kBoardFiles[i].name);
  return names;
}

Board read_board(const std::string& name) {
  for (std::size_t i = 0; i < kBoardCount; ++i)
    if (name == kBoardFiles[i].name) return parse(kBoardFiles[i].text, "board " + name);
  std::string names;
  for (const std::string& known : board_names()) names += (names.empty() ? "" : ", ") + known;
  if (name.find_first_of("/.") == std::string::npos)
    throw Error(fmt::format("there is no board '{}'; there are {}, and files", name, names));
  std::ifstream in(name);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) throw Error(name + ": cannot be read");
  return parse(text.str(), name);
}

std::optional<dram::MemorySpec> board_memory(const Board& board) {
  if (board.memory == "ideal") return {};
  dram::MemorySpec spec = dram::parse_memory(board.memory);
  if (board.memory_clock_mhz) {
    // Times stay as they are, so that they take fewer clocks; what is counted in clocks stays.
    spec = dram::at_clock(spec, *board.memory_clock_mhz);
  }
  return spec;
}

}  // namespace trine::tools
