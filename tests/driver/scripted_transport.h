// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "driver/transport.h"

namespace trine {

inline std::string_view reg_name(Reg reg) {
  for (const RegInfo& info : kRegs)
    if (info.reg == reg) return info.name;
  return "?";
}

/// Answers reads from a script and records every access, in order: "R STATUS", "W CTRL=1",
/// "M 0x1000+64" for a memory write, "wait".
class ScriptedTransport : public Transport {
 public:
  std::map<Reg, std::uint32_t> values;  // What a register reads as,
  std::deque<std::uint32_t> statuses;   // and STATUS before that, one after the other.
  std::vector<std::string> log;

  ScriptedTransport() {
    for (const RegInfo& info : kRegs) values[info.reg] = info.reset;
  }

  std::uint32_t read(Reg reg) override {
    log.push_back(fmt::format("R {}", reg_name(reg)));
    if (reg != Reg::STATUS || statuses.empty()) return values[reg];
    const std::uint32_t status = statuses.front();
    statuses.pop_front();
    return status;
  }
  void write(Reg reg, std::uint32_t value) override {
    log.push_back(fmt::format("W {}={:x}", reg_name(reg), value));
  }
  void read_memory(std::uint64_t address, std::span<std::byte> to) override {
    log.push_back(fmt::format("m {:#x}+{}", address, to.size()));
  }
  void write_memory(std::uint64_t address, std::span<const std::byte> from) override {
    log.push_back(fmt::format("M {:#x}+{}", address, from.size()));
  }
  std::uint64_t memory_size() const override { return 1 << 20; }
  void map_memory(std::uint64_t address, std::span<const std::byte> bytes) override {
    log.push_back(fmt::format("A {:#x}+{}", address, bytes.size()));
  }
  void wait() override { log.emplace_back("wait"); }

  std::size_t count(std::string_view entry) const {
    return static_cast<std::size_t>(std::count(log.begin(), log.end(), entry));
  }
};

}  // namespace trine
