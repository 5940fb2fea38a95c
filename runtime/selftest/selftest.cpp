// SPDX-License-Identifier: Apache-2.0

#include "runtime/selftest.h"

#include <fmt/format.h>

#include <algorithm>

#include "driver/program.h"
#include "runtime/selftest/builtin_model.h"
#include "runtime/selftest/stages.h"

namespace trine {
namespace {

using selftest::Bench;
using selftest::Stage;

std::uint64_t memory_for(const SelfTestOptions& options, const golden::PackedModel& model) {
  const MachineParams expected = options.expected();
  std::uint64_t program = 0;
  if (expected.f16_engine && expected.vector_unit)
    program = Program::memory_bytes(model, expected,
                                    std::min<std::uint64_t>(model.config().max_positions, 64));
  return std::max({selftest::kBenchBytes, program, options.least_memory});
}

std::vector<Stage> all_stages() {
  std::vector<Stage> all{
      {"open", "the device is found and opened, with its memory",
       "The message says what is missing; `trine doctor` with the same options lists everything "
       "that "
       "was looked at.",
       [](Bench& bench) { bench.open(memory_for(bench.options(), bench.model())); }},
      {"identity", "ID, version and parameters of the core",
       "ID reads zeros or ones: no core answers at this address (bitstream not loaded, clock or "
       "reset of the core missing, wrong address). Another ID: another design. Another version: "
       "bitstream and program are of different sources.",
       [](Bench& bench) { bench.identify(); }},
  };
  for (const auto make :
       {selftest::register_stages, selftest::memory_stages, selftest::product_stages,
        selftest::vector_stages, selftest::cache_stages, selftest::model_stages})
    std::ranges::move(make(), std::back_inserter(all));
  return all;
}

/// Runs one; only what is wrong with the device is a failure.
StageResult run_stage(const Stage& stage, Bench& bench) {
  StageResult result{
      .name = stage.name, .what = stage.what, .failure = {}, .advice = {}, .counters = {}};
  if (stage.lacks && bench.identified())
    if (std::string lack = stage.lacks(bench.params()); !lack.empty()) {
      result.outcome = StageResult::Outcome::Skipped;
      result.failure = std::move(lack);
      return result;
    }
  const auto start = std::chrono::steady_clock::now();
  bench.begin_stage();
  try {
    stage.run(bench);
  } catch (const Error& error) {
    result.outcome = StageResult::Outcome::Failed;
    result.failure = error.what();
    result.advice = stage.advice;
  }
  result.counters = bench.counters();
  result.time = std::chrono::steady_clock::now() - start;
  return result;
}

}  // namespace

bool SelfTestReport::passed() const {
  return failed() == nullptr && !stages.empty();
}

const StageResult* SelfTestReport::failed() const {
  const auto found = std::ranges::find(stages, StageResult::Outcome::Failed, &StageResult::outcome);
  return found == stages.end() ? nullptr : &*found;
}

SelfTestReport self_test(const SelfTestOptions& options) {
  std::optional<selftest::BuiltinModel> builtin;
  if (options.model == nullptr) builtin.emplace();
  const golden::PackedModel& model = options.model != nullptr ? *options.model : builtin->packed();
  Bench bench(options, model);
  SelfTestReport report;
  report.model_checksum = selftest::model_checksum(model);
  for (const Stage& stage : all_stages()) {
    if (options.on_start) options.on_start(stage.name);
    report.stages.push_back(run_stage(stage, bench));
    if (bench.opened()) {
      report.memory_base = bench.base();
      report.memory_bytes = bench.memory_bytes();
    }
    if (bench.identified()) report.params = bench.params();
    if (options.on_stage) options.on_stage(report.stages.back());
    if (report.stages.back().outcome == StageResult::Outcome::Failed) break;
  }
  report.opcodes = bench.opcodes();
  report.tokens = bench.tokens;
  return report;
}

}  // namespace trine
