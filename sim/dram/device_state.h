// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "sim/dram/timing.h"

namespace trine::dram {

enum class CommandKind : std::uint8_t { kActivate, kPrecharge, kRead, kWrite, kRefresh };

/// A command as it goes over the command bus. Of a refresh `bank` is the first bank of its group;
/// `all` says that it is for all banks.
struct DramCommand {
  Clock clock = 0;
  CommandKind kind = CommandKind::kActivate;
  bool all = false;
  unsigned bank = 0;
  std::uint32_t row = 0;
};

/// The banks of one channel and the earliest clock at which each command is legal. A group has a
/// power of two of banks.
class DeviceState {
 public:
  static constexpr std::uint32_t kClosed = ~std::uint32_t{0};

  explicit DeviceState(const Device& device)
      : t_(device.timing),
        write_end_(device.timing.CWL + device.burst_clocks()),
        read_to_write_(read_to_write(device)),
        group_shift_(static_cast<unsigned>(std::countr_zero(device.banks_per_group))),
        row_bus_(device.two_command_buses ? 1 : 0),
        banks_(device.banks()),
        groups_(device.bank_groups) {}

  std::uint32_t row(unsigned bank) const { return banks_[bank].row; }

  // Every command's clock is the later one of what its bank and what all others allow; the
  // scheduler keeps the first and asks for the second once for all banks of a group.
  Clock bank_activate(unsigned bank) const { return banks_[bank].activate; }
  Clock bank_precharge(unsigned bank) const { return banks_[bank].precharge; }
  Clock bank_read(unsigned bank) const { return banks_[bank].read; }
  Clock bank_write(unsigned bank) const { return banks_[bank].write; }
  Clock group_activate(unsigned group) const {
    return std::max(std::max(groups_[group].activate, activate_),
                    std::max(window_[oldest_], bus_[row_bus_]));
  }
  Clock any_precharge() const { return bus_[row_bus_]; }
  Clock group_read(unsigned group) const {
    return std::max(std::max(groups_[group].read, read_), bus_[0]);
  }
  Clock group_write(unsigned group) const {
    return std::max(std::max(groups_[group].write, write_), bus_[0]);
  }

  unsigned group(unsigned bank) const { return bank >> group_shift_; }
  Clock activate(unsigned bank) const {
    return std::max(bank_activate(bank), group_activate(group(bank)));
  }
  Clock precharge(unsigned bank) const { return std::max(bank_precharge(bank), any_precharge()); }
  Clock read(unsigned bank) const { return std::max(bank_read(bank), group_read(group(bank))); }
  Clock write(unsigned bank) const { return std::max(bank_write(bank), group_write(group(bank))); }
  /// A refresh of all banks, which are closed.
  Clock refresh_all() const {
    Clock clock = std::max(bus_[row_bus_], refresh_);
    for (const Bank& bank : banks_) clock = std::max(clock, bank.activate);
    return clock;
  }
  /// A refresh of the closed banks `bank`, `bank` + `step`, ...; for the rules of other banks it is
  /// an activate.
  Clock refresh(unsigned bank, unsigned step) const {
    Clock clock = refresh_;
    for (unsigned b = bank; b < banks_.size(); b += step) clock = std::max(clock, activate(b));
    return clock;
  }

  void issue_activate(unsigned bank, std::uint32_t row, Clock at) {
    Bank& b = banks_[bank];
    b.row = row;
    b.read = at + t_.RCDRD;
    b.write = at + t_.RCDWR;
    b.precharge = at + t_.RAS;
    b.activate = at + t_.RC;
    count_activate(bank, at, t_.RRD_S, t_.RRD_L);
    bus_[row_bus_] = at + t_.CMD_ACT;
  }
  void issue_precharge(unsigned bank, Clock at) {
    Bank& b = banks_[bank];
    b.row = kClosed;
    b.activate = std::max(b.activate, at + t_.RP);
    bus_[row_bus_] = at + t_.CMD_PRE;
  }
  void issue_read(unsigned bank, Clock at) {
    Bank& b = banks_[bank];
    b.precharge = std::max(b.precharge, at + t_.RTP);
    read_ = at + t_.CCD_S;
    groups_[group(bank)].read = at + t_.CCD_L;
    write_ = std::max(write_, at + read_to_write_);
    bus_[0] = at + t_.CMD_COL;
  }
  void issue_write(unsigned bank, Clock at) {
    Bank& b = banks_[bank];
    Group& same = groups_[group(bank)];
    b.precharge = std::max(b.precharge, at + write_end_ + t_.WR);
    write_ = std::max(write_, at + t_.CCD_S);
    same.write = at + t_.CCD_L_WR;
    read_ = std::max(read_, at + write_end_ + t_.WTR_S);
    same.read = std::max(same.read, at + write_end_ + t_.WTR_L);
    bus_[0] = at + t_.CMD_COL;
  }
  void issue_refresh_all(Clock at) {
    for (Bank& bank : banks_) bank.activate = std::max(bank.activate, at + t_.RFC);
    refresh_ = at + t_.RFC;
    bus_[row_bus_] = at + 1;
  }
  void issue_refresh(unsigned bank, unsigned step, Clock at) {
    for (unsigned b = bank; b < banks_.size(); b += step)
      banks_[b].activate = std::max(banks_[b].activate, at + t_.RFC_B);
    refresh_ = at + t_.REF_REF;
    count_activate(bank, at, std::max(t_.RRD_S, t_.REF_ACT), std::max(t_.RRD_L, t_.REF_ACT));
    bus_[row_bus_] = at + 1;
  }

 private:
  struct Bank {
    std::uint32_t row = kClosed;
    Clock activate = 0, precharge = 0, read = 0, write = 0;
  };
  struct Group {
    Clock activate = 0, read = 0, write = 0;
  };

  void count_activate(unsigned bank, Clock at, unsigned other, unsigned same) {
    activate_ = std::max(activate_, at + other);
    Clock& same_group = groups_[group(bank)].activate;
    same_group = std::max(same_group, at + same);
    window_[oldest_] = at + t_.FAW;  // The fifth activate from here waits for this one.
    oldest_ = (oldest_ + 1) % 4;
  }

  Timing t_;
  unsigned write_end_, read_to_write_, group_shift_, row_bus_;
  std::vector<Bank> banks_;
  std::vector<Group> groups_;
  Clock activate_ = 0, read_ = 0, write_ = 0, refresh_ = 0;
  std::array<Clock, 4> window_{};  // When the activates of the last four windows are free again.
  unsigned oldest_ = 0;
  std::array<Clock, 2> bus_{};  // Command buses: columns (and rows), rows.
};

}  // namespace trine::dram
