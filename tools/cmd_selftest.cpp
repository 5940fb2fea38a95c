// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <memory>
#include <optional>

#include "driver/core_shape.h"
#include "runtime/core.h"
#include "runtime/model_file.h"
#include "runtime/report.h"
#include "runtime/selftest.h"
#include "runtime/selftest_counts.h"
#include "tools/common.h"
#include "tools/counts_files.h"
#include "tools/device_options.h"
#include "tools/outputs.h"
#include "tools/progress.h"
#include "tools/trace_output.h"

namespace trine::tools {
namespace {

struct SelftestCommand {
  CommonOptions common;
  DeviceOptions device;
  std::string model;
  std::string counts, write_counts;
  bool all_memory = false;
};

const char* outcome_name(StageResult::Outcome outcome) {
  switch (outcome) {
    case StageResult::Outcome::Passed:
      return "passed";
    case StageResult::Outcome::Failed:
      return "FAILED";
    case StageResult::Outcome::Skipped:
      return "skipped";
  }
  throw Error("no such outcome");
}

Json stage_json(const StageResult& stage) {
  Json json = {{"name", stage.name},
               {"what", stage.what},
               {"passed", stage.outcome == StageResult::Outcome::Skipped
                              ? Json(nullptr)
                              : Json(stage.outcome == StageResult::Outcome::Passed)},
               {"seconds", stage.time.count()},
               {"cycles", stage.counters.cycles},
               {"commands", stage.counters.commands},
               {"read_beats", stage.counters.read_beats},
               {"write_beats", stage.counters.write_beats},
               {"weight_beats", stage.counters.weight_beats}};
  if (stage.outcome == StageResult::Outcome::Skipped) json["skipped"] = stage.failure;
  if (stage.outcome == StageResult::Outcome::Failed) {
    json["failure"] = stage.failure;
    json["advice"] = stage.advice;
  }
  return json;
}

void print_stage(const StageResult& stage) {
  fmt::print("{:<20} {:<8}{:>10} cycles {:>9.2f} s{}\n", stage.name, outcome_name(stage.outcome),
             stage.counters.cycles, stage.time.count(),
             stage.outcome == StageResult::Outcome::Skipped ? "  " + stage.failure : "");
  std::fflush(stdout);
}

Json report_json(const SelftestCommand& options, const SelfTestReport& report) {
  const StageResult* const failed = report.failed();
  Json json = {{"device", options.device.name},
               {"passed", report.passed()},
               {"failed", failed == nullptr ? Json(nullptr) : Json(failed->name)},
               {"model", options.model.empty() ? Json(nullptr) : Json(options.model)},
               {"groups", report.params.groups},
               {"vectors", report.params.vectors},
               {"act_width", report.params.act_width},
               {"memory_base", report.memory_base},
               {"memory_bytes", report.memory_bytes},
               {"model_checksum", fmt::format("{:08x}", report.model_checksum)},
               {"tokens", report.tokens},
               {"stages", Json::array()}};
  for (const StageResult& stage : report.stages) json["stages"].push_back(stage_json(stage));
  return json;
}

/// The self-test on the device as it is asked for; prints its stages when `print`.
SelfTestReport test_device(const SelftestCommand& options, const DeviceRequest& asked,
                           const ModelFile* file, bool print) {
  const DeviceEntry& entry = device_entry(options.device.name);
  SelfTestOptions test{.open =
                           [&](std::uint64_t memory_bytes) {
                             DeviceRequest request = asked;
                             request.memory_bytes = memory_bytes;
                             return entry.make(request);
                           },
                       .expected = [&] { return expected_params(options.device.name, asked); },
                       .model = file != nullptr ? file->packed() : nullptr,
                       .all_memory = options.all_memory};
  ProgressLine progress("selftest", options.common);
  if (print)
    test.on_stage = print_stage;
  else
    test.on_start = [&, stages = std::size_t{0}](const std::string&) mutable {
      progress.step(stages++, 0, "stages");
    };
  return self_test(test);
}

void check_passed(const SelfTestReport& report) {
  if (const StageResult* failed = report.failed())
    throw Error(fmt::format("the self-test failed at stage '{}': {}. {}", failed->name,
                            failed->failure, failed->advice));
}

/// Counts that are known by name, of fpga/counts, or those of a file.
ExpectedCounts find_counts(const std::string& name) {
  std::string names;
  for (std::size_t i = 0; i < kCountsCount; ++i) {
    const CountsFile& known = kCountsFiles[i];
    if (name == known.name) return parse_counts(known.text, "counts " + name);
    names += fmt::format("{}{}", names.empty() ? "" : ", ", known.name);
  }
  if (name.find_first_of("/.") == std::string::npos)
    throw Error(fmt::format("there are no counts '{}'; there are {}, and files", name, names));
  return read_counts(name);
}

/// Writes what the stages take, with an ideal memory and with the one that is asked for.
void write_counts(const SelftestCommand& options, const SelfTestReport& report,
                  const ModelFile* file) {
  const DeviceRequest& request = options.device.request;
  const bool dram = !request.memory_model.empty() && request.memory_model != "ideal";
  std::optional<SelfTestReport> ideal;
  if (dram) {
    DeviceRequest plain = request;
    plain.memory_model.clear();
    ideal = test_device(options, plain, file, false);
    check_passed(*ideal);
  }
  const ExpectedCounts counts =
      expected_counts(ideal ? *ideal : report, ideal ? &report : nullptr,
                      core_name(request.shape()), dram ? request.memory_model : "ideal");
  write_file(options.write_counts, counts_text(counts));
}

void run_selftest(SelftestCommand& options) {
  check_device_options(options.device);
  check_apart(options.write_counts, {options.model, options.counts});
  check_text_file(options.write_counts);
  std::optional<ModelFile> file;
  if (!options.model.empty()) {
    file.emplace(options.model);
    if (file->packed() == nullptr)
      throw Error(options.model +
                  ": is not quantized: `trine quantize` makes a packed model of it");
  }
  const ModelFile* const model = file ? &*file : nullptr;
  const DeviceEntry& entry = device_entry(options.device.name);
  if (!options.write_counts.empty() && (entry.cycles != Cycles::Exact || entry.hardware))
    throw UsageError("--write-counts", "takes a simulation with exact cycles");
  std::optional<ExpectedCounts> expected;
  if (!options.counts.empty()) expected = find_counts(options.counts);

  const SelfTestReport report =
      test_device(options, options.device.request, model, !options.common.json);
  const std::string difference =
      expected && report.passed() ? compare_counts(report, *expected, entry.cycles) : std::string();
  if (options.common.json) {
    Json json = report_json(options, report);
    json["counts"] = expected && report.passed() ? Json(difference.empty()) : Json(nullptr);
    print_json(json);
  }
  check_passed(report);
  if (!difference.empty()) throw Different(options.counts + ": " + difference);
  if (!options.write_counts.empty()) write_counts(options, report, model);
  if (!options.common.json)
    fmt::print("passed{}\n", expected ? ", with the counts of " + options.counts : "");
}

}  // namespace

void add_selftest(Command& app) {
  const auto options = std::make_shared<SelftestCommand>();
  Command* command = add_command(
      app, "selftest",
      "Try a device from its registers up to 16 tokens; name the first stage that fails",
      options->common);
  command->add_option("--model", options->model,
                      "Packed model of the last two stages [a small one that is built in]");
  command->add_option("--counts", options->counts,
                      "What each stage must take in cycles and beats, compared: a name or a file");
  command->add_option(
      "--write-counts", options->write_counts,
      "Write that file, from a simulation; with --memory for a board with that DRAM");
  command->add_flag("--all-memory", options->all_memory,
                    "March over all of the memory and look at each page, not at samples");
  add_device_seed(*command, options->device);
  add_device_options(*command, options->device, DeviceChoice::Core);
  command->callback([options] {
    with_trace(options->device, {options->model}, [&] { run_selftest(*options); });
  });
}

}  // namespace trine::tools
