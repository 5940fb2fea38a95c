// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "sim/axi_read.h"

namespace trine::sim {

/// The read channels of a bus with one or several ports, port p in slice p of its signals;
/// addresses have 40 bits. The number of ports follows from the width of its addresses.
template <class Bus>
constexpr unsigned kReadPorts = sizeof(static_cast<Bus*>(nullptr)->m_axi_araddr_o) <= 8    ? 1
                                : sizeof(static_cast<Bus*>(nullptr)->m_axi_araddr_o) <= 12 ? 2
                                                                                           : 4;

/// Bytes of a beat of the core: the transfers of all ports side by side.
template <class Bus>
constexpr std::size_t kBusBytes = sizeof(static_cast<Bus*>(nullptr)->m_axi_rdata_i);

/// The signals of one of several ports, under the names that AxiReadChannel wants.
template <std::size_t kBytes>
struct AxiReadSignals {
  std::uint64_t m_axi_araddr_o = 0;
  std::uint8_t m_axi_arlen_o = 0, m_axi_arsize_o = 0, m_axi_arburst_o = 0;
  bool m_axi_arvalid_o = false, m_axi_arready_i = false;
  bool m_axi_rvalid_i = false, m_axi_rready_o = false, m_axi_rlast_i = false;
  std::uint8_t m_axi_rresp_i = 0;
  std::array<std::byte, kBytes> m_axi_rdata_i{};
};

/// AR and R of every port of a bus, each with stalls and a bandwidth of its own over one memory.
template <class Bus, unsigned kPorts = kReadPorts<Bus>>
class AxiReadPorts {
 public:
  AxiReadPorts(BurstMemory& memory, const AxiTiming& timing) {
    channels_.reserve(kPorts);
    for (unsigned p = 0; p < kPorts; ++p) {
      AxiTiming own = timing;
      own.seed = timing.seed + std::uint64_t{1000} * p;
      if (p < timing.port_bandwidth.size()) own.bandwidth = timing.port_bandwidth[p];
      channels_.emplace_back(memory, own, p);
    }
  }

  unsigned streak() const { return 0; }  // Ports go each their own way.
  const std::byte* beats_at() const { return nullptr; }
  void next_beats(Bus&, unsigned) {}

  void sample(const Bus& bus, std::uint64_t cycle) {
    for (unsigned p = 0; p < kPorts; ++p) {
      Signals& port = ports_[p];
      const auto* addresses = reinterpret_cast<const std::byte*>(&bus.m_axi_araddr_o);
      std::memcpy(&port.m_axi_araddr_o, addresses + kAddressBytes * p, kAddressBytes);
      port.m_axi_arlen_o = static_cast<std::uint8_t>(bus.m_axi_arlen_o >> 8 * p);
      port.m_axi_arsize_o = bus.m_axi_arsize_o >> 3 * p & 7;
      port.m_axi_arburst_o = bus.m_axi_arburst_o >> 2 * p & 3;
      port.m_axi_arvalid_o = (bus.m_axi_arvalid_o >> p & 1) != 0;
      port.m_axi_rready_o = (bus.m_axi_rready_o >> p & 1) != 0;
      channels_[p].sample(port, cycle);
    }
  }

  bool drive(Bus& bus, std::uint64_t cycle) {
    unsigned ready = 0, valid = 0, last = 0, response = 0;
    for (unsigned p = 0; p < kPorts; ++p) {
      Signals& port = ports_[p];
      channels_[p].drive(port, cycle);
      ready |= unsigned{port.m_axi_arready_i} << p;
      valid |= unsigned{port.m_axi_rvalid_i} << p;
      last |= unsigned{port.m_axi_rlast_i} << p;
      response |= unsigned{port.m_axi_rresp_i} << 2 * p;
      auto* data = reinterpret_cast<std::byte*>(&bus.m_axi_rdata_i);
      std::memcpy(data + kPortBytes * p, port.m_axi_rdata_i.data(), kPortBytes);
    }
    bool changed = set(bus.m_axi_arready_i, static_cast<std::uint8_t>(ready));
    changed |= set(bus.m_axi_rvalid_i, static_cast<std::uint8_t>(valid));
    changed |= set(bus.m_axi_rlast_i, static_cast<std::uint8_t>(last));
    changed |= set(bus.m_axi_rresp_i, static_cast<std::uint8_t>(response));
    return changed;
  }

  /// The last one of any port.
  const BusFailure& failure() const {
    const Channel* last = &channels_.front();
    for (const Channel& channel : channels_)
      if (channel.failure().cycle > last->failure().cycle) last = &channel;
    return last->failure();
  }
  /// Of all ports together; a beat is one of the core, whole or in part.
  std::uint64_t bursts() const { return sum(&Channel::bursts); }
  std::uint64_t beats() const { return sum(&Channel::beats) / kPorts; }
  std::size_t pending() const { return sum(&Channel::pending); }

 private:
  static constexpr std::size_t kAddressBytes = 5;
  static constexpr std::size_t kPortBytes = kBusBytes<Bus> / kPorts;
  using Signals = AxiReadSignals<kPortBytes>;
  using Channel = AxiReadChannel<Signals>;

  template <class Count>
  std::uint64_t sum(Count count) const {
    std::uint64_t total = 0;
    for (const Channel& channel : channels_) total += (channel.*count)();
    return total;
  }

  std::array<Signals, kPorts> ports_{};
  std::vector<Channel> channels_;
};

/// With one port there is nothing to cut: the signals are those of the bus.
template <class Bus>
class AxiReadPorts<Bus, 1> : public AxiReadChannel<Bus> {
 public:
  AxiReadPorts(BurstMemory& memory, const AxiTiming& timing)
      : AxiReadChannel<Bus>(memory, own(timing)) {}

 private:
  static AxiTiming own(AxiTiming timing) {
    if (!timing.port_bandwidth.empty()) timing.bandwidth = timing.port_bandwidth.front();
    return timing;
  }
};

}  // namespace trine::sim
