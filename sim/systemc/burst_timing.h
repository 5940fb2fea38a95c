// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <systemc>
#include <vector>

#include "driver/memory_report.h"
#include "sim/systemc/bursts.h"

namespace trine::sim {

/// One burst as a memory sees it.
struct BusAccess {
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;
  bool write = false;
};

/// When a memory has served a burst. Bursts come in the order of the calls and may overlap: one
/// that arrives while others are under way takes its place behind them, not their latency again.
class BurstTiming {
 public:
  virtual ~BurstTiming() = default;

  /// When the last byte of a burst that arrives at `arrival` has moved, or its write is answered.
  virtual sc_core::sc_time serve(const BusAccess& access, const sc_core::sc_time& arrival) = 0;

  /// True when nothing is lost by going around it with a pointer, whose transactions then take
  /// `direct_latency`.
  virtual bool allows_direct() const = 0;
  virtual sc_core::sc_time direct_latency() const { return sc_core::SC_ZERO_TIME; }

  /// What a DRAM did; nothing for a memory that is none.
  virtual std::optional<MemoryReport> report() const { return {}; }
};

/// A fixed latency and a fixed rate in each direction, like the memory map of the RTL simulator:
/// the first beat moves `latency` cycles behind the request, the others follow without a gap. Every
/// port has that rate for itself.
class FixedTiming final : public BurstTiming {
 public:
  struct Options {
    sc_core::sc_time period{1, sc_core::SC_NS};
    BusShape bus{};
    unsigned read_latency = 1, write_latency = 1;  // Cycles; at least 1.
    double bandwidth = 1.0;                // Beats, or transfers of a port, per cycle; in (0, 1].
    std::vector<double> port_bandwidth{};  // Of the reads of port p, in place of that.
  };
  explicit FixedTiming(const Options& options) : options_(options) {}

  sc_core::sc_time serve(const BusAccess& access, const sc_core::sc_time& arrival) override {
    const unsigned latency = access.write ? options_.write_latency : options_.read_latency;
    const unsigned port = options_.bus.read_port(access.address);
    sc_core::sc_time& free = access.write ? write_free_ : read_free_.at(port);
    const double rate = access.write ? options_.bandwidth : read_rate(port);
    const std::uint64_t transfers = access.bytes / options_.bus.transfer_bytes();
    const double beats = static_cast<double>(transfers) / rate;
    const sc_core::sc_time first = arrival + (latency - 1.0) * options_.period;
    free = std::max(first, free) + beats * options_.period;
    return free;
  }

  bool allows_direct() const override {
    for (unsigned port = 0; port < options_.bus.ports; ++port)
      if (read_rate(port) < 1) return false;
    return options_.bandwidth >= 1;
  }
  sc_core::sc_time direct_latency() const override {
    return static_cast<double>(options_.read_latency) * options_.period;
  }

 private:
  double read_rate(unsigned port) const {
    return port < options_.port_bandwidth.size() ? options_.port_bandwidth[port]
                                                 : options_.bandwidth;
  }

  Options options_;
  std::array<sc_core::sc_time, kMaxPorts> read_free_{};
  sc_core::sc_time write_free_;
};

}  // namespace trine::sim
