// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstring>
#include <memory>

#include "sim/axi_burst.h"
#include "sim/burst_memory.h"

namespace trine::sim {

/// AR and R of an AXI4 memory. `Bus` has the `m_axi_*` signals of the core as members, for example
/// a Verilated model; a beat is as wide as its read data.
template <class Bus>
class AxiReadChannel {
 public:
  static constexpr std::size_t kBeatBytes = sizeof(static_cast<Bus*>(nullptr)->m_axi_rdata_i);

  AxiReadChannel(BurstMemory& memory, const AxiTiming& timing, unsigned port = 0)
      : memory_(memory),
        port_(port),
        capacity_(timing.outstanding),
        scramble_(timing.scramble),
        bandwidth_(timing.bandwidth),
        stalls_ar_(timing.stall_ar, timing.seed * 8 + 0),
        stalls_r_(timing.stall_r, timing.seed * 8 + 1),
        bursts_(timing.outstanding),
        faults_(timing.bus) {}

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
      if (faults_) ++faults_->count(BusChannel::kR, port_);
      offered_ = false;
      ++beats_;
      if (++beat_ * kBeatBytes == bursts_.front().bytes) {
        bursts_.pop();
        beat_ = 0;
      }
    }
  }

  /// After the edge: the signals for the next one.
  void drive(Bus& bus, std::uint64_t cycle) {
    bandwidth_.tick();
    bus.m_axi_arready_i =
        bursts_.size() < capacity_ && !stalls_ar_.draw() && !silent(BusChannel::kAr);
    if (offered_) return;
    offered_ = !bursts_.empty() && memory_.ready(bursts_.front(), beat_, cycle + 1) &&
               bandwidth_.has() && !stalls_r_.draw() && !silent(BusChannel::kR);
    bus.m_axi_rvalid_i = offered_;
    if (faults_ && faults_->stray_r && bursts_.empty()) {
      bus.m_axi_rvalid_i = true;
      faults_->stray_r = false;
    }
    if (offered_) {
      const ReadBurst& burst = bursts_.front();
      failure_.note(burst, cycle);
      const std::size_t at = beat_ * kBeatBytes;
      const bool okay = burst.response == AxiResponse::kOkay;
      bandwidth_.use();
      std::memcpy(&bus.m_axi_rdata_i, okay ? burst.data + at : kNothing.data(), kBeatBytes);
      bus.m_axi_rresp_i = static_cast<std::uint8_t>(burst.response);
      const bool wrong =
          faults_ && port_ == 0 && faults_->count(BusChannel::kR, 0) == faults_->wrong_last;
      bus.m_axi_rlast_i = (at + kBeatBytes == burst.bytes) != wrong;
    } else if (scramble_) {
      std::memset(&bus.m_axi_rdata_i, static_cast<int>(cycle * 37 + 0xA5) & 0xFF, kBeatBytes);
    }
  }

  const BusFailure& failure() const { return failure_; }
  std::uint64_t bursts() const { return accepted_; }
  std::uint64_t beats() const { return beats_; }
  std::size_t pending() const { return bursts_.size(); }

 private:
  void accept(const AxiAddress& request, std::uint64_t cycle) {
    request.check("AR", kBeatBytes);
    ReadBurst burst;
    burst.address = request.address;
    burst.bytes = static_cast<std::uint32_t>(request.beats() * kBeatBytes);
    burst.port = port_;
    burst.number = accepted_++;
    bursts_.push(burst);
    memory_.read(bursts_.back(), cycle);
    if (!faults_) return;
    ++faults_->count(BusChannel::kAr, port_);
    faults_->reads[port_].push_back({request.address, request.beats()});
  }
  bool silent(BusChannel channel) const { return faults_ && faults_->silent(channel, port_); }

  /// What comes with an error response.
  static constexpr std::array<std::byte, kBeatBytes> kNothing{};

  BurstMemory& memory_;
  unsigned port_;
  std::size_t capacity_;
  bool scramble_;
  Bandwidth bandwidth_;
  Stalls stalls_ar_, stalls_r_;
  Ring<ReadBurst> bursts_;
  std::shared_ptr<BusFaults> faults_;
  unsigned beat_ = 0;  // Of the first burst, the next one to move.
  HoldCheck<AxiAddress> held_;
  BusFailure failure_;
  bool offered_ = false;
  std::uint64_t accepted_ = 0, beats_ = 0;
};

}  // namespace trine::sim
