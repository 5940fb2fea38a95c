// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>

#include "golden/error.h"
#include "runtime/comparison.h"
#include "tools/common.h"
#include "tools/device_options.h"
#include "tools/progress.h"
#include "tools/run_report.h"
#include "tools/tokens.h"
#include "tools/trace_output.h"

namespace trine::tools {
namespace {

struct CompareCommand {
  CommonOptions common;
  DeviceOptions device;
  std::string a, b;
  std::string device_a, device_b;  // Empty: --device.
  PromptOptions prompt;
  bool positions = false, layers = false, tensors = false;
  std::optional<double> max_kl, min_top1, max_abs;
};

ComparisonReport compare_files(const CompareCommand& options) {
  if (options.layers || options.tensors)
    throw UsageError("--layers, --tensors", "compare models, not files of logits");
  return compare_logit_files(options.a, options.b, options.positions);
}

ComparisonReport compare_models(const CompareCommand& options) {
  if (!options.prompt.given() && (!options.tensors || options.layers || options.positions))
    throw UsageError(
        "models", "need tokens: --prompt, --prompt-file, --tokens or --tokens-file (or --tensors)");
  const auto [on_a, on_b] = device_sides(options.device, options.device_a, options.device_b);
  const ModelFile a(options.a), b(options.b);
  for (const ModelFile* file : {&a, &b}) warn_all(options.common, file->warnings());
  ProgressLine progress("compare", options.common);
  ComparisonReport report;
  if (options.tensors) report.tensors = compare_tensors(a, b, progress);
  if (!options.prompt.given()) return report;
  check_comparable(a, b, options.layers);
  const auto tokens =
      prompt_tokens(options.prompt, a, options.common,
                    std::min(context_of(on_a, a.config()), context_of(on_b, b.config())));
  Session first(a, on_a, progress), second(b, on_b, progress);
  if (options.layers) report.layers.resize(a.config().layers);
  in_lockstep(options.common, options.b, [&] {
    compare_runs({first, second, tokens, options.prompt.window},
                 options.layers ? &report.layers : nullptr, progress,
                 [&](std::span<const float> x, std::span<const float> y) {
                   report.add(x, y, a.config().vocab, options.positions);
                 });
  });
  return report;
}

Json difference_json(const std::string& key, const Json& name, const Difference& difference) {
  return {{key, name},
          {"relative_error", optional_json(difference.relative())},
          {"max_abs", difference.max_abs()},
          {"cosine", optional_json(difference.cosine())}};
}

Json to_json(const CompareCommand& options, const ComparisonReport& report) {
  Json json = {{"a", options.a}, {"b", options.b}};
  if (report.has_logits) {
    const golden::Comparison all = report.logits.result();
    json.update({{"positions", all.positions},
                 {"max_abs", all.max_abs},
                 {"mean_abs", all.mean_abs},
                 {"cosine", all.cosine},
                 {"kl", all.kl},
                 {"top1", all.top1},
                 {"top5", all.top5}});
  }
  for (std::size_t i = 0; i < report.positions.size(); ++i) {
    const golden::Comparison& one = report.positions[i];
    json["per_position"].push_back(
        {{"position", i}, {"kl", one.kl}, {"top1", one.top1 == 1.0}, {"max_abs", one.max_abs}});
  }
  for (std::size_t i = 0; i < report.layers.size(); ++i)
    json["per_layer"].push_back(difference_json("layer", i, report.layers[i]));
  for (const auto& [name, difference] : report.tensors)
    json["per_tensor"].push_back(difference_json("tensor", name, difference));
  return json;
}

void print_text(const ComparisonReport& report) {
  if (!report.positions.empty())
    fmt::print("{:>8} {:>11} {:>5} {:>11}\n", "position", "kl", "top1", "max_abs");
  for (std::size_t i = 0; i < report.positions.size(); ++i) {
    const golden::Comparison& one = report.positions[i];
    fmt::print("{:>8} {:>11.4g} {:>5} {:>11.4g}\n", i, one.kl, one.top1 == 1.0 ? "yes" : "no",
               one.max_abs);
  }
  const auto row = [](const std::string& name, const Difference& difference) {
    fmt::print("{:<48} {:>14} {:>11.4g} {:>13}\n", name, text(optional_json(difference.relative())),
               difference.max_abs(), text(optional_json(difference.cosine()), "{:.9f}"));
  };
  const auto head = [](const char* name) {
    fmt::print("{:<48} {:>14} {:>11} {:>13}\n", name, "relative_error", "max_abs", "cosine");
  };
  if (!report.layers.empty()) head("layer");
  for (std::size_t i = 0; i < report.layers.size(); ++i) row(std::to_string(i), report.layers[i]);
  if (!report.tensors.empty()) head("tensor");
  for (const auto& [name, difference] : report.tensors) row(name, difference);
  if (!report.has_logits) return;
  const golden::Comparison result = report.logits.result();
  fmt::print("positions  {}\nmax_abs    {:.6g}\nmean_abs   {:.6g}\ncosine     {:.9f}\n",
             result.positions, result.max_abs, result.mean_abs, result.cosine);
  fmt::print("kl         {:.4g} nats\ntop1       {:.2f} %\ntop5       {:.2f} %\n", result.kl,
             100 * result.top1, 100 * result.top5);
}

/// Throws Different naming each threshold that is violated and the value that was measured.
void check_thresholds(const CompareCommand& options, const ComparisonReport& report) {
  const golden::Comparison result = report.logits.result();
  std::string violated;
  const auto add = [&](bool is, const char* what, double value, const char* option, double limit) {
    if (is)
      violated += fmt::format("{}{} {:.6g} violates {} {:.6g}", violated.empty() ? "" : "; ", what,
                              value, option, limit);
  };
  if (options.max_kl)
    add(result.kl > *options.max_kl, "kl", result.kl, "--max-kl", *options.max_kl);
  if (options.min_top1)
    add(result.top1 < *options.min_top1, "top1", result.top1, "--min-top1", *options.min_top1);
  if (options.max_abs)
    add(result.max_abs > *options.max_abs, "max_abs", result.max_abs, "--max-abs",
        *options.max_abs);
  if (!violated.empty()) throw Different(fmt::format("{}, {}: {}", options.a, options.b, violated));
}

void run_compare(const CompareCommand& options) {
  const bool a_model = std::filesystem::is_directory(options.a);
  if (a_model != std::filesystem::is_directory(options.b))
    throw Error(fmt::format("{}, {}: one is a model, the other is not", options.a, options.b));
  if (!a_model && options.prompt.given())
    throw UsageError("tokens", "go with models; files of logits have theirs");
  const bool check = options.max_kl || options.min_top1 || options.max_abs;
  if (check && a_model && !options.prompt.given())
    throw UsageError("thresholds", "are about logits: give tokens");
  const ComparisonReport report = a_model ? compare_models(options) : compare_files(options);
  if (options.common.json)
    print_json(to_json(options, report));
  else
    print_text(report);
  if (check) check_thresholds(options, report);
}

}  // namespace

void add_compare(Command& app) {
  const auto options = std::make_shared<CompareCommand>();
  Command* command = add_command(
      app, "compare", "Measure how logits, layers and weights of B differ from those of A",
      options->common);
  command
      ->add_option("a", options->a,
                   "The one to judge by: a file of logits (safetensors, .npy) or a model")
      ->required();
  command->add_option("b", options->b, "The same of the other, for the same tokens")->required();
  add_windowed_prompt_options(*command, options->prompt);
  command->get_option_group("Input")->require_option(0, 1);
  command->add_flag("--positions", options->positions, "Also a table by position");
  command->add_flag("--layers", options->layers,
                    "Models: also a table of the residual stream behind each layer");
  command->add_flag("--tensors", options->tensors,
                    "Models: also a table of the weights of each matrix; needs no tokens");
  constexpr double kMost = std::numeric_limits<double>::max();
  command->add_option("--max-kl", options->max_kl, "Exit 3 when the mean KL (nats) is above")
      ->check(number_in(0, kMost));
  command->add_option("--min-top1", options->min_top1, "Exit 3 when the share of top 1 is below")
      ->check(number_in(0, 1));
  command->add_option("--max-abs", options->max_abs, "Exit 3 when a logit differs by more")
      ->check(number_in(0, kMost));
  options->device.name = kReference;
  add_device_options(*command, options->device, DeviceChoice::Model);
  add_device_name(*command, "--device-a", options->device_a, "Where A runs [--device]", true);
  add_device_name(*command, "--device-b", options->device_b, "Where B runs [--device]", true);
  add_device_seed(*command, options->device);
  command->callback([options] {
    with_trace(options->device, {options->a, options->b}, [&] { run_compare(*options); });
  });
}

}  // namespace trine::tools
