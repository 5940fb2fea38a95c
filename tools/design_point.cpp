// SPDX-License-Identifier: Apache-2.0

#include "tools/design_point.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "golden/checkpoint/output.h"
#include "golden/error.h"
#include "tools/presets.h"
#include "tools/synth_model.h"

namespace trine::tools {
namespace {

namespace fs = std::filesystem;

/// A directory that goes away again, also when a signal ends the program.
class TemporaryDirectory {
 public:
  TemporaryDirectory() : directory_(make()) {}
  const fs::path& path() const { return directory_.path(); }

 private:
  static fs::path make() {
    std::string name = (fs::temp_directory_path() / "trine-estimate-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw Error(name + ": cannot be created");
    return name;
  }

  golden::Temporary directory_;
};

Json estimate_json(const Estimate& e, const DesignPoint& point, double peak) {
  const double seconds = static_cast<double>(e.cycles) / (point.core_mhz * 1e6);
  Json spent = Json::object();
  for (std::size_t i = 0; i < kResources; ++i)
    spent[std::string(resource_name(static_cast<Resource>(i)))] = e.spent[i];
  Json operations = Json::object();
  for (std::size_t i = 0; i < kOperations; ++i)
    operations[std::string(operation_name(static_cast<Operation>(i)))] = e.by_operation[i];
  return {{"tokens", e.tokens},
          {"tokens_per_second", ratio(static_cast<double>(e.tokens), seconds)},
          {"cycles", e.cycles},
          {"cycles_per_token", ratio(e.cycles, e.tokens)},
          {"commands", e.commands},
          {"weight_beats", e.weight_beats},
          {"utilization", ratio(e.weight_beats, e.cycles)},
          {"bytes", e.bytes},
          {"bytes_per_second", ratio(static_cast<double>(e.bytes), seconds)},
          {"share_of_pins",
           peak > 0 ? ratio(static_cast<double>(e.bytes) / seconds, peak) : Json(nullptr)},
          {"limit", resource_name(e.limit())},
          {"spent", spent},
          {"operations", operations}};
}

// ---- Sweeps ----

std::uint64_t whole(const std::string& text, std::uint64_t low, std::uint64_t high) {
  std::uint64_t value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc{} || end.ptr != text.data() + text.size() || value < low || value > high)
    throw SweepError(fmt::format("{} is not in [{} .. {}]", text, low, high));
  return value;
}
double real(const std::string& text, double low, double high) {
  double value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc{} || end.ptr != text.data() + text.size() ||
      !(value >= low && value <= high))
    throw SweepError(fmt::format("{} is not in [{} .. {}]", text, low, high));
  return value;
}

unsigned burst(const std::string& text) {
  const auto beats = static_cast<unsigned>(whole(text, 16, 256));
  if ((beats & (beats - 1)) != 0) throw SweepError("a burst: 16, 32, 64, 128 or 256");
  return beats;
}

struct Axis {
  const char* name;
  void (*set)(DesignPoint&, const std::string&);
};
constexpr Axis kAxes[] = {
    {"preset",
     [](DesignPoint& p, const std::string& t) {
       if (std::ranges::find(kPresets, t, &Preset::name) == kPresets.end())
         throw SweepError("there is no preset '" + t + "'");
       p.preset = t;
     }},
    {"context", [](DesignPoint& p, const std::string& t) { p.context = whole(t, 1, 1 << 24); }},
    {"prompt-tokens",
     [](DesignPoint& p, const std::string& t) { p.prompt = whole(t, 0, 1 << 24); }},
    {"layers", [](DesignPoint& p, const std::string& t) { p.layers = whole(t, 1, 1024); }},
    {"depth",
     [](DesignPoint& p, const std::string& t) { p.depth = static_cast<unsigned>(whole(t, 1, 4)); }},
    {"groups",
     [](DesignPoint& p, const std::string& t) {
       p.groups = static_cast<unsigned>(whole(t, 1, 16));
       if ((p.groups & (p.groups - 1)) != 0) throw SweepError("groups: 1, 2, 4, 8 or 16");
     }},
    {"vectors",
     [](DesignPoint& p, const std::string& t) {
       p.vectors = static_cast<unsigned>(whole(t, 1, 8));
       if ((p.vectors & (p.vectors - 1)) != 0) throw SweepError("vectors: 1, 2, 4 or 8");
     }},
    {"ports",
     [](DesignPoint& p, const std::string& t) {
       p.ports = static_cast<unsigned>(whole(t, 1, 4));
       if (p.ports == 3) throw SweepError("ports: 1, 2 or 4");
     }},
    {"memory", [](DesignPoint& p, const std::string& t) { p.memory = t; }},
    {"core-clock", [](DesignPoint& p, const std::string& t) { p.core_mhz = real(t, 1, 10'000); }},
    {"latency", [](DesignPoint& p, const std::string& t) { p.latency = real(t, 1, 1e6); }},
    {"bandwidth", [](DesignPoint& p, const std::string& t) { p.bandwidth = real(t, 1e-6, 1); }},
    {"read-burst", [](DesignPoint& p, const std::string& t) { p.read_burst = burst(t); }},
    {"write-burst", [](DesignPoint& p, const std::string& t) { p.write_burst = burst(t); }},
};

}  // namespace

/// Models by preset, depth and layers; each is outlined once.
class Estimator::Models {
 public:
  explicit Models(std::string directory) : directory_(std::move(directory)) {}
  const golden::PackedModel& at(const DesignPoint& point) {
    if (!directory_.empty()) {
      if (given_ == nullptr) given_ = std::make_unique<golden::PackedModel>(directory_);
      return *given_;
    }
    const std::string name = fmt::format("{}-{}-{}", point.preset, point.depth, point.layers);
    auto& model = models_[name];
    if (model == nullptr) {
      SynthOptions synth{.preset = *std::ranges::find(kPresets, point.preset, &Preset::name),
                         .depth = point.depth};
      if (point.layers != 0) synth.preset.layers = point.layers;
      outline_model(temporary_.path() / name, synth);
      model = std::make_unique<golden::PackedModel>(temporary_.path() / name);
    }
    return *model;
  }

 private:
  std::string directory_;
  TemporaryDirectory temporary_;
  std::unique_ptr<golden::PackedModel> given_;
  std::map<std::string, std::unique_ptr<golden::PackedModel>> models_;
};

/// Memories as the cost model sees them: a DRAM is sampled once for each clock and bus.
class Estimator::Memories {
 public:
  CostMemory at(const DesignPoint& point, const std::optional<Board>& board, double& peak) {
    Board stand_in;
    stand_in.memory = point.memory;
    if (board && board->memory == point.memory) stand_in.memory_clock_mhz = board->memory_clock_mhz;
    const auto spec = board_memory(stand_in);
    peak = 0;
    if (!spec) {
      const CostMemory ideal{point.latency, point.latency, point.bandwidth};
      return over_bus(ideal, point);
    }
    peak = spec->peak();
    const std::string key = fmt::format("{} {} {} {}", point.memory, spec->device.clock_mhz,
                                        point.core_mhz, point.groups);
    auto found = known_.find(key);
    if (found == known_.end())
      found = known_.emplace(key, cost_memory(*spec, point.core_mhz, 4ull * point.groups)).first;
    CostMemory memory = found->second;
    memory.read_latency += point.latency - 1;
    memory.write_latency = point.latency;
    return over_bus(memory, point);
  }

 private:
  static CostMemory over_bus(CostMemory memory, const DesignPoint& point) {
    memory.read_burst = point.read_burst;
    memory.write_burst = point.write_burst;
    return over_ports(memory, point.ports);
  }

  std::map<std::string, CostMemory> known_;
};

Estimator::Estimator(std::string model)
    : models_(std::make_unique<Models>(std::move(model))),
      memories_(std::make_unique<Memories>()) {}

Estimator::~Estimator() = default;

Json Estimator::estimate(const DesignPoint& point, const std::optional<Board>& board) {
  const golden::PackedModel& model = models_->at(point);
  MachineParams machine;
  machine.groups = point.groups;
  machine.vectors = point.vectors;
  double peak = 0;
  const CostMemory memory = memories_->at(point, board, peak);
  const Program program(model, machine, Program::memory_bytes(model, machine, point.context),
                        point.context);
  CostModel cost(machine, memory);
  Json json = {{"preset", point.preset.empty() ? Json(nullptr) : Json(point.preset)},
               {"board", point.board.empty() ? Json(nullptr) : Json(point.board)},
               {"depth", model.matrices().front().shape.depth},
               {"layers", model.config().layers},
               {"groups", point.groups},
               {"vectors", point.vectors},
               {"ports", point.ports},
               {"core_mhz", point.core_mhz},
               {"context", point.context},
               {"prompt_tokens", point.prompt},
               {"memory", point.memory},
               {"memory_peak", peak > 0 ? Json(peak) : Json(nullptr)},
               {"read_latency", memory.read_latency},
               {"beats_per_cycle", memory.beats_per_cycle}};
  json["decode"] = estimate_json(
      estimate_decode(program, cost, static_cast<std::uint32_t>(point.context - 1)), point, peak);
  json["prefill"] = point.prompt == 0
                        ? Json(nullptr)
                        : estimate_json(estimate_prefill(program, cost, point.prompt), point, peak);
  return json;
}

std::vector<DesignPoint> points_of(const DesignPoint& base,
                                   const std::vector<std::string>& sweeps) {
  std::vector<DesignPoint> points{base};
  for (const std::string& sweep : sweeps) {
    const auto equals = sweep.find('=');
    const std::string name = sweep.substr(0, equals);
    const Axis* axis = std::ranges::find(kAxes, name, [](const Axis& a) { return a.name; });
    std::string names;
    for (const Axis& a : kAxes) names += fmt::format("{}{}", names.empty() ? "" : ", ", a.name);
    if (axis == std::end(kAxes) || equals == std::string::npos)
      throw UsageError("--sweep",
                       fmt::format("'{}' is not NAME=VALUE,...; there are {}", sweep, names));
    std::vector<DesignPoint> wider;
    for (const DesignPoint& point : points) {
      std::size_t begin = equals + 1;
      while (begin <= sweep.size()) {
        const std::size_t end = std::min(sweep.find(',', begin), sweep.size());
        wider.push_back(point);
        axis->set(wider.back(), sweep.substr(begin, end - begin));
        begin = end + 1;
      }
    }
    points = std::move(wider);
    if (points.size() > 10'000) throw SweepError("more than 10000 combinations");
  }
  return points;
}

}  // namespace trine::tools
