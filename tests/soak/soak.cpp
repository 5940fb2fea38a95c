// SPDX-License-Identifier: Apache-2.0
//
// Random lists of commands, with resets, aborts, stalls and faults of the bus, on Verilated cores
// beside golden until so many cycles were simulated. `soak --help` has the options. Exit status: 0
// no finding, 1 a finding or an error, 2 a bad argument, 130 interrupted.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "golden/error.h"
#include "sim/sim_options.h"
#include "tests/soak/log.h"

namespace {

using namespace trine;
using namespace trine::soak;
using Clock = std::chrono::steady_clock;

struct Options {
  double cycles = 1e9, round = 5e5;
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  std::string log;
  std::vector<std::string> cores;
  std::uint64_t seed = 0;  // 0: all, one after the other.
  bool checking = false, json = false, quiet = false;
};

std::atomic<bool> stop{false}, interrupted{false};

void on_signal(int) {
  interrupted = stop = true;
}

std::vector<sim::KnownCore> chosen_cores(const std::vector<std::string>& names) {
  std::vector<sim::KnownCore> cores;
  std::string all;
  for (const sim::KnownCore& core : sim::known_cores()) {
    all += all.empty() ? core.name : std::string(", ") + core.name;
    if (names.empty() || std::ranges::count(names, core.name) != 0) cores.push_back(core);
  }
  for (const std::string& name : names)
    if (std::ranges::none_of(cores, [&](const auto& core) { return name == core.name; }))
      throw CLI::ValidationError("--cores: there is no '" + name + "'; there are: " + all);
  return cores;
}

/// The digest of each core's module, which is built first when it must be.
std::map<std::string, std::string> designs_of(const std::vector<sim::KnownCore>& cores,
                                              bool checking) {
  std::map<std::string, std::string> designs;
  for (const sim::KnownCore& core : cores) {
    sim::SimOptions options;
    options.set_shape(core.shape);
    options.checking = checking;
    MemoryMap memory;
    sim::make_core(memory, options);
    for (const auto& folder : sim::core_folders()) {
      const auto file =
          folder / fmt::format("trine_core_{}{}.so", core.name, checking ? "_check" : "");
      if (!designs.contains(core.name) && std::filesystem::exists(file))
        designs[core.name] = digest_of(file);
    }
    if (!designs.contains(core.name))
      throw Error(fmt::format("the module of core {} is in no folder", core.name));
  }
  return designs;
}

class Soak {
 public:
  Soak(const Options& options, std::vector<sim::KnownCore> cores)
      : options_(options),
        cores_(std::move(cores)),
        log_(options.log, designs_of(cores_, options.checking)) {
    before_ = log_.total().cycles;
  }

  int run() {
    std::vector<std::thread> threads;
    const unsigned jobs = options_.seed != 0 ? 1 : options_.jobs;
    for (unsigned j = 0; j < jobs; ++j) threads.emplace_back([this] { work(); });
    for (std::thread& thread : threads) thread.join();
    if (terminal_ && shown_) fmt::print(stderr, "\r\033[K");
    summary();
    if (!findings_.empty()) return 1;
    return interrupted ? 130 : 0;
  }

 private:
  bool enough() const { return static_cast<double>(log_.total().cycles) >= options_.cycles; }

  void work() {
    for (;;) {
      std::uint64_t seed = options_.seed;
      {
        const std::lock_guard lock(mutex_);
        if (stop || enough()) return;
        if (seed == 0) seed = log_.next_seed();
      }
      const sim::KnownCore& core = cores_[seed % cores_.size()];
      RoundResult round;
      try {
        round = run_round(core, seed, static_cast<std::uint64_t>(options_.round), options_.checking,
                          stop);
      } catch (const std::exception& error) {
        round.finding = error.what();
        round.seed = seed;
        round.core = core.name;
      }
      const std::lock_guard lock(mutex_);
      if (!round.finding.empty()) {
        findings_.push_back({{"seed", round.seed}, {"core", round.core}, {"what", round.finding}});
        fmt::print(stderr, "{}seed {}, core {}: {}\n", terminal_ ? "\r\033[K" : "", round.seed,
                   round.core, round.finding);
        stop = true;
        return;
      }
      if (interrupted) return;  // The round was cut short.
      try {
        log_.add(round);
      } catch (const Error& error) {
        findings_.push_back({{"what", error.what()}});
        fmt::print(stderr, "{}\n", error.what());
        stop = true;
      }
      if (options_.seed != 0) return;
      progress();
    }
  }

  void progress() {
    const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    if (options_.quiet || seconds - shown_at_ < (terminal_ ? 0.5 : 30)) return;
    shown_at_ = seconds;
    shown_ = true;
    const double done = static_cast<double>(log_.total().cycles);
    const double rate = (done - static_cast<double>(before_)) / seconds;
    const std::string text =
        fmt::format("soak: {:.1f} of {:.0f} million cycles ({:.1f} %), {:.0f} kHz, {:.0f} s left",
                    done / 1e6, options_.cycles / 1e6, 100 * done / options_.cycles, rate / 1e3,
                    std::max(0.0, (options_.cycles - done) / rate));
    fmt::print(stderr, "{}{}{}", terminal_ ? "\r\033[K" : "", text, terminal_ ? "" : "\n");
    std::fflush(stderr);
  }

  void summary() const {
    const Total& total = log_.total();
    const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    nlohmann::json lists;
    std::string text;
    for (unsigned k = 0; k < kKinds; ++k) {
      lists[kKindNames[k]] = total.lists[k];
      text += fmt::format("{}{} {}", k == 0 ? "" : ", ", total.lists[k], kKindNames[k]);
    }
    if (options_.json) {
      const nlohmann::json report{
          {"cycles", total.cycles},   {"cycles_now", total.cycles - before_},
          {"rounds", total.rounds},   {"commands", total.commands},
          {"lists", lists},           {"cores", total.cycles_of},
          {"slowest", total.slowest}, {"seconds", seconds},
          {"findings", findings_},    {"interrupted", interrupted.load()}};
      fmt::print("{}\n", report.dump(2));
      return;
    }
    fmt::print("{} cycles in {} rounds, {} commands; lists: {}\n", total.cycles, total.rounds,
               total.commands, text);
    for (const auto& [core, cycles] : total.cycles_of)
      fmt::print("  {}: {} cycles\n", core, cycles);
    fmt::print("slowest list: {:.2f} times what the cost model expects; {:.0f} s; {} findings{}\n",
               total.slowest, seconds, findings_.size(), interrupted ? "; interrupted" : "");
  }

  const Options& options_;
  std::vector<sim::KnownCore> cores_;
  Log log_;
  std::mutex mutex_;
  std::uint64_t before_ = 0;
  Clock::time_point start_ = Clock::now();
  double shown_at_ = 0;
  bool shown_ = false;
  const bool terminal_ = ::isatty(STDERR_FILENO) != 0;
  std::vector<nlohmann::json> findings_;
};

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Random command lists on the RTL beside golden: no difference and no hang.");
  app.add_option("--cycles", options.cycles, "Cycles to simulate, those in the log included")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--jobs", options.jobs, "Rounds side by side")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--log", options.log,
                 "File of the seeds that are done; a second run goes on after");
  app.add_option("--cores", options.cores, "Cores of the rounds, seed by seed; all by default")
      ->delimiter(',');
  app.add_option("--round", options.round, "Cycles of a round, after which the core is made anew")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Run this round alone");
  app.add_flag("--checking", options.checking, "Cores with assertions and random initial values");
  app.add_flag("--json", options.json, "The summary as JSON");
  app.add_flag("--quiet,-q", options.quiet, "No progress");
  try {
    app.parse(argc, argv);
    auto cores = chosen_cores(options.cores);
    if (options.seed != 0 && cores.size() != 1)
      throw CLI::ValidationError("--seed: name its core with --cores");
    std::signal(SIGINT, on_signal);
    std::signal(SIGTERM, on_signal);
    return Soak(options, std::move(cores)).run();
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "soak: {}\n", error.what());
    return 1;
  }
}
