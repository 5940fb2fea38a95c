// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "golden/format/crc32c.h"
#include "runtime/jobs.h"
#include "runtime/simulation.h"
#include "runtime/simulation_run.h"

namespace trine {
namespace {

SimulatedModel describe_model(const golden::PackedModel& model) {
  const golden::ModelConfig& config = model.config();
  // The header has the checksum of every tensor; the data follow it.
  const auto header = model.file().file_bytes().first(model.file().tensors().front().file_offset);
  return {.name = std::filesystem::canonical(model.directory()).filename().string(),
          .checksum = fmt::format("{:08x}", golden::crc32c(header)),
          .layers = config.layers,
          .hidden = config.hidden,
          .vocab = config.vocab};
}

SimulatedCore describe_core(const SessionOptions& options, std::size_t context) {
  const MemoryTiming& memory = options.request.memory;
  const std::string& dram = options.request.memory_model;
  const bool ideal = dram.empty() || dram == "ideal";
  return {.device = options.name,
          .groups = options.request.groups,
          .ports = options.request.ports,
          .act_width = options.request.act_width,
          .attention_heads = options.request.attention_heads,
          .attention_width = options.request.attention_width,
          .context = context,
          .latency = memory.read_latency,
          .bandwidth = memory.bandwidth,
          .stall = memory.stall_r,
          .seed = memory.stall_r > 0 ? std::optional(memory.seed) : std::nullopt,
          .memory = ideal ? "" : dram,
          .core_mhz = ideal ? std::nullopt : std::optional(options.request.core_mhz)};
}

}  // namespace

std::uint64_t expected_beats(const golden::PackedModel& model, const MachineParams& machine,
                             std::size_t context, std::size_t position, std::size_t first,
                             std::size_t end) {
  const Program program(model, machine, Program::memory_bytes(model, machine, context), context);
  const bool head = end == program.config().layers;
  return program
      .partial({.head = head ? HeadRows::Last : HeadRows::None,
                .first_layer = first,
                .end_layer = end,
                .embedding = first == 0,
                .boundary = !head})
      .weight_beats(machine, position);
}

Simulation simulate_layers(const ModelFile& file, const SessionOptions& options,
                           std::span<const std::int32_t> tokens, const SyntheticText& text,
                           std::size_t first, std::size_t end, Progress& progress) {
  if (file.packed() == nullptr)
    throw Error(file.directory().string() + ": is not quantized: simulate takes a packed model");
  const std::size_t context = context_of(options, file.config());
  const golden::PackedModel& model = *file.packed();
  const unsigned count = std::max(1u, options.jobs);
  Jobs jobs(progress, count);
  std::vector<std::unique_ptr<SimulationRun>> runs;
  runs.push_back(std::make_unique<SimulationRun>(model, options, context, jobs.progress(0)));
  // Golden is fast, and before a part runs it has all threads: so it says first what enters each.
  std::unique_ptr<GoldenRun> ahead = runs[0]->make_golden(options.request.threads);
  ahead->prepare(tokens, text, first, end, progress);
  const std::vector<Stretch> stretches = ahead->cuts(first, end, count);
  if (stretches.size() == 1) {
    runs[0]->adopt(std::move(ahead));
  } else {
    const std::vector<std::vector<float>> entries = ahead->entries(stretches);
    for (std::size_t i = 0; i < stretches.size(); ++i) {
      if (i > 0)
        runs.push_back(std::make_unique<SimulationRun>(model, options, context, jobs.progress(i)));
      auto golden = runs[i]->make_golden(std::max(1u, options.request.threads / count));
      golden->take_over(*ahead, stretches[i], entries[i]);
      runs[i]->adopt(std::move(golden));
    }
    ahead.reset();
  }
  std::vector<Simulation> parts(runs.size());
  const auto start = std::chrono::steady_clock::now();
  jobs.run(runs.size(),
           [&](std::size_t i) { parts[i] = runs[i]->simulate(stretches[i], options.check); });
  Simulation simulation = merge(parts, std::vector<std::string>(parts.size(), "a part"));
  simulation.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  simulation.model = describe_model(*file.packed());
  simulation.core = describe_core(options, context);
  simulation.tokens.assign(tokens.begin(), tokens.end());
  if (text.positions > 0) simulation.cache_seed = text.seed;
  return simulation;
}

}  // namespace trine
