// SPDX-License-Identifier: Apache-2.0
//
// Reports of `trine simulate` that are merged: JSON texts with a byte 0 between. What is accepted
// is the same when it is written and read again, alone and merged, and has a page and a timeline.

#include <vector>

#include "tests/fuzz/fuzz.h"
#include "tools/simulation_report.h"

namespace {

using namespace trine;

std::string written(const Simulation& simulation) {
  return tools::to_json(simulation).dump();
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::Folder kFolder;
  const auto read = [&](std::string_view text) {
    return tools::read_simulation(kFolder.write("fuzz.json", text));
  };
  std::string_view rest = fuzz::text_of(data, size);
  fuzz::accept_or_refuse([&] {
    std::vector<Simulation> parts;
    std::vector<std::string> names;
    for (bool last = false; !last;) {
      const std::size_t end = rest.find('\0');
      last = end == rest.npos;
      parts.push_back(read(rest.substr(0, end)));
      names.push_back(std::to_string(parts.size()));
      rest.remove_prefix(last ? rest.size() : end + 1);
    }
    for (const Simulation& part : parts)
      if (const std::string text = written(part); written(read(text)) != text) std::abort();
    const Simulation all = merge(parts, names);
    if (const std::string text = written(all); written(read(text)) != text) std::abort();
    if (tools::html_report(all, "timeline.json").empty()) std::abort();
    if (tools::timeline(all).at("traceEvents").size() < all.commands.size()) std::abort();
  });
  return 0;
}
