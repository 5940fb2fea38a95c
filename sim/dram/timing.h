// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

namespace trine::dram {

/// Cycles of the memory's command clock (CK) since the start.
using Clock = std::uint64_t;
inline constexpr Clock kNever = ~Clock{0};

/// A frequency in whole kilohertz: two clocks are then related by integers.
inline std::uint64_t khz(double mhz) {
  return static_cast<std::uint64_t>(std::llround(mhz * 1e3));
}

/// How long one command keeps others away, in command clocks. A value is the smallest distance
/// that is legal.
struct Timing {
  unsigned CL = 0, CWL = 0;          // Column command to the first data: read, write.
  unsigned RCDRD = 0, RCDWR = 0;     // ACT to a column command of the same bank.
  unsigned RP = 0, RAS = 0, RC = 0;  // PRE to ACT, ACT to PRE, ACT to ACT, of the same bank.
  unsigned RRD_S = 0, RRD_L = 0;     // ACT to ACT of another bank: another group, the same group.
  unsigned FAW = 0;                  // Window of any four ACT.
  unsigned CCD_S = 0, CCD_L = 0;     // Column to column, the same direction.
  unsigned CCD_L_WR = 0;             // The same in a bank group, of writes.
  unsigned WR = 0;                   // Last write data to PRE of the bank.
  unsigned WTR_S = 0, WTR_L = 0;     // Last write data to a read.
  unsigned RTP = 0;                  // Read to PRE of the bank.
  unsigned RTW_GAP = 0;              // Idle data clocks between read data and write data.
  unsigned REFI = 0, RFC = 0;        // All banks: interval, duration.
  unsigned REFI_B = 0, RFC_B = 0;    // One refresh of some banks: interval, duration.
  unsigned REF_ACT = 0;              // Such a refresh to an ACT of another bank.
  unsigned REF_REF = 0;              // Such a refresh to the next one.
  unsigned CMD_ACT = 1, CMD_COL = 1, CMD_PRE = 1;  // Clocks that the command bus is taken.
};

/// Name, place and meaning of each member of Timing: for tables, files and messages.
struct TimingInfo {
  std::string_view key;
  unsigned Timing::*value;
  std::string_view text;
};
inline constexpr TimingInfo kTimings[] = {
    {"CL", &Timing::CL, "read to first data"},
    {"CWL", &Timing::CWL, "write to first data"},
    {"RCDRD", &Timing::RCDRD, "activate to read"},
    {"RCDWR", &Timing::RCDWR, "activate to write"},
    {"RP", &Timing::RP, "precharge to activate"},
    {"RAS", &Timing::RAS, "activate to precharge"},
    {"RC", &Timing::RC, "activate to activate, same bank"},
    {"RRD_S", &Timing::RRD_S, "activate to activate, other bank group"},
    {"RRD_L", &Timing::RRD_L, "activate to activate, same bank group"},
    {"FAW", &Timing::FAW, "window of four activates"},
    {"CCD_S", &Timing::CCD_S, "column to column, other bank group"},
    {"CCD_L", &Timing::CCD_L, "read to read, same bank group"},
    {"CCD_L_WR", &Timing::CCD_L_WR, "write to write, same bank group"},
    {"WR", &Timing::WR, "last write data to precharge"},
    {"WTR_S", &Timing::WTR_S, "last write data to read, other bank group"},
    {"WTR_L", &Timing::WTR_L, "last write data to read, same bank group"},
    {"RTP", &Timing::RTP, "read to precharge"},
    {"RTW_GAP", &Timing::RTW_GAP, "read data to write data"},
    {"REFI", &Timing::REFI, "interval of all-bank refreshes"},
    {"RFC", &Timing::RFC, "an all-bank refresh"},
    {"REFI_B", &Timing::REFI_B, "interval of refreshes of some banks"},
    {"RFC_B", &Timing::RFC_B, "a refresh of some banks"},
    {"REF_ACT", &Timing::REF_ACT, "refresh of some banks to activate of another"},
    {"REF_REF", &Timing::REF_REF, "refresh of some banks to the next"},
    {"CMD_ACT", &Timing::CMD_ACT, "command bus of an activate"},
    {"CMD_COL", &Timing::CMD_COL, "command bus of a read or write"},
    {"CMD_PRE", &Timing::CMD_PRE, "command bus of a precharge"},
};

/// How refreshes go: all banks at once, or a group of banks while the others work.
enum class RefreshGroups : std::uint8_t {
  kNone,      // Only all-bank refresh exists.
  kPerBank,   // One bank.
  kSameBank,  // The banks of the same number in all bank groups.
};

/// One channel of a memory: what one controller drives.
struct Device {
  std::string name;
  double clock_mhz = 0;              // Of the command clock CK.
  unsigned transfers_per_clock = 2;  // Data transfers of a pin in a command clock.
  unsigned bus_bits = 0;             // Width of the channel's data bus.
  unsigned burst_length = 8;         // Transfers of one column command.
  unsigned bank_groups = 1, banks_per_group = 8;
  unsigned row_bytes = 0;          // Of one row over the whole width.
  std::uint64_t rows = 0;          // Of a bank.
  bool two_command_buses = false;  // Rows and columns have a command bus each.
  RefreshGroups refresh_groups = RefreshGroups::kNone;
  Timing timing;

  unsigned banks() const { return bank_groups * banks_per_group; }
  /// Bytes that one column command moves; the unit of everything below.
  unsigned burst_bytes() const { return bus_bits / 8 * burst_length; }
  unsigned burst_clocks() const { return burst_length / transfers_per_clock; }
  unsigned columns() const { return row_bytes / burst_bytes(); }  // NOLINT: check() refuses 0.
  std::uint64_t bytes() const { return rows * banks() * row_bytes; }
  /// Bytes per second of the pins.
  double peak() const { return clock_mhz * 1e6 * transfers_per_clock * bus_bits / 8; }
};

/// Read to write: the write data must follow the read data with RTW_GAP between them.
constexpr unsigned read_to_write(const Device& d) {
  const int clocks =
      static_cast<int>(d.timing.CL + d.burst_length / d.transfers_per_clock + d.timing.RTW_GAP) -
      static_cast<int>(d.timing.CWL);
  return clocks > 1 ? static_cast<unsigned>(clocks) : 1;
}

}  // namespace trine::dram
