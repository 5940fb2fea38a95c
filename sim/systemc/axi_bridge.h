// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <systemc>
#include <tlm>
#include <vector>

#include "sim/burst_memory.h"
#include "sim/systemc/burst_master.h"

namespace trine::sim {

/// AXI4 to TLM-2.0: each burst of a Verilated core is a generic payload on the non-blocking
/// interface, with the base protocol's phases; targets that complete at once are welcome. The
/// bursts of all read ports go this way.
///
/// Time: a read is sent when its address is accepted, a write when its last beat has moved. The
/// beats (transfers of a port) of a read follow each other without a gap. A target that completes
/// at once says when the last of them has moved; BEGIN_RESP says when the first one may. A write is
/// answered as many cycles after its last beat as the target says, less those that its own beats
/// take there.
class AxiBridge final : public BurstMemory {
 public:
  using Forward = std::function<tlm::tlm_sync_enum(tlm::tlm_generic_payload&, tlm::tlm_phase&,
                                                   sc_core::sc_time&)>;

  AxiBridge(const BusShape& bus, sc_core::sc_time period);
  ~AxiBridge() override;

  /// Before the first burst: nb_transport_fw of the socket, and who is told of failed bursts.
  void connect(Forward forward, std::function<void(const BusError&)> failed) {
    forward_ = std::move(forward);
    failed_ = std::move(failed);
  }
  /// The clock edge of `cycle` is at `time`, the others a period apart.
  void anchor(std::uint64_t cycle, const sc_core::sc_time& time) {
    anchor_cycle_ = cycle;
    anchor_time_ = time;
  }
  sc_core::sc_time time_of(std::uint64_t cycle) const {
    return anchor_time_ +
           (static_cast<double>(cycle) - static_cast<double>(anchor_cycle_)) * period_;
  }

  void read(ReadBurst& burst, std::uint64_t cycle) override;
  bool ready(ReadBurst& burst, unsigned beat, std::uint64_t cycle) override;
  void begin(WriteBurst& burst) override;
  void end(WriteBurst& burst, std::uint64_t cycle) override;
  bool answered(WriteBurst& burst, std::uint64_t cycle) override;
  void tick(std::uint64_t cycle) override { cycle_ = cycle + 1; }

  /// nb_transport_bw of the socket.
  tlm::tlm_sync_enum backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                              sc_core::sc_time& delay);

  /// A burst that its target has taken and not answered.
  struct Waiting {
    BusError burst;
    std::uint64_t since = 0;  // Cycle.
  };
  /// The oldest of them; nullptr when there is none: then the core may run ahead.
  const Waiting* waiting() const;
  /// The cycle of the next edge.
  std::uint64_t cycle() const { return cycle_; }
  std::uint64_t bursts() const { return bursts_; }

 private:
  class Transaction;

  Transaction& take(const BusBurst& burst, bool write);
  void send(Transaction& transaction);
  void send_next();
  void finish(Transaction& transaction, std::uint64_t answer_cycle);
  std::uint64_t cycle_at(const sc_core::sc_time& time) const;

  BusShape bus_;
  sc_core::sc_time period_;
  Forward forward_;
  std::function<void(const BusError&)> failed_;
  std::uint64_t anchor_cycle_ = 0;
  sc_core::sc_time anchor_time_;
  std::uint64_t cycle_ = 0, bursts_ = 0;
  std::vector<std::unique_ptr<Transaction>> all_;
  std::vector<Transaction*> free_;
  using Queue = std::deque<Transaction*>;
  /// Of bursts that are not answered, in order: those that came before `burst` have been.
  Transaction& oldest(Queue& queue, const BusBurst& burst);
  std::array<Queue, kMaxPorts> reads_;  // By port.
  Queue writes_;
  Queue unsent_;                    // Wait for the request before them to be taken.
  Queue open_;                      // Sent, not answered.
  Transaction* request_ = nullptr;  // Sent, and its request not yet taken.
};

}  // namespace trine::sim
