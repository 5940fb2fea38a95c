// SPDX-License-Identifier: Apache-2.0

#include "tools/device_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "driver/machine_params.h"
#include "tools/common.h"

namespace trine::tools {
namespace {

constexpr const char* kGroup = "Device";

/// The registered devices, the reference before them when it is a choice.
std::vector<std::string> names_of_devices(bool reference) {
  std::vector<std::string> names;
  if (reference) names.emplace_back(kReference);
  for (const DeviceEntry* entry : all_devices()) names.emplace_back(entry->name);
  return names;
}

void set(DeviceOptions& options, const DeviceOption& option, const std::string& text) {
  try {
    option.set(options.request, text);
  } catch (const Error& error) {
    throw UsageError("--" + std::string(option.name), error.what());
  }
  options.given.emplace_back(option.name);
}

Option* add_option(Command& command, DeviceOptions& options, const DeviceOption& option) {
  const std::string name = "--" + std::string(option.name);
  const std::string what = fmt::format("{} ({})", option.description, devices_with(option.name));
  if (option.value.empty())
    return command
        .add_flag_callback(
            name, [&options, &option] { set(options, option, "true"); }, what)
        ->group(kGroup);
  return command
      .add_option_function(
          name, [&options, &option](const std::string& text) { set(options, option, text); }, what)
      ->type_name(std::string(option.value))
      ->group(kGroup);
}

}  // namespace

bool DeviceOptions::was_given(const std::string& option) const {
  return std::ranges::find(given, option) != given.end();
}

void add_device_name(Command& command, const std::string& option, std::string& name,
                     const std::string& what, bool reference) {
  command.add_option(option, name, what)->check(one_of(names_of_devices(reference)));
}

void add_device_options(Command& command, DeviceOptions& options, DeviceChoice choice) {
  add_device_name(command, "--device", options.name, "Where the model runs [" + options.name + "]",
                  choice == DeviceChoice::Model);
  if (choice != DeviceChoice::Core) {
    command
        .add_option("--context", options.context,
                    "Positions that the core's cache has room for [1024, or what the model has]")
        ->check(whole_in(1, 1 << 24));
    command.add_flag("--check", options.check,
                     "Compare every result, bit for bit, and stop at the first difference: a "
                     "device with the golden model, the golden model with its definition");
  }
  command
      .add_option("--threads", options.request.threads,
                  "Threads of the golden model and of the reference [all that the machine has]")
      ->check(whole_in(1, 256));
  for (const DeviceOption& option : device_options()) {
    // What runs a token at a time has no use for several; the seed is added where it is known what
    // it is of.
    if (option.name == "seed" || (option.name == "vectors" && choice == DeviceChoice::Decoder))
      continue;
    add_option(command, options, option);
  }
}

void add_seed(Command& command, std::uint64_t& seed, const std::string& what) {
  command.add_option("--seed", seed, "Seed of " + what)->check(whole_in(0))->capture_default_str();
}

void add_jobs(Command& command, DeviceOptions& options) {
  options.jobs_are_lists = true;
  command
      .add_option("--jobs", options.jobs,
                  "Tokens that are simulated side by side, each from golden's state in front of it "
                  "and compared with golden")
      ->check(whole_in(1, 256))
      ->capture_default_str();
}

void add_device_seed(Command& command, DeviceOptions& options) {
  add_option(command, options, find_option("seed"));
}

void check_device_options(const DeviceOptions& options) {
  try {
    check_session_options(options, options.given);
    if (options.jobs_are_lists) check_jobs(options);
  } catch (const OptionError& error) {
    throw UsageError("--" + error.option(), error.reason());
  }
}

std::pair<DeviceOptions, DeviceOptions> device_sides(const DeviceOptions& options,
                                                     const std::string& a, const std::string& b) {
  const auto side = [&](const std::string& name) {
    DeviceOptions one = options;
    if (!name.empty()) one.name = name;
    return one;
  };
  std::pair<DeviceOptions, DeviceOptions> sides{side(a), side(b)};
  const auto leave_to = [&](DeviceOptions& one, const DeviceOptions& other) {
    std::erase_if(one.given, [&](const std::string& option) {
      const bool taken = !one.reference() && device_entry(one.name).takes(option);
      return !taken && !other.reference() && device_entry(other.name).takes(option);
    });
    if (one.reference() && !other.reference()) {
      one.check = false;
      one.context = 0;
    }
  };
  const DeviceOptions first = sides.first;
  leave_to(sides.first, sides.second);
  leave_to(sides.second, first);
  check_device_options(sides.first);
  check_device_options(sides.second);
  return sides;
}

}  // namespace trine::tools
