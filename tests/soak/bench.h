// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "machine/cost_model.h"
#include "machine/golden_transport.h"
#include "sim/rtl_transport.h"
#include "tests/system/random_commands.h"

namespace trine::soak {

/// The RTL and golden differ, or the RTL hangs: what a soak looks for.
class Finding : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The Verilated core beside the golden machine, with the same memory and the same commands.
class Bench : public test::RandomCommands {
 public:
  /// `timing` may hold BusFaults, which stay the caller's to change. `bus_limit` is BUS_LIMIT;
  /// `checking` asks for the core with assertions.
  Bench(const CoreShape& shape, const MemoryTiming& timing, std::uint32_t bus_limit, unsigned seed,
        bool checking = false);

  sim::RtlTransport& rtl() { return rtl_; }
  GoldenTransport& golden() { return golden_; }
  const MachineParams& params() const { return params_; }
  std::array<Transport*, 2> sides() { return {&rtl_, &golden_}; }

  /// Registers of both sides as after a reset, but for what a list needs.
  void reset_registers();
  /// Data, banks and sequence state anew, after which both sides are equal whatever was before.
  void refill();

  /// The golden core's outcome of a list that is started there.
  test::Outcome finish_golden();
  /// Waits for the RTL. Throws Finding when the list takes longer than limit_of() says.
  test::Outcome finish_rtl(std::uint64_t limit);
  /// Cycles in which a list must have ended: three times what the cost model says of this memory
  /// when bursts wait for each other, and what one silence of the bus may cost.
  std::uint64_t limit_of(std::span<const Command> list);
  std::uint64_t expected() const { return expected_; }

  void check_equal(const test::Outcome& got, const test::Outcome& want) const;
  /// Vector memory and memory of both sides; `except` is a command whose result is open.
  void check_state(const Command* except = nullptr);
  bool same_state();

 private:
  Bench(const sim::SimOptions& options, std::uint32_t bus_limit, unsigned seed);
  static sim::SimOptions options_of(const CoreShape& shape, const MemoryTiming& timing,
                                    bool checking);
  std::uint64_t cycles_of(std::span<const Command> list, CostModel& model) const;
  /// Where the sides differ; empty when they don't.
  std::string difference(const Command* except);

  sim::RtlTransport rtl_;
  MachineParams params_;
  GoldenTransport golden_;
  std::uint32_t bus_limit_;
  CostModel cost_, slow_cost_;
  std::uint64_t expected_ = 0;
};

std::string describe(const test::Outcome& outcome);

}  // namespace trine::soak
