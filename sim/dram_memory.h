// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "sim/dram/memory.h"
#include "sim/dram_report.h"
#include "sim/map_memory.h"

namespace trine::sim {

/// A memory map behind a DRAM: data, responses and faults are the map's, the time of a burst is
/// that of the DRAM. The latencies of `timing` are those of the way between core and DRAM and come
/// on top; 1 is none. A write is answered when the controller has taken it.
class DramMemory final : public BurstMemory {
 public:
  /// `beat_bytes`: of the bus; `core_mhz`: its clock. Throws Error for a memory that cannot be.
  DramMemory(MemoryMap& map, const AxiTiming& timing, std::uint64_t beat_bytes,
             const dram::MemorySpec& spec, double core_mhz)
      : map_(map, timing),
        memory_(spec, core_mhz, timing.outstanding * (kPageBytes / spec.device.burst_bytes() + 1)),
        beat_bytes_(beat_bytes),
        way_(memory_.clocks(timing.read_latency - 1)) {}

  void read(ReadBurst& burst, std::uint64_t cycle) override {
    map_.read(burst, cycle);
    // Bytes that are nowhere take no time of the DRAM; the others keep their ticket.
    if (burst.response == AxiResponse::kOkay)
      burst.first_cycle = memory_.read(burst.address, burst.bytes);
  }
  bool ready(ReadBurst& burst, unsigned beat, std::uint64_t cycle) override {
    if (burst.response != AxiResponse::kOkay) return map_.ready(burst, beat, cycle);
    // The beats before this one have moved, so only its own bytes are asked for.
    const std::uint64_t unit = memory_.burst_bytes(), first = burst.address / unit;
    const std::uint64_t at = burst.address + beat * beat_bytes_;
    const std::uint64_t end = (at + beat_bytes_ - 1) / unit;
    for (std::uint64_t i = at / unit; i <= end; ++i)
      if (!memory_.done(burst.first_cycle + (i - first), way_)) return false;
    return true;
  }

  void begin(WriteBurst& burst) override { map_.begin(burst); }
  void end(WriteBurst& burst, std::uint64_t cycle) override {
    map_.end(burst, cycle);
    if (burst.response == AxiResponse::kOkay) memory_.write(burst.address, burst.bytes);
  }
  bool answered(WriteBurst& burst, std::uint64_t cycle) override {
    return map_.answered(burst, cycle) && memory_.takes_writes();
  }

  void tick(std::uint64_t cycle) override { memory_.advance_to(cycle + 1); }

  const dram::Memory& memory() const { return memory_; }

 private:
  MapMemory map_;
  dram::Memory memory_;
  std::uint64_t beat_bytes_;
  dram::Clock way_;
};

}  // namespace trine::sim
