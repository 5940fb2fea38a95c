// SPDX-License-Identifier: Apache-2.0

// The only place with a parameter of a memory. A time is rounded up to clocks of its own speed bin.

#include "sim/dram/standards.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "golden/error.h"

namespace trine::dram {
namespace {

// Where values are from. The JEDEC texts are sold and were not at hand: values are those that
// data sheets and open simulators print of them.
constexpr std::string_view kDdr4Bin = "JESD79-4 speed bins: 2400R 16-16-16, 3200AA 22-22-22";
constexpr std::string_view kDdr4Ac = "JESD79-4 timing by speed grade, 1 KB page (x8 devices)";
constexpr std::string_view kDdr4Ref = "JESD79-4 refresh, 8 Gb, below 85 C";
constexpr std::string_view kLp4 = "JESD209-4 core AC timing; DRAMSys JEDEC_512Mbx16_LPDDR4-4266";
constexpr std::string_view kLp4Ref = "JESD209-4 refresh, 8 Gb a channel";
constexpr std::string_view kLp5 = "JESD209-5B tables 330-333, 372 (as in Ramulator 2.1), BG mode";
constexpr std::string_view kLp5Ref = "JESD209-5B table 235, 16 Gb (as in Ramulator 2.1)";
constexpr std::string_view kDdr5Bin = "JESD79-5 speed bin 4800B 40-39-39";
constexpr std::string_view kDdr5Ac = "JESD79-5 timing by speed grade, 1 KB page (x8 devices)";
constexpr std::string_view kDdr5Ref = "JESD79-5 refresh, 16 Gb; same-bank in fine granularity";
constexpr std::string_view kHbm2 = "JESD235 leaves it to the vendor; Ramulator 2.1 HBM2_2000Mbps";
constexpr std::string_view kHbm2Ref = "JESD235, 4 Gb a pseudo-channel (as in Ramulator 2.1)";
constexpr std::string_view kGddr6 =
    "vendor (JESD250 leaves it open); Ramulator 2.1 GDDR6_14000_1350mV, Samsung 8 Gb";
constexpr std::string_view kBus = "truth table of the commands";
constexpr std::string_view kTurn = "bus turnaround and write preamble";

constexpr TimingEntry kDdr4_2400[] = {
    {"CL", 16, 0, kDdr4Bin},       {"CWL", 12, 0, "JESD79-4 MR2, 2400, set 1"},
    {"RCDRD", 0, 13.32, kDdr4Bin}, {"RCDWR", 0, 13.32, kDdr4Bin},
    {"RP", 0, 13.32, kDdr4Bin},    {"RAS", 0, 32, kDdr4Bin},
    {"RC", 0, 45.32, kDdr4Bin},    {"RRD_S", 4, 3.3, kDdr4Ac},
    {"RRD_L", 4, 4.9, kDdr4Ac},    {"FAW", 20, 21, kDdr4Ac},
    {"CCD_S", 4, 0, kDdr4Ac},      {"CCD_L", 5, 5, kDdr4Ac},
    {"CCD_L_WR", 5, 5, kDdr4Ac},   {"WR", 0, 15, kDdr4Ac},
    {"WTR_S", 2, 2.5, kDdr4Ac},    {"WTR_L", 4, 7.5, kDdr4Ac},
    {"RTP", 4, 7.5, kDdr4Ac},      {"RTW_GAP", 2, 0, kTurn},
    {"REFI", 0, 7800, kDdr4Ref},   {"RFC", 0, 350, kDdr4Ref},
    {"CMD_ACT", 1, 0, kBus},       {"CMD_COL", 1, 0, kBus},
    {"CMD_PRE", 1, 0, kBus},
};
constexpr TimingEntry kDdr4_3200[] = {
    {"CL", 22, 0, kDdr4Bin},       {"CWL", 16, 0, "JESD79-4 MR2, 3200, set 1"},
    {"RCDRD", 0, 13.75, kDdr4Bin}, {"RCDWR", 0, 13.75, kDdr4Bin},
    {"RP", 0, 13.75, kDdr4Bin},    {"RAS", 0, 32, kDdr4Bin},
    {"RC", 0, 45.75, kDdr4Bin},    {"RRD_S", 4, 2.5, kDdr4Ac},
    {"RRD_L", 4, 4.9, kDdr4Ac},    {"FAW", 20, 21, kDdr4Ac},
    {"CCD_S", 4, 0, kDdr4Ac},      {"CCD_L", 5, 5, kDdr4Ac},
    {"CCD_L_WR", 5, 5, kDdr4Ac},   {"WR", 0, 15, kDdr4Ac},
    {"WTR_S", 2, 2.5, kDdr4Ac},    {"WTR_L", 4, 7.5, kDdr4Ac},
    {"RTP", 4, 7.5, kDdr4Ac},      {"RTW_GAP", 2, 0, kTurn},
    {"REFI", 0, 7800, kDdr4Ref},   {"RFC", 0, 350, kDdr4Ref},
    {"CMD_ACT", 1, 0, kBus},       {"CMD_COL", 1, 0, kBus},
    {"CMD_PRE", 1, 0, kBus},
};
constexpr TimingEntry kLpddr4_4266[] = {
    {"CL", 40, 0, "JESD209-4 RL 36, no DBI; tDQSCK rounded to 4 (DRAMSys)"},
    {"CWL", 19, 0, "JESD209-4 WL 18, set A; tDQSS 1"},
    {"RCDRD", 4, 18, kLp4},
    {"RCDWR", 4, 18, kLp4},
    {"RP", 4, 18, kLp4},
    {"RAS", 3, 42, kLp4},
    {"RC", 0, 60, kLp4},
    {"RRD_S", 4, 10, kLp4},
    {"RRD_L", 4, 10, kLp4},
    {"FAW", 0, 40, kLp4},
    {"CCD_S", 8, 0, kLp4},
    {"CCD_L", 8, 0, kLp4},
    {"CCD_L_WR", 8, 0, kLp4},
    {"WR", 6, 18, kLp4},
    {"WTR_S", 8, 10, kLp4},
    {"WTR_L", 8, 10, kLp4},
    {"RTP", 8, 7.5, kLp4},
    {"RTW_GAP", 6, 0, "tDQSCK at most 3.5 ns against the 4 clocks in CL, tWPRE 2"},
    {"REFI", 0, 3904, kLp4Ref},
    {"RFC", 0, 280, kLp4Ref},
    {"REFI_B", 0, 488, kLp4Ref},
    {"RFC_B", 0, 140, kLp4Ref},
    {"REF_ACT", 4, 10, kLp4Ref},
    {"REF_REF", 0, 140, kLp4Ref},
    {"CMD_ACT", 4, 0, kBus},
    {"CMD_COL", 4, 0, kBus},
    {"CMD_PRE", 2, 0, kBus},
};
constexpr TimingEntry kLpddr5_6400[] = {
    {"CL", 17, 0, kLp5},
    {"CWL", 9, 0, kLp5},
    {"RCDRD", 2, 18, kLp5},
    {"RCDWR", 2, 18, kLp5},
    {"RP", 2, 18, kLp5},
    {"RAS", 3, 42, kLp5},
    {"RC", 0, 60, kLp5},
    {"RRD_S", 2, 5, kLp5},
    {"RRD_L", 2, 5, kLp5},
    {"FAW", 0, 20, kLp5},
    {"CCD_S", 2, 0, kLp5},
    {"CCD_L", 4, 0, kLp5},
    {"CCD_L_WR", 4, 0, kLp5},
    {"WR", 3, 34, kLp5},
    {"WTR_S", 4, 6.25, kLp5},
    {"WTR_L", 12, 0, "the same: 12 ns after BL/n_max, which is 2 clocks behind the data"},
    {"RTP", 0, 10, "JESD209-5B: BL/n_min and tRBTP 7.5 ns (as in Ramulator 2.1)"},
    {"RTW_GAP", 2, 0, kTurn},
    {"REFI", 0, 3906, kLp5Ref},
    {"RFC", 0, 280, kLp5Ref},
    {"REFI_B", 0, 488, kLp5Ref},
    {"RFC_B", 0, 140, kLp5Ref},
    {"REF_ACT", 0, 7.5, kLp5Ref},
    {"REF_REF", 0, 90, kLp5Ref},
    {"CMD_ACT", 2, 0, kBus},
    {"CMD_COL", 1, 0, kBus},
    {"CMD_PRE", 1, 0, kBus},
};
constexpr TimingEntry kDdr5_4800[] = {
    {"CL", 40, 0, kDdr5Bin},
    {"CWL", 38, 0, "JESD79-5: CL - 2"},
    {"RCDRD", 0, 16, kDdr5Bin},
    {"RCDWR", 0, 16, kDdr5Bin},
    {"RP", 0, 16, kDdr5Bin},
    {"RAS", 0, 32, kDdr5Bin},
    {"RC", 0, 48, kDdr5Bin},
    {"RRD_S", 8, 0, kDdr5Ac},
    {"RRD_L", 8, 5, kDdr5Ac},
    {"FAW", 32, 13.333, kDdr5Ac},
    {"CCD_S", 8, 0, kDdr5Ac},
    {"CCD_L", 8, 5, kDdr5Ac},
    {"CCD_L_WR", 16, 10, "JESD79-5 tCCD_L_WR2: whole bursts, no read-modify-write"},
    {"WR", 0, 30, kDdr5Ac},
    {"WTR_S", 4, 2.5, kDdr5Ac},
    {"WTR_L", 16, 10, kDdr5Ac},
    {"RTP", 12, 7.5, kDdr5Ac},
    {"RTW_GAP", 2, 0, kTurn},
    {"REFI", 0, 3900, kDdr5Ref},
    {"RFC", 0, 295, kDdr5Ref},
    {"REFI_B", 0, 487.5, kDdr5Ref},
    {"RFC_B", 0, 130, kDdr5Ref},
    {"REF_ACT", 0, 30, kDdr5Ref},
    {"REF_REF", 0, 130, kDdr5Ref},
    {"CMD_ACT", 2, 0, kBus},
    {"CMD_COL", 2, 0, kBus},
    {"CMD_PRE", 1, 0, kBus},
};
constexpr TimingEntry kHbm2_2000[] = {
    {"CL", 14, 0, kHbm2},        {"CWL", 5, 0, kHbm2},        {"RCDRD", 14, 0, kHbm2},
    {"RCDWR", 12, 0, kHbm2},     {"RP", 14, 0, kHbm2},        {"RAS", 34, 0, kHbm2},
    {"RC", 48, 0, kHbm2},        {"RRD_S", 4, 4, kHbm2},      {"RRD_L", 4, 4, kHbm2},
    {"FAW", 8, 15, kHbm2},       {"CCD_S", 2, 0, kHbm2},      {"CCD_L", 4, 0, kHbm2},
    {"CCD_L_WR", 4, 0, kHbm2},   {"WR", 16, 0, kHbm2},        {"WTR_S", 6, 0, kHbm2},
    {"WTR_L", 8, 0, kHbm2},      {"RTP", 5, 0, kHbm2},        {"RTW_GAP", 2, 0, kTurn},
    {"REFI", 0, 3900, kHbm2Ref}, {"RFC", 0, 260, kHbm2Ref},   {"REFI_B", 0, 243.75, kHbm2Ref},
    {"RFC_B", 0, 160, kHbm2Ref}, {"REF_ACT", 0, 8, kHbm2Ref}, {"REF_REF", 0, 8, kHbm2Ref},
    {"CMD_ACT", 2, 0, kBus},     {"CMD_COL", 1, 0, kBus},     {"CMD_PRE", 1, 0, kBus},
};
constexpr TimingEntry kGddr6_14000[] = {
    {"CL", 24, 0, kGddr6},       {"CWL", 6, 0, kGddr6},      {"RCDRD", 27, 0, kGddr6},
    {"RCDWR", 16, 0, kGddr6},    {"RP", 27, 0, kGddr6},      {"RAS", 53, 0, kGddr6},
    {"RC", 80, 0, "RAS and RP"}, {"RRD_S", 8, 0, kGddr6},    {"RRD_L", 8, 0, kGddr6},
    {"FAW", 29, 0, kGddr6},      {"CCD_S", 2, 0, kGddr6},    {"CCD_L", 4, 0, kGddr6},
    {"CCD_L_WR", 4, 0, kGddr6},  {"WR", 27, 0, kGddr6},      {"WTR_S", 9, 0, kGddr6},
    {"WTR_L", 11, 0, kGddr6},    {"RTP", 4, 0, kGddr6},      {"RTW_GAP", 1, 0, kTurn},
    {"REFI", 0, 1900, kGddr6},   {"RFC", 211, 0, kGddr6},    {"REFI_B", 0, 118.75, kGddr6},
    {"RFC_B", 106, 0, kGddr6},   {"REF_ACT", 15, 0, kGddr6}, {"REF_REF", 15, 0, kGddr6},
    {"CMD_ACT", 1, 0, kBus},     {"CMD_COL", 1, 0, kBus},    {"CMD_PRE", 1, 0, kBus},
};

const Standard kStandards[] = {
    {"ddr4-2400",
     "JESD79-4, bin 2400R, 8 Gb x8 devices",
     {.name = {},
      .clock_mhz = 1200,
      .transfers_per_clock = 2,
      .bus_bits = 64,
      .burst_length = 8,
      .bank_groups = 4,
      .banks_per_group = 4,
      .row_bytes = 8192,
      .rows = 1u << 16,
      .timing = {}},
     64,
     true,
     true,
     kDdr4_2400},
    {"ddr4-3200",
     "JESD79-4, bin 3200AA, 8 Gb x8 devices",
     {.name = {},
      .clock_mhz = 1600,
      .transfers_per_clock = 2,
      .bus_bits = 64,
      .burst_length = 8,
      .bank_groups = 4,
      .banks_per_group = 4,
      .row_bytes = 8192,
      .rows = 1u << 16,
      .timing = {}},
     64,
     true,
     true,
     kDdr4_3200},
    {"lpddr4-4266",
     "JESD209-4, 8 Gb a channel of 16 bits",
     {.name = {},
      .clock_mhz = 6400.0 / 3,
      .transfers_per_clock = 2,
      .bus_bits = 16,
      .burst_length = 16,
      .bank_groups = 1,
      .banks_per_group = 8,
      .row_bytes = 2048,
      .rows = 1u << 16,
      .refresh_groups = RefreshGroups::kPerBank,
      .timing = {}},
     32,
     true,
     false,
     kLpddr4_4266},
    {"lpddr5-6400",
     "JESD209-5, 16 Gb a channel of 16 bits, four groups of four banks, WCK at 4 CK",
     {.name = {},
      .clock_mhz = 800,
      .transfers_per_clock = 8,
      .bus_bits = 16,
      .burst_length = 16,
      .bank_groups = 4,
      .banks_per_group = 4,
      .row_bytes = 2048,
      .rows = 1u << 16,
      .refresh_groups = RefreshGroups::kPerBank,
      .timing = {}},
     32,
     true,
     false,
     kLpddr5_6400},
    {"ddr5-4800",
     "JESD79-5, bin 4800B, 16 Gb x8 devices, subchannels of 32 bits",
     {.name = {},
      .clock_mhz = 2400,
      .transfers_per_clock = 2,
      .bus_bits = 32,
      .burst_length = 16,
      .bank_groups = 8,
      .banks_per_group = 4,
      .row_bytes = 4096,
      .rows = 1u << 16,
      .refresh_groups = RefreshGroups::kSameBank,
      .timing = {}},
     64,
     true,
     false,
     kDdr5_4800},
    {"hbm2",
     "JESD235, 2 Gb/s a pin, pseudo-channels of 64 bits",
     {.name = {},
      .clock_mhz = 1000,
      .transfers_per_clock = 2,
      .bus_bits = 64,
      .burst_length = 4,
      .bank_groups = 4,
      .banks_per_group = 4,
      .row_bytes = 1024,
      .rows = 1u << 15,
      .two_command_buses = true,
      .refresh_groups = RefreshGroups::kPerBank,
      .timing = {}},
     1,
     false,
     false,
     kHbm2_2000},
    {"gddr6-14000",
     "JESD250, 14 Gb/s a pin, 8 Gb, channels of 16 bits",
     {.name = {},
      .clock_mhz = 1750,
      .transfers_per_clock = 8,
      .bus_bits = 16,
      .burst_length = 16,
      .bank_groups = 4,
      .banks_per_group = 4,
      .row_bytes = 2048,
      .rows = 1u << 14,
      .refresh_groups = RefreshGroups::kPerBank,
      .timing = {}},
     32,
     true,
     false,
     kGddr6_14000},
};

}  // namespace

std::span<const Standard> standards() {
  return kStandards;
}

const Standard& find_standard(std::string_view name) {
  std::string names;
  for (const Standard& standard : kStandards) {
    if (standard.name == name) return standard;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", standard.name);
  }
  throw Error(fmt::format("there is no memory standard '{}'; there are {}", name, names));
}

unsigned clocks_of(const TimingEntry& entry, double clock_mhz) {
  // A rounded speed bin (833 ps) must not cost a clock: a hundredth of one does not count.
  const double clocks = std::ceil(entry.ns * clock_mhz * 1e-3 - 0.01);
  return static_cast<unsigned>(std::max(entry.clocks, clocks));
}

Timing timing_of(const Standard& standard) {
  Timing timing;
  for (const TimingInfo& info : kTimings) {
    const auto at = std::ranges::find(standard.entries, info.key, &TimingEntry::key);
    if (at != standard.entries.end()) {
      timing.*info.value = clocks_of(*at, standard.device.clock_mhz);
    } else if (standard.device.refresh_groups != RefreshGroups::kNone ||
               (info.key != "REFI_B" && info.key != "RFC_B" && info.key != "REF_ACT" &&
                info.key != "REF_REF")) {
      throw Error(fmt::format("memory standard {} has no {}", standard.name, info.key));
    }
  }
  return timing;
}

}  // namespace trine::dram
