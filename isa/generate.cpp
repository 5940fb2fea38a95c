// SPDX-License-Identifier: Apache-2.0
//
// Prints the register map or the command set as a SystemVerilog package or as Markdown:
// `generate_isa regs_sv|regs_md|commands_sv|commands_md`.

#include <fmt/core.h>

#include <string_view>

#include "isa/commands.h"
#include "isa/registers.h"

namespace {

using namespace trine;

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

void print_commands_sv() {
  fmt::print("// SPDX-License-Identifier: Apache-2.0\n");
  fmt::print("// Generated from commands.def by generate_isa; do not edit.\n\n");
  fmt::print("package trine_commands_pkg;\n\n  // Fields of a command\n");
  for (const CommandField& f : kCommandFields) {
    fmt::print("  parameter int unsigned FIELD_{0}_WORD = {1};  // {2}\n", f.name, f.word, f.text);
    fmt::print("  parameter int unsigned FIELD_{0}_LSB = {1};\n", f.name, f.lsb);
    fmt::print("  parameter int unsigned FIELD_{0}_WIDTH = {1};\n", f.name, f.width);
  }
  fmt::print("\n  // Opcodes; the bits of word 0 and the words (bit i: word i) that each uses\n");
  for (const OpcodeInfo& o : kOpcodes) {
    fmt::print("  parameter logic [7:0]  OPCODE_{0} = 8'h{1:02X};  // {2}\n", o.name,
               static_cast<unsigned>(o.opcode), o.text);
    fmt::print("  parameter logic [31:0] OPCODE_{0}_BITS = 32'h{1:08X};\n", o.name, o.used_bits);
    fmt::print("  parameter logic [15:0] OPCODE_{0}_WORDS = 16'h{1:04X};\n", o.name, o.used_words);
  }
  fmt::print("\n  // Error codes; the lower one is reported\n");
  for (const ErrorInfo& e : kErrors)
    fmt::print("  parameter logic [7:0] ERROR_{0} = 8'd{1};  // {2}\n", e.name,
               static_cast<unsigned>(e.code), e.text);
  fmt::print("\nendpackage\n");
}

void print_md_head(std::string_view source, std::string_view title) {
  fmt::print("<!-- SPDX-License-Identifier: Apache-2.0 -->\n");
  fmt::print("<!-- Generated from {} by generate_isa; do not edit. -->\n\n# {}\n", source, title);
}

void print_regs_md() {
  print_md_head("registers.def", "Registers");
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

void print_commands_md() {
  print_md_head("commands.def", "Commands");
  fmt::print(
      "\nA command is 64 bytes: sixteen little-endian 32-bit words, at an address that is a "
      "multiple of 64.\nBits that an opcode does not use must be zero.\n");
  fmt::print("\n## Fields\n\n| Word | Bits | Field | Meaning |\n|---|---|---|---|\n");
  for (const CommandField& f : kCommandFields)
    fmt::print("| {} | {}:{} | {} | {} |\n", f.word, f.lsb + f.width - 1, f.lsb, f.name, f.text);
  fmt::print("\n## Opcodes\n\n| Code | Opcode | Fields | Meaning |\n|---|---|---|---|\n");
  for (const OpcodeInfo& o : kOpcodes) {
    fmt::print("| {:#04x} | {} |", static_cast<unsigned>(o.opcode), o.name);
    for (const CommandField& f : kCommandFields) {
      const bool used = f.word == 0 ? (o.used_bits & f.mask()) != 0 : (o.used_words >> f.word & 1);
      if (used && f.name != "OPCODE") fmt::print(" {}", f.name);
    }
    fmt::print(" | {} |\n", o.text);
  }
  fmt::print(
      "\n## Errors\n\nThe first check that fails stops the machine before the command touches "
      "anything. AXI_READ to OVERFLOW\nare data errors and sticky: the command runs to its end, the machine "
      "stops there and reports the lowest code\nthat was raised. A command that was itself read "
      "with an error does not run.\n\n| Code | Error | Meaning |\n|---|---|---|\n");
  for (const ErrorInfo& e : kErrors)
    fmt::print("| {} | {} | {} |\n", static_cast<unsigned>(e.code), e.name, e.text);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc == 2 ? argv[1] : "";
  if (mode == "regs_sv")
    print_regs_sv();
  else if (mode == "regs_md")
    print_regs_md();
  else if (mode == "commands_sv")
    print_commands_sv();
  else if (mode == "commands_md")
    print_commands_md();
  else
    return fmt::print(stderr, "usage: generate_isa regs_sv|regs_md|commands_sv|commands_md\n"), 2;
}
