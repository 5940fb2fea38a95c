// SPDX-License-Identifier: Apache-2.0

#include <fmt/core.h>

#include <string_view>

#include "isa/generate.h"
#include "isa/registers.h"

namespace trine {
namespace {

std::string_view name_of(Access access) {
  switch (access) {
    case Access::RO:
      return "RO";
    case Access::RW:
      return "RW";
    case Access::W1:
      return "W1";
    case Access::W1C:
      return "W1C";
  }
  return "?";
}

}  // namespace

void print_regs_sv() {
  fmt::print("// SPDX-License-Identifier: Apache-2.0\n");
  fmt::print("// Generated from registers.def by generate_isa; do not edit.\n\n");
  fmt::print("package trine_regs_pkg;\n\n");
  for (const RegInfo& r : kRegs) {
    fmt::print("  parameter logic [11:0] {}_OFFSET = 12'h{:03X};  // {}\n", r.name,
               static_cast<unsigned>(r.reg), r.text);
    fmt::print("  parameter logic [31:0] {}_RESET  = 32'h{:08X};\n", r.name, r.reset);
    for (const Field& f : kFields) {
      if (f.reg != r.reg) continue;
      fmt::print("  parameter int unsigned {0}_{1}_LSB = {2};  // {3}\n", r.name, f.name, f.lsb,
                 f.text);
      fmt::print("  parameter int unsigned {0}_{1}_WIDTH = {2};\n", r.name, f.name, f.width);
    }
    fmt::print("\n");
  }
  fmt::print("endpackage\n");
}

void print_regs_md() {
  fmt::print("<!-- SPDX-License-Identifier: Apache-2.0 -->\n");
  fmt::print(
      "<!-- Generated from registers.def by generate_isa; do not edit. -->\n\n# Registers\n");
  fmt::print(
      "\nOffsets are in bytes; a register is a 32-bit word. RO: hardware writes. RW: software "
      "writes.\nW1: write 1 to act, reads 0. W1C: hardware sets, write 1 clears. An offset that is "
      "not listed\nanswers with SLVERR.\n");
  for (const RegInfo& r : kRegs) {
    fmt::print(
        "\n## `{}` at {:#05x}\n\n{}. Reset: `{:#010x}`.\n\n| Bits | Field | Access | Meaning "
        "|\n|---|---|---|---|\n",
        r.name, static_cast<unsigned>(r.reg), r.text, r.reset);
    for (const Field& f : kFields) {
      if (f.reg == r.reg) {
        fmt::print("| {}:{} | {} | {} | {} |\n", f.lsb + f.width - 1, f.lsb, f.name,
                   name_of(f.access), f.text);
      }
    }
  }
}

}  // namespace trine
