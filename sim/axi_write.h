// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstring>
#include <memory>

#include "sim/axi_burst.h"
#include "sim/burst_memory.h"

namespace trine::sim {

/// AW, W and B of an AXI4 memory; `Bus` as for AxiReadChannel. Takes data only after its address.
template <class Bus>
class AxiWriteChannel {
 public:
  static constexpr std::size_t kBeatBytes = sizeof(static_cast<Bus*>(nullptr)->m_axi_wdata_o);

  AxiWriteChannel(BurstMemory& memory, const AxiTiming& timing)
      : memory_(memory),
        capacity_(timing.outstanding),
        bandwidth_(timing.bandwidth),
        stalls_aw_(timing.stall_aw, timing.seed * 8 + 2),
        stalls_w_(timing.stall_w, timing.seed * 8 + 3),
        stalls_b_(timing.stall_b, timing.seed * 8 + 4),
        faults_(timing.bus),
        bursts_(timing.outstanding) {}

  /// Before the rising edge, all signals settled: notes what moves at this edge.
  void sample(const Bus& bus, std::uint64_t cycle) {
    if (rests_ && !bus.m_axi_awvalid_o && !bus.m_axi_wvalid_o) return;
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
      const bool again = faults_ && hits(faults_->doubled_b);
      if (again) faults_->doubled_b = BusFaults::kNever;
      note(BusChannel::kB);
      answered_ = false;
      if (!again) pass();
    }
  }

  /// After the edge: the signals for the next one. True when one of them is new.
  bool drive(Bus& bus, std::uint64_t cycle) {
    if (rests()) return false;
    bandwidth_.tick();
    bool changed = set(bus.m_axi_awready_i, bursts_.size() < capacity_ && !stalls_aw_.draw() &&
                                                !silent(BusChannel::kAw));
    changed |= set(bus.m_axi_wready_i, bursts_.size() > complete_ && bandwidth_.has() &&
                                           !stalls_w_.draw() && !silent(BusChannel::kW));
    if (answered_) return changed;
    answered_ = complete_ > 0 && memory_.answered(bursts_.front(), cycle + 1) &&
                !stalls_b_.draw() && !silent(BusChannel::kB);
    if (answered_ && faults_ && hits(faults_->lost_b)) {
      faults_->lost_b = BusFaults::kNever;
      note(BusChannel::kB);
      answered_ = false;
      pass();
    }
    bool valid = answered_;
    if (faults_ && faults_->stray_b && bursts_.empty()) {
      valid = true;
      faults_->stray_b = false;
    }
    changed |= set(bus.m_axi_bvalid_i, valid);
    rests_ = bursts_.empty() && held_w_.idle() && held_aw_.idle() && bandwidth_.full() &&
             stalls_aw_.none() && !faults_;
    if (!answered_) return changed;
    AxiResponse response = bursts_.front().response;
    if (faults_ && hits(faults_->refused_b.transfer)) response = faults_->refused_b.response;
    changed |= set(bus.m_axi_bresp_i, static_cast<std::uint8_t>(response));
    failure_.note(bursts_.front(), cycle);
    return changed;
  }

  /// Nothing is under way: until the core begins, no signal changes.
  bool rests() const { return rests_ && bursts_.empty(); }

  const BusFailure& failure() const { return failure_; }
  std::uint64_t bursts() const { return accepted_; }
  std::uint64_t beats() const { return beats_; }
  std::size_t pending() const { return bursts_.size(); }

 private:
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
    WriteBurst burst;
    burst.address = request.address;
    burst.bytes = static_cast<std::uint32_t>(request.beats() * kBeatBytes);
    burst.number = accepted_++;
    bursts_.push(burst);
    memory_.begin(bursts_.back());
    note(BusChannel::kAw);
    if (faults_) faults_->writes.push_back({request.address, request.beats()});
  }

  void note(BusChannel channel) {
    if (faults_) ++faults_->count(channel, 0);
  }
  /// The next answer is the one that a fault is about.
  bool hits(std::uint64_t transfer) const { return faults_->count(BusChannel::kB, 0) == transfer; }
  /// The oldest burst is answered.
  void pass() {
    --complete_;
    bursts_.pop();
  }
  bool silent(BusChannel channel) const { return faults_ && faults_->silent(channel, 0); }

  void take(const Bus& bus, std::uint64_t cycle) {
    bandwidth_.use();
    note(BusChannel::kW);
    ++beats_;
    WriteBurst& burst = bursts_.at(complete_);
    const std::size_t at = beat_ * kBeatBytes;
    const bool last = at + kBeatBytes == burst.bytes;
    if ((bus.m_axi_wlast_o != 0) != last)
      throw ProtocolError("W: WLAST is not at the last beat of its burst");
    if (burst.data != nullptr) {
      const std::uint64_t strobe = bus.m_axi_wstrb_o;
      const auto* from = reinterpret_cast<const std::byte*>(&bus.m_axi_wdata_o);
      if (strobe == kAllBytes) {
        std::memcpy(burst.data + at, from, kBeatBytes);
        if (burst.enables != nullptr) std::memset(burst.enables + at, 0xFF, kBeatBytes);
      } else {
        for (std::size_t i = 0; i < kBeatBytes; ++i) {
          if ((strobe >> i & 1) == 0) continue;
          burst.data[at + i] = from[i];
          if (burst.enables != nullptr) burst.enables[at + i] = 0xFF;
        }
      }
    }
    ++beat_;
    if (last) {
      memory_.end(burst, cycle);
      ++complete_;
      beat_ = 0;
    }
  }

  BurstMemory& memory_;
  std::size_t capacity_;
  Bandwidth bandwidth_;
  Stalls stalls_aw_, stalls_w_, stalls_b_;
  std::shared_ptr<BusFaults> faults_;
  Ring<WriteBurst> bursts_;  // Not answered; of the first `complete_` all data is there.
  std::size_t complete_ = 0;
  unsigned beat_ = 0;  // Of the burst behind these, the next one to move.
  HoldCheck<AxiAddress> held_aw_;
  HoldCheck<DataBeat> held_w_;
  BusFailure failure_;
  bool answered_ = false;
  bool rests_ = false;  // The inputs stay as they are until a burst comes.
  std::uint64_t accepted_ = 0, beats_ = 0;
};

}  // namespace trine::sim
