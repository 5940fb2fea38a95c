// SPDX-License-Identifier: Apache-2.0

#include "runtime/doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "driver/command_list.h"
#include "driver/core_shape.h"
#include "runtime/core.h"

namespace trine {
namespace {

using State = Finding::State;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kLeastMemory = std::uint64_t{2} << 20;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Finding number(const char* what, double value, const char* unit) {
  return {
      .what = what, .found = fmt::format("{:.4g} {}", value, unit), .value = value, .unit = unit};
}

class Doctor {
 public:
  explicit Doctor(const DoctorOptions& options)
      : options_(options), entry_(device_entry(options.device)) {}

  Diagnosis run() {
    try {
      look_around();
      if (open()) {
        identify();
        measure_host();
        measure_core();
      }
    } catch (const Error& error) {
      add({.what = "device",
           .found = error.what(),
           .state = State::Bad,
           .advice = "look at the stages of `trine selftest`",
           .value = {}});
    }
    return std::move(diagnosis_);
  }

 private:
  void add(Finding finding) { diagnosis_.findings.push_back(std::move(finding)); }
  void does_not_apply(const char* what, const char* why) {
    add({.what = what, .found = why, .state = State::DoesNotApply, .value = {}});
  }

  void look_around() {
    if (entry_.inspect == nullptr)
      return does_not_apply("files and permissions", "a simulation opens none");
    for (const Inspection& one : entry_.inspect(options_.request))
      add({.what = one.what,
           .found = one.found,
           .state = one.good ? State::Good : State::Bad,
           .advice = one.advice,
           .value = {}});
  }

  bool open() {
    DeviceRequest request = options_.request;
    request.memory_bytes = std::max(options_.memory_bytes, kLeastMemory);
    try {
      core_ = std::make_unique<Core>(entry_, request);
    } catch (const Error& error) {
      add({.what = "core",
           .found = error.what(),
           .state = State::Bad,
           .advice = "what the lines above say, then docs/bringup.md by this symptom",
           .value = {}});
      return false;
    }
    return true;
  }

  void identify() {
    Device& device = core_->device();
    Transport& transport = device.transport();
    const std::uint32_t version = transport.read(Reg::VERSION);
    const std::uint32_t own = find_register(Reg::VERSION)->reset;
    const auto text = [](std::uint32_t v) {
      return fmt::format("{}.{}", field::VERSION_MAJOR.get(v), field::VERSION_MINOR.get(v));
    };
    add({.what = "identity",
         .found = fmt::format("version {}, this program speaks {}", text(version), text(own)),
         .state = version == own ? State::Good : State::Bad,
         .advice = version == own ? "" : "build bitstream and program from the same sources",
         .value = {}});
    const MachineParams& core = device.params();
    add({.what = "parameters",
         .found = fmt::format(
             "{}; row tiles of {}, {} columns, {} words of vector memory a bank, {}, {}, {}, {}, "
             "{}",
             describe(CoreShape{core.groups, core.vectors, 1, core.act_width}), core.tile_rows,
             core.max_cols, core.vector_words, core.f16_engine ? "FP16 engine" : "no FP16 engine",
             core.vector_unit ? "vector unit" : "no vector unit",
             core.attention_heads > 0 ? fmt::format("attention for {} heads", core.attention_heads)
                                      : "no attention unit",
             core.parity ? "memories with parity" : "memories without parity",
             core.stream_sum ? "checksums of streams" : "no checksums of streams"),
         .value = {}});
    add({.what = "memory",
         .found = fmt::format("{} bytes from {:#x} on", transport.memory_size(),
                              transport.memory_base()),
         .value = static_cast<double>(transport.memory_size()),
         .unit = "bytes"});
  }

  void measure_host() {
    Transport& transport = core_->device().transport();
    std::vector<std::byte> bytes(kLeastMemory / 2, std::byte{0x5A});
    auto start = Clock::now();
    transport.write_memory(transport.memory_base(), bytes);
    add(number("host writes memory", static_cast<double>(bytes.size()) / seconds_since(start) / 1e6,
               "MB/s"));
    start = Clock::now();
    transport.read_memory(transport.memory_base(), bytes);
    add(number("host reads memory", static_cast<double>(bytes.size()) / seconds_since(start) / 1e6,
               "MB/s"));
    start = Clock::now();
    constexpr unsigned kReads = 1000;
    for (unsigned i = 0; i < kReads; ++i) transport.read(Reg::ID);
    add(number("a register access takes", seconds_since(start) / kReads * 1e6, "us"));
  }

  /// LOADs one after the other: a list that does nothing but read.
  CommandList reads(std::uint64_t list_bytes) const {
    Device& device = core_->device();
    const std::uint64_t base = device.transport().memory_base();
    CommandList list(device.params(), {base, base + device.transport().memory_size()});
    const std::uint64_t words = std::min<std::uint64_t>(device.params().vector_words, 16384);
    while (list.bytes().size() + 2 * sizeof(Command) <= list_bytes)
      list.load(0, base + list_bytes, words, CommandList::Element::F32, "bandwidth");
    list.end();
    return list;
  }

  void measure_core() {
    Device& device = core_->device();
    Transport& transport = device.transport();
    const std::uint64_t base = transport.memory_base();
    device.set_window({base, base + transport.memory_size()});
    const bool simulated = !entry_.hardware;
    // A simulation shows its cycles with few commands; a clock is measured over many.
    const CommandList list = reads(simulated ? 512 : 65536);
    transport.write_memory(base, list.bytes());
    double best_mhz = 0, best_beats = 0, total = 0;
    // The least disturbed of several runs: what the host adds makes the clock look slower.
    for (unsigned runs = 0; runs == 0 || (!simulated && (runs < 5 || total < 0.3) && runs < 2000);
         ++runs) {
      const Counters before = device.counters();
      const auto start = Clock::now();
      device.run(list, base);
      const double seconds = seconds_since(start);
      const Counters took = device.counters() - before;
      total += seconds;
      if (took.cycles == 0) break;
      best_mhz = std::max(best_mhz, static_cast<double>(took.cycles) / seconds / 1e6);
      best_beats = std::max(
          best_beats, static_cast<double>(took.read_beats) / static_cast<double>(took.cycles));
    }
    if (best_beats == 0) {
      if (entry_.cycles != Cycles::None)
        return add({.what = "clock",
                    .found = "CYCLES stands still",
                    .state = State::Bad,
                    .advice = "the clock of the core is off, or the bitstream has no counters",
                    .value = {}});
      does_not_apply("clock", "time is not modelled");
      return does_not_apply("core reads memory", "time is not modelled");
    }
    if (simulated) {
      does_not_apply("clock", "a simulation has no wall-clock time");
      return add(number("core reads memory",
                        best_beats * static_cast<double>(device.params().beat_bytes()),
                        "bytes a cycle"));
    }
    Finding clock = number("clock", best_mhz, "MHz");
    if (options_.clock_mhz) {
      clock.found += fmt::format(", {:.4g} is expected", *options_.clock_mhz);
      if (std::abs(best_mhz / *options_.clock_mhz - 1) > options_.clock_tolerance) {
        clock.state = State::Bad;
        clock.advice =
            "the PLL or fabric clock is set otherwise: look at the clock of the bitstream and, "
            "on a Zynq, at what the boot loader or overlay sets";
      }
    }
    add(std::move(clock));
    add(number("core reads memory",
               best_beats * static_cast<double>(device.params().beat_bytes()) * best_mhz, "MB/s"));
  }

  const DoctorOptions& options_;
  const DeviceEntry& entry_;
  std::unique_ptr<Core> core_;
  Diagnosis diagnosis_;
};

}  // namespace

bool Diagnosis::good() const {
  return first_bad() == nullptr;
}

const Finding* Diagnosis::first_bad() const {
  const auto found = std::ranges::find(findings, State::Bad, &Finding::state);
  return found == findings.end() ? nullptr : &*found;
}

Diagnosis diagnose(const DoctorOptions& options) {
  return Doctor(options).run();
}

}  // namespace trine
