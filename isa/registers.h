// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace trine {

/// Who writes a field; CONST: nobody, it keeps its reset value.
enum class Access : std::uint8_t { CONST, RO, RW, W1, W1C };

/// Byte offsets, one enumerator per register.
enum class Reg : std::uint32_t {
#define REG(reg, offset, reset, text) reg = offset,
#include "registers.def"
};

/// One bit field, with the shift and mask worked out once.
struct Field {
  Reg reg;
  std::string_view name;
  unsigned lsb, width;
  Access access;
  std::string_view text;

  constexpr std::uint32_t mask() const {
    return static_cast<std::uint32_t>(((std::uint64_t{1} << width) - 1) << lsb);
  }
  constexpr std::uint32_t put(std::uint32_t value) const { return (value << lsb) & mask(); }
  constexpr std::uint32_t get(std::uint32_t word) const { return (word & mask()) >> lsb; }
};

namespace field {
#define FIELD(reg, field, lsb, width, access, text) \
  inline constexpr Field reg##_##field{Reg::reg, #field, lsb, width, Access::access, text};
#include "registers.def"
}  // namespace field

struct RegInfo {
  Reg reg;
  std::string_view name;
  std::uint32_t reset;
  std::string_view text;
};

inline constexpr RegInfo kRegs[] = {
#define REG(reg, offset, reset, text) {Reg::reg, #reg, reset, text},
#include "registers.def"
};

inline constexpr Field kFields[] = {
#define FIELD(reg, field_, lsb, width, access, text) field::reg##_##field_,
#include "registers.def"
};

/// The two registers of a counter.
struct CounterRegs {
  std::string_view name;
  Reg low, high;
};

inline constexpr CounterRegs kCounterRegs[] = {
#define COUNTER(name, member, offset, text) {#name, Reg::name##_LO, Reg::name##_HI},
#include "registers.def"
};

/// What the sequence state has for each bank, from bank 0 on.
inline constexpr Reg kTokenRegs[] = {Reg::TOKEN_0, Reg::TOKEN_1, Reg::TOKEN_2, Reg::TOKEN_3,
                                     Reg::TOKEN_4, Reg::TOKEN_5, Reg::TOKEN_6, Reg::TOKEN_7};
inline constexpr Reg kAheadRegs[] = {Reg::AHEAD_0, Reg::AHEAD_1, Reg::AHEAD_2, Reg::AHEAD_3,
                                     Reg::AHEAD_4, Reg::AHEAD_5, Reg::AHEAD_6, Reg::AHEAD_7};

/// What is known of a register; null for one that does not exist.
constexpr const RegInfo* find_register(Reg reg) {
  for (const RegInfo& info : kRegs)
    if (info.reg == reg) return &info;
  return nullptr;
}

/// The bits of a register that are accessed so.
constexpr std::uint32_t mask_of(Reg reg, Access access) {
  std::uint32_t mask = 0;
  for (const Field& f : kFields)
    if (f.reg == reg && f.access == access) mask |= f.mask();
  return mask;
}

/// True when offsets ascend and are words, no two fields of a register share a bit and only what
/// has a field resets to a 1.
constexpr bool well_formed() {
  for (const RegInfo& reg : kRegs) {
    if (static_cast<std::uint32_t>(reg.reg) % 4 != 0) return false;
    if (&reg != kRegs && reg.reg <= (&reg - 1)->reg) return false;
    std::uint32_t used = 0;
    for (const Field& f : kFields) {
      if (f.reg != reg.reg) continue;
      if (f.lsb + f.width > 32 || (used & f.mask()) != 0) return false;
      used |= f.mask();
    }
    if ((reg.reset & ~used) != 0) return false;
  }
  return true;
}
static_assert(well_formed());

}  // namespace trine
