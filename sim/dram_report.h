// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "driver/memory_report.h"
#include "sim/dram/spec.h"
#include "sim/dram/stats.h"

namespace trine::sim {

/// What a DRAM did, for whoever knows devices only.
inline MemoryReport report_of(const dram::MemorySpec& spec, const dram::Stats& stats,
                              double core_mhz) {
  MemoryReport report{.name = spec.name,
                      .channels = spec.channels,
                      .core_mhz = core_mhz,
                      .memory_mhz = spec.device.clock_mhz,
                      .peak = spec.peak(),
                      .counts = {}};
  for (const dram::StatsInfo& info : dram::kStats)
    report.counts.emplace_back(info.key, stats.*info.value);
  return report;
}

}  // namespace trine::sim
