// SPDX-License-Identifier: Apache-2.0

#include "driver/device_registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace trine {
namespace {

/// The table. A function's static, so that it exists before the first registration, whatever the
/// order in which the files of a program are initialized.
std::map<std::string_view, DeviceEntry>& table() {
  static std::map<std::string_view, DeviceEntry> entries;
  return entries;
}

bool given_as(std::span<const std::string> given, std::string_view name) {
  return std::ranges::find(given, name) != given.end();
}

}  // namespace

std::string_view name_of(Cycles cycles) {
  switch (cycles) {
    case Cycles::None:
      return "none";
    case Cycles::Estimated:
      return "estimated";
    case Cycles::Exact:
      return "exact";
  }
  throw Error("no such kind of cycles");
}

bool DeviceEntry::takes(std::string_view option) const {
  return std::ranges::find(options, option) != options.end();
}

DeviceRegistration::DeviceRegistration(DeviceEntry entry) {
  if (entry.name.empty() || entry.description.empty() || entry.cores == nullptr ||
      entry.make == nullptr || entry.choices.groups.empty() || entry.choices.vectors.empty())
    throw Error(fmt::format("device '{}': its entry is not complete", entry.name));
  for (const std::string_view option : entry.options) find_option(option);
  const std::string_view name = entry.name;
  if (!table().emplace(name, std::move(entry)).second)
    throw Error(fmt::format("device '{}' is registered twice", name));
}

std::vector<const DeviceEntry*> all_devices() {
  std::vector<const DeviceEntry*> all;
  for (const auto& [name, entry] : table()) all.push_back(&entry);
  return all;
}

const DeviceEntry* find_device(std::string_view name) {
  const auto found = table().find(name);
  return found == table().end() ? nullptr : &found->second;
}

const DeviceEntry& device_entry(std::string_view name) {
  if (const DeviceEntry* entry = find_device(name)) return *entry;
  std::vector<std::string_view> names;
  for (const auto& [known, entry] : table()) names.push_back(known);
  throw Error(fmt::format("there is no device '{}'; there is {}", name, fmt::join(names, ", ")));
}

std::string devices_with(std::string_view option) {
  std::vector<std::string_view> names;
  for (const auto& [name, entry] : table())
    if (entry.takes(option)) names.push_back(name);
  return fmt::format("{}", fmt::join(names, ", "));
}

void check_options(const DeviceEntry& device, const DeviceRequest& request,
                   std::span<const std::string> given) {
  for (const std::string& name : given)
    if (!device.takes(name))
      throw OptionError(name, fmt::format("means nothing for device {}; {} has it", device.name,
                                          devices_with(name)));
  for (const char* part : {"trace-cycles", "trace-commands"})
    if (given_as(given, part) && !given_as(given, "trace"))
      throw OptionError(part, "needs --trace");
  const CoreShape shape = request.shape();
  for (const CoreParameter& parameter : kCoreParameters) {
    const std::vector<unsigned>& choices = device.choices.of(parameter);
    if (std::ranges::find(choices, shape.*parameter.value) == choices.end())
      throw OptionError(parameter.option,
                        fmt::format("device {} has no core with {}: it takes {}", device.name,
                                    shape.*parameter.value, choices_text(choices)));
  }
  if (shape.ports > shape.groups)
    throw OptionError(
        "ports", fmt::format("a core with {} has no beat to share among them", describe(shape)));
  if (!counts_beats(shape))
    throw OptionError("max-cols",
                      fmt::format("a core with {} cannot count the beats of its largest matrix",
                                  describe(shape)));
}

}  // namespace trine
