// SPDX-License-Identifier: Apache-2.0

#include "tools/device_options.h"

#include <charconv>
#include <map>

#include "driver/machine_params.h"
#include "tools/common.h"

namespace trine::tools {
namespace {

const std::map<std::string, DeviceKind> kDevices = {
    {"reference", DeviceKind::Reference}, {"golden", DeviceKind::Golden}, {"rtl", DeviceKind::Rtl}};
constexpr const char* kSimulator = "Simulator (--device rtl)";

/// "A:B" as the window [A, B).
std::string parse_window(const std::string& text, sim::TraceWindow::Unit unit,
                         sim::TraceWindow& window) {
  const char* const end = text.data() + text.size();
  window.unit = unit;
  const auto first = std::from_chars(text.data(), end, window.from);
  if (first.ec == std::errc{} && first.ptr != end && *first.ptr == ':') {
    const auto second = std::from_chars(first.ptr + 1, end, window.to);
    if (second.ec == std::errc{} && second.ptr == end && window.from < window.to) return "";
  }
  return "'" + text + "' is not A:B with A < B";
}

CLI::Option* add_trace_window(CLI::App& command, const std::string& name,
                              sim::TraceWindow::Unit unit, sim::TraceWindow& window,
                              const std::string& what) {
  return command
      .add_option_function<std::string>(
          name,
          [name, unit, &window](const std::string& text) {
            const std::string wrong = parse_window(text, unit, window);
            if (!wrong.empty()) throw CLI::ValidationError(name, wrong);
          },
          "Trace " + what + " A to B - 1 only")
      ->type_name("A:B")
      ->group(kSimulator);
}

void add_memory_options(CLI::App& command, sim::AxiTiming& memory) {
  command
      .add_option_function<unsigned>(
          "--latency",
          [&memory](const unsigned& cycles) {
            memory.read_latency = memory.write_latency = cycles;
          },
          "Cycles until the memory answers a burst [1]")
      ->check(CLI::Range(1u, 1'000'000u))
      ->group(kSimulator);
  command.add_option("--bandwidth", memory.bandwidth, "Beats that the memory moves per cycle")
      ->check(number_in(0, 1, true))
      ->capture_default_str()
      ->group(kSimulator);
  command
      .add_option_function<double>(
          "--stall",
          [&memory](const double& odds) {
            memory.stall_ar = memory.stall_aw = memory.stall_w = odds;
            memory.stall_r = memory.stall_b = odds;
          },
          "Odds that a channel of the memory bus stalls in a cycle [0]")
      ->check(number_in(0, 0.99))
      ->group(kSimulator);
}

}  // namespace

CLI::Option* add_device_options(CLI::App& command, DeviceOptions& options, DeviceChoice choice) {
  std::vector<std::string> names = {"golden", "rtl"};
  if (choice == DeviceChoice::Model) names.insert(names.begin(), "reference");
  command
      .add_option_function<std::string>(
          "--device",
          [&options](const std::string& name) {
            options.name = name;
            options.kind = kDevices.at(name);
          },
          "Where the model runs [" + options.name + "]")
      ->check(CLI::IsMember(names));
  if (choice != DeviceChoice::Core) {
    command
        .add_option("--context", options.context,
                    "Positions that the core's cache has room for [1024, or what the model has]")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 24));
    command.add_flag("--check", options.check,
                     "Compare every result, bit for bit, and stop at the first difference: the RTL "
                     "with the golden model, the golden model with its definition");
  }
  if (choice == DeviceChoice::Model)
    command
        .add_option("--vectors", options.sim.vectors,
                    "Tokens that the core takes at a time through a prompt")
        ->check(CLI::Range(1u, kMaxVectors))
        ->capture_default_str();
  command
      .add_option("--threads", options.threads,
                  "Threads of the golden model and of the reference [all that the machine has]")
      ->check(CLI::Range(1u, 256u));
  CLI::Option* groups = command
                            .add_option("--groups", options.sim.groups,
                                        "Groups side by side; 4 bytes of a beat belong to each")
                            ->check(CLI::IsMember({1u, 4u, 16u}))
                            ->capture_default_str();

  add_memory_options(command, options.sim.memory);
  command
      .add_flag("--checking", options.sim.checking,
                "Simulate with assertions and random initial values (slower)")
      ->group(kSimulator);
  command
      .add_option("--watchdog", options.sim.watchdog_cycles,
                  "Cycles without progress after which the core counts as hung")
      ->check(CLI::Range(std::uint64_t{1000}, std::uint64_t{1} << 40))
      ->capture_default_str()
      ->group(kSimulator);
  CLI::Option* trace = command
                           .add_option("--trace", options.sim.trace_file,
                                       "Write waves (FST) to this file; implies --checking")
                           ->type_name("FILE")
                           ->group(kSimulator);
  using Unit = sim::TraceWindow::Unit;
  CLI::Option* cycles = add_trace_window(command, "--trace-cycles", Unit::kCycles,
                                         options.sim.trace_window, "cycles");
  CLI::Option* commands = add_trace_window(command, "--trace-commands", Unit::kCommands,
                                           options.sim.trace_window, "commands");
  cycles->needs(trace)->excludes(commands);
  commands->needs(trace);
  return groups;
}

void add_seed(CLI::App& command, std::uint64_t& seed, const std::string& what) {
  command.add_option("--seed", seed, "Seed of " + what)->capture_default_str();
}

void check_device_options(DeviceOptions& options, std::uint64_t seed) {
  options.sim.seed = options.sim.memory.seed = seed;
  if (options.check && options.kind == DeviceKind::Reference)
    throw CLI::ValidationError("--check", "compares a core: needs --device golden or rtl");
  if (!options.sim.trace_file.empty() && options.kind != DeviceKind::Rtl)
    throw CLI::ValidationError("--trace", "needs --device rtl");
  const sim::SimOptions& sim = options.sim;
  if (options.kind == DeviceKind::Rtl && sim.vectors != 1 && (sim.vectors != 4 || sim.groups != 16))
    throw CLI::ValidationError("--vectors", "the simulator has 1, and 4 with --groups 16");
}

}  // namespace trine::tools
