// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/html_parts.h"

namespace trine::tools::html {
namespace {

using Sums = std::vector<std::pair<std::string, Cost>>;

/// Of many layers every fourth has its number below its column; the first is beside another label.
bool is_labelled(const std::string& layer) {
  return layer == "outside" || (layer != "0" && std::stoul(layer) % 4 == 0);
}

/// From where to where a layer is in the timeline; nothing of what is outside of the layers, which
/// is not in one place.
std::pair<std::uint64_t, std::uint64_t> cycles_of(const Simulation& simulation,
                                                  const std::string& layer) {
  std::uint64_t first = 0, last = 0;
  for (const SimulatedCommand& command : simulation.commands) {
    if (!command.layer || layer_name(command) != layer) continue;
    if (last == 0) first = command.start;
    last = command.start + command.cost.cycles;
  }
  return {first, last};
}

/// What is multiplied, without the number of the layer or head.
std::string kind_of(const SimulatedCommand& command) {
  if (command.operation == operation_name(Operation::Head)) return "head";
  std::string label = command.label.substr(0, command.label.find(','));
  if (command.layer) {
    const std::string prefix = fmt::format("model.layers.{}.", *command.layer);
    if (label.starts_with(prefix)) label.erase(0, prefix.size());
  }
  return label;
}

}  // namespace

std::string layers(const Simulation& simulation, bool has_trace) {
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
    std::string column;
    const double x = kLeft + step * (static_cast<double>(i) + 0.1);
    for (const UnitColor& entry : kColors) {
      std::uint64_t cycles = 0;
      for (const SimulatedCommand& command : simulation.commands)
        if (layer_name(command) == all[i].first && command.unit == entry.unit)
          cycles += command.cost.cycles;
      const double height = kHeight * share(cycles, most);
      y -= height;
      if (cycles > 0)
        column += fmt::format(
            "<rect x={:.1f} y={:.2f} width={:.1f} height={:.2f} fill='{}'><title>{}: {} {} "
            "cycles</title></rect>",
            x, y, step * 0.8, height, entry.color, all[i].first, entry.unit, grouped(cycles));
    }
    const auto [from, to] = cycles_of(simulation, all[i].first);
    out += in_perfetto(has_trace && from < to, from, to, column);
    if (all.size() <= 20 || is_labelled(all[i].first))
      out += fmt::format("<text x={:.1f} y={} class=mid>{}</text>", x + step * 0.4, kBase + 28,
                         all[i].first);
  }
  return out +
         fmt::format("<text x={} y={} class=mid>layer (outside: embedding and head)</text></svg>\n",
                     (kLeft + kWidth) / 2, kBase + 48);
}

std::string roofline(const Simulation& simulation, double beat_bytes) {
  Sums all = sums(simulation, [](const SimulatedCommand& command) {
    return command.cost.macs > 0 ? kind_of(command) : std::string();
  });
  std::erase_if(all, [](const auto& sum) { return sum.first.empty(); });
  if (all.empty()) return "<p>Nothing was multiplied.</p>\n";
  constexpr double kLeft = 80, kWidth = 560, kBase = 330, kHeight = 310;
  double top = 1;
  for (const auto& sum : all) top = std::max(top, 2 * share(sum.second.macs, sum.second.cycles));
  // Decades: intensity from 0.1 to 10, performance up to the next power of ten.
  const int x0 = -1, x1 = 1;
  const int y1 = static_cast<int>(std::ceil(std::log10(std::max(top, beat_bytes)))), y0 = y1 - 3;
  const auto x = [&](double value) {
    return kLeft + (std::log10(value) - x0) / (x1 - x0) * (kWidth - kLeft);
  };
  const auto y = [&](double value) {
    return kBase - std::clamp((std::log10(value) - y0) / (y1 - y0), 0.0, 1.0) * kHeight;
  };
  std::string out = "<div class=side><svg viewBox='0 0 580 380'>";
  for (int decade = x0; decade <= x1; ++decade)
    out += fmt::format(
        "<path class=grid d='M{0:.1f} {1}V{2}'/><text x={0:.1f} y={3} class=mid>{4:g}</text>",
        x(std::pow(10, decade)), kBase, kBase - kHeight, kBase + 26, std::pow(10, decade));
  for (int decade = y0; decade <= y1; ++decade)
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
    const auto one = std::ranges::find_if(
        simulation.commands, [&, &name = name](const SimulatedCommand& command) {
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

}  // namespace trine::tools::html
