// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/tlm_quantumkeeper.h>

#include <cstdint>
#include <random>
#include <systemc>
#include <tlm>
#include <vector>

namespace trine::sim {

/// A master that loads a bus: bursts at a steady rate, reads and writes mixed, at addresses one
/// behind the other or random. A burst that is answered later than the next one is due delays it.
/// Writes leave memory as it was: they carry what transport_dbg reads there.
class TrafficGenerator : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<TrafficGenerator> socket{"socket"};

  struct Options {
    std::uint64_t address = 0, bytes = 1 << 20;  // The range, of whole bursts.
    std::uint32_t burst_bytes = 256;
    sc_core::sc_time interval{100, sc_core::SC_NS};  // From burst to burst.
    double writes = 0;                               // Share of the bursts, in [0, 1].
    bool random = false;
    std::uint64_t seed = 1;
    std::uint64_t bursts = ~std::uint64_t{0};  // After which it ends.
  };
  /// Throws Error for a range that holds no burst.
  TrafficGenerator(sc_core::sc_module_name name, const Options& options);

  struct Counts {
    std::uint64_t bursts = 0, bytes = 0, errors = 0;
    sc_core::sc_time latency, longest;  // Of all bursts together, and of the slowest.
  };
  const Counts& counts() const { return counts_; }

 private:
  void run();
  void send(std::uint64_t address, bool write);

  Options options_;
  std::mt19937_64 random_;
  std::vector<unsigned char> data_;
  tlm_utils::tlm_quantumkeeper ahead_;
  Counts counts_;
};

}  // namespace trine::sim
