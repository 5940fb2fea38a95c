// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <deque>
#include <functional>
#include <string>
#include <systemc>
#include <tlm>
#include <vector>

#include "machine/memory_port.h"
#include "sim/systemc/bursts.h"

namespace trine::sim {

/// A burst that a target answered with an error.
struct BusError {
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;
  bool write = false;
  tlm::tlm_response_status status = tlm::TLM_INCOMPLETE_RESPONSE;

  /// "read of 256 bytes at 0x1000: TLM_ADDRESS_ERROR_RESPONSE".
  std::string text() const;
};

/// The data bus of a core as blocking TLM transactions, one a burst, with the pointers of DMI where
/// the target grants them. It also tells how long the bursts of a command take: they are sent as
/// the DMAs send them (a cycle apart, as many under way as the core allows) with the delay that the
/// target annotates, and each port moves a transfer in a cycle at most.
class BurstMaster final : public MemoryPort {
 public:
  using Send = std::function<void(tlm::tlm_generic_payload&, sc_core::sc_time&)>;
  using Ask = std::function<bool(tlm::tlm_generic_payload&, tlm::tlm_dmi&)>;

  BurstMaster(const BusShape& bus, sc_core::sc_time period);

  /// Before the first transaction: b_transport and get_direct_mem_ptr of the socket, and who is
  /// told of bursts that fail.
  void connect(Send send, Ask ask, std::function<void(const BusError&)> failed) {
    send_ = std::move(send);
    ask_ = std::move(ask);
    failed_ = std::move(failed);
  }

  Rows read_rows(std::uint64_t address, std::uint64_t row_bytes, std::uint64_t rows,
                 std::uint64_t stride) override;
  bool write(std::uint64_t address, std::span<const std::byte> bytes) override;

  /// Bursts from now on belong to a command that begins at this time. The first read is its fetch:
  /// nothing is asked for before that is there.
  void begin(const sc_core::sc_time& now);
  /// When the last byte of the bursts since begin() had moved.
  sc_core::sc_time done() const { return std::max(reads_.last(), writes_.last()); }

  /// Forgets the pointers to [first, last].
  void invalidate(std::uint64_t first, std::uint64_t last);

  /// The burst that waits for its answer; null when none does.
  const tlm::tlm_generic_payload* pending() const { return pending_; }
  /// Bursts sent as payloads, and bursts that took a pointer instead.
  std::uint64_t payloads() const { return payloads_; }
  std::uint64_t direct_bursts() const { return direct_; }

 private:
  /// One port in one direction, in absolute time.
  struct Port {
    sc_core::sc_time last{};  // When the last transfer moved.
    std::deque<std::pair<sc_core::sc_time, std::uint64_t>> under_way{};  // When done, and how much.
    std::uint64_t load = 0;                                              // Of all these.
  };
  /// One direction of the bus. Requests go out in order, so a port without room holds the others.
  struct Channel {
    bool write = false;
    /// What may be under way at a port at a time: bytes of reads, for which its FIFO has room;
    /// bursts of writes, which wait for their answers.
    std::uint64_t capacity = 0;
    std::vector<Port> ports{};
    sc_core::sc_time next{};  // Earliest time of the next request.

    sc_core::sc_time last() const;
    std::uint64_t weight(std::uint64_t bytes) const { return write ? 1 : bytes; }
  };

  const tlm::tlm_dmi* direct(std::uint64_t address, std::uint64_t bytes, bool write) const;
  /// Sends the payload's burst; false and a report when it fails.
  bool transport(Channel& channel, tlm::tlm_generic_payload& payload);
  /// What the command asks for from now on waits for what it has read.
  void fetched();
  Port& port_of(Channel& channel, std::uint64_t address) const;
  /// The time of the next request, of so many bytes, and what its answer at `done` means.
  sc_core::sc_time issue(Channel& channel, std::uint64_t address, std::uint64_t bytes);
  void answer(Channel& channel, std::uint64_t address, const sc_core::sc_time& done,
              std::uint64_t bytes);
  void count_direct(Channel& channel, std::uint64_t address, std::uint64_t bytes,
                    const sc_core::sc_time& latency);
  bool read_bursts(std::uint64_t address, std::uint64_t bytes, std::byte* to);
  bool write_burst(std::uint64_t address, std::uint64_t burst_bytes, std::uint64_t begin,
                   std::span<const std::byte> bytes);

  BusShape bus_;
  sc_core::sc_time period_;
  Send send_;
  Ask ask_;
  std::function<void(const BusError&)> failed_;
  std::vector<tlm::tlm_dmi> regions_;
  std::vector<std::byte> staged_;
  bool fetching_ = false;
  std::array<unsigned char, 4096> data_{}, enables_{};
  Channel reads_, writes_;
  const tlm::tlm_generic_payload* pending_ = nullptr;
  std::uint64_t payloads_ = 0, direct_ = 0;
};

}  // namespace trine::sim
