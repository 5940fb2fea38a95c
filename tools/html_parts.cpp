// SPDX-License-Identifier: Apache-2.0

#include "tools/html_parts.h"

#include <fmt/format.h>

namespace trine::tools::html {

const char* color_of(std::string_view unit) {
  for (const UnitColor& entry : kColors)
    if (unit == entry.unit) return entry.color;
  return "#8a8f98";
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

std::string grouped(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string table(const std::string& head, const std::string& body) {
  return "<div class=wide><table><thead><tr>" + head + "</thead><tbody>" + body +
         "</tbody></table></div>\n";
}

std::string in_perfetto(bool has_trace, std::uint64_t from, std::uint64_t to,
                        const std::string& content) {
  if (!has_trace) return content;
  // Its addresses count nanoseconds; a cycle is a microsecond of the trace.
  return fmt::format(
      "<a class=perfetto target=_blank href='https://ui.perfetto.dev/#!/?visStart={}&amp;visEnd={}'"
      ">{}</a>",
      1000 * from, 1000 * to, content);
}

std::string embedded_trace(const Json& trace) {
  std::string text = trace.dump();
  for (std::size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at))
    text.replace(at, 1, "\\u003c");  // Nothing in it ends the element.
  return "<script type='application/json' id=trace>" + text + "</script>\n";
}

std::string legend() {
  std::string out = "<p class=legend>";
  for (const UnitColor& entry : kColors)
    out += fmt::format("<span><i style='background:{}'></i>{}</span>", entry.color, entry.unit);
  return out + "</p>\n";
}

}  // namespace trine::tools::html
