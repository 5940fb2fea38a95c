// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "sim/axi_read.h"
#include "sim/axi_write.h"

namespace trine::sim {

/// An AXI4 memory over a MemoryMap. `Bus` has the `m_axi_*` signals of the core as members; data
/// moves between them and the memory image without a copy in between.
///
/// Around each rising edge: `sample` with all signals settled, the edge, `drive`. Bursts are
/// answered in order. Unmapped bytes answer DECERR, writes to read-only bytes SLVERR; a broken
/// rule of the protocol throws ProtocolError.
template <class Bus>
class AxiMemory {
 public:
  static constexpr std::size_t kBeatBytes = AxiReadChannel<Bus>::kBeatBytes;

  AxiMemory(MemoryMap& memory, const AxiTiming& timing)
      : read_(memory, timing), write_(memory, timing) {}

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
  void drive(Bus& bus) {
    read_.drive(bus, cycle_);
    write_.drive(bus, cycle_);
    ++cycle_;
  }

  const AxiReadChannel<Bus>& read() const { return read_; }
  const AxiWriteChannel<Bus>& write() const { return write_; }

 private:
  AxiReadChannel<Bus> read_;
  AxiWriteChannel<Bus> write_;
  std::uint64_t cycle_ = 0;
};

}  // namespace trine::sim
