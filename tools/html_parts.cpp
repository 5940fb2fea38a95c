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

std::string legend() {
  std::string out = "<p class=legend>";
  for (const UnitColor& entry : kColors)
    out += fmt::format("<span><i style='background:{}'></i>{}</span>", entry.color, entry.unit);
  return out + "</p>\n";
}

}  // namespace trine::tools::html
