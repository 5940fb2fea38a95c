// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstring>

#include "driver/memory.h"
#include "sim/axi_burst.h"

namespace trine::sim {

/// AR and R of an AXI4 memory. `Bus` has the `m_axi_*` signals of the core as members, for example
/// a Verilated model; a beat is as wide as its read data.
template <class Bus>
class AxiReadChannel {
 public:
  static constexpr std::size_t kBeatBytes = sizeof(static_cast<Bus*>(nullptr)->m_axi_rdata_i);

  AxiReadChannel(MemoryMap& memory, const AxiTiming& timing)
      : memory_(memory),
        latency_(timing.read_latency),
        capacity_(timing.outstanding),
        faults_(timing.read_faults),
        scramble_(timing.scramble),
        bandwidth_(timing.bandwidth),
        stalls_ar_(timing.stall_ar, timing.seed * 8 + 0),
        stalls_r_(timing.stall_r, timing.seed * 8 + 1),
        bursts_(timing.outstanding) {}

  /// Before the rising edge, all signals settled: notes what moves at this edge.
  void sample(const Bus& bus, std::uint64_t cycle) {
    const bool valid = bus.m_axi_arvalid_o, ready = bus.m_axi_arready_i;
    if (valid || !held_.idle()) {
      const AxiAddress request{bus.m_axi_araddr_o, bus.m_axi_arlen_o, bus.m_axi_arsize_o,
                               bus.m_axi_arburst_o};
      held_.sample("AR", valid, ready, request);
      if (valid && ready) accept(request, cycle);
    }
    if (offered_ && bus.m_axi_rready_o) {
      offered_ = false;
      ++beats_;
      Burst& burst = bursts_.front();
      burst.data += kBeatBytes;
      if (--burst.left == 0) bursts_.pop();
    }
  }

  /// After the edge: the signals for the next one.
  void drive(Bus& bus, std::uint64_t cycle) {
    bandwidth_.tick();
    bus.m_axi_arready_i = bursts_.size() < capacity_ && !stalls_ar_.draw();
    if (offered_) return;
    offered_ = !bursts_.empty() && cycle + 1 >= bursts_.front().first_cycle && bandwidth_.has() &&
               !stalls_r_.draw();
    bus.m_axi_rvalid_i = offered_;
    if (offered_) {
      const Burst& burst = bursts_.front();
      bandwidth_.use();
      std::memcpy(&bus.m_axi_rdata_i, burst.data, kBeatBytes);
      bus.m_axi_rresp_i = static_cast<std::uint8_t>(burst.response);
      bus.m_axi_rlast_i = burst.left == 1;
    } else if (scramble_) {
      std::memset(&bus.m_axi_rdata_i, static_cast<int>(cycle * 37 + 0xA5) & 0xFF, kBeatBytes);
    }
  }

  std::uint64_t bursts() const { return accepted_; }
  std::uint64_t beats() const { return beats_; }
  std::size_t pending() const { return bursts_.size(); }

 private:
  struct Burst {
    const std::byte* data = nullptr;
    std::uint64_t first_cycle = 0;
    unsigned left = 0;
    AxiResponse response = AxiResponse::kOkay;
  };

  void accept(const AxiAddress& request, std::uint64_t cycle) {
    request.check("AR", kBeatBytes);
    const std::uint64_t end = request.end(kBeatBytes);
    Burst burst{memory_.find(request.address, end - request.address), cycle + latency_,
                request.beats(), fault_response(faults_, accepted_++, request.address, end)};
    if (burst.data == nullptr) burst.response = AxiResponse::kDecodeError;
    if (burst.response != AxiResponse::kOkay) burst.data = kNothing.data();
    bursts_.push(burst);
  }

  /// What comes with an error response.
  static constexpr std::array<std::byte, AxiAddress::kPage> kNothing{};

  MemoryMap& memory_;
  std::uint64_t latency_;
  std::size_t capacity_;
  std::vector<AxiFault> faults_;
  bool scramble_;
  Bandwidth bandwidth_;
  Stalls stalls_ar_, stalls_r_;
  Ring<Burst> bursts_;
  HoldCheck<AxiAddress> held_;
  bool offered_ = false;
  std::uint64_t accepted_ = 0, beats_ = 0;
};

}  // namespace trine::sim
