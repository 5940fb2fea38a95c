// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "sim/dram/device_state.h"
#include "sim/dram/spec.h"
#include "sim/dram/stats.h"

namespace trine::dram {

/// One burst that a channel is to move.
struct Burst {
  std::uint64_t ticket = 0;   // Of a read: where its end is noted.
  std::uint64_t address = 0;  // In bursts.
  Clock arrival = 0;
  unsigned bank = 0;
  std::uint32_t row = 0;
};

/// When reads end: a ring by ticket.
struct ReadEnds {
  std::vector<Clock> clocks;  // A power of two; kNever: not known yet.

  Clock& at(std::uint64_t ticket) { return clocks[ticket & (clocks.size() - 1)]; }
  Clock at(std::uint64_t ticket) const { return clocks[ticket & (clocks.size() - 1)]; }
};

/// The controller of one channel and its device.
///
/// FR-FCFS: of all commands that the bursts in its queue wait for, the earliest legal one; at the
/// same clock a column command before one for a row, then the oldest burst. Rows stay open. Writes
/// are collected and written together. The model jumps from command to command: a clock in which
/// nothing can be issued costs nothing.
class Channel {
 public:
  /// `ends` takes the ends of reads and must outlive the channel.
  Channel(const MemorySpec& spec, ReadEnds& ends);

  /// Burst that arrives at `burst.arrival`, not before the clock of the last `advance`.
  void push_read(const Burst& burst);
  void push_write(const Burst& burst);

  /// Issues all commands before `to`: nothing that arrives from then on can change them.
  void advance(Clock to) {
    if (to > next_)
      work(to);
    else
      now_ = std::max(now_, to);
  }
  /// A clock up to which `advance` has nothing to do.
  Clock next() const { return next_; }

  bool idle() const { return reads_.waiting() == 0 && writes_.waiting() == 0; }
  std::size_t waiting_writes() const { return writes_.waiting(); }

  /// When the last data that were asked for so far leave the pins.
  Clock data_end() const { return data_end_; }

  const Stats& stats() const { return stats_; }
  /// Every command from now on goes there too; nullptr: none.
  void log(std::vector<DramCommand>* commands) { log_ = commands; }

 private:
  static constexpr unsigned kNone = ~0u;

  /// A burst in the queue, in the list of its bank.
  struct Slot {
    Burst burst;
    std::uint64_t order = 0;  // Of arrival.
    unsigned next = kNone, previous = kNone;
    bool activated = false, precharged = false;  // For this burst.
  };
  /// The bursts of one direction for one bank, the oldest first.
  struct List {
    unsigned head = kNone, tail = kNone;
    unsigned hit = kNone;    // The oldest one for the open row.
    unsigned overtaken = 0;  // Hits that went before the head.
    unsigned count = 0;
    // The next command for them, and the first clock that bank and burst allow.
    CommandKind kind = CommandKind::kActivate;
    unsigned group = 0, slot = kNone;
    Clock clock = 0;
    std::uint64_t order = 0;
  };
  /// The queue of one direction, and what waits in front of it.
  struct Queue {
    Queue(unsigned capacity, unsigned banks);
    std::size_t waiting() const { return used + input.size(); }

    std::vector<Slot> slots;
    std::vector<unsigned> free;
    std::vector<List> lists;   // By bank.
    std::uint64_t active = 0;  // Banks with bursts.
    std::size_t used = 0;
    std::deque<Burst> input;
  };
  struct Choice {
    Clock clock = kNever;
    CommandKind kind = CommandKind::kRefresh;
    unsigned bank = 0, slot = kNone;
  };

  void work(Clock to);
  void fill(Queue& queue);
  void insert(Queue& queue, const Burst& burst);
  void remove(Queue& queue, unsigned bank, unsigned slot);
  void find_hit(Queue& queue, unsigned bank, unsigned from);
  void plan(Queue& queue, unsigned bank);
  void choose_direction();
  Choice choose() const;
  void consider_refresh(Choice& best) const;
  void select_refresh();
  void issue(const Choice& choice);
  void issue_column(const Choice& choice);
  void account(const Slot& slot, unsigned bank, Clock at, bool write);
  void record(CommandKind kind, unsigned bank, std::uint32_t row, Clock at, bool all = false);

  const Device device_;
  const Policy policy_;
  DeviceState state_;
  ReadEnds& ends_;
  Queue reads_, writes_;
  bool writing_ = false, last_write_ = false;
  Clock now_ = 0, next_ = 0;
  std::uint64_t order_ = 0;

  // Refresh: groups of banks take turns; one refresh is due every interval.
  bool grouped_;
  unsigned groups_, step_;  // Banks of group g: g, g + step_, ...
  Clock interval_;
  Clock due_;                    // When the next one is.
  std::uint64_t refreshed_ = 0;  // Groups of this round.
  unsigned target_ = kNone;      // The group that is next: nothing else may use its banks.
  std::uint64_t target_banks_ = 0;
  std::vector<std::uint64_t> group_banks_;
  std::vector<Clock> refresh_end_;  // By bank.
  std::vector<bool> closed_by_refresh_;

  Clock data_end_ = 0;
  Stats stats_;
  std::vector<DramCommand>* log_ = nullptr;
};

}  // namespace trine::dram
