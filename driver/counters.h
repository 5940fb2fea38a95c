// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "isa/registers.h"

namespace trine {

/// The core's counters at one moment; their meaning is in isa/registers.def.
struct Counters {
  std::uint64_t cycles = 0;
  std::uint64_t weight_beats = 0;
  std::uint64_t read_beats = 0, write_beats = 0;
  std::uint64_t stall_memory = 0, stall_table = 0, stall_rows = 0;
  std::uint64_t commands = 0;

  bool operator==(const Counters&) const = default;
};

/// One counter: its name in the register map (without _LO and _HI), its registers, its member.
struct CounterInfo {
  std::string_view name;
  Reg low, high;
  std::uint64_t Counters::*value;
};

inline constexpr CounterInfo kCounters[] = {
    {"CYCLES", Reg::CYCLES_LO, Reg::CYCLES_HI, &Counters::cycles},
    {"WEIGHT_BEATS", Reg::WEIGHT_BEATS_LO, Reg::WEIGHT_BEATS_HI, &Counters::weight_beats},
    {"READ_BEATS", Reg::READ_BEATS_LO, Reg::READ_BEATS_HI, &Counters::read_beats},
    {"WRITE_BEATS", Reg::WRITE_BEATS_LO, Reg::WRITE_BEATS_HI, &Counters::write_beats},
    {"STALL_MEMORY", Reg::STALL_MEMORY_LO, Reg::STALL_MEMORY_HI, &Counters::stall_memory},
    {"STALL_TABLE", Reg::STALL_TABLE_LO, Reg::STALL_TABLE_HI, &Counters::stall_table},
    {"STALL_ROWS", Reg::STALL_ROWS_LO, Reg::STALL_ROWS_HI, &Counters::stall_rows},
    {"COMMANDS", Reg::COMMANDS_LO, Reg::COMMANDS_HI, &Counters::commands},
};

constexpr Counters operator-(const Counters& a, const Counters& b) {
  Counters difference;
  for (const CounterInfo& counter : kCounters)
    difference.*counter.value = a.*counter.value - b.*counter.value;
  return difference;
}

constexpr Counters& operator+=(Counters& a, const Counters& b) {
  for (const CounterInfo& counter : kCounters) a.*counter.value += b.*counter.value;
  return a;
}

/// One counter as two registers: reading the low half holds the high half still until it is read.
class CounterLatch {
 public:
  std::uint32_t low(std::uint64_t value) {
    held_ = true;
    high_ = static_cast<std::uint32_t>(value >> 32);
    return static_cast<std::uint32_t>(value);
  }
  std::uint32_t high(std::uint64_t value) {
    const bool held = std::exchange(held_, false);
    return held ? high_ : static_cast<std::uint32_t>(value >> 32);
  }

 private:
  bool held_ = false;
  std::uint32_t high_ = 0;
};

}  // namespace trine
