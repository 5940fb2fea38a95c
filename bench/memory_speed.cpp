// SPDX-License-Identifier: Apache-2.0

// The DRAM model by itself: requests per second of processor time on a sequential and on a random
// stream of reads, and the pins' efficiency beside the closed formula of each standard.

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>

#include "sim/dram/in_order.h"
#include "sim/dram/memory.h"

namespace {

using namespace trine::dram;

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// The best share of the pins that the rules allow. A stream loses the refreshes of all banks:
/// their time, and a row that is closed for them and opened again. Reads of one burst a row each,
/// in banks by chance, are bound by the activates as well.
double formula(const MemorySpec& spec, bool random) {
  const Device& d = spec.device;
  const Timing& t = d.timing;
  double share = 1;
  if (random) {
    // Clocks of an activate: by RRD, by the window of four, by a bank's own cycle.
    const double activate = std::max({1.0 * t.RRD_S, t.FAW / 4.0, 1.0 * t.RC / d.banks()});
    share = std::min(1.0, d.burst_clocks() / activate);
  }
  if (d.refresh_groups == RefreshGroups::kNone)
    share *= 1 - static_cast<double>(t.RFC + t.RTP + t.RP + t.RCDRD) / t.REFI;
  return share;
}

struct Result {
  double requests_per_second = 0, efficiency = 0;
};

Result scheduled(const MemorySpec& spec, bool random, std::uint64_t count) {
  Memory memory(spec, spec.device.clock_mhz);
  std::mt19937_64 draw(1);
  const std::uint64_t unit = spec.device.burst_bytes(), ahead = std::uint64_t{64} * spec.channels;
  std::uint64_t cycle = 0, asked = 0, done = 0;
  const double start = processor_seconds();
  while (done < count) {
    memory.advance_to(cycle);
    while (done < asked && memory.done(done)) ++done;
    for (; asked < count && asked - done < ahead; ++asked)
      memory.read(random ? draw() % (1ull << 30) / unit * unit : asked * unit, unit);
    cycle = memory.next_cycle();
  }
  const double seconds = processor_seconds() - start;
  return {static_cast<double>(count) / seconds, memory.stats().efficiency()};
}

Result in_order(const MemorySpec& spec, bool random, std::uint64_t count) {
  InOrderMemory memory(spec, spec.device.clock_mhz);
  std::mt19937_64 draw(1);
  const std::uint64_t unit = spec.device.burst_bytes();
  const double start = processor_seconds();
  for (std::uint64_t i = 0; i < count; ++i)
    memory.access(0, random ? draw() % (1ull << 30) / unit * unit : i * unit, unit, false);
  const double seconds = processor_seconds() - start;
  return {static_cast<double>(count) / seconds, memory.stats().efficiency()};
}

}  // namespace

/// memory_speed [REQUESTS]
int main(int argc, char** argv) {
  const std::uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  fmt::print("{:16} {:10} {:>12} {:>12} {:>10} {:>10} {:>10}\n", "memory", "reads", "M/s FR-FCFS",
             "M/s in order", "efficiency", "formula", "of it");
  for (const char* name : {"ddr4-2400x64", "ddr4-3200x64", "lpddr4-4266x32", "lpddr5-6400x32",
                           "ddr5-4800x64", "hbm2x1", "gddr6-14000x32"}) {
    const MemorySpec spec = parse_memory(name);
    for (const bool random : {false, true}) {
      const Result a = scheduled(spec, random, count), b = in_order(spec, random, count);
      const double bound = formula(spec, random);
      fmt::print("{:16} {:10} {:>12.2f} {:>12.2f} {:>9.1f}% {:>9.1f}% {:>9.1f}%\n", name,
                 random ? "random" : "sequential", a.requests_per_second / 1e6,
                 b.requests_per_second / 1e6, 100 * a.efficiency, 100 * bound,
                 100 * a.efficiency / bound);
    }
  }
}
