// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "sim/dram/device_state.h"

namespace trine::dram {

/// Checks a stream of commands against every rule of a device, written down a second time: pair by
/// pair over all commands that are near enough, with no state carried along but the open rows.
class Legality {
 public:
  explicit Legality(const Device& device) : d_(device), t_(device.timing) {}

  /// The first rule that is broken, in words; empty when none is.
  std::string check(const std::vector<DramCommand>& commands) const {
    std::vector<bool> open(d_.banks());
    std::vector<std::uint32_t> row(d_.banks());
    for (std::size_t i = 0; i < commands.size(); ++i) {
      const DramCommand& c = commands[i];
      const auto wrong = [&](const std::string& what) {
        return fmt::format("command {} ({} of bank {}) in clock {}: {}", i, name(c.kind), c.bank,
                           c.clock, what);
      };
      if (i > 0 && c.clock < commands[i - 1].clock) return wrong("out of order");
      switch (c.kind) {
        case CommandKind::kActivate:
          if (open[c.bank]) return wrong("the bank is open");
          open[c.bank] = true;
          row[c.bank] = c.row;
          break;
        case CommandKind::kPrecharge:
          if (!open[c.bank]) return wrong("the bank is closed");
          open[c.bank] = false;
          break;
        case CommandKind::kRead:
        case CommandKind::kWrite:
          if (!open[c.bank] || row[c.bank] != c.row) return wrong("the row is not open");
          break;
        case CommandKind::kRefresh:
          for (unsigned b = 0; b < d_.banks(); ++b)
            if (refreshes(c, b) && open[b]) return wrong(fmt::format("bank {} is open", b));
          break;
      }
      unsigned activates = 0;
      for (std::size_t j = i; j-- > 0;) {
        const DramCommand& p = commands[j];
        const Clock apart = c.clock - p.clock;
        if (apart > reach()) break;
        const std::string broken = pair(p, c, apart);
        if (!broken.empty()) return wrong(fmt::format("{} after command {}", broken, j));
        const bool opens = c.kind == CommandKind::kActivate || partial(c);
        if (opens && (p.kind == CommandKind::kActivate || partial(p)) && ++activates == 4 &&
            apart < t_.FAW)
          return wrong("a fifth activate in FAW");
      }
    }
    return {};
  }

 private:
  static const char* name(CommandKind kind) {
    constexpr const char* kNames[] = {"ACT", "PRE", "RD", "WR", "REF"};
    return kNames[static_cast<unsigned>(kind)];
  }
  static bool partial(const DramCommand& c) { return c.kind == CommandKind::kRefresh && !c.all; }
  bool refreshes(const DramCommand& c, unsigned bank) const {
    if (c.all) return true;
    return d_.refresh_groups == RefreshGroups::kPerBank
               ? bank == c.bank
               : bank % d_.banks_per_group == c.bank % d_.banks_per_group;
  }
  Clock reach() const {
    Clock most = 0;
    for (const TimingInfo& info : kTimings)
      if (info.key != "REFI" && info.key != "REFI_B") most = std::max<Clock>(most, t_.*info.value);
    return 2 * most + Clock{2} * d_.burst_clocks();
  }
  unsigned group(unsigned bank) const { return bank / d_.banks_per_group; }

  /// The rule that `c`, so many clocks behind `p`, breaks.
  std::string pair(const DramCommand& p, const DramCommand& c, Clock apart) const {
    using enum CommandKind;
    const bool same_bank = p.bank == c.bank, same_group = group(p.bank) == group(c.bank);
    const unsigned data = d_.burst_clocks();
    const auto near = [&](bool applies, Clock least, const char* rule) {
      return applies && apart < least ? std::string(rule) : std::string();
    };
    const auto is = [&](CommandKind first, CommandKind second) {
      return p.kind == first && c.kind == second;
    };
    std::string s;
    const auto rule = [&](bool applies, Clock least, const char* what) {
      if (s.empty()) s = near(applies, least, what);
    };
    // One bank.
    rule(is(kActivate, kRead) && same_bank, t_.RCDRD, "RCDRD");
    rule(is(kActivate, kWrite) && same_bank, t_.RCDWR, "RCDWR");
    rule(is(kActivate, kPrecharge) && same_bank, t_.RAS, "RAS");
    rule(is(kActivate, kActivate) && same_bank, t_.RC, "RC");
    rule(is(kPrecharge, kActivate) && same_bank, t_.RP, "RP");
    rule(is(kRead, kPrecharge) && same_bank, t_.RTP, "RTP");
    rule(is(kWrite, kPrecharge) && same_bank, t_.CWL + data + t_.WR, "WR");
    // Several banks.
    rule(is(kActivate, kActivate) && !same_bank, same_group ? t_.RRD_L : t_.RRD_S, "RRD");
    rule(is(kRead, kRead), same_group ? t_.CCD_L : t_.CCD_S, "CCD of reads");
    rule(is(kWrite, kWrite), same_group ? t_.CCD_L_WR : t_.CCD_S, "CCD of writes");
    rule(is(kWrite, kRead), t_.CWL + data + (same_group ? t_.WTR_L : t_.WTR_S), "WTR");
    if (is(kRead, kWrite) && s.empty()) {  // In clocks of the data pins.
      const Clock read_end = p.clock + t_.CL + data, write_begin = c.clock + t_.CWL;
      if (write_begin < read_end + t_.RTW_GAP) s = "read to write";
    }
    // Refresh.
    const bool all = p.kind == kRefresh && p.all;
    rule(all && c.kind == kActivate, t_.RFC, "RFC");
    rule(all && c.kind == kRefresh, t_.RFC, "RFC of two refreshes");
    if (p.kind == kPrecharge && c.kind == kRefresh) rule(refreshes(c, p.bank), t_.RP, "RP");
    if (p.kind == kActivate && c.kind == kRefresh) {
      rule(refreshes(c, p.bank), t_.RC, "RC");
      rule(!c.all && !refreshes(c, p.bank), t_.RRD_S, "RRD of a refresh");
    }
    if (partial(p)) {
      rule(c.kind == kActivate && refreshes(p, c.bank), t_.RFC_B, "RFC_B");
      rule(c.kind == kActivate && !refreshes(p, c.bank), t_.REF_ACT, "REF_ACT");
      rule(c.kind == kRefresh, t_.REF_REF, "REF_REF");
    }
    // Command buses.
    const auto column = [](const DramCommand& x) { return x.kind == kRead || x.kind == kWrite; };
    const unsigned taken = p.kind == kActivate    ? t_.CMD_ACT
                           : column(p)            ? t_.CMD_COL
                           : p.kind == kPrecharge ? t_.CMD_PRE
                                                  : 1;
    rule(!d_.two_command_buses || column(p) == column(c), taken, "command bus");
    return s;
  }

  const Device d_;
  const Timing t_;
};

}  // namespace trine::dram
