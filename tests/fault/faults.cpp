// SPDX-License-Identifier: Apache-2.0
//
// What faults do: of the bus, in every kind and place, and bits that turn over in memories. `faults
// --help` has the options. Exit status: 0; 1 when a fault of the bus went unnoticed and did harm, a
// core hung or did not recover, or a core with parity did not see a flip that did harm; 2 for a bad
// argument.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "golden/codec/quantize_model.h"
#include "tests/fault/bus.h"
#include "tests/fault/flips.h"
#include "tests/system/random_commands.h"

namespace {

using namespace trine::fault;
using trine::Opcode;

/// How far it is, on a terminal.
void tell(const std::string& text) {
  if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\033[K{}", text);
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

nlohmann::json bus_json(const std::vector<BusRow>& rows) {
  nlohmann::json all = nlohmann::json::array();
  for (const BusRow& row : rows)
    all.push_back({{"fault", row.fault},
                   {"injected", row.injected},
                   {"told", row.told},
                   {"harmless", row.harmless},
                   {"wrong", row.wrong}});
  return all;
}

nlohmann::json flips_json(const std::vector<FlipRow>& rows) {
  nlohmann::json all = nlohmann::json::array();
  for (const FlipRow& row : rows)
    all.push_back({{"place", row.place},
                   {"device", row.device},
                   {"flips", row.flips},
                   {"told", row.told},
                   {"hangs", row.hangs},
                   {"masked", row.masked},
                   {"silent", row.kl.size()},
                   {"top1", row.top1},
                   {"kl_median", median(row.kl)},
                   {"kl_max", row.kl.empty() ? 0 : std::ranges::max(row.kl)}});
  return all;
}

/// Opcodes that a unit runs, by name; all for no names.
std::vector<Opcode> opcodes_of(const std::vector<std::string>& names) {
  if (names.empty()) return trine::test::kOps;
  std::vector<Opcode> opcodes;
  for (const std::string& name : names) {
    const auto at = std::ranges::find_if(trine::test::kOps, [&](Opcode op) {
      return trine::find_opcode(static_cast<std::uint32_t>(op))->name == name;
    });
    if (at == trine::test::kOps.end())
      throw CLI::ValidationError("--opcodes: no unit runs '" + name + "'");
    opcodes.push_back(*at);
  }
  return opcodes;
}

/// A packed model: the one that is named, or the model that ships, packed for as long as this
/// lives.
class Packed {
 public:
  explicit Packed(const std::string& named) : folder_(named) {
    if (!named.empty()) return;
    made_ = folder_ =
        std::filesystem::temp_directory_path() / ("trine-faults-" + std::to_string(::getpid()));
    trine::golden::quantize_model(TRINE_SOURCE_DIR "/models/kjv", folder_, {});
  }
  ~Packed() {
    std::error_code ignored;
    if (!made_.empty()) std::filesystem::remove_all(made_, ignored);
  }
  Packed(const Packed&) = delete;
  Packed& operator=(const Packed&) = delete;

  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_, made_;
};

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> what{"bus", "flips", "parity"};
  std::string model;
  std::vector<std::string> names;
  unsigned step = 32, count = 100, seed = 1;
  CLI::App app("Faults of the bus and bits that turn over: what the core says and what they do.");
  app.add_option("what", what, "bus, flips, parity (flips in a core that has parity)")
      ->check(CLI::IsMember({"bus", "flips", "parity"}));
  app.add_option("--model", model, "Packed model for flips; the one that ships by default");
  app.add_option("--opcodes", names, "Of lists with faults of the bus; all by default")
      ->delimiter(',');
  app.add_option(
         "--step", step,
         "Of long lists but LOAD and STORE, faults at this many first and last transfers and "
         "at every so many between")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--count", count, "Flips of each place")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--seed", seed, "Of the flips")->capture_default_str();
  try {
    app.parse(argc, argv);
    const std::vector<Opcode> opcodes = opcodes_of(names);
    nlohmann::json report;
    bool wrong = false;
    if (std::ranges::count(what, "bus") != 0) {
      const auto rows = run_bus(opcodes, step, tell);
      wrong = std::ranges::any_of(rows, [](const BusRow& row) { return row.wrong != 0; });
      report["bus"] = bus_json(rows);
    }
    if (std::ranges::count(what, "flips") != 0) {
      const Packed packed(model);
      report["flips"] = flips_json(run_flips(packed.folder(), count, seed, false, tell));
    }
    if (std::ranges::count(what, "parity") != 0) {
      const Packed packed(model);
      const auto rows = run_flips(packed.folder(), count, seed, true, tell);
      wrong |= std::ranges::any_of(
          rows, [](const FlipRow& row) { return !row.kl.empty() || row.hangs != 0; });
      report["parity"] = flips_json(rows);
    }
    report["count"] = count;
    report["seed"] = seed;
    tell("");
    fmt::print("{}\n", report.dump(2));
    return wrong ? 1 : 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "faults: {}\n", error.what());
    return 1;
  }
}
