// SPDX-License-Identifier: Apache-2.0

#include "runtime/selftest_counts.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "golden/error.h"

namespace trine {
namespace {

using Json = nlohmann::ordered_json;

/// The counts of a file, and of a report, under one name each.
struct Count {
  const char* name;
  std::uint64_t StageCounts::*expected;
  std::uint64_t Counters::*counted;
};
constexpr Count kEqual[] = {{"commands", &StageCounts::commands, &Counters::commands},
                            {"read_beats", &StageCounts::read_beats, &Counters::read_beats},
                            {"write_beats", &StageCounts::write_beats, &Counters::write_beats},
                            {"weight_beats", &StageCounts::weight_beats, &Counters::weight_beats}};

bool counts(const StageResult& stage) {
  return stage.outcome == StageResult::Outcome::Passed && stage.counters.commands != 0;
}

}  // namespace

ExpectedCounts expected_counts(const SelfTestReport& ideal, const SelfTestReport* other,
                               const std::string& core, const std::string& memory) {
  ExpectedCounts all{.core = core, .memory = memory, .stages = {}};
  for (std::size_t i = 0; i < ideal.stages.size(); ++i) {
    const StageResult& stage = ideal.stages[i];
    if (!counts(stage)) continue;
    StageCounts one{.stage = stage.name};
    for (const Count& count : kEqual) one.*count.expected = stage.counters.*count.counted;
    one.cycles = one.cycles_most = stage.counters.cycles;
    if (other != nullptr)
      one.cycles_most = static_cast<std::uint64_t>(
          (1 + kCountsMargin) * static_cast<double>(other->stages.at(i).counters.cycles));
    all.stages.push_back(one);
  }
  return all;
}

std::string compare_counts(const SelfTestReport& report, const ExpectedCounts& expected,
                           Cycles cycles) {
  std::size_t next = 0;
  for (const StageResult& stage : report.stages) {
    if (!counts(stage)) continue;
    if (next == expected.stages.size() || expected.stages[next].stage != stage.name)
      return fmt::format("stage '{}': no counts are expected of it", stage.name);
    const StageCounts& wanted = expected.stages[next++];
    for (const Count& count : kEqual)
      if (wanted.*count.expected != stage.counters.*count.counted)
        return fmt::format("stage '{}': {} {}, {} are expected", stage.name,
                           stage.counters.*count.counted, count.name, wanted.*count.expected);
    if (cycles != Cycles::Exact) continue;
    const std::uint64_t took = stage.counters.cycles;
    if (took >= wanted.cycles && took <= wanted.cycles_most) continue;
    return fmt::format("stage '{}': {} cycles, {} are expected", stage.name, took,
                       wanted.cycles == wanted.cycles_most
                           ? fmt::format("{}", wanted.cycles)
                           : fmt::format("{} to {}", wanted.cycles, wanted.cycles_most));
  }
  if (next != expected.stages.size())
    return fmt::format("stage '{}' was not run", expected.stages[next].stage);
  return "";
}

std::string counts_text(const ExpectedCounts& counts) {
  Json json = {{"core", counts.core}, {"memory", counts.memory}, {"stages", Json::array()}};
  for (const StageCounts& stage : counts.stages) {
    Json one = {{"stage", stage.stage}};
    for (const Count& count : kEqual) one[count.name] = stage.*count.expected;
    one["cycles"] = stage.cycles;
    one["cycles_most"] = stage.cycles_most;
    json["stages"].push_back(std::move(one));
  }
  return json.dump(1) + "\n";
}

ExpectedCounts parse_counts(const std::string& text, const std::string& name) {
  try {
    const Json json = Json::parse(text);
    ExpectedCounts counts{.core = json.at("core").get<std::string>(),
                          .memory = json.at("memory").get<std::string>(),
                          .stages = {}};
    for (const Json& one : json.at("stages")) {
      StageCounts stage{.stage = one.at("stage").get<std::string>()};
      for (const Count& count : kEqual)
        stage.*count.expected = one.at(count.name).get<std::uint64_t>();
      stage.cycles = one.at("cycles").get<std::uint64_t>();
      stage.cycles_most = one.at("cycles_most").get<std::uint64_t>();
      counts.stages.push_back(std::move(stage));
    }
    return counts;
  } catch (const nlohmann::json::exception& error) {
    throw Error(fmt::format("{}: {}", name, error.what()));
  }
}

ExpectedCounts read_counts(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) throw Error(file.string() + ": cannot be read");
  return parse_counts(text.str(), file.string());
}

}  // namespace trine
