// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "machine/cost_model.h"

namespace trine {

/// A weight stream on its way through read DMA and FIFO: bursts go out while the FIFO has room for
/// them, come back after the latency at the memory's rate, and wait for the engine.
///
/// Time is in cycles from the start of the engine; the first burst goes out `lead` cycles before.
class StreamCost {
 public:
  /// `piece`: beats that one job of the DMA reads, at least 1; `job_cycles`: between two jobs.
  StreamCost(const CostMemory& memory, unsigned beat_bytes, unsigned fifo_beats,
             std::uint64_t piece, double job_cycles, double lead)
      : memory_(memory),
        burst_(std::min<double>({4096.0 / beat_bytes, static_cast<double>(memory.read_burst),
                                 fifo_beats / 4.0, static_cast<double>(piece)})),
        job_cycles_(static_cast<double>(piece) <= burst_ ? job_cycles : 1),
        bursts_in_fifo_(static_cast<std::size_t>(fifo_beats / burst_)),
        left_(bursts_in_fifo_, -lead - kCredit),
        asked_(-lead - job_cycles_) {}

  /// The engine takes `beats` more, the first not before `earliest` and each in `each` cycles at
  /// least. Returns when the last one has been taken.
  double take(double beats, double earliest, double each = 1) {
    double now = std::max(earliest, now_);
    while (beats > 0) {
      if (in_burst_ == 0) ask();
      const double n = std::min(beats, burst_ - in_burst_);
      // Taken one behind the other, or as they come.
      const double come = first_ + (in_burst_ + n) / memory_.beats_per_cycle;
      const double taken = now + n * each;
      waited_ += std::max(0.0, come - taken);
      now = std::max(taken, come);
      beats -= n;
      in_burst_ += n;
      if (in_burst_ >= burst_) {
        left_[next_] = now;
        next_ = (next_ + 1) % bursts_in_fifo_;
        in_burst_ = 0;
      }
    }
    return now_ = now;
  }

  /// Cycles in which the engine wanted a beat that had not come.
  double waited() const { return waited_; }

 private:
  /// The next burst goes out when its place in the FIFO is free.
  void ask() {
    asked_ = std::max(asked_ + job_cycles_, left_[next_] + kCredit);
    first_ = std::max(asked_ + memory_.read_latency + kArrive,
                      first_ + burst_ / memory_.beats_per_cycle);
  }

  static constexpr double kCredit = 1;  // From the beat that leaves to the burst for its place.
  static constexpr double kArrive = 2;  // From R to the engine, less what the first beat takes.

  CostMemory memory_;
  double burst_, job_cycles_;
  std::size_t bursts_in_fifo_, next_ = 0;
  std::vector<double> left_;  // When the burst that had the place left, in turn.
  double asked_, first_ = -1e9, in_burst_ = 0, now_ = 0, waited_ = 0;
};

}  // namespace trine
