// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/simulation_report.h"

namespace trine::tools {
namespace {

using Sums = std::vector<std::pair<std::string, Cost>>;

/// One of each unit's kind, in the order of the legend. The colors are readable on white and on the
/// dark background.
struct UnitColor {
  const char *unit, *color;
};
constexpr UnitColor kColors[] = {{"trit engine", "#3b7cc4"}, {"FP16 engine", "#d9822b"},
                                 {"vector unit", "#3f9142"}, {"attention unit", "#c9a227"},
                                 {"load", "#8e6fb0"},        {"store", "#c0607a"},
                                 {"control", "#8a8f98"}};

const char* color_of(const std::string& unit) {
  for (const UnitColor& entry : kColors)
    if (unit == entry.unit) return entry.color;
  return "#8a8f98";
}

/// What a command does, for people: of a tied head the label is that of the embedding.
std::string what_of(const CommandCost& command) {
  if (command.operation == operation_name(Operation::Head) &&
      command.label.find("head") == std::string::npos)
    return fmt::format("head ({})", command.label);
  return command.label.empty() ? command.operation : command.label;
}

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

/// 47186964 as 47,186,964.
std::string grouped(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string legend() {
  std::string out = "<p class=legend>";
  for (const UnitColor& entry : kColors)
    out += fmt::format("<span><i style='background:{}'></i>{}</span>", entry.color, entry.unit);
  return out + "</p>\n";
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

/// A table in which a click on a heading sorts.
std::string table(const std::string& head, const std::string& body) {
  return "<div class=wide><table><thead><tr>" + head + "</thead><tbody>" + body +
         "</tbody></table></div>\n";
}

/// Time, beats and stalls of each operation, with a bar.
std::string operations(const Simulation& simulation, const Cost& total) {
  Sums all = sums(simulation, [](const CommandCost& command) { return command.operation; });
  std::ranges::stable_sort(all, std::ranges::greater{},
                           [](const auto& sum) { return sum.second.cycles; });
  std::string out;
  for (const auto& [name, cost] : all) {
    const auto one = std::ranges::find(simulation.commands, name, &CommandCost::operation);
    const double part = share(cost.cycles, total.cycles);
    out += fmt::format(
        "<tr><td>{}<td>{}<td>{}<td class=bar data-value={:.6f}><i style='width:{:.2f}%;"
        "background:{}'></i>{:.2f}&nbsp;%<td>{:.3f}<td>{}<td>{}<td>{}<td>{}\n",
        name, grouped(cost.commands), grouped(cost.cycles), part, 60 * part, color_of(one->unit),
        100 * part, share(cost.read_beats + cost.write_beats, cost.cycles),
        grouped(cost.stall_memory + cost.stall_transfer), grouped(cost.stall_table),
        grouped(cost.stall_rows), grouped(cost.between()));
  }
  return table(
      "<th>operation<th>commands<th>cycles<th class=bar>share of the time<th>beats a cycle"
      "<th>waits: memory<th>table<th>rows<th>no unit",
      out);
}

/// Of many layers every fourth has its number below its column; the first is beside another label.
bool is_labelled(const std::string& layer) {
  return layer == "outside" || (layer != "0" && std::stoul(layer) % 4 == 0);
}

/// A column for each layer, stacked by unit.
std::string layers(const Simulation& simulation) {
  const Sums all = sums(simulation, layer_name);
  std::uint64_t most = 1;
  for (const auto& [name, cost] : all) most = std::max(most, cost.cycles);
  constexpr double kHeight = 220, kWidth = 960, kLeft = 120, kBase = 240;
  const double step = (kWidth - kLeft) / static_cast<double>(all.size());
  std::string out = fmt::format("<svg viewBox='0 0 {} 296'>", kWidth);
  for (int tick = 0; tick <= 4; ++tick) {
    const double y = kBase - kHeight * tick / 4;
    out += fmt::format(
        "<path class=grid d='M{} {:.1f}H{}'/><text x={} y={:.1f} class=end>{}</text>", kLeft, y,
        kWidth, kLeft - 6, y + 4, grouped(most * static_cast<unsigned>(tick) / 4));
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    double y = kBase;
    const double x = kLeft + step * (static_cast<double>(i) + 0.1);
    for (const UnitColor& entry : kColors) {
      std::uint64_t cycles = 0;
      for (const CommandCost& command : simulation.commands)
        if (layer_name(command) == all[i].first && command.unit == entry.unit)
          cycles += command.cost.cycles;
      const double height = kHeight * share(cycles, most);
      y -= height;
      if (cycles > 0)
        out += fmt::format(
            "<rect x={:.1f} y={:.2f} width={:.1f} height={:.2f} fill='{}'><title>{}: {} {} "
            "cycles</title></rect>",
            x, y, step * 0.8, height, entry.color, all[i].first, entry.unit, grouped(cycles));
    }
    if (all.size() <= 20 || is_labelled(all[i].first))
      out += fmt::format("<text x={:.1f} y={} class=mid>{}</text>", x + step * 0.4, kBase + 28,
                         all[i].first);
  }
  return out +
         fmt::format("<text x={} y={} class=mid>layer (outside: embedding and head)</text></svg>\n",
                     (kLeft + kWidth) / 2, kBase + 48);
}

/// What is multiplied, without the number of the layer or head.
std::string kind_of(const CommandCost& command) {
  if (command.operation == operation_name(Operation::Head)) return "head";
  std::string label = command.label.substr(0, command.label.find(','));
  if (command.layer) {
    const std::string prefix = fmt::format("model.layers.{}.", *command.layer);
    if (label.starts_with(prefix)) label.erase(0, prefix.size());
  }
  return label;
}

/// Multiplications a cycle over multiplications a byte, both logarithmic, under the bus's roof.
std::string roofline(const Simulation& simulation, double beat_bytes) {
  Sums all = sums(simulation, [](const CommandCost& command) {
    return command.cost.macs > 0 ? kind_of(command) : std::string();
  });
  std::erase_if(all, [](const auto& sum) { return sum.first.empty(); });
  if (all.empty()) return "<p>Nothing was multiplied.</p>\n";
  constexpr double kLeft = 80, kWidth = 560, kBase = 330, kHeight = 310;
  double top = 1;
  for (const auto& sum : all) top = std::max(top, 2 * share(sum.second.macs, sum.second.cycles));
  // Decades: intensity from 0.1 to 10, performance up to the next power of ten.
  const double x0 = -1, x1 = 1, y1 = std::ceil(std::log10(std::max(top, beat_bytes))), y0 = y1 - 3;
  const auto x = [&](double value) {
    return kLeft + (std::log10(value) - x0) / (x1 - x0) * (kWidth - kLeft);
  };
  const auto y = [&](double value) {
    return kBase - std::clamp((std::log10(value) - y0) / (y1 - y0), 0.0, 1.0) * kHeight;
  };
  std::string out = "<div class=side><svg viewBox='0 0 580 380'>";
  for (double decade = x0; decade <= x1; ++decade)
    out += fmt::format(
        "<path class=grid d='M{0:.1f} {1}V{2}'/><text x={0:.1f} y={3} class=mid>{4:g}</text>",
        x(std::pow(10, decade)), kBase, kBase - kHeight, kBase + 26, std::pow(10, decade));
  for (double decade = y0; decade <= y1; ++decade)
    out += fmt::format(
        "<path class=grid d='M{0} {1:.1f}H{2}'/><text x={3} y={4:.1f} class=end>{5:g}</text>",
        kLeft, y(std::pow(10, decade)), kWidth, kLeft - 6, y(std::pow(10, decade)) + 4,
        std::pow(10, decade));
  const double low = std::max(std::pow(10, x0), std::pow(10, y0) / beat_bytes);
  const double high = std::min(std::pow(10, x1), std::pow(10, y1) / beat_bytes);
  out += fmt::format("<path class=roof d='M{:.1f} {:.1f}L{:.1f} {:.1f}'/>", x(low),
                     y(low * beat_bytes), x(high), y(high * beat_bytes));
  out += fmt::format(
      "<text x={} y={} class=mid>multiplications per byte read</text><text x=16 y={} class=mid "
      "transform='rotate(-90 16 {})'>multiplications per cycle</text>",
      (kLeft + kWidth) / 2, kBase + 46, kBase - kHeight / 2, kBase - kHeight / 2);
  std::string rows;
  for (const auto& [name, cost] : all) {
    const auto one = std::ranges::find_if(simulation.commands, [&](const CommandCost& command) {
      return command.cost.macs > 0 && kind_of(command) == name;
    });
    const double intensity =
        static_cast<double>(cost.macs) / (static_cast<double>(cost.read_beats) * beat_bytes);
    const double speed = share(cost.macs, cost.cycles);
    out += fmt::format(
        "<circle cx={:.1f} cy={:.1f} r=5 fill='{}'><title>{}: {:.2f} per byte, {:.1f} per "
        "cycle</title></circle>",
        x(std::clamp(intensity, 0.1, 10.0)), y(speed), color_of(one->unit), escape(name), intensity,
        speed);
    rows += fmt::format(
        "<tr><td><i class=dot style='background:{}'></i>{}<td>{:.1f}<td>{:.2f}<td>{:.1f} %\n",
        color_of(one->unit), escape(name), speed, intensity,
        100 * speed / (intensity * beat_bytes));
  }
  return out + "</svg>" + table("<th>product<th>a cycle<th>a byte read<th>of the roof", rows) +
         "</div>\n";
}

std::string slowest(const Simulation& simulation) {
  constexpr std::size_t kRows = 25;
  struct Row {
    const CommandCost* command;
    std::uint64_t start;  // As in the timeline.
  };
  std::vector<Row> all;
  std::uint64_t now = 0;
  for (const CommandCost& command : simulation.commands) {
    all.push_back({&command, now});
    now += command.cost.cycles;
  }
  std::ranges::stable_sort(all, std::ranges::greater{},
                           [](const Row& row) { return row.command->cost.cycles; });
  if (all.size() > kRows) all.resize(kRows);
  std::string out;
  for (const Row& row : all) {
    const Cost& cost = row.command->cost;
    out += fmt::format(
        "<tr><td>{}<td class=text>{}<td class=text>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}\n",
        row.command->index, escape(what_of(*row.command)), row.command->unit, grouped(row.start),
        grouped(cost.cycles), grouped(cost.weight_beats),
        grouped(cost.stall_memory + cost.stall_transfer), grouped(cost.stall_table),
        grouped(cost.stall_rows), grouped(cost.between()));
  }
  return table(
      "<th>command<th class=text>what<th class=text>unit<th>at cycle<th>cycles<th>weight beats"
      "<th>waits: memory<th>table<th>rows<th>no unit",
      out);
}

/// Where the clocks of the DRAM's pins went, and its rows.
std::string memory(const MemoryReport& dram) {
  std::string out = fmt::format(
      "<p>{}, {:.4g} GB/s on {} channel(s) at {:.6g} MHz; the core at {:.4g} MHz. The pins carried "
      "data in {:.2f} % of their clocks.</p>\n",
      escape(dram.name), dram.peak / 1e9, dram.channels, dram.memory_mhz, dram.core_mhz,
      100 * dram.efficiency());
  std::string rows;
  constexpr std::pair<const char*, const char*> kClocks[] = {
      {"busy", "data"},
      {"lost_idle", "nothing was asked for"},
      {"lost_refresh", "refresh"},
      {"lost_turnaround", "turnaround between reads and writes"},
      {"lost_rows", "a row had to be opened"},
      {"lost_spacing", "spacing of commands"},
      {"lost", "no data"}};
  for (const auto& [key, what] : kClocks) {
    if (dram.count(key) == 0) continue;
    const double part = share(dram.count(key), dram.clocks());
    rows += fmt::format(
        "<tr><td>{}<td>{}<td class=bar data-value={:.6f}><i style='width:{:.2f}%;"
        "background:{}'></i>{:.2f}&nbsp;%\n",
        what, grouped(dram.count(key)), part, 60 * part, color_of("load"), 100 * part);
  }
  out += table("<th>clocks of the pins<th>clocks<th class=bar>share", rows) + "<dl>";
  for (const char* key : {"reads", "writes", "row_hits", "row_misses", "row_conflicts", "activates",
                          "refreshes", "turnarounds"})
    out += fmt::format("<dt>{}</dt><dd>{}</dd>", key, grouped(dram.count(key)));
  return out + "</dl>\n";
}

// One column that shrinks with the window; a table that is wider than it scrolls by itself.
constexpr const char* kStyle = R"(<style>
:root{color-scheme:light dark;--ink:#1d2330;--paper:#fff;--dim:#56606f;--line:#d8dce3;--soft:#f2f4f8}
@media(prefers-color-scheme:dark){:root{--ink:#e4e7ec;--paper:#15181e;--dim:#a2abb9;--line:#3a414d;--soft:#20252e}}
body{font:15px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:1100px;margin:2em auto;padding:0 1em;overflow-wrap:anywhere}
h1{font-size:1.5em;margin-bottom:.2em}h2{font-size:1.15em;margin-top:2em;border-bottom:1px solid var(--line)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15em 1em;margin:1em 0}dt{color:var(--dim)}dd{margin:0}
.tiles{display:flex;flex-wrap:wrap;gap:.8em;margin:1em 0}.tiles div{background:var(--soft);border-radius:6px;padding:.6em 1em;color:var(--dim)}
.tiles b{display:block;font-size:1.35em;color:var(--ink)}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th{font-weight:600;color:var(--dim);cursor:pointer;vertical-align:bottom}th[data-order]::after{content:' \2193'}th[data-order=up]::after{content:' \2191'}
td,th{padding:.2em .4em;text-align:right;border-bottom:1px solid var(--line);overflow-wrap:normal}td:first-child,th:first-child,.text,td.bar,th.bar{text-align:left}
td.text{overflow-wrap:anywhere;min-width:5em}td.bar{min-width:9em;white-space:nowrap}td.bar i{display:inline-block;height:.8em;margin-right:.4em;min-width:1px}
.legend span{display:inline-block;margin-right:1.2em}.legend i,.dot{display:inline-block;width:.8em;height:.8em;margin-right:.35em;border-radius:50%}
.side{display:flex;flex-wrap:wrap;gap:1em;align-items:flex-start}.side svg{flex:1 1 420px;min-width:0}.side .wide{flex:1 1 320px;min-width:0}
svg{width:100%;height:auto}svg text{font-size:13px;fill:var(--ink)}.mid{text-anchor:middle}.end{text-anchor:end}.grid{stroke:var(--line);fill:none}.roof{stroke:var(--ink);stroke-width:2;fill:none}
@media(max-width:700px){table{font-size:12px}td,th{padding:.2em .25em}td.bar{min-width:6em}svg text{font-size:17px}}
</style>
)";

// A click on a heading sorts the table by it, numbers downwards first; another turns it around.
constexpr const char* kScript = R"(<script>
for(const head of document.querySelectorAll('th'))head.onclick=()=>{
const body=head.closest('table').tBodies[0],at=head.cellIndex,up=head.dataset.order=='down';
const value=row=>{const cell=row.cells[at],text=cell.dataset.value||cell.textContent;
const number=parseFloat(text.replace(/[,\s%]/g,''));return isNaN(number)?text:number};
for(const other of head.parentNode.cells)delete other.dataset.order;
head.dataset.order=up?'up':'down';
const rows=[...body.rows].sort((a,b)=>{const x=value(a),y=value(b);return(x<y?1:x>y?-1:0)*(up?-1:1)});
body.append(...rows)};
</script>
)";

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
        "<p>Every command in time: <a href='{0}'>{0}</a>, to be opened in ui.perfetto.dev, where "
        "a microsecond is a cycle.</p>\n",
        escape(timeline));
  section("Time by operation", operations(simulation, total));
  section("Time by layer", legend() + layers(simulation));
  section("Roofline", fmt::format("<p>The line is the bus: {:g} bytes a cycle.</p>\n{}", beat_bytes,
                                  roofline(simulation, beat_bytes)));
  if (simulation.dram) section("Memory", memory(*simulation.dram));
  section("Slowest commands", slowest(simulation));
  out += kScript;
  out += "</html>\n";
  return out;
}

}  // namespace trine::tools
