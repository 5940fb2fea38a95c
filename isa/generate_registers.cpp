// SPDX-License-Identifier: Apache-2.0

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "isa/generate.h"
#include "isa/generate_text.h"
#include "isa/registers.h"

namespace trine {
namespace {

std::string_view name_of(Access access) {
  switch (access) {
    case Access::CONST:
      return "CONST";
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

const RegInfo& info_of(const Field& f) {
  return *find_register(f.reg);
}

bool is_counter(Reg reg) {
  return std::ranges::any_of(kCounterRegs,
                             [&](const CounterRegs& c) { return c.low == reg || c.high == reg; });
}

/// The member of a structure that holds a field: a register that is one field lends its name.
std::string member_of(const Field& f) {
  const std::string reg = lower(info_of(f).name);
  return f.width == 32 ? reg : fmt::format("{}_{}", reg, lower(f.name));
}

/// A packed structure of fields, and where each lies in it.
struct Structure {
  std::string name, text;
  std::vector<Field> fields;  // From bit 0 on.

  unsigned width() const {
    unsigned bits = 0;
    for (const Field& f : fields) bits += f.width;
    return bits;
  }
  unsigned place(const Field& field) const {
    unsigned bits = 0;
    for (const Field& f : fields) {
      if (f.reg == field.reg && f.name == field.name) return bits;
      bits += f.width;
    }
    return bits;
  }
  bool has(const Field& field) const { return place(field) != width(); }
};

/// The fields that `wanted` picks; whole words first, so that halves of addresses lie side by side.
Structure structure(std::string name, std::string text,
                    const std::function<bool(const Field&)>& wanted) {
  Structure s{std::move(name), std::move(text), {}};
  for (const Field& f : kFields)
    if (f.width == 32 && wanted(f)) s.fields.push_back(f);
  for (const Field& f : kFields)
    if (f.width != 32 && wanted(f)) s.fields.push_back(f);
  return s;
}

const Structure kSoftware = structure("software", "What software writes.",
                                      [](const Field& f) { return f.access == Access::RW; });
const Structure kHardware =
    structure("hardware", "What the hardware says, without the counters.", [](const Field& f) {
      return (f.access == Access::RO && !is_counter(f.reg)) || f.access == Access::W1C;
    });
const Structure kOnes =
    structure("ones", "Fields to which software writes a 1 in this cycle.",
              [](const Field& f) { return f.access == Access::W1 || f.access == Access::W1C; });

void print_structure(const Structure& s) {
  fmt::print("\n  // {}\n", s.text);
  fmt::print("  parameter int unsigned {}Bits = {};\n", camel(s.name), s.width());
  fmt::print("  typedef struct packed {{\n");
  for (auto f = s.fields.rbegin(); f != s.fields.rend(); ++f)
    fmt::print("    {:<13}{};\n", vector_type(f->width), member_of(*f));
  fmt::print("  }} {}_t;\n", s.name);
}

/// A case over the registers; `line` says what becomes of a field, empty for nothing.
void print_case(const std::function<std::string(const Field&)>& line) {
  fmt::print("    case (offset)\n");
  for (const RegInfo& r : kRegs) {
    std::string lines;
    for (const Field& f : kFields)
      if (f.reg == r.reg) lines += line(f);
    if (!lines.empty()) fmt::print("      {}_OFFSET: begin\n{}      end\n", r.name, lines);
  }
  fmt::print("      default: ;\n    endcase\n  endfunction\n");
}

/// The registers that are one field: they lie in the lowest words of software_t.
void print_words() {
  const auto is_word = [](const Field& f) { return f.width == 32; };
  const auto words = static_cast<unsigned>(std::ranges::count_if(kSoftware.fields, is_word));
  const unsigned width = bits_for(words - 1);
  fmt::print(
      "\n  // Registers of software_t that are one field: where their word lies in it.\n"
      "  parameter int unsigned SoftwareWords = {};\n"
      "  function automatic logic is_word(input logic [11:0] offset);\n    case (offset)\n",
      words);
  std::string names, places;
  for (unsigned i = 0; i < words; ++i) {
    const std::string_view name = info_of(kSoftware.fields[i]).name;
    names += fmt::format("      {}_OFFSET{}", name, i + 1 < words ? ",\n" : ": is_word = 1'b1;\n");
    places += fmt::format("      {}_OFFSET: word_of = {}'d{};\n", name, width, i);
  }
  fmt::print("{}      default: is_word = 1'b0;\n    endcase\n  endfunction\n", names);
  fmt::print(
      "  function automatic logic [{}:0] word_of(input logic [11:0] offset);\n    case (offset)\n"
      "{}      default: word_of = '0;\n    endcase\n  endfunction\n",
      width - 1, places);
}

void print_software_functions() {
  const std::string software = fmt::format("logic [{}:0]", kSoftware.width() - 1);
  std::string reset;
  for (auto f = kSoftware.fields.rbegin(); f != kSoftware.fields.rend(); ++f)
    reset +=
        fmt::format("{}{}'h{:X}", reset.empty() ? "" : ", ", f->width, f->get(info_of(*f).reset));
  fmt::print("\n  // What they reset to.\n");
  fmt::print("  parameter {} SoftwareReset = {{{}}};\n", software, reset);
  // A condition each: so synthesis finds a clock enable and no logic in front of a register.
  fmt::print(
      "\n  // software_t after a write of `word` to a register.\n"
      "  function automatic {} written(\n"
      "      input {} software, input logic [11:0] offset, input logic [31:0] word);\n"
      "    written = software;\n",
      software, software);
  for (const RegInfo& r : kRegs) {
    std::string lines;
    for (const Field& f : kFields)
      if (f.reg == r.reg && kSoftware.has(f))
        lines += fmt::format("      written[{} +: {}] = word[{} +: {}];\n", kSoftware.place(f),
                             f.width, f.lsb, f.width);
    if (!lines.empty())
      fmt::print("    if (offset == {}_OFFSET) begin\n{}    end\n", r.name, lines);
  }
  fmt::print("  endfunction\n");
  print_words();
  unsigned span = 0;
  for (const Field& f : kOnes.fields) span = std::max(span, f.lsb + f.width);
  fmt::print(
      "\n  // ones_t of a write that sets `set_bits`; the lowest bits are all that matter to it.\n"
      "  parameter int unsigned OnesSpan = {};\n"
      "  function automatic {} ones_of(\n"
      "      input logic [11:0] offset, input logic [OnesSpan-1:0] set_bits);\n    ones_of = '0;\n",
      span, vector_type(kOnes.width()));
  print_case([](const Field& f) {
    return kOnes.has(f) ? fmt::format("        ones_of[{} +: {}] = set_bits[{} +: {}];\n",
                                      kOnes.place(f), f.width, f.lsb, f.width)
                        : std::string();
  });
}

void print_read_functions() {
  fmt::print(
      "\n  // What a register reads; 0 for a counter and an offset without a register.\n"
      "  function automatic logic [31:0] value_of(\n"
      "      input logic [11:0] offset, input logic [{}:0] software, input logic [{}:0] "
      "hardware);\n"
      "    value_of = '0;\n",
      kSoftware.width() - 1, kHardware.width() - 1);
  print_case([](const Field& f) {
    const std::string to = fmt::format("        value_of[{} +: {}] = ", f.lsb, f.width);
    if (kSoftware.has(f))
      return to + fmt::format("software[{} +: {}];\n", kSoftware.place(f), f.width);
    if (kHardware.has(f))
      return to + fmt::format("hardware[{} +: {}];\n", kHardware.place(f), f.width);
    if (f.access == Access::CONST)
      return to + fmt::format("{}'h{:X};\n", f.width, f.get(info_of(f).reset));
    return std::string();
  });
  fmt::print(
      "\n  // There is a register at this offset.\n"
      "  function automatic logic is_mapped(input logic [11:0] offset);\n    case (offset)\n");
  for (const RegInfo& r : kRegs)
    fmt::print("      {}_OFFSET{}", r.name,
               &r == std::end(kRegs) - 1 ? ": is_mapped = 1'b1;\n" : ",\n");
  fmt::print("      default: is_mapped = 1'b0;\n    endcase\n  endfunction\n");
}

void print_counter_functions() {
  const std::size_t count = std::size(kCounterRegs);
  fmt::print(
      "\n  // Counters: `counter_of` a register is its number + 1 and 0 for none, `counter_high` "
      "tells\n"
      "  // the half.\n");
  fmt::print("  parameter int unsigned Counters = {};\n", count);
  for (std::size_t i = 0; i < count; ++i)
    fmt::print("  parameter int unsigned COUNTER_{} = {};\n", kCounterRegs[i].name, i);
  const unsigned width = bits_for(count);
  fmt::print(
      "\n  function automatic logic [{}:0] counter_of(input logic [11:0] offset);\n    case "
      "(offset)\n",
      width - 1);
  for (std::size_t i = 0; i < count; ++i)
    fmt::print("      {0}_LO_OFFSET, {0}_HI_OFFSET: counter_of = {1}'d{2};\n", kCounterRegs[i].name,
               width, i + 1);
  fmt::print("      default: counter_of = '0;\n    endcase\n  endfunction\n");
  fmt::print(
      "\n  function automatic logic counter_high(input logic [11:0] offset);\n    case (offset)\n");
  for (std::size_t i = 0; i < count; ++i)
    fmt::print("      {}_HI_OFFSET{}", kCounterRegs[i].name,
               i + 1 < count ? ",\n" : ": counter_high = 1'b1;\n");
  fmt::print("      default: counter_high = 1'b0;\n    endcase\n  endfunction\n");
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
  fmt::print("  // ---- Storage and decode ----\n");
  for (const Structure* s : {&kSoftware, &kHardware, &kOnes}) print_structure(*s);
  print_software_functions();
  print_read_functions();
  print_counter_functions();
  fmt::print("\nendpackage\n");
}

void print_regs_md() {
  fmt::print("<!-- SPDX-License-Identifier: Apache-2.0 -->\n");
  fmt::print(
      "<!-- Generated from registers.def by generate_isa; do not edit. -->\n\n# Registers\n");
  fmt::print(
      "\nOffsets are in bytes; a register is a 32-bit word. CONST: always the reset value. RO: "
      "hardware writes.\nRW: software writes. W1: write 1 to act, reads 0. W1C: hardware sets, "
      "write 1 clears. An offset that is\nnot listed answers with SLVERR.\n");
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
