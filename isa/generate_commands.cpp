// SPDX-License-Identifier: Apache-2.0

#include <fmt/core.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isa/commands.h"
#include "isa/generate.h"
#include "isa/generate_text.h"

namespace trine {
namespace {

void print_enum(std::string_view type, std::string_view prefix, std::span<const NamedText> values) {
  fmt::print("  typedef enum logic [{}:0] {{\n", bits_for(values.size() - 1) - 1);
  for (const NamedText& value : values)
    fmt::print("    {}{}{} // {}\n", prefix, camel(value.name),
               &value == &values.back() ? " " : ",", value.text);
  fmt::print("  }} {};\n", type);
}

const std::string kZero = "'0";

/// What a function answers: an expression, and the name of an enum's value.
struct Value {
  std::string text, name;
};

/// A function of the opcode; `value` gives the result of each. Zero means none of the kind; it is
/// the answer for codes that do not exist, too.
template <typename Of>
void print_function(std::string_view name, unsigned width, std::string_view text, const Of& value) {
  fmt::print("\n  // {}\n", text);
  fmt::print("  function automatic {} {}(input logic [7:0] opcode);\n", vector_type(width), name);
  fmt::print("    case (opcode)\n");
  for (const OpcodeInfo& o : kOpcodes) {
    const Value result = value(o);
    if (result.text == kZero) continue;
    fmt::print("      OPCODE_{}: {} = {};{}{}\n", o.name, name, result.text,
               result.name.empty() ? "" : "  // ", result.name);
  }
  fmt::print("      default: {} = {};\n    endcase\n  endfunction\n", name, kZero);
}

void print_fields() {
  fmt::print("  // ---- Fields of a command ----\n\n");
  unsigned bits = 0;
  for (const CommandField& f : kCommandFields) {
    fmt::print("  parameter int unsigned FIELD_{0}_WORD = {1};  // {2}\n", f.name, f.word, f.text);
    fmt::print("  parameter int unsigned FIELD_{0}_LSB = {1};\n", f.name, f.lsb);
    fmt::print("  parameter int unsigned FIELD_{0}_WIDTH = {1};\n", f.name, f.width);
    bits += f.width;
  }
  fmt::print(
      "\n  // The fields side by side, the first on top; without the bits that belong to none.\n");
  fmt::print("  parameter int unsigned CommandBits = {};\n", bits);
  fmt::print("  typedef struct packed {{\n");
  for (const CommandField& f : kCommandFields)
    fmt::print("    {:<13}{};\n", vector_type(f.width), lower(f.name));
  fmt::print("  }} command_t;\n");
  fmt::print(
      "\n  // A command_t with the fields of word `index` taken from `word`: all of them after "
      "the\n"
      "  // words have passed in any order.\n"
      "  function automatic logic [CommandBits-1:0] with_word(\n"
      "      input logic [CommandBits-1:0] command, input logic [3:0] index, input logic [31:0] "
      "word);\n"
      "    with_word = command;\n    case (index)\n");
  for (unsigned word = 0; word < 16; ++word) {
    unsigned above = bits, count = 0;
    std::string lines;
    for (const CommandField& f : kCommandFields) {
      above -= f.width;
      if (f.word != word) continue;
      ++count;
      lines += fmt::format("        with_word[{} +: {}] = word[{} +: {}];  // {}\n", above, f.width,
                           f.lsb, f.width, f.name);
    }
    if (count != 0) fmt::print("      4'd{}: begin\n{}      end\n", word, lines);
  }
  fmt::print("      default: ;\n    endcase\n  endfunction\n");
}

/// The operations of the vector unit, behind 'none'.
std::vector<NamedText> vector_operations() {
  std::vector<NamedText> operations = {{"NONE", "No operation of the vector unit"}};
  for (const OpcodeInfo& o : kOpcodes)
    if (o.unit == Unit::VECTOR) operations.push_back({o.name, o.text});
  return operations;
}

void print_opcodes() {
  fmt::print(
      "\n  // ---- Opcodes; the bits of word 0 and the words (bit i: word i) that each uses "
      "----\n\n");
  for (const OpcodeInfo& o : kOpcodes) {
    fmt::print("  parameter logic [7:0]  OPCODE_{0} = 8'h{1:02X};  // {2}\n", o.name,
               static_cast<unsigned>(o.opcode), o.text);
    fmt::print("  parameter logic [31:0] OPCODE_{0}_BITS = 32'h{1:08X};\n", o.name, o.fields.bits);
    fmt::print("  parameter logic [15:0] OPCODE_{0}_WORDS = 16'h{1:04X};\n", o.name,
               o.fields.words);
  }
  fmt::print("\n  // Which unit runs an opcode.\n");
  print_enum("unit_e", "Unit", kUnits);
  fmt::print("\n  // Words of vector memory that an opcode touches from an operand on.\n");
  print_enum("reach_e", "Reach", kReaches);
  fmt::print("\n  // What an opcode does with the memory at ADDR.\n");
  print_enum("memory_e", "Memory", kMemoryUses);
  fmt::print(
      "\n  // The bounds that the fields of an opcode must keep, by their bit in `rules_of`.\n");
  fmt::print("  parameter int unsigned RuleCount = {};\n", std::size(kRules));
  for (std::size_t i = 0; i < std::size(kRules); ++i)
    fmt::print("  parameter int unsigned RULE_{} = {};  // {}\n", kRules[i].name, i,
               kRules[i].text);
  fmt::print("\n  // Operations of the vector unit.\n");
  print_enum("vector_op_e", "Op", vector_operations());
}

void print_functions() {
  fmt::print(
      "\n  // ---- What the opcodes are ----\n"
      "  //\n"
      "  // Each function answers for all 256 codes; for one that does not exist with 0, 'none'.\n"
      "  // Results are plain vectors that hold the values of the enums above, written as "
      "numbers:\n"
      "  // Yosys 0.23 takes no enum as a result and does not find its names in a package's "
      "function.\n");
  const auto value = [](std::string_view prefix, std::span<const NamedText> names, auto item) {
    const auto index = static_cast<std::size_t>(item);
    return Value{index == 0 ? kZero : fmt::format("{}'d{}", bits_for(names.size() - 1), index),
                 std::string(prefix) + camel(names[index].name)};
  };
  const auto reach = [&](Reach item) { return value("Reach", kReaches, item); };
  const auto bit = [](bool item) { return Value{item ? "1'b1" : kZero, ""}; };
  const unsigned reach_bits = bits_for(std::size(kReaches) - 1);
  constexpr std::size_t kRuleBits = std::size(kRules);
  const std::vector<NamedText> operations = vector_operations();

  print_function("unit_of", bits_for(std::size(kUnits) - 1),
                 "The unit that runs it; UnitNone: the opcode does not exist.",
                 [&](const OpcodeInfo& o) { return value("Unit", kUnits, o.unit); });
  print_function("bits_of", 32, "Bits of word 0 that it uses.", [](const OpcodeInfo& o) {
    return Value{fmt::format("OPCODE_{}_BITS", o.name), ""};
  });
  print_function("words_of", 16, "Words that it uses, bit i: word i.", [](const OpcodeInfo& o) {
    return Value{fmt::format("OPCODE_{}_WORDS", o.name), ""};
  });
  print_function("needs_f16_of", 1, "It exists only in a core with the FP16 engine.",
                 [&](const OpcodeInfo& o) { return bit(o.capability == Capability::F16_ENGINE); });
  print_function("needs_vector_unit_of", 1, "It exists only in a core with the vector unit.",
                 [&](const OpcodeInfo& o) { return bit(o.capability == Capability::VECTOR_UNIT); });
  print_function("needs_attention_of", 1, "It exists only in a core with the attention unit.",
                 [&](const OpcodeInfo& o) { return bit(o.capability == Capability::ATTENTION); });
  print_function("src_reach_of", reach_bits, "Words read from SRC on.",
                 [&](const OpcodeInfo& o) { return reach(o.src); });
  print_function("src2_reach_of", reach_bits, "Words read from SRC2 on.",
                 [&](const OpcodeInfo& o) { return reach(o.src2); });
  print_function("dst_reach_of", reach_bits, "Words written from DST on; RAW doubles them.",
                 [&](const OpcodeInfo& o) { return reach(o.dst); });
  print_function("memory_of", bits_for(std::size(kMemoryUses) - 1),
                 "What it does with the memory at ADDR.",
                 [&](const OpcodeInfo& o) { return value("Memory", kMemoryUses, o.memory); });
  print_function(
      "rules_of", kRuleBits, "The bounds that its fields must keep, by their RULE_ bit.",
      [&](const OpcodeInfo& o) {
        return Value{o.rules == 0 ? kZero : fmt::format("{0}'b{1:0{0}b}", kRuleBits, o.rules), ""};
      });
  print_function(
      "vector_op_of", bits_for(operations.size() - 1),
      "The operation of the vector unit; OpNone: it is not one.",
      [&](const OpcodeInfo& o) { return value("Op", operations, vector_operation(o.opcode)); });
}

/// The names of an opcode's fields in the page; ADDR and BOOK are one each.
std::string field_list(const OpcodeInfo& o) {
  std::string text;
  for (const CommandField& f : kCommandFields)
    if (o.uses(f) && f.name != "OPCODE") text += fmt::format(" {}", f.name);
  return text;
}

void print_names(std::string_view title, std::string_view column,
                 std::span<const NamedText> names) {
  fmt::print("\n{}\n\n| {} | Meaning |\n|---|---|\n", title, column);
  for (const NamedText& name : names) fmt::print("| {} | {} |\n", name.name, name.text);
}

}  // namespace

void print_commands_sv() {
  fmt::print("// SPDX-License-Identifier: Apache-2.0\n");
  fmt::print("// Generated from commands.def by generate_isa; do not edit.\n\n");
  fmt::print("package trine_commands_pkg;\n\n");
  print_fields();
  print_opcodes();
  fmt::print("\n  // ---- Error codes; the lower one is reported ----\n\n");
  for (const ErrorInfo& e : kErrors)
    fmt::print("  parameter logic [7:0] ERROR_{0} = 8'd{1};  // {2}\n", e.name,
               static_cast<unsigned>(e.code), e.text);
  print_functions();
  fmt::print("\nendpackage\n");
}

void print_commands_md() {
  fmt::print("<!-- SPDX-License-Identifier: Apache-2.0 -->\n");
  fmt::print("<!-- Generated from commands.def by generate_isa; do not edit. -->\n\n# Commands\n");
  fmt::print(
      "\nA command is 64 bytes: sixteen little-endian 32-bit words, at an address that is a "
      "multiple of 64.\nBits that an opcode does not use must be zero.\n"
      "\nCommands take effect in the order of the list. A core may read them, and what they read, "
      "ahead of their turn, so:\n"
      "\n* a list must not write to itself;"
      "\n* what a list writes may be read only behind a FENCE;"
      "\n* registers and memory that a list uses must hold while BUSY, but for what the list "
      "itself "
      "writes;"
      "\n* words behind END, up to LIST_COUNT and inside the window, may be read; they have no "
      "effect.\n");
  fmt::print("\n## Fields\n\n| Word | Bits | Field | Meaning |\n|---|---|---|---|\n");
  for (const CommandField& f : kCommandFields)
    fmt::print("| {} | {}:{} | {} | {} |\n", f.word, f.lsb + f.width - 1, f.lsb, f.name, f.text);
  fmt::print("\n## Opcodes\n\n| Code | Opcode | Fields | Meaning |\n|---|---|---|---|\n");
  for (const OpcodeInfo& o : kOpcodes)
    fmt::print("| {:#04x} | {} |{} | {} |\n", static_cast<unsigned>(o.opcode), o.name,
               field_list(o), o.text);

  fmt::print(
      "\n## What an opcode needs and touches\n\nA code that is not listed is refused with "
      "BAD_OPCODE, and so is one whose capability the core lacks.\n\n| Opcode | Unit | Capability "
      "| SRC | SRC2 | DST | Memory | Rules |\n|---|---|---|---|---|---|---|---|\n");
  const auto dash = [](std::span<const NamedText> names, auto value) {
    return value == decltype(value){} ? std::string_view("-")
                                      : names[static_cast<std::size_t>(value)].name;
  };
  for (const OpcodeInfo& o : kOpcodes) {
    fmt::print("| {} | {} | {} | {} | {} | {} | {} |", o.name, dash(kUnits, o.unit),
               dash(kCapabilities, o.capability), dash(kReaches, o.src), dash(kReaches, o.src2),
               dash(kReaches, o.dst), dash(kMemoryUses, o.memory));
    for (std::size_t i = 0; i < std::size(kRules); ++i)
      if (o.keeps(static_cast<Rule>(i))) fmt::print(" {}", kRules[i].name);
    fmt::print(" |\n");
  }
  print_names("The units:", "Unit", std::span(kUnits).subspan(1));
  print_names("The capabilities:", "Capability", std::span(kCapabilities).subspan(1));
  print_names("How far an operand reaches in vector memory; RAW doubles what is written at DST:",
              "Reach", std::span(kReaches).subspan(1));
  print_names("What is done with the memory at ADDR:", "Memory", std::span(kMemoryUses).subspan(1));
  print_names(
      "The rules; a command that breaks one is refused with BAD_FIELD. Besides, BANK + MORE must "
      "be "
      "below the core's\nvectors, and neither INDEX nor SPAN may be 3:",
      "Rule", kRules);

  fmt::print(
      "\n## Errors\n\nThe first check that fails stops the machine before the command touches "
      "anything. AXI_READ to OVERFLOW,\nMEMORY_PARITY and STREAM_SUM are data errors and sticky: "
      "the command runs to its end, the\n"
      "machine stops there and reports the lowest code that was raised. A command that was\n"
      "itself read with an error does not run.\n\n| Code | Error | Meaning |\n|---|---|---|\n");
  for (const ErrorInfo& e : kErrors)
    fmt::print("| {} | {} | {} |\n", static_cast<unsigned>(e.code), e.name, e.text);
}

}  // namespace trine
