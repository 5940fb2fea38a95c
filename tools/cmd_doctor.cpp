// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <memory>

#include "runtime/doctor.h"
#include "tools/common.h"
#include "tools/device_options.h"

namespace trine::tools {
namespace {

struct DoctorCommand {
  CommonOptions common;
  DeviceOptions device;
  double clock = 0, tolerance = 2;
  std::uint64_t memory_bytes = 0;
};

const char* state_name(Finding::State state) {
  switch (state) {
    case Finding::State::Good:
      return "good";
    case Finding::State::Bad:
      return "BAD";
    case Finding::State::DoesNotApply:
      return "-";
  }
  throw Error("no such state");
}

Json finding_json(const Finding& finding) {
  Json json = {{"what", finding.what},
               {"found", finding.found},
               {"good", finding.state == Finding::State::DoesNotApply
                            ? Json(nullptr)
                            : Json(finding.state == Finding::State::Good)}};
  if (finding.value) {
    json["value"] = *finding.value;
    json["unit"] = finding.unit;
  }
  if (!finding.advice.empty()) json["advice"] = finding.advice;
  return json;
}

void run_doctor(DoctorCommand& options) {
  check_device_options(options.device);
  DoctorOptions doctor{
      .device = options.device.name, .request = options.device.request, .clock_mhz = {}};
  if (options.clock > 0) doctor.clock_mhz = options.clock;
  doctor.clock_tolerance = options.tolerance / 100;
  doctor.memory_bytes = options.memory_bytes;
  const Diagnosis diagnosis = diagnose(doctor);
  Json findings = Json::array();
  for (const Finding& finding : diagnosis.findings) {
    findings.push_back(finding_json(finding));
    if (options.common.json) continue;
    fmt::print("{:<28} {:<5} {}\n", finding.what, state_name(finding.state), finding.found);
    if (!finding.advice.empty()) fmt::print("{:<28} {:<5} -> {}\n", "", "", finding.advice);
  }
  if (options.common.json)
    print_json(
        {{"device", options.device.name}, {"good", diagnosis.good()}, {"findings", findings}});
  if (const Finding* bad = diagnosis.first_bad())
    throw Error(fmt::format("{}: {}; {}", bad->what, bad->found, bad->advice));
}

}  // namespace

void add_doctor(Command& app) {
  const auto options = std::make_shared<DoctorCommand>();
  Command* command = add_command(
      app, "doctor", "Look at a device: files, identity, parameters, memory, bandwidth, clock",
      options->common);
  command->add_option("--clock", options->clock, "MHz that the core's clock should have")
      ->check(number_in(0, 10'000, true));
  command->add_option("--clock-tolerance", options->tolerance, "Percent that it may be off")
      ->check(number_in(0, 100, true))
      ->capture_default_str();
  command
      ->add_option("--memory-bytes", options->memory_bytes,
                   "Bytes that the memory should have at least")
      ->check(whole_in(1, std::uint64_t{1} << 40));
  add_device_options(*command, options->device, DeviceChoice::Core);
  command->callback([options] { run_doctor(*options); });
}

}  // namespace trine::tools
