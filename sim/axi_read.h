// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
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
        faults_(timing.bus),
        plain_(!faults_ && !scramble_ && bandwidth_.full() && stalls_ar_.none() &&
               stalls_r_.none()) {}

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
      const bool again = faults_ && hits(faults_->doubled_r);
      if (again) faults_->doubled_r = BusFaults::kNever;
      if (faults_) ++faults_->count(BusChannel::kR, port_);
      offered_ = false;
      ++beats_;
      if (!again) pass();
    }
  }

  /// After the edge: the signals for the next one. True when one of them is new, read data aside.
  bool drive(Bus& bus, std::uint64_t cycle) {
    return plain_ ? drive_as<true>(bus, cycle) : drive_as<false>(bus, cycle);
  }

  /// Beats that can follow the offered one before another signal than the data changes, as long as
  /// the core asks for no burst and takes each beat at once.
  unsigned streak() const {
    if (!plain_ || !offered_ || !held_.idle() || burst_.response != AxiResponse::kOkay) return 0;
    const unsigned end = std::min(burst_.sure, burst_.beats - 1);
    return end > beat_ + 1 ? end - beat_ - 1 : 0;
  }
  /// Where the offered beat of a streak lies, and those behind it.
  const std::byte* beats_at() const { return burst_.data + beat_ * kBeatBytes; }
  /// After `count` edges of a streak: the beat that is offered next.
  void next_beats(Bus& bus, unsigned count) {
    beats_ += count;
    beat_ += count;
    std::memcpy(&bus.m_axi_rdata_i, beats_at(), kBeatBytes);
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

  /// The next transfer is the one that a fault is about.
  bool hits(std::uint64_t transfer) const {
    return port_ == 0 && faults_->count(BusChannel::kR, 0) == transfer;
  }
  /// The beat is over.
  void pass() {
    if (++beat_ < burst_.beats) return;
    bursts_.pop();
    beat_ = 0;
    burst_.sure = 0;
  }
  /// The beat never comes; the memory thinks that it did.
  void lose() {
    faults_->lost_r = BusFaults::kNever;
    ++faults_->count(BusChannel::kR, 0);
    offered_ = false;
    pass();
  }

  /// The same code twice: `kPlain` leaves out what only an unusual bus has.
  template <bool kPlain>
  bool drive_as(Bus& bus, std::uint64_t cycle) {
    if constexpr (!kPlain) bandwidth_.tick();
    bool changed = set(bus.m_axi_arready_i, bursts_.size() < capacity_ &&
                                                !held_back<kPlain>(stalls_ar_, BusChannel::kAr));
    if (offered_) return changed;
    offered_ = (beat_ < burst_.sure || ask(cycle + 1)) && (kPlain || bandwidth_.has()) &&
               !held_back<kPlain>(stalls_r_, BusChannel::kR);
    if constexpr (!kPlain) {
      if (offered_ && faults_ && hits(faults_->lost_r)) lose();
    }
    bool valid = offered_;
    if constexpr (!kPlain) {
      if (faults_ && faults_->stray_r && bursts_.empty()) {
        valid = true;
        faults_->stray_r = false;
      }
    }
    changed |= set(bus.m_axi_rvalid_i, valid);
    if (offered_) {
      bool last = beat_ + 1 == burst_.beats;
      AxiResponse response = burst_.response;
      if constexpr (!kPlain) {
        bandwidth_.use();
        if (faults_ && hits(faults_->wrong_last)) last = !last;
        if (faults_ && hits(faults_->refused_r.transfer)) response = faults_->refused_r.response;
      }
      if (burst_.response != AxiResponse::kOkay) failure_.note(bursts_.front(), cycle);
      std::memcpy(&bus.m_axi_rdata_i, burst_.data + beat_ * burst_.step, kBeatBytes);
      changed |= set(bus.m_axi_rresp_i, static_cast<std::uint8_t>(response));
      changed |= set(bus.m_axi_rlast_i, last);
    } else if (!kPlain && scramble_) {
      std::memset(&bus.m_axi_rdata_i, static_cast<int>(cycle * 37 + 0xA5) & 0xFF, kBeatBytes);
    }
    return changed;
  }

  /// Is the next beat of the first burst there? Then takes down what the burst brings.
  bool ask(std::uint64_t cycle) {
    if (bursts_.empty()) return false;
    ReadBurst& burst = bursts_.front();
    if (!memory_.ready(burst, beat_, cycle)) return false;
    const bool okay = burst.response == AxiResponse::kOkay;
    burst_ = {.data = okay ? burst.data : kNothing.data(),
              .step = okay ? kBeatBytes : 0,
              .beats = static_cast<unsigned>(burst.bytes / kBeatBytes),
              .sure = burst.sure_beats,
              .response = burst.response};
    return true;
  }

  template <bool kPlain>
  bool held_back(Stalls& stalls, BusChannel channel) {
    if constexpr (kPlain) return false;
    return stalls.draw() || (faults_ && faults_->silent(channel, port_));
  }

  /// What comes with an error response.
  static constexpr std::array<std::byte, kBeatBytes> kNothing{};

  /// Of the first burst, since the memory said that a beat of it is there.
  struct Offered {
    const std::byte* data = nullptr;  // `step` bytes from beat to beat.
    std::size_t step = 0;
    unsigned beats = 0;
    unsigned sure = 0;  // The memory need not be asked for the first ones.
    AxiResponse response = AxiResponse::kOkay;
  };

  BurstMemory& memory_;
  unsigned port_;
  std::size_t capacity_;
  bool scramble_;
  Bandwidth bandwidth_;
  Stalls stalls_ar_, stalls_r_;
  Ring<ReadBurst> bursts_;
  std::shared_ptr<BusFaults> faults_;
  bool plain_;
  Offered burst_;
  unsigned beat_ = 0;  // Of the first burst, the next one to move.
  HoldCheck<AxiAddress> held_;
  BusFailure failure_;
  bool offered_ = false;
  std::uint64_t accepted_ = 0, beats_ = 0;
};

}  // namespace trine::sim
