// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>

#include "isa/registers.h"

namespace trine {

/// The registers of a core but its counters, as isa/registers.def describes them: reset values,
/// which bits software writes and which clear. What a register means to the machine is its user's.
class RegisterFile {
 public:
  RegisterFile() { reset(); }

  /// What a register reads. Throws Error for one that does not exist.
  std::uint32_t read(Reg reg) const;

  /// What software's write does to the stored bits: RW fields take theirs, a 1 clears a W1C field.
  /// Returns the W1 fields to which it wrote a 1. Throws Error for a register that does not exist.
  std::uint32_t write(Reg reg, std::uint32_t value);

  /// The hardware's view: any field, whoever may write it.
  std::uint32_t get(const Field& field) const { return field.get(word(field.reg)); }
  void set(const Field& field, std::uint32_t value) {
    word(field.reg) = (word(field.reg) & ~field.mask()) | field.put(value);
  }
  /// A pair of registers as one number.
  std::uint64_t get(const Field& low, const Field& high) const {
    return get(low) | std::uint64_t{get(high)} << 32;
  }

  /// Every field as after power-on of a core with the default parameters.
  void reset();

 private:
  static constexpr std::size_t kWords =
      static_cast<std::size_t>(kRegs[std::size(kRegs) - 1].reg) / 4 + 1;

  std::uint32_t& word(Reg reg) { return words_.at(static_cast<std::size_t>(reg) / 4); }
  std::uint32_t word(Reg reg) const { return words_.at(static_cast<std::size_t>(reg) / 4); }

  std::array<std::uint32_t, kWords> words_{};
};

}  // namespace trine
