// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <vector>

#include "sim/axi_memory.h"

namespace trine::sim {

/// The `m_axi_*` signals of a core with beats of 16 bytes, without a core behind them.
struct AxiWires {
  std::uint64_t m_axi_araddr_o = 0, m_axi_awaddr_o = 0;
  std::uint8_t m_axi_arlen_o = 0, m_axi_arsize_o = 4, m_axi_arburst_o = 1, m_axi_arvalid_o = 0;
  std::uint8_t m_axi_awlen_o = 0, m_axi_awsize_o = 4, m_axi_awburst_o = 1, m_axi_awvalid_o = 0;
  std::uint8_t m_axi_arready_i = 0, m_axi_awready_i = 0, m_axi_wready_i = 0;
  std::array<std::uint32_t, 4> m_axi_rdata_i{}, m_axi_wdata_o{};
  std::uint16_t m_axi_wstrb_o = 0xFFFF;
  std::uint8_t m_axi_rresp_i = 0, m_axi_rlast_i = 0, m_axi_rvalid_i = 0, m_axi_rready_o = 0;
  std::uint8_t m_axi_wlast_o = 0, m_axi_wvalid_o = 0;
  std::uint8_t m_axi_bresp_i = 0, m_axi_bvalid_i = 0, m_axi_bready_o = 0;
};

/// Sends queued bursts one after the other and notes every beat that comes back, with its cycle.
class AxiMaster {
 public:
  using Word = std::array<std::uint32_t, 4>;
  struct ReadBeat {
    std::uint64_t cycle;
    Word data;
    AxiResponse response;
    bool last;
    bool operator==(const ReadBeat&) const = default;
  };
  struct WriteAnswer {
    std::uint64_t cycle;
    AxiResponse response;
    bool operator==(const WriteAnswer&) const = default;
  };
  struct WriteBeat {
    Word data;
    std::uint16_t strobe;
    bool last;
  };

  AxiMaster(MemoryMap& memory, const AxiTiming& timing) : memory_(memory, timing) {
    AxiMemory<AxiWires>::idle(wires);
  }
  AxiMaster(std::shared_ptr<BurstMemory> memory, const AxiTiming& timing)
      : memory_(std::move(memory), timing) {
    AxiMemory<AxiWires>::idle(wires);
  }

  void read(std::uint64_t address, unsigned beats) { reads_.push_back({address, beats - 1, 4, 1}); }
  void write(std::uint64_t address, const std::vector<Word>& data, std::uint16_t strobe = 0xFFFF) {
    writes_.push_back({address, static_cast<unsigned>(data.size()) - 1, 4, 1});
    for (std::size_t i = 0; i < data.size(); ++i)
      beats_.push_back({data[i], strobe, i + 1 == data.size()});
  }

  /// Clocks `cycles` times; `ready` says whether R and B beats are taken. With `streaks`, cycles in
  /// which nothing but a beat of R moves take AxiMemory's shorter way, and are counted.
  void run(unsigned cycles, bool ready = true, bool streaks = false) {
    for (; cycles > 0; --cycles) {
      drive(ready);
      const bool asks = !reads_.empty() || !writes_.empty() || !beats_.empty();
      const unsigned streak = streaks && ready && !asks ? std::min(memory_.streak(), cycles) : 0;
      if (streak == 0) {
        memory_.sample(wires);
        sample();
        memory_.drive(wires);
        ++cycle;
        continue;
      }
      const std::byte* beats = memory_.beats_at();
      for (unsigned i = 0; i < streak; ++i, ++cycle, beats += sizeof wires.m_axi_rdata_i) {
        std::memcpy(&wires.m_axi_rdata_i, beats, sizeof wires.m_axi_rdata_i);
        sample();
      }
      memory_.next_beats(wires, streak);
      streak_cycles += streak;
      cycles -= streak - 1;
    }
  }

  AxiWires wires;
  std::uint64_t cycle = 0, streak_cycles = 0;
  std::vector<std::uint64_t> read_sent;   // Cycles of the AR beats.
  std::vector<std::uint64_t> write_sent;  // Cycles of the last W beats.
  std::vector<ReadBeat> read_beats;
  std::vector<WriteAnswer> write_answers;

 private:
  void drive(bool ready) {
    wires.m_axi_arvalid_o = !reads_.empty();
    if (!reads_.empty()) {
      wires.m_axi_araddr_o = reads_.front().address;
      wires.m_axi_arlen_o = static_cast<std::uint8_t>(reads_.front().len);
    }
    wires.m_axi_awvalid_o = !writes_.empty();
    if (!writes_.empty()) {
      wires.m_axi_awaddr_o = writes_.front().address;
      wires.m_axi_awlen_o = static_cast<std::uint8_t>(writes_.front().len);
    }
    wires.m_axi_wvalid_o = !beats_.empty();
    if (!beats_.empty()) {
      wires.m_axi_wdata_o = beats_.front().data;
      wires.m_axi_wstrb_o = beats_.front().strobe;
      wires.m_axi_wlast_o = beats_.front().last;
    }
    wires.m_axi_rready_o = wires.m_axi_bready_o = ready;
  }

  void sample() {
    if (wires.m_axi_arvalid_o && wires.m_axi_arready_i) {
      reads_.pop_front();
      read_sent.push_back(cycle);
    }
    if (wires.m_axi_awvalid_o && wires.m_axi_awready_i) writes_.pop_front();
    if (wires.m_axi_wvalid_o && wires.m_axi_wready_i) {
      if (beats_.front().last) write_sent.push_back(cycle);
      beats_.pop_front();
    }
    if (wires.m_axi_rvalid_i && wires.m_axi_rready_o)
      read_beats.push_back({cycle, wires.m_axi_rdata_i,
                            static_cast<AxiResponse>(wires.m_axi_rresp_i),
                            wires.m_axi_rlast_i != 0});
    if (wires.m_axi_bvalid_i && wires.m_axi_bready_o)
      write_answers.push_back({cycle, static_cast<AxiResponse>(wires.m_axi_bresp_i)});
  }

  AxiMemory<AxiWires> memory_;
  std::deque<AxiAddress> reads_, writes_;
  std::deque<WriteBeat> beats_;
};

}  // namespace trine::sim
