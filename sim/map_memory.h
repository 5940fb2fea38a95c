// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <vector>

#include "driver/memory.h"
#include "sim/burst_memory.h"

namespace trine::sim {

/// The response that the faults give to a burst; OKAY when none hits.
inline AxiResponse fault_response(const std::vector<AxiFault>& faults, const BusBurst& burst) {
  for (const AxiFault& fault : faults)
    if (fault.hits(burst.number, burst.address, burst.address + burst.bytes)) return fault.response;
  return AxiResponse::kOkay;
}

/// A memory map that answers after a fixed number of cycles; nothing is copied between it and the
/// bus. Unmapped bytes answer DECERR, writes to read-only bytes SLVERR.
class MapMemory final : public BurstMemory {
 public:
  MapMemory(MemoryMap& memory, const AxiTiming& timing)
      : memory_(memory),
        read_latency_(timing.read_latency),
        write_latency_(timing.write_latency),
        read_faults_(timing.read_faults),
        write_faults_(timing.write_faults) {}

  void read(ReadBurst& burst, std::uint64_t cycle) override {
    burst.data = memory_.find(burst.address, burst.bytes);
    burst.first_cycle = cycle + read_latency_;
    burst.response =
        burst.data == nullptr ? AxiResponse::kDecodeError : fault_response(read_faults_, burst);
  }
  bool ready(ReadBurst& burst, unsigned, std::uint64_t cycle) override {
    burst.sure_beats = ReadBurst::kAllBeats;
    return cycle >= burst.first_cycle;
  }

  void begin(WriteBurst& burst) override {
    burst.response = fault_response(write_faults_, burst);
    if (burst.response != AxiResponse::kOkay) return;
    burst.data = memory_.find_writable(burst.address, burst.bytes);
    if (burst.data == nullptr)
      burst.response = memory_.find(burst.address, burst.bytes) != nullptr
                           ? AxiResponse::kSlaveError  // There, but read-only.
                           : AxiResponse::kDecodeError;
  }
  void end(WriteBurst& burst, std::uint64_t cycle) override {
    burst.first_cycle = cycle + write_latency_;
  }
  bool answered(WriteBurst& burst, std::uint64_t cycle) override {
    return cycle >= burst.first_cycle;
  }

 private:
  MemoryMap& memory_;
  std::uint64_t read_latency_, write_latency_;
  std::vector<AxiFault> read_faults_, write_faults_;
};

}  // namespace trine::sim
