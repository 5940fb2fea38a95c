// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>

#include "sim/axi_read_ports.h"
#include "sim/axi_write.h"
#include "sim/map_memory.h"

namespace trine::sim {

/// The AXI4 side of a memory. `Bus` has the `m_axi_*` signals of the core as members, with one read
/// port or several; with one, data moves between them and the memory without a copy in between.
///
/// Around each rising edge: `sample` with all signals settled, the edge, `drive`. Bursts are
/// answered in order; a broken rule of the protocol throws ProtocolError. The timing's latencies
/// and faults are the memory map's; stalls, bandwidth and outstanding bursts hold for any memory.
template <class Bus>
class AxiMemory {
 public:
  static constexpr std::size_t kBeatBytes = kBusBytes<Bus>;

  AxiMemory(std::shared_ptr<BurstMemory> memory, const AxiTiming& timing)
      : memory_(std::move(memory)), read_(*memory_, timing), write_(*memory_, timing) {}
  AxiMemory(MemoryMap& memory, const AxiTiming& timing)
      : AxiMemory(std::make_shared<MapMemory>(memory, timing), timing) {}

  /// The values of the inputs before the first edge: nothing valid, nothing ready.
  static void idle(Bus& bus) {
    bus.m_axi_arready_i = bus.m_axi_awready_i = bus.m_axi_wready_i = 0;
    bus.m_axi_rvalid_i = bus.m_axi_bvalid_i = 0;
    bus.m_axi_rresp_i = bus.m_axi_bresp_i = 0;
    bus.m_axi_rlast_i = 0;
    std::memset(&bus.m_axi_rdata_i, 0, kBeatBytes);
  }

  void sample(const Bus& bus) {
    read_.sample(bus, cycle_);
    write_.sample(bus, cycle_);
  }
  /// True when an input of the core is new, read data aside.
  bool drive(Bus& bus) {
    memory_->tick(cycle_);
    bool changed = read_.drive(bus, cycle_);
    changed |= write_.drive(bus, cycle_);
    ++cycle_;
    return changed;
  }

  /// Edges around which nothing but the read data would move while the core takes beats, asks for
  /// nothing and writes nothing: after some of these, `next_beats` stands for `sample` and `drive`.
  unsigned streak() const { return write_.rests() ? read_.streak() : 0; }
  /// Their data, one behind the other, that of the bus first.
  const std::byte* beats_at() const { return read_.beats_at(); }
  void next_beats(Bus& bus, unsigned count) {
    for (unsigned i = 0; i < count; ++i) memory_->tick(cycle_++);
    read_.next_beats(bus, count);
  }

  /// The burst that was last answered with an error; empty when none was.
  std::string last_failure() const {
    const BusFailure& read = read_.failure();
    const BusFailure& write = write_.failure();
    return (write.cycle > read.cycle ? write : read).text(write.cycle > read.cycle);
  }

  const AxiReadPorts<Bus>& read() const { return read_; }
  const AxiWriteChannel<Bus>& write() const { return write_; }

 private:
  std::shared_ptr<BurstMemory> memory_;
  AxiReadPorts<Bus> read_;
  AxiWriteChannel<Bus> write_;
  std::uint64_t cycle_ = 0;
};

}  // namespace trine::sim
