// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "isa/commands.h"
#include "isa/registers.h"

using namespace trine;

TEST_CASE("regs: a field goes in and comes out where the map says") {
  for (const Field& f : kFields) {
    CAPTURE(f.name);
    CHECK_EQ(f.get(f.put(~0u)), f.get(f.mask()));
    CHECK_EQ(f.put(~0u) & ~f.mask(), 0u);
  }
  CHECK_EQ(field::CTRL_ABORT.mask(), 0x2u);
  CHECK_EQ(static_cast<unsigned>(Reg::STATUS), 0x20u);
  CHECK_EQ(static_cast<unsigned>(Reg::COMMANDS_HI), 0xBCu);
}

TEST_CASE("regs: no two registers share an offset") {
  std::set<Reg> seen;
  for (const RegInfo& r : kRegs) CHECK(seen.insert(r.reg).second);
}

TEST_CASE("regs: every counter is a pair, low half first") {
  for (const RegInfo& low : kRegs) {
    if (low.reg < Reg::CYCLES_LO || !low.name.ends_with("_LO")) continue;
    bool found = false;
    for (const RegInfo& high : kRegs)
      found |= high.name == std::string(low.name.substr(0, low.name.size() - 2)) + "HI" &&
               static_cast<unsigned>(high.reg) == static_cast<unsigned>(low.reg) + 4;
    CAPTURE(low.name);
    CHECK(found);
  }
}

TEST_CASE("commands: fields do not overlap and opcodes use whole fields") {
  for (const CommandField& a : kCommandFields) {
    for (const CommandField& b : kCommandFields)
      if (&a != &b && a.word == b.word) CHECK_EQ(a.mask() & b.mask(), 0u);
    for (const OpcodeInfo& o : kOpcodes) {
      if (a.word != 0) continue;
      CAPTURE(a.name);
      CHECK((o.fields.bits & a.mask()) % a.mask() == 0u);
    }
  }
}

TEST_CASE("commands: check_form finds one stray bit in any unused place") {
  for (const OpcodeInfo& o : kOpcodes) {
    for (unsigned word = 0; word < 16; ++word) {
      for (unsigned bit = 0; bit < 32; ++bit) {
        if (word == 0 && bit < 8) continue;
        Command c;
        c.words[0] = static_cast<std::uint32_t>(o.opcode);
        c.words[word] |= 1u << bit;
        const bool used =
            word == 0 ? (o.fields.bits >> bit & 1) != 0 : (o.fields.words >> word & 1) != 0;
        CHECK_EQ(check_form(c), used ? ErrorCode::NONE : ErrorCode::BAD_FIELD);
      }
    }
  }
  CHECK_EQ(check_form(Command{}), ErrorCode::BAD_OPCODE);
}
