// SPDX-License-Identifier: Apache-2.0

#include "sim/dram/channel.h"

#include <bit>

namespace trine::dram {
namespace {

/// Bursts are in order by so many bits of their number: no two that wait are further apart.
constexpr std::uint64_t kOrderMask = (std::uint64_t{1} << 40) - 1;

}  // namespace

Channel::Queue::Queue(unsigned capacity, unsigned banks) : slots(capacity), lists(banks) {
  for (unsigned i = capacity; i-- > 0;) free.push_back(i);
}

Channel::Channel(const MemorySpec& spec, ReadEnds& ends)
    : device_(spec.device),
      policy_(spec.policy),
      state_(spec.device),
      ends_(ends),
      reads_(spec.policy.read_queue, spec.device.banks()),
      writes_(spec.policy.write_queue, spec.device.banks()),
      grouped_(spec.device.refresh_groups != RefreshGroups::kNone && !spec.policy.all_bank),
      refresh_end_(spec.device.banks()),
      closed_by_refresh_(spec.device.banks()) {
  const unsigned banks = device_.banks();
  if (!grouped_) {
    groups_ = step_ = 1;
  } else if (device_.refresh_groups == RefreshGroups::kPerBank) {
    groups_ = step_ = banks;
  } else {
    groups_ = step_ = device_.banks_per_group;
  }
  interval_ = grouped_ ? device_.timing.REFI_B : device_.timing.REFI;
  due_ = interval_;
  group_banks_.resize(groups_);
  for (unsigned bank = 0; bank < banks; ++bank)
    group_banks_[bank % step_] |= std::uint64_t{1} << bank;
  for (unsigned bank = 0; bank < banks; ++bank)
    reads_.lists[bank].group = writes_.lists[bank].group = state_.group(bank);
}

void Channel::push_read(const Burst& burst) {
  ends_.at(burst.ticket) = kNever;
  const auto same = [&](const Burst& other) { return other.address == burst.address; };
  if (writes_.waiting() > 0) {
    bool found = false;
    const List& list = writes_.lists[burst.bank];
    for (unsigned i = list.head; i != kNone && !found; i = writes_.slots[i].next)
      found = same(writes_.slots[i].burst);
    for (const Burst& other : writes_.input) found = found || same(other);
    if (found) {  // The data are in the controller.
      ++stats_.forwarded;
      ends_.at(burst.ticket) = burst.arrival + 1;
      return;
    }
  }
  reads_.input.push_back(burst);
  fill(reads_);
  next_ = std::min(next_, burst.arrival);
}

void Channel::push_write(const Burst& burst) {
  writes_.input.push_back(burst);
  fill(writes_);
  next_ = std::min(next_, burst.arrival);
}

void Channel::fill(Queue& queue) {
  while (!queue.input.empty() && !queue.free.empty()) {
    insert(queue, queue.input.front());
    queue.input.pop_front();
  }
}

void Channel::insert(Queue& queue, const Burst& burst) {
  const unsigned slot = queue.free.back();
  queue.free.pop_back();
  List& list = queue.lists[burst.bank];
  queue.slots[slot] = {burst, order_++, kNone, list.tail, false, false};
  (list.tail == kNone ? list.head : queue.slots[list.tail].next) = slot;
  list.tail = slot;
  ++list.count;
  if (list.hit == kNone && state_.row(burst.bank) == burst.row) list.hit = slot;
  queue.active |= std::uint64_t{1} << burst.bank;
  ++queue.used;
  if (list.count == 1 || list.hit == slot) plan(queue, burst.bank);
}

void Channel::remove(Queue& queue, unsigned bank, unsigned slot) {
  List& list = queue.lists[bank];
  const Slot& s = queue.slots[slot];
  list.overtaken = slot == list.head ? 0 : list.overtaken + 1;
  (s.previous == kNone ? list.head : queue.slots[s.previous].next) = s.next;
  (s.next == kNone ? list.tail : queue.slots[s.next].previous) = s.previous;
  if (--list.count == 0) queue.active &= ~(std::uint64_t{1} << bank);
  if (list.hit == slot) find_hit(queue, bank, s.next);
  queue.free.push_back(slot);
  --queue.used;
}

void Channel::find_hit(Queue& queue, unsigned bank, unsigned from) {
  const std::uint32_t row = state_.row(bank);
  unsigned slot = row == DeviceState::kClosed ? kNone : from;
  while (slot != kNone && queue.slots[slot].burst.row != row) slot = queue.slots[slot].next;
  queue.lists[bank].hit = slot;
}

/// Reads go first; writes when there are many of them or nothing else.
void Channel::choose_direction() {
  if (writing_) {
    if (writes_.used == 0 || (reads_.used > 0 && writes_.waiting() <= policy_.write_low))
      writing_ = false;
  }
  if (!writing_ && writes_.used > 0 &&
      (reads_.used == 0 || writes_.waiting() >= policy_.write_high))
    writing_ = true;
}

/// Notes the next command for a bank's bursts, after anything of the bank has changed.
void Channel::plan(Queue& queue, unsigned bank) {
  List& list = queue.lists[bank];
  if (list.head == kNone) return;
  list.slot = list.head;
  if (state_.row(bank) == DeviceState::kClosed) {
    list.kind = CommandKind::kActivate;
    list.clock = state_.bank_activate(bank);
  } else if (list.hit != kNone && (list.hit == list.head || list.overtaken < policy_.hit_cap)) {
    const bool write = &queue == &writes_;
    list.kind = write ? CommandKind::kWrite : CommandKind::kRead;
    list.clock = write ? state_.bank_write(bank) : state_.bank_read(bank);
    list.slot = list.hit;
  } else {
    list.kind = CommandKind::kPrecharge;
    list.clock = state_.bank_precharge(bank);
  }
  const Slot& slot = queue.slots[list.slot];
  list.clock = std::max(list.clock, slot.burst.arrival);
  list.order = slot.order;
}

Channel::Choice Channel::choose() const {
  const Queue& queue = writing_ ? writes_ : reads_;
  // What all banks of a group wait for, by command.
  std::array<std::array<Clock, 8>, 4> common;
  for (unsigned group = 0; group < device_.bank_groups; ++group) {
    common[0][group] = std::max(now_, state_.group_activate(group));
    common[1][group] = std::max(now_, state_.any_precharge());
    common[2][group] = std::max(now_, state_.group_read(group));
    common[3][group] = std::max(now_, state_.group_write(group));
  }
  Choice best;
  std::uint64_t best_key = ~std::uint64_t{0};
  for (std::uint64_t left = queue.active & ~target_banks_; left != 0; left &= left - 1) {
    const auto bank = static_cast<unsigned>(std::countr_zero(left));
    const List& list = queue.lists[bank];
    const auto kind = static_cast<unsigned>(list.kind);
    const Clock clock = std::max(list.clock, common[kind][list.group]);
    // The earliest; columns first, then the oldest burst. A wait is below 2^22 clocks (check()).
    const std::uint64_t key = (clock - now_) << 41 | static_cast<std::uint64_t>(kind < 2) << 40 |
                              (list.order & kOrderMask);
    if (key < best_key) {
      best_key = key;
      best.bank = bank;
      best.clock = clock;
    }
  }
  if (best_key != ~std::uint64_t{0}) {
    best.kind = queue.lists[best.bank].kind;
    best.slot = queue.lists[best.bank].slot;
  }
  if (target_ != kNone) consider_refresh(best);
  return best;
}

/// The next command of the refresh that is wanted: behind a column command, before one for a row.
void Channel::consider_refresh(Choice& best) const {
  Choice refresh{.kind = CommandKind::kRefresh, .bank = target_};
  bool open = false;
  for (std::uint64_t left = target_banks_; left != 0; left &= left - 1) {
    const auto bank = static_cast<unsigned>(std::countr_zero(left));
    if (state_.row(bank) == DeviceState::kClosed) continue;
    const Clock clock = state_.precharge(bank);
    if (!open || clock < refresh.clock) {
      refresh.kind = CommandKind::kPrecharge;
      refresh.clock = clock;
      refresh.bank = bank;
    }
    open = true;
  }
  if (!open) refresh.clock = grouped_ ? state_.refresh(target_, step_) : state_.refresh_all();
  refresh.clock = std::max(refresh.clock, now_);
  const bool column = best.kind == CommandKind::kRead || best.kind == CommandKind::kWrite;
  if (refresh.clock < best.clock || (refresh.clock == best.clock && !column)) best = refresh;
}

/// A refresh is due. It goes to the first group that nothing waits for, or, when it can be put off
/// no longer, the one that the fewest bursts wait for.
void Channel::select_refresh() {
  const std::uint64_t wanted = reads_.active | writes_.active;
  unsigned chosen = kNone;
  for (unsigned group = 0; group < groups_ && chosen == kNone; ++group)
    if ((refreshed_ >> group & 1) == 0 && (group_banks_[group] & wanted) == 0) chosen = group;
  if (chosen == kNone) {
    if (now_ < due_ + policy_.postpone * interval_) return;
    unsigned fewest = ~0u;
    for (unsigned group = 0; group < groups_; ++group) {
      if ((refreshed_ >> group & 1) != 0) continue;
      unsigned waiting = 0;
      for (unsigned bank = group; bank < device_.banks(); bank += step_)
        waiting += reads_.lists[bank].count + writes_.lists[bank].count;
      if (waiting < fewest) chosen = group;
      fewest = std::min(fewest, waiting);
    }
  }
  target_ = chosen;
  target_banks_ = group_banks_[chosen];
}

void Channel::work(Clock to) {
  for (;;) {
    if (target_ == kNone && now_ >= due_) select_refresh();
    choose_direction();
    const Choice choice = choose();
    // Time does not jump over a moment at which a refresh may begin or must.
    if (target_ == kNone) {
      const Clock must = due_ + policy_.postpone * interval_;
      const Clock stop = now_ < due_ ? due_ : (now_ < must ? must : kNever);
      if (stop <= choice.clock) {
        if (stop >= to) {
          next_ = stop;
          break;
        }
        now_ = stop;
        continue;
      }
    }
    if (choice.clock >= to) {
      next_ = choice.clock;
      break;
    }
    now_ = choice.clock;
    issue(choice);
  }
  now_ = std::max(now_, to);
}

void Channel::record(CommandKind kind, unsigned bank, std::uint32_t row, Clock at, bool all) {
  if (log_ != nullptr) log_->push_back({at, kind, all, bank, row});
}

void Channel::issue(const Choice& choice) {
  const unsigned bank = choice.bank;
  Queue& queue = writing_ ? writes_ : reads_;
  switch (choice.kind) {
    case CommandKind::kActivate: {
      Slot& slot = queue.slots[choice.slot];
      slot.activated = true;
      ++stats_.activates;
      state_.issue_activate(bank, slot.burst.row, choice.clock);
      record(choice.kind, bank, slot.burst.row, choice.clock);
      find_hit(reads_, bank, reads_.lists[bank].head);
      find_hit(writes_, bank, writes_.lists[bank].head);
      plan(reads_, bank);
      plan(writes_, bank);
      break;
    }
    case CommandKind::kPrecharge:
      if (choice.slot != kNone) queue.slots[choice.slot].precharged = true;
      ++stats_.precharges;
      record(choice.kind, bank, state_.row(bank), choice.clock);
      state_.issue_precharge(bank, choice.clock);
      reads_.lists[bank].hit = writes_.lists[bank].hit = kNone;
      plan(reads_, bank);
      plan(writes_, bank);
      break;
    case CommandKind::kRefresh: {
      ++stats_.refreshes;
      record(choice.kind, bank, 0, choice.clock, !grouped_);
      if (grouped_)
        state_.issue_refresh(bank, step_, choice.clock);
      else
        state_.issue_refresh_all(choice.clock);
      const Clock end = choice.clock + (grouped_ ? device_.timing.RFC_B : device_.timing.RFC);
      for (unsigned b = bank; b < device_.banks(); b += step_) {
        refresh_end_[b] = end;
        closed_by_refresh_[b] = true;
        plan(reads_, b);
        plan(writes_, b);
      }
      refreshed_ |= std::uint64_t{1} << target_;
      if (static_cast<unsigned>(std::popcount(refreshed_)) == groups_) refreshed_ = 0;
      due_ += interval_;
      target_ = kNone;
      target_banks_ = 0;
      break;
    }
    case CommandKind::kRead:
    case CommandKind::kWrite:
      issue_column(choice);
      break;
  }
}

void Channel::issue_column(const Choice& choice) {
  const bool write = choice.kind == CommandKind::kWrite;
  Queue& queue = write ? writes_ : reads_;
  const Slot& slot = queue.slots[choice.slot];
  record(choice.kind, choice.bank, slot.burst.row, choice.clock);
  account(slot, choice.bank, choice.clock, write);
  if (write) {
    state_.issue_write(choice.bank, choice.clock);
  } else {
    state_.issue_read(choice.bank, choice.clock);
    ends_.at(slot.burst.ticket) = data_end_;
  }
  remove(queue, choice.bank, choice.slot);
  plan(reads_, choice.bank);
  plan(writes_, choice.bank);
  fill(queue);
}

/// Why the pins carried nothing since the last data.
void Channel::account(const Slot& slot, unsigned bank, Clock at, bool write) {
  const Clock latency = write ? device_.timing.CWL : device_.timing.CL;
  const Clock begin = at + latency, end = begin + device_.burst_clocks();
  Clock gap = begin - data_end_;
  const Clock asked = slot.burst.arrival + latency;
  if (asked > data_end_) {
    const Clock idle = std::min(gap, asked - data_end_);
    stats_.lost_idle += idle;
    gap -= idle;
  }
  const bool refreshed =
      refresh_end_[bank] > data_end_ || (slot.activated && closed_by_refresh_[bank]);
  const bool turned = write != last_write_ && stats_.reads + stats_.writes > 0;
  if (refreshed) {
    stats_.lost_refresh += gap;
  } else if (turned) {
    stats_.lost_turnaround += gap;
  } else if (slot.activated) {
    stats_.lost_rows += gap;
  } else {
    stats_.lost_spacing += gap;
  }
  if (turned) ++stats_.turnarounds;
  if (slot.activated) closed_by_refresh_[bank] = false;
  ++(slot.precharged ? stats_.conflicts : slot.activated ? stats_.misses : stats_.hits);
  ++(write ? stats_.writes : stats_.reads);
  stats_.busy += device_.burst_clocks();
  data_end_ = end;
  last_write_ = write;
}

}  // namespace trine::dram
