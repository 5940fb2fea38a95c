// SPDX-License-Identifier: Apache-2.0
//
// Prints the register map or the command set as a SystemVerilog package or as Markdown:
// `generate_isa regs_sv|regs_md|commands_sv|commands_md`.

#include "isa/generate.h"

#include <fmt/core.h>

#include <string_view>

int main(int argc, char** argv) {
  const std::string_view mode = argc == 2 ? argv[1] : "";
  if (mode == "regs_sv")
    trine::print_regs_sv();
  else if (mode == "regs_md")
    trine::print_regs_md();
  else if (mode == "commands_sv")
    trine::print_commands_sv();
  else if (mode == "commands_md")
    trine::print_commands_md();
  else
    return fmt::print(stderr, "usage: generate_isa regs_sv|regs_md|commands_sv|commands_md\n"), 2;
}
