// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tools/simulation_report.h"

namespace trine::tools::html {

/// One of each unit's kind, in the order of the legend. The colors are readable on white and on the
/// dark background.
struct UnitColor {
  const char *unit, *color;
};
constexpr UnitColor kColors[] = {{"trit engine", "#3b7cc4"}, {"FP16 engine", "#d9822b"},
                                 {"vector unit", "#3f9142"}, {"attention unit", "#c9a227"},
                                 {"load", "#8e6fb0"},        {"store", "#c0607a"},
                                 {"control", "#8a8f98"}};
const char* color_of(std::string_view unit);

/// Text in HTML: & < > and quotes are written as entities.
std::string escape(std::string_view text);
/// 47186964 as 47,186,964.
std::string grouped(std::uint64_t value);
/// 0 of nothing.
double share(std::uint64_t part, std::uint64_t whole);
/// A table in which a click on a heading sorts.
std::string table(const std::string& head, const std::string& body);
/// The colors of the units.
std::string legend();

/// A link that opens the trace of the page in Perfetto and shows cycles [from, to) there; just the
/// content when the page has none. Without scripts it opens Perfetto.
std::string in_perfetto(bool has_trace, std::uint64_t from, std::uint64_t to,
                        const std::string& content);
/// The trace, for the links to hand over.
std::string embedded_trace(const Json& trace);

// The sections of the page of a simulation, each as HTML.

/// Time, beats and stalls of each operation, with a bar.
std::string operations(const Simulation& simulation, const Cost& total);
/// A column for each layer, stacked by unit.
std::string layers(const Simulation& simulation, bool has_trace);
/// Multiplications a cycle over multiplications a byte, both logarithmic, under the bus's roof.
std::string roofline(const Simulation& simulation, double beat_bytes);
/// The commands that took longest.
std::string slowest(const Simulation& simulation, bool has_trace);
/// Where the clocks of the DRAM's pins went, and its rows.
std::string memory(const MemoryReport& dram);

/// The style sheet, for the head, and the scripts that sort tables and open Perfetto, for the end.
extern const char* const kStyle;
extern const char* const kScript;

}  // namespace trine::tools::html
