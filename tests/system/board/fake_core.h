// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <string>

#include "isa/registers.h"
#include "tests/system/board/fake_memory.h"

namespace trine::test {

/// The core behind a fake board: the golden machine, or the Verilated RTL.
class FakeCore {
 public:
  virtual ~FakeCore() = default;
  virtual std::uint32_t read(Reg reg) = 0;
  virtual void write(Reg reg, std::uint32_t value) = 0;
  /// Works on for a moment: a command, or some cycles.
  virtual void work() = 0;
  virtual bool irq() = 0;
};

/// `device` is "golden" or "rtl"; the core's memory is `memory`, which must outlive it.
std::unique_ptr<FakeCore> make_fake_core(const std::string& device, unsigned groups,
                                         unsigned vectors, FakeMemory& memory);

}  // namespace trine::test
