// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "sim/dram/in_order.h"
#include "sim/dram_report.h"
#include "sim/systemc/burst_timing.h"

namespace trine::sim {

/// The time of a DRAM (sim/dram), whose controller serves bursts in the order of the calls.
/// Pointers would go around it, so it allows none.
class DramTiming final : public BurstTiming {
 public:
  /// `period` is that of the cycles in which the memory counts. Throws Error for a memory or a
  /// clock that cannot be.
  DramTiming(const dram::MemorySpec& spec, const sc_core::sc_time& period)
      : period_(period), memory_(spec, 1e-6 / period.to_seconds()) {}

  sc_core::sc_time serve(const BusAccess& access, const sc_core::sc_time& arrival) override {
    const auto cycle = arrival.value() / period_.value();
    const std::uint64_t done = memory_.access(cycle, access.address, access.bytes, access.write);
    return std::max(arrival, static_cast<double>(done) * period_);
  }
  bool allows_direct() const override { return false; }

  /// Served in the order of the calls, a clock without data has no single cause: "lost" is all.
  std::optional<MemoryReport> report() const override {
    const dram::Stats stats = memory_.stats();
    MemoryReport report = report_of(memory_.spec(), stats, 1e-6 / period_.to_seconds());
    std::erase_if(report.counts, [](const auto& count) {
      return count.first.starts_with("lost_") || count.first == "turnarounds";
    });
    report.counts.emplace_back("lost", stats.clocks() - stats.busy);
    return report;
  }
  dram::Stats stats() const { return memory_.stats(); }
  const dram::MemorySpec& spec() const { return memory_.spec(); }

 private:
  sc_core::sc_time period_;
  dram::InOrderMemory memory_;
};

}  // namespace trine::sim
