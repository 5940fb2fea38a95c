// SPDX-License-Identifier: Apache-2.0

// Every rule of a device by itself: illegal one clock early, legal at the clock.

#include <doctest/doctest.h>

#include "sim/dram/standards.h"
#include "tests/dram/legality.h"
#include "tests/dram/traffic.h"

using namespace trine::dram;
using enum CommandKind;

namespace {

/// A state in which some banks were opened long ago, so that no rule is left from that.
struct Opened {
  explicit Opened(const Device& device, std::initializer_list<unsigned> banks) : state(device) {
    Clock at = 0;
    for (const unsigned bank : banks) state.issue_activate(bank, 1, at += 500);
    now = at + 1000;
  }
  DeviceState state;
  Clock now = 0;
};

}  // namespace

TEST_CASE("Device: every rule is tight in the state and in the checker") {
  for (const char* name : kMemories) {
    CAPTURE(name);
    const Device d = parse_memory(name).device;
    const Timing& t = d.timing;
    const Legality legality(d);
    const unsigned other = d.bank_groups > 1 ? d.banks_per_group : 1;  // In another group if any.
    const unsigned data = d.burst_clocks();
    // Two commands, so far apart, after banks 0, 1 and `other` were opened where `open` says so.
    const auto tight = [&](const char* rule, bool open, DramCommand first, DramCommand second,
                           Clock least, Clock found) {
      CAPTURE(rule);
      CHECK_EQ(found - 5000, least);
      for (const Clock apart : {least - 1, least}) {
        std::vector<DramCommand> commands;
        if (open)
          for (const unsigned bank : {0u, 1u, other})
            if (bank == 0 || bank != commands.back().bank)
              commands.push_back({1000ull * (1 + bank), kActivate, false, bank, 1});
        first.clock = 50'000;
        second.clock = 50'000 + apart;
        commands.push_back(first);
        commands.push_back(second);
        CHECK_EQ(legality.check(commands).empty(), apart == least);
      }
    };
    const auto command = [](CommandKind kind, unsigned bank) {
      return DramCommand{0, kind, false, bank, 1};
    };
    {
      DeviceState s(d);
      s.issue_activate(0, 1, 5000);
      tight("RCDRD", false, command(kActivate, 0), command(kRead, 0), t.RCDRD, s.read(0));
      tight("RCDWR", false, command(kActivate, 0), command(kWrite, 0), t.RCDWR, s.write(0));
      tight("RAS", false, command(kActivate, 0), command(kPrecharge, 0), t.RAS, s.precharge(0));
      tight("RRD_L", false, command(kActivate, 0), command(kActivate, 1),
            std::max(t.RRD_L, t.CMD_ACT), s.activate(1));
      tight("RRD_S", false, command(kActivate, 0), command(kActivate, other),
            std::max(other == 1 ? t.RRD_L : t.RRD_S, t.CMD_ACT), s.activate(other));
      s.issue_precharge(0, 5000 + t.RAS);
      CHECK_EQ(s.activate(0), 5000 + std::max(t.RC, t.RAS + t.RP));
    }
    {
      Opened o(d, {0, 1, other});
      o.state.issue_precharge(0, 5000);
      tight("RP", true, command(kPrecharge, 0), command(kActivate, 0), std::max(t.RP, t.CMD_PRE),
            o.state.activate(0));
    }
    {
      Opened o(d, {0, 1, other});
      o.state.issue_read(0, 5000);
      tight("CCD_L", true, command(kRead, 0), command(kRead, 1), t.CCD_L, o.state.read(1));
      tight("CCD_S", true, command(kRead, 0), command(kRead, other), other == 1 ? t.CCD_L : t.CCD_S,
            o.state.read(other));
      tight("RTP", true, command(kRead, 0), command(kPrecharge, 0), t.RTP, o.state.precharge(0));
      tight("RTW", true, command(kRead, 0), command(kWrite, other), t.CL + data + t.RTW_GAP - t.CWL,
            o.state.write(other));
    }
    {
      Opened o(d, {0, 1, other});
      o.state.issue_write(0, 5000);
      tight("CCD_L_WR", true, command(kWrite, 0), command(kWrite, 1), t.CCD_L_WR, o.state.write(1));
      tight("CCD_S", true, command(kWrite, 0), command(kWrite, other),
            other == 1 ? t.CCD_L_WR : t.CCD_S, o.state.write(other));
      tight("WTR_L", true, command(kWrite, 0), command(kRead, 1), t.CWL + data + t.WTR_L,
            o.state.read(1));
      tight("WTR_S", true, command(kWrite, 0), command(kRead, other),
            t.CWL + data + (other == 1 ? t.WTR_L : t.WTR_S), o.state.read(other));
      tight("WR", true, command(kWrite, 0), command(kPrecharge, 0), t.CWL + data + t.WR,
            o.state.precharge(0));
    }
    {
      DeviceState s(d);
      s.issue_refresh_all(5000);
      DramCommand refresh = command(kRefresh, 0);
      refresh.all = true;
      tight("RFC", false, refresh, command(kActivate, 0), t.RFC, s.activate(0));
      CHECK_EQ(s.refresh_all(), 5000 + t.RFC);
    }
    if (d.refresh_groups != RefreshGroups::kNone) {
      const unsigned step =
          d.refresh_groups == RefreshGroups::kPerBank ? d.banks() : d.banks_per_group;
      DeviceState s(d);
      s.issue_refresh(0, step, 5000);
      tight("RFC_B", false, command(kRefresh, 0), command(kActivate, 0), t.RFC_B, s.activate(0));
      tight("REF_ACT", false, command(kRefresh, 0), command(kActivate, 1),
            std::max(t.REF_ACT, t.RRD_L), s.activate(1));
      CHECK_EQ(s.refresh(1, step), 5000 + std::max({t.REF_REF, t.REF_ACT, t.RRD_L}));
    }
  }
}

TEST_CASE("Device: the fifth activate waits for the window of four") {
  for (const char* name : kMemories) {
    CAPTURE(name);
    const Device d = parse_memory(name).device;
    DeviceState state(d);
    const Legality legality(d);
    std::vector<DramCommand> commands;
    Clock at = 5000;
    for (unsigned i = 0; i < 4; ++i) {
      // Banks of different groups where there are any.
      const unsigned bank = d.bank_groups > 1 ? i * d.banks_per_group : i;
      at = std::max(at, state.activate(bank));
      state.issue_activate(bank, 1, at);
      commands.push_back({at, kActivate, false, bank, 1});
    }
    const unsigned fifth = d.bank_groups > 4 ? 4 * d.banks_per_group : d.bank_groups > 1 ? 1 : 4;
    const Clock legal = state.activate(fifth);
    CHECK_GE(legal, 5000 + d.timing.FAW);
    commands.push_back({legal, kActivate, false, fifth, 1});
    CHECK(legality.check(commands).empty());
    commands.back().clock = legal - 1;
    CHECK_FALSE(legality.check(commands).empty());
  }
}

TEST_CASE("Standards: times become clocks as the standards' own tables say") {
  // What JESD79-4 prints in clocks for these bins.
  const Timing a = timing_of(find_standard("ddr4-2400")), b = timing_of(find_standard("ddr4-3200"));
  CHECK_EQ(a.CL, 16);
  CHECK_EQ(a.RCDRD, 16);
  CHECK_EQ(a.RP, 16);
  CHECK_EQ(a.RAS, 39);
  CHECK_EQ(a.RC, 55);
  CHECK_EQ(a.CCD_L, 6);
  CHECK_EQ(a.FAW, 26);
  CHECK_EQ(a.REFI, 9360);
  CHECK_EQ(a.RFC, 420);
  CHECK_EQ(b.RCDRD, 22);
  CHECK_EQ(b.CCD_L, 8);
  CHECK_EQ(b.FAW, 34);
  CHECK_EQ(b.RRD_L, 8);
  const Timing c = timing_of(find_standard("lpddr4-4266"));
  CHECK_EQ(c.RCDRD, 39);
  CHECK_EQ(c.RAS, 90);
  CHECK_EQ(c.FAW, 86);
  CHECK_EQ(c.RFC, 598);
}

TEST_CASE("Standards: pins and bursts") {
  const auto check_of = [](const char* name, double gigabytes, unsigned burst, unsigned channels) {
    CAPTURE(name);
    const MemorySpec spec = parse_memory(name);
    CHECK(spec.peak() == doctest::Approx(gigabytes * 1e9).epsilon(1e-9));
    CHECK_EQ(spec.device.burst_bytes(), burst);
    CHECK_EQ(spec.channels, channels);
  };
  check_of("ddr4-2400x64", 19.2, 64, 1);
  check_of("ddr4-2400x16", 4.8, 16, 1);
  check_of("ddr4-2400x64x2", 38.4, 64, 2);
  check_of("ddr4-3200", 25.6, 64, 1);
  check_of("lpddr4-4266x32", 4.0 * 12.8 / 3, 32, 2);
  check_of("lpddr5-6400x64", 51.2, 32, 4);
  check_of("ddr5-4800x64", 38.4, 64, 2);
  check_of("hbm2x4", 64, 32, 4);
  check_of("gddr6-14000x32", 56, 32, 2);
}
