// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstring>

#include "driver/memory.h"
#include "sim/axi_burst.h"

namespace trine::sim {

/// AW, W and B of an AXI4 memory; `Bus` as for AxiReadChannel. Takes data only after its address.
template <class Bus>
class AxiWriteChannel {
 public:
  static constexpr std::size_t kBeatBytes = sizeof(static_cast<Bus*>(nullptr)->m_axi_wdata_o);

  AxiWriteChannel(MemoryMap& memory, const AxiTiming& timing)
      : memory_(memory),
        latency_(timing.write_latency),
        capacity_(timing.outstanding),
        faults_(timing.write_faults),
        bandwidth_(timing.bandwidth),
        stalls_aw_(timing.stall_aw, timing.seed * 8 + 2),
        stalls_w_(timing.stall_w, timing.seed * 8 + 3),
        stalls_b_(timing.stall_b, timing.seed * 8 + 4),
        bursts_(timing.outstanding),
        answers_(timing.outstanding) {}

  /// Before the rising edge, all signals settled: notes what moves at this edge.
  void sample(const Bus& bus, std::uint64_t cycle) {
    const bool w_valid = bus.m_axi_wvalid_o, w_ready = bus.m_axi_wready_i;
    if (w_valid || !held_w_.idle()) {
      if (!w_ready || !held_w_.idle()) held_w_.sample("W", w_valid, w_ready, data_beat(bus));
      if (w_valid && w_ready) take(bus, cycle);
    }
    const bool valid = bus.m_axi_awvalid_o, ready = bus.m_axi_awready_i;
    if (valid || !held_aw_.idle()) {
      const AxiAddress request{bus.m_axi_awaddr_o, bus.m_axi_awlen_o, bus.m_axi_awsize_o,
                               bus.m_axi_awburst_o};
      held_aw_.sample("AW", valid, ready, request);
      if (valid && ready) accept(request);
    }
    if (answered_ && bus.m_axi_bready_o) {
      answered_ = false;
      answers_.pop();
    }
  }

  /// After the edge: the signals for the next one.
  void drive(Bus& bus, std::uint64_t cycle) {
    bandwidth_.tick();
    bus.m_axi_awready_i = pending() < capacity_ && !stalls_aw_.draw();
    bus.m_axi_wready_i = !bursts_.empty() && bandwidth_.has() && !stalls_w_.draw();
    if (answered_) return;
    answered_ = !answers_.empty() && cycle + 1 >= answers_.front().first_cycle && !stalls_b_.draw();
    bus.m_axi_bvalid_i = answered_;
    if (answered_) bus.m_axi_bresp_i = static_cast<std::uint8_t>(answers_.front().response);
  }

  std::uint64_t bursts() const { return accepted_; }
  std::uint64_t beats() const { return beats_; }
  std::size_t pending() const { return bursts_.size() + answers_.size(); }

 private:
  struct Burst {
    std::byte* data = nullptr;  // Null: the data is dropped.
    unsigned left = 0;
    AxiResponse response = AxiResponse::kOkay;
  };
  struct Answer {
    std::uint64_t first_cycle = 0;
    AxiResponse response = AxiResponse::kOkay;
  };
  struct DataBeat {
    std::array<std::byte, kBeatBytes> data{};
    std::uint64_t strobe = 0;
    bool last = false;
    bool operator==(const DataBeat&) const = default;
  };
  static constexpr std::uint64_t kAllBytes = ~std::uint64_t{0} >> (64 - kBeatBytes);

  static DataBeat data_beat(const Bus& bus) {
    DataBeat beat{{}, bus.m_axi_wstrb_o, bus.m_axi_wlast_o != 0};
    std::memcpy(beat.data.data(), &bus.m_axi_wdata_o, kBeatBytes);
    return beat;
  }

  void accept(const AxiAddress& request) {
    request.check("AW", kBeatBytes);
    const std::uint64_t end = request.end(kBeatBytes), bytes = end - request.address;
    Burst burst{memory_.find_writable(request.address, bytes), request.beats(),
                fault_response(faults_, accepted_++, request.address, end)};
    if (burst.response != AxiResponse::kOkay) {
      burst.data = nullptr;
    } else if (burst.data == nullptr) {
      burst.response = memory_.find(request.address, bytes) != nullptr
                           ? AxiResponse::kSlaveError  // There, but read-only.
                           : AxiResponse::kDecodeError;
    }
    bursts_.push(burst);
  }

  void take(const Bus& bus, std::uint64_t cycle) {
    bandwidth_.use();
    ++beats_;
    Burst& burst = bursts_.front();
    if (bus.m_axi_wlast_o != (burst.left == 1))
      throw ProtocolError("W: WLAST is not at the last beat of its burst");
    if (burst.data != nullptr) {
      const std::uint64_t strobe = bus.m_axi_wstrb_o;
      const auto* from = reinterpret_cast<const std::byte*>(&bus.m_axi_wdata_o);
      if (strobe == kAllBytes) {
        std::memcpy(burst.data, from, kBeatBytes);
      } else {
        for (std::size_t i = 0; i < kBeatBytes; ++i)
          if ((strobe >> i & 1) != 0) burst.data[i] = from[i];
      }
      burst.data += kBeatBytes;
    }
    if (--burst.left == 0) {
      answers_.push({cycle + latency_, burst.response});
      bursts_.pop();
    }
  }

  MemoryMap& memory_;
  std::uint64_t latency_;
  std::size_t capacity_;
  std::vector<AxiFault> faults_;
  Bandwidth bandwidth_;
  Stalls stalls_aw_, stalls_w_, stalls_b_;
  Ring<Burst> bursts_;    // Data not complete.
  Ring<Answer> answers_;  // Data complete, answer not taken.
  HoldCheck<AxiAddress> held_aw_;
  HoldCheck<DataBeat> held_w_;
  bool answered_ = false;
  std::uint64_t accepted_ = 0, beats_ = 0;
};

}  // namespace trine::sim
