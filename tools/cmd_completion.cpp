// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "driver/device_registry.h"
#include "tools/common.h"
#include "tools/device_options.h"

namespace trine::tools {
namespace {

/// A script for bash: commands, their options, and devices behind --device.
void print_script(const Command& app) {
  std::vector<std::string> commands, devices{kReference};
  for (const DeviceEntry* entry : all_devices()) devices.emplace_back(entry->name);
  for (const Command& command : app.subcommands()) commands.push_back(command.name());
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
  for (const Command& command : app.subcommands())
    fmt::print("          {}) words=\"{}\" ;;\n", command.name(),
               fmt::join(command.long_options(), " "));
  fmt::print(
      "        esac\n"
      "      fi ;;\n"
      "  esac\n"
      "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
      "}}\n"
      "complete -o default -F _trine trine\n");
}

}  // namespace

void add_completion(Command& app) {
  Command* command = app.add_subcommand(
      "completion", "Print a script that completes commands, options and devices in bash");
  command->callback([&app] { print_script(app); });
}

}  // namespace trine::tools
