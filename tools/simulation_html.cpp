// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include "tools/html_parts.h"

namespace trine::tools {
namespace {

using namespace html;

/// The core and its memory in a few words.
std::string core_text(const SimulatedCore& core) {
  std::string text =
      fmt::format("{}, {} group{}", core.device, core.groups, core.groups == 1 ? "" : "s");
  if (!core.memory.empty())
    return text +
           fmt::format("; memory {}, core at {:g} MHz", core.memory, core.core_mhz.value_or(0));
  text += fmt::format("; memory with a latency of {} cycle{}", core.latency,
                      core.latency == 1 ? "" : "s");
  if (core.bandwidth != 1) text += fmt::format(", {:g} beats a cycle", core.bandwidth);
  if (core.stall > 0) text += fmt::format(", stalls {:g}", core.stall);
  return text;
}

/// What was simulated, and what it was compared with.
std::string subject(const Simulation& simulation) {
  std::string out = "<dl>";
  const auto row = [&](const char* name, const std::string& value) {
    out += fmt::format("<dt>{}</dt><dd>{}</dd>", name, escape(value));
  };
  const SimulatedModel& model = simulation.model;
  row("model", fmt::format("{}: {} layers, {} wide, {} tokens, checksum {}", model.name,
                           model.layers, model.hidden, model.vocab, model.checksum));
  row("core", core_text(simulation.core));
  row("token", fmt::format("position {}{} of a context of {}", simulation.position,
                           simulation.cache_seed ? ", behind a synthetic text," : "",
                           simulation.core.context));
  row("layers",
      fmt::format("{} to {} of {}{}", simulation.first, simulation.end - 1, simulation.layers,
                  simulation.end == simulation.layers ? ", and the head" : ""));
  row("results", compared_text(simulation));
  return out + "</dl>\n";
}

/// A row of tiles with the figures that matter.
std::string tiles(const Simulation& simulation, const Cost& total, double beat_bytes) {
  const auto tile = [](const std::string& value, const char* what) {
    return fmt::format("<div><b>{}</b>{}</div>", value, what);
  };
  const double read = static_cast<double>(total.read_beats) * beat_bytes;
  std::string out = "<div class=tiles>";
  out += tile(grouped(simulation.elapsed), "cycles");
  out += tile(fmt::format("{:.2f} %", 100 * share(total.weight_beats, simulation.elapsed)),
              "of the cycles move weights");
  out +=
      tile(fmt::format("{:.1f}", share(total.macs, simulation.elapsed)), "multiplications a cycle");
  out += tile(fmt::format("{:.1f} MB", read / 1e6), "read");
  out += tile(grouped(total.commands), "commands");
  out += tile(fmt::format("{:.2f} s", simulation.seconds), "to simulate");
  return out + "</div>\n";
}

}  // namespace

std::string html_report(const Simulation& simulation, const std::string& timeline) {
  const Cost total = simulation.total();
  const double beat_bytes = 4.0 * simulation.core.groups;
  const std::string name = escape(simulation.model.name);
  std::string out;
  const auto section = [&](const char* title, const std::string& content) {
    out += fmt::format("<h2>{}</h2>\n{}", title, content);
  };
  out += fmt::format(
      "<!doctype html>\n<html lang=en><meta charset=utf-8>\n"
      "<meta name=viewport content='width=device-width'>\n<title>Trine: {0}</title>\n{1}"
      "<h1>{0}</h1>\n<p>One token, simulated cycle by cycle.</p>\n",
      name, kStyle);
  out += subject(simulation);
  out += tiles(simulation, total, beat_bytes);
  if (!timeline.empty())
    out += fmt::format(
        "<p>Every command in time: <a href='{0}'>{0}</a>, or {1}, where a microsecond is a cycle. "
        "The columns of the layers and the cycles of slow commands are links to their place "
        "there.</p>\n",
        escape(timeline), in_perfetto(true, 0, total.cycles, "open it in Perfetto"));
  section("Time by operation", operations(simulation, total));
  section("Time by layer", legend() + layers(simulation, !timeline.empty()));
  section("Roofline", fmt::format("<p>The line is the bus: {:g} bytes a cycle.</p>\n{}", beat_bytes,
                                  roofline(simulation, beat_bytes)));
  if (simulation.dram) section("Memory", memory(*simulation.dram));
  section("Slowest commands", slowest(simulation, !timeline.empty()));
  if (!timeline.empty()) out += embedded_trace(tools::timeline(simulation));
  out += kScript;
  out += "</html>\n";
  return out;
}

}  // namespace trine::tools
