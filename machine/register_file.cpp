// SPDX-License-Identifier: Apache-2.0

#include "machine/register_file.h"

#include <fmt/format.h>

#include "golden/error.h"

namespace trine {
namespace {

void check_exists(Reg reg, const char* access) {
  if (find_register(reg) == nullptr)
    throw Error(fmt::format("{} of register {:#x}, which does not exist", access,
                            static_cast<std::uint32_t>(reg)));
}

}  // namespace

std::uint32_t RegisterFile::read(Reg reg) const {
  check_exists(reg, "read");
  return word(reg);
}

std::uint32_t RegisterFile::write(Reg reg, std::uint32_t value) {
  check_exists(reg, "write");
  const std::uint32_t writable = mask_of(reg, Access::RW);
  word(reg) = (word(reg) & ~writable) | (value & writable);
  word(reg) &= ~(value & mask_of(reg, Access::W1C));
  return value & mask_of(reg, Access::W1);
}

void RegisterFile::reset() {
  for (const RegInfo& info : kRegs) word(info.reg) = info.reset;
}

}  // namespace trine
