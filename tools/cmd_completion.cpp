// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "driver/device_registry.h"
#include "tools/common.h"
#include "tools/device_options.h"

namespace trine::tools {
namespace {

/// The long options of a command, which are the same as its help shows.
std::vector<std::string> long_options(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  for (const CLI::App* group : command.get_subcommands(nullptr)) {
    const std::vector<std::string> more = long_options(*group);
    names.insert(names.end(), more.begin(), more.end());
  }
  return names;
}

/// A script for bash: commands, their options, and devices behind --device.
void print_script(const CLI::App& app) {
  std::vector<std::string> commands, devices{kReference};
  for (const DeviceEntry* entry : all_devices()) devices.emplace_back(entry->name);
  for (const CLI::App* command : app.get_subcommands(nullptr))
    commands.push_back(command->get_name());
  fmt::print(
      "_trine() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}} words=\n"
      "  case ${{COMP_WORDS[COMP_CWORD - 1]}} in\n"
      "    --device | --device-a | --device-b) words=\"{}\" ;;\n"
      "    *)\n"
      "      if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "        words=\"{}\"\n"
      "      elif [[ $word == -* ]]; then\n"
      "        case ${{COMP_WORDS[1]}} in\n",
      fmt::join(devices, " "), fmt::join(commands, " "));
  for (const CLI::App* command : app.get_subcommands(nullptr))
    fmt::print("          {}) words=\"{}\" ;;\n", command->get_name(),
               fmt::join(long_options(*command), " "));
  fmt::print(
      "        esac\n"
      "      fi ;;\n"
      "  esac\n"
      "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
      "}}\n"
      "complete -o default -F _trine trine\n");
}

}  // namespace

void add_completion(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "completion", "Print a script that completes commands, options and devices in bash");
  command->callback([&app] { print_script(app); });
}

}  // namespace trine::tools
