// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <memory>
#include <systemc>
#include <tlm>

#include "driver/memory.h"
#include "sim/systemc/burst_timing.h"

namespace trine::sim {

/// A memory map behind a TLM-2.0 target socket, answered in the time of a BurstTiming.
///
/// Neither b_transport nor nb_transport_fw waits: both do the work at once and annotate when it is
/// done (nb_transport_fw completes at BEGIN_REQ). Unmapped bytes answer an address error, writes to
/// read-only bytes a generic error. Pointers (DMI) are granted to whole regions of the map where
/// the timing allows it; transport_dbg takes no time.
class MemoryTarget : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<MemoryTarget> socket{"socket"};

  MemoryTarget(sc_core::sc_module_name name, MemoryMap& memory,
               std::unique_ptr<BurstTiming> timing);

  /// Grants no more pointers, and takes those to [first, last] back.
  void revoke_direct(std::uint64_t first, std::uint64_t last);
  /// Grants pointers again.
  void grant_direct() { direct_ = timing_->allows_direct(); }

  const BurstTiming& timing() const { return *timing_; }
  std::uint64_t bursts() const { return bursts_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  tlm::tlm_sync_enum start(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                           sc_core::sc_time& delay);
  bool direct(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& region);
  unsigned debug(tlm::tlm_generic_payload& payload);
  tlm::tlm_response_status move(tlm::tlm_generic_payload& payload);

  MemoryMap& memory_;
  std::unique_ptr<BurstTiming> timing_;
  bool direct_;
  std::uint64_t bursts_ = 0, bytes_ = 0;
};

}  // namespace trine::sim
