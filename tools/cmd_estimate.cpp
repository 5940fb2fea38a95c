// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "golden/error.h"
#include "golden/format/packed_model.h"
#include "runtime/estimate.h"
#include "tools/board.h"
#include "tools/common.h"
#include "tools/presets.h"
#include "tools/synth_model.h"

namespace trine::tools {
namespace {

namespace fs = std::filesystem;

/// One point of the design space.
struct Point {
  std::string preset, board, memory;
  std::uint64_t context = 1024, prompt = 0;
  std::size_t layers = 0;  // 0: those of the preset.
  unsigned depth = 4, groups = 16, vectors = 1;
  double core_mhz = 300;
  double latency = 1, bandwidth = 1;
};

struct Options {
  CommonOptions common;
  std::string preset, model, board, csv;
  std::vector<std::string> sweeps;
  Point point;
  std::optional<std::string> memory;
  std::optional<unsigned> groups, vectors;
  std::optional<double> core_mhz, latency, bandwidth;
};

/// A directory that goes away again.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (fs::temp_directory_path() / "trine-estimate-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw Error(name + ": cannot be created");
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// Models by preset, depth and layers; each is outlined once.
class Models {
 public:
  explicit Models(std::string directory) : directory_(std::move(directory)) {}
  const golden::PackedModel& at(const Point& point) {
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
class Memories {
 public:
  CostMemory at(const Point& point, const std::optional<Board>& board, double& peak) {
    Board stand_in;
    stand_in.memory = point.memory;
    if (board && board->memory == point.memory) stand_in.memory_clock_mhz = board->memory_clock_mhz;
    const auto spec = board_memory(stand_in);
    peak = 0;
    if (!spec) return {point.latency, point.latency, point.bandwidth};
    peak = spec->peak();
    const std::string key = fmt::format("{} {} {} {}", point.memory, spec->device.clock_mhz,
                                        point.core_mhz, point.groups);
    auto found = known_.find(key);
    if (found == known_.end())
      found = known_.emplace(key, cost_memory(*spec, point.core_mhz, 4ull * point.groups)).first;
    CostMemory memory = found->second;
    memory.read_latency += point.latency - 1;
    memory.write_latency = point.latency;
    return memory;
  }

 private:
  std::map<std::string, CostMemory> known_;
};

Json estimate_json(const Estimate& e, const Point& point, double peak) {
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

Json run_point(const Point& point, const std::optional<Board>& board, Models& models,
               Memories& memories) {
  const golden::PackedModel& model = models.at(point);
  MachineParams machine;
  machine.groups = point.groups;
  machine.vectors = point.vectors;
  double peak = 0;
  const CostMemory memory = memories.at(point, board, peak);
  const Program program(model, machine, Program::memory_bytes(model, machine, point.context),
                        point.context);
  CostModel cost(machine, memory);
  Json json = {{"preset", point.preset.empty() ? Json(nullptr) : Json(point.preset)},
               {"board", point.board.empty() ? Json(nullptr) : Json(point.board)},
               {"depth", model.matrices().front().shape.depth},
               {"layers", model.config().layers},
               {"groups", point.groups},
               {"vectors", point.vectors},
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

// ---- Sweeps ----

std::uint64_t whole(const std::string& text, std::uint64_t low, std::uint64_t high) {
  std::uint64_t value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc{} || end.ptr != text.data() + text.size() || value < low || value > high)
    throw CLI::ValidationError("--sweep", fmt::format("{} is not in [{} .. {}]", text, low, high));
  return value;
}
double real(const std::string& text, double low, double high) {
  double value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc{} || end.ptr != text.data() + text.size() ||
      !(value >= low && value <= high))
    throw CLI::ValidationError("--sweep", fmt::format("{} is not in [{} .. {}]", text, low, high));
  return value;
}

struct Axis {
  const char* name;
  void (*set)(Point&, const std::string&);
};
constexpr Axis kAxes[] = {
    {"preset",
     [](Point& p, const std::string& t) {
       if (std::ranges::find(kPresets, t, &Preset::name) == kPresets.end())
         throw CLI::ValidationError("--sweep", "there is no preset '" + t + "'");
       p.preset = t;
     }},
    {"context", [](Point& p, const std::string& t) { p.context = whole(t, 1, 1 << 24); }},
    {"prompt-tokens", [](Point& p, const std::string& t) { p.prompt = whole(t, 0, 1 << 24); }},
    {"layers", [](Point& p, const std::string& t) { p.layers = whole(t, 1, 1024); }},
    {"depth",
     [](Point& p, const std::string& t) { p.depth = static_cast<unsigned>(whole(t, 1, 4)); }},
    {"groups",
     [](Point& p, const std::string& t) {
       p.groups = static_cast<unsigned>(whole(t, 1, 16));
       if ((p.groups & (p.groups - 1)) != 0)
         throw CLI::ValidationError("--sweep", "groups: 1, 2, 4, 8 or 16");
     }},
    {"vectors",
     [](Point& p, const std::string& t) {
       p.vectors = static_cast<unsigned>(whole(t, 1, 4));
       if (p.vectors == 3) throw CLI::ValidationError("--sweep", "vectors: 1, 2 or 4");
     }},
    {"memory", [](Point& p, const std::string& t) { p.memory = t; }},
    {"core-clock", [](Point& p, const std::string& t) { p.core_mhz = real(t, 1, 10'000); }},
    {"latency", [](Point& p, const std::string& t) { p.latency = real(t, 1, 1e6); }},
    {"bandwidth", [](Point& p, const std::string& t) { p.bandwidth = real(t, 1e-6, 1); }},
};

/// All combinations of the sweeps' values, the last one turning fastest.
std::vector<Point> points_of(const Point& base, const std::vector<std::string>& sweeps) {
  std::vector<Point> points{base};
  for (const std::string& sweep : sweeps) {
    const auto equals = sweep.find('=');
    const std::string name = sweep.substr(0, equals);
    const Axis* axis = std::ranges::find(kAxes, name, [](const Axis& a) { return a.name; });
    std::string names;
    for (const Axis& a : kAxes) names += fmt::format("{}{}", names.empty() ? "" : ", ", a.name);
    if (axis == std::end(kAxes) || equals == std::string::npos)
      throw CLI::ValidationError(
          "--sweep", fmt::format("'{}' is not NAME=VALUE,...; there are {}", sweep, names));
    std::vector<Point> wider;
    for (const Point& point : points) {
      std::size_t begin = equals + 1;
      while (begin <= sweep.size()) {
        const std::size_t end = std::min(sweep.find(',', begin), sweep.size());
        wider.push_back(point);
        axis->set(wider.back(), sweep.substr(begin, end - begin));
        begin = end + 1;
      }
    }
    points = std::move(wider);
    if (points.size() > 10'000)
      throw CLI::ValidationError("--sweep", "more than 10000 combinations");
  }
  return points;
}

// ---- Output ----

struct Column {
  const char* name;
  std::function<Json(const Json&)> value;
};

Json part(const Json& result, const char* what, const char* key) {
  return result[what].is_null() ? Json(nullptr) : result[what][key];
}

const std::vector<Column>& columns() {
  static const auto plain = [](const char* key) {
    return Column{key, [key](const Json& r) { return r[key]; }};
  };
  static const auto decode = [](const char* name, const char* key) {
    return Column{name, [key](const Json& r) { return part(r, "decode", key); }};
  };
  static const auto prefill = [](const char* name, const char* key) {
    return Column{name, [key](const Json& r) { return part(r, "prefill", key); }};
  };
  static const std::vector<Column> all = {plain("preset"),
                                          plain("board"),
                                          plain("depth"),
                                          plain("layers"),
                                          plain("groups"),
                                          plain("vectors"),
                                          plain("core_mhz"),
                                          plain("memory"),
                                          plain("context"),
                                          plain("prompt_tokens"),
                                          decode("decode_tokens_per_second", "tokens_per_second"),
                                          decode("decode_cycles", "cycles"),
                                          decode("decode_bytes", "bytes"),
                                          decode("decode_utilization", "utilization"),
                                          decode("decode_share_of_pins", "share_of_pins"),
                                          decode("decode_limit", "limit"),
                                          prefill("prefill_tokens_per_second", "tokens_per_second"),
                                          prefill("prefill_cycles_per_token", "cycles_per_token"),
                                          prefill("prefill_limit", "limit")};
  return all;
}

std::string cell(const Json& value) {
  if (value.is_null()) return "";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string csv_text(const Json& results) {
  std::string text;
  for (const Column& column : columns())
    text += (text.empty() ? "" : ",") + std::string(column.name);
  text += "\n";
  for (const Json& result : results) {
    std::string line;
    for (const Column& column : columns()) {
      std::string value = cell(column.value(result));
      if (value.find_first_of(",\"\n") != std::string::npos) {
        std::string quoted = "\"";
        for (const char c : value) quoted += c == '"' ? "\"\"" : std::string(1, c);
        value = quoted + "\"";
      }
      if (&column != columns().data()) line += ",";
      line += value;
    }
    text += line + "\n";
  }
  return text;
}

void print_table(const Json& results) {
  fmt::print("{:14} {:>2} {:>3} {:>3} {:>6} {:16} {:>7} {:>10} {:>12} {:>7} {:>7} {:11} {:>10}\n",
             "model", "d", "G", "V", "MHz", "memory", "context", "tokens/s", "cycles", "bus",
             "pins", "limit", "prefill/s");
  for (const Json& r : results) {
    const Json& d = r["decode"];
    fmt::print("{:14} {:>2} {:>3} {:>3} {:>6} {:16} {:>7} {:>10} {:>12} {:>7} {:>7} {:11} {:>10}\n",
               r["preset"].is_null() ? "model" : cell(r["preset"]), cell(r["depth"]),
               cell(r["groups"]), cell(r["vectors"]), text(r["core_mhz"]), cell(r["memory"]),
               cell(r["context"]), text(d["tokens_per_second"]), cell(d["cycles"]),
               percent(d["utilization"]), percent(d["share_of_pins"]), cell(d["limit"]),
               text(part(r, "prefill", "tokens_per_second")));
  }
}

void print_part(const char* what, const Json& e) {
  if (e.is_null()) return;
  fmt::print("{:8} {} tokens/s: {} cycles a token, {} a token, bus {}, pins {}; limit: {}\n", what,
             text(e["tokens_per_second"]), text(e["cycles_per_token"], "{:.0f}"),
             size_text(e["bytes"].get<std::uint64_t>() / e["tokens"].get<std::uint64_t>()),
             percent(e["utilization"]), percent(e["share_of_pins"]), e["limit"].get<std::string>());
  for (const auto& [name, cycles] : e["spent"].items())
    if (cycles.get<std::uint64_t>() > 0)
      fmt::print("  {:12} {:>14} cycles {:>7}\n", name, cycles.get<std::uint64_t>(),
                 percent(ratio(cycles.get<std::uint64_t>(), e["cycles"].get<std::uint64_t>())));
}

void print_one(const Json& r) {
  fmt::print("{}, {} trits, {} layers; {} groups, {} vectors at {} MHz; {}{}\n",
             r["preset"].is_null() ? "model" : cell(r["preset"]), cell(r["depth"]),
             cell(r["layers"]), cell(r["groups"]), cell(r["vectors"]), text(r["core_mhz"]),
             cell(r["memory"]),
             r["memory_peak"].is_null()
                 ? ""
                 : fmt::format(" ({:.4g} GB/s)", r["memory_peak"].get<double>() / 1e9));
  fmt::print("decode at position {}; estimated by the cost model, not simulated\n",
             r["context"].get<std::uint64_t>() - 1);
  print_part("decode", r["decode"]);
  print_part("prefill", r["prefill"]);
}

void run(Options& options) {
  std::optional<Board> board;
  Point& base = options.point;
  base.preset = options.preset;
  base.memory = "ideal";
  if (!options.board.empty()) {
    board = read_board(options.board);
    base.board = board->name;
    base.memory = board->memory;
    base.core_mhz = board->core_mhz;
    base.groups = board->groups;
    base.vectors = board->vectors;
    base.latency = board->path_cycles;
  }
  base.memory = options.memory.value_or(base.memory);
  base.groups = options.groups.value_or(base.groups);
  base.vectors = options.vectors.value_or(base.vectors);
  base.core_mhz = options.core_mhz.value_or(base.core_mhz);
  base.latency = options.latency.value_or(base.latency);
  base.bandwidth = options.bandwidth.value_or(base.bandwidth);

  Models models(options.model);
  Memories memories;
  Json results = Json::array();
  for (const Point& point : points_of(base, options.sweeps))
    results.push_back(run_point(point, board, models, memories));
  if (!options.csv.empty()) write_file(options.csv, csv_text(results));
  if (options.common.json) return print_json({{"estimates", results}});
  if (results.size() > 1) return print_table(results);
  if (board) fmt::print("board {}: {}; clock {}\n", board->name, board->description, board->clock);
  print_one(results.front());
}

}  // namespace

void add_estimate(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = add_command(
      app, "estimate", "Estimate tokens per second of a model on a board, without simulating it",
      options->common);
  std::vector<std::string> presets;
  for (const Preset& preset : kPresets) presets.emplace_back(preset.name);
  CLI::Option* preset = command->add_option("--preset", options->preset, "Whose sizes")
                            ->check(CLI::IsMember(presets));
  command->add_option("--model", options->model, "Directory of a packed model instead")
      ->excludes(preset);
  std::string boards;
  for (const std::string& name : board_names()) boards += name + ", ";
  command->add_option("--board", options->board,
                      boards + "or a file; says memory, clock and core where options do not");
  Point& point = options->point;
  command->add_option("--context", point.context, "Tokens in the cache, the decoded one included")
      ->check(CLI::Range(1, 1 << 24))
      ->capture_default_str();
  command->add_option("--prompt-tokens", point.prompt, "Tokens of a prompt to estimate too [none]")
      ->check(CLI::Range(0, 1 << 24));
  command->add_option("--depth", point.depth, "Trits per weight")
      ->check(CLI::Range(1u, 4u))
      ->capture_default_str();
  command->add_option("--layers", point.layers, "So many layers [those of the preset]")
      ->check(CLI::Range(1, 1024));
  command->add_option("--groups", options->groups, "Groups side by side [16, or the board's]")
      ->check(CLI::IsMember({1u, 2u, 4u, 8u, 16u}));
  command->add_option("--vectors", options->vectors, "Tokens at a time through a prompt")
      ->check(CLI::IsMember({1u, 2u, 4u}));
  command->add_option("--memory", options->memory,
                      "ideal, or a DRAM as `trine memory` takes it [ideal, or the board's]");
  command->add_option("--core-clock", options->core_mhz, "MHz of the core [300, or the board's]")
      ->check(number_in(1, 10'000));
  command
      ->add_option("--latency", options->latency,
                   "Cycles until an ideal memory answers; of a DRAM, of the way to it [1]")
      ->check(number_in(1, 1e6));
  command->add_option("--bandwidth", options->bandwidth, "Beats a cycle of an ideal memory [1]")
      ->check(number_in(0, 1, true));
  command
      ->add_option("--sweep", options->sweeps,
                   "NAME=VALUE,VALUE,...: every value, with every one of other sweeps")
      ->type_name("SWEEP")
      ->allow_extra_args(false);
  command->add_option("--csv", options->csv, "Write the table to this file")->type_name("FILE");
  command->callback([options] {
    const bool swept = std::ranges::any_of(
        options->sweeps, [](const std::string& s) { return s.starts_with("preset="); });
    if (options->preset.empty() && options->model.empty() && !swept)
      throw CLI::RequiredError("--preset or --model");
    run(*options);
  });
}

}  // namespace trine::tools
