// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include "runtime/selftest/stages.h"

namespace trine::selftest {
namespace {

std::uint32_t writable(Reg reg) {
  return mask_of(reg, Access::RW);
}

/// Reads a register of which these bits must be so.
void check(Transport& transport, const RegInfo& info, std::uint32_t mask, std::uint32_t wanted,
           const std::string& when) {
  const std::uint32_t got = transport.read(info.reg) & mask;
  if (got == (wanted & mask)) return;
  const std::uint32_t wrong = got ^ (wanted & mask);
  throw StageFailure(fmt::format("{} ({:#05x}) reads {:#010x} {}, must be {:#010x}: bits {:#010x}",
                                 info.name, static_cast<std::uint32_t>(info.reg), got, when,
                                 wanted & mask, wrong));
}

void try_registers(Bench& bench) {
  Transport& transport = bench.transport();
  bench.device().reset();
  for (const RegInfo& info : kRegs) {
    // The map says what software may write and act on; the rest is the core's own.
    const std::uint32_t known =
        writable(info.reg) | mask_of(info.reg, Access::W1) | mask_of(info.reg, Access::W1C);
    check(transport, info, known, info.reset, "after a reset");
  }
  std::vector<std::uint32_t> patterns{0, ~0u, 0xAAAAAAAA, 0x55555555};
  for (unsigned bit = 0; bit < 32; ++bit) patterns.push_back(1u << bit);
  for (const RegInfo& info : kRegs) {
    if (writable(info.reg) == 0) continue;
    for (const std::uint32_t pattern : patterns) {
      transport.write(info.reg, pattern);
      check(transport, info, writable(info.reg), pattern,
            fmt::format("after a write of {:#010x}", pattern));
    }
  }
  // Each with a value of its own: an address line that is stuck makes two of them one.
  const auto own = [](Reg reg) {
    return static_cast<std::uint32_t>(reg) * 0x01010101u ^ 0x5A5A5A5Au;
  };
  for (const RegInfo& info : kRegs)
    if (writable(info.reg) != 0) transport.write(info.reg, own(info.reg));
  for (const RegInfo& info : kRegs)
    if (writable(info.reg) != 0)
      check(transport, info, writable(info.reg), own(info.reg), "after all were written");
  // What must not change: all are written, then a command that the core acts on, so that the writes
  // have arrived.
  const auto fixed = [](const RegInfo& info) {
    const bool parameter = info.reg >= Reg::CAPS && info.reg <= Reg::MAX_COLS;
    return mask_of(info.reg, Access::CONST) | (parameter ? mask_of(info.reg, Access::RO) : 0);
  };
  std::vector<std::uint32_t> before;
  for (const RegInfo& info : kRegs) before.push_back(transport.read(info.reg));
  for (std::size_t i = 0; i < std::size(kRegs); ++i)
    if (fixed(kRegs[i]) != 0) transport.write(kRegs[i].reg, ~before[i]);
  bench.device().clear_counters();
  for (std::size_t i = 0; i < std::size(kRegs); ++i)
    check(transport, kRegs[i], fixed(kRegs[i]), before[i], "after a write that it must ignore");
  bench.device().reset();
}

/// A list runs, ends, counts, and stops where it must.
void try_control(Bench& bench) {
  Device& device = bench.device();
  bench.run(bench.list());
  CommandList fences = bench.list();
  constexpr std::uint64_t kFences = 40;  // More than the core fetches at a time.
  for (std::uint64_t i = 0; i < kFences; ++i) fences.fence();
  const std::uint64_t before = device.counters().commands;
  bench.run(fences);
  if (const std::uint64_t ran = device.counters().commands - before; ran != kFences + 1)
    throw StageFailure(fmt::format("COMMANDS counts {} of {} commands", ran, kFences + 1));
  Command none;
  none.set(command::OPCODE, 0xFF);
  CommandList bad = bench.list();
  bad.fence();
  bad.append_unchecked(none, "no opcode");
  bad.end();
  bench.run_to_error(bad, ErrorCode::BAD_OPCODE);
  CommandList outside = bench.list();
  outside.fence();
  Command load;
  load.set(command::OPCODE, static_cast<std::uint32_t>(Opcode::LOAD)).set(command::ROWS, 16);
  const std::uint64_t beyond = bench.window().limit;
  load.set(command::ADDR_LO, static_cast<std::uint32_t>(beyond));
  load.set(command::ADDR_HI, static_cast<std::uint32_t>(beyond >> 32));
  outside.append_unchecked(load, "a load outside the window");
  outside.end();
  bench.run_to_error(outside, ErrorCode::ADDRESS_RANGE);
  bench.run(bench.list());  // And goes on.
  device.clear_counters();
  if (device.counters().commands != 0) throw StageFailure("COMMANDS is not 0 after CTRL.CLEAR");
}

}  // namespace

std::string lacks_capability(const MachineParams& params, Capability capability) {
  for (const OpcodeInfo& info : kOpcodes)
    if (info.capability == capability && !supports(params, info))
      return fmt::format("this core has no such unit ({} where there is one)",
                         kCapabilities[static_cast<std::size_t>(capability)].text);
  return "";
}

std::vector<Stage> register_stages() {
  return {
      {"registers",
       "every register: reset value, each bit both ways, an address of its own, constants that "
       "stay",
       "The register bus: data width and byte lanes of AXI4-Lite, an address map of at least 4 "
       "KiB at a multiple of 4 KiB, a clock crossing that drops bits, or a bitstream of another "
       "register map than this program's.",
       try_registers}};
}

Stage control_stage() {
  return {
      "control",
      "lists that end, that stop at a bad command and outside the window, and that count",
      "The core does not fetch or run lists. A timeout: its memory port gets no answer (address "
      "map of the memory, reset or clock of the interconnect, AXI protection bits). BAD_OPCODE "
      "or BAD_FIELD: it reads other bytes than the host wrote (byte lanes, width conversion, "
      "caches that were not written back, a wrong address of the buffer). AXI_READ: nothing is "
      "mapped at the buffer's address.",
      try_control};
}

}  // namespace trine::selftest
