// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "isa/registers.h"

namespace trine {

/// The core's counters at one moment; their meaning is in isa/registers.def.
struct Counters {
#define COUNTER(name, member, offset, text) std::uint64_t member = 0;
#include "isa/registers.def"

  bool operator==(const Counters&) const = default;
};

/// One counter: its name in the register map (without _LO and _HI), its registers, its member.
struct CounterInfo {
  std::string_view name;
  Reg low, high;
  std::uint64_t Counters::*value;
};

inline constexpr CounterInfo kCounters[] = {
#define COUNTER(name, member, offset, text) \
  {#name, Reg::name##_LO, Reg::name##_HI, &Counters::member},
#include "isa/registers.def"
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
