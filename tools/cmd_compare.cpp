// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "golden/checkpoint/safetensors.h"
#include "golden/error.h"
#include "golden/reference/metrics.h"
#include "tools/common.h"
#include "tools/tokens.h"

namespace trine::tools {
namespace {

struct Options {
  CommonOptions common;
  std::string a, b;
};

/// A file as `trine logits` writes it.
struct LogitFile {
  golden::Safetensors file;
  const golden::Tensor& logits;
  std::size_t positions, vocab;

  explicit LogitFile(const std::string& path)
      : file(path),
        logits(file.at("logits")),
        positions(logits.shape.size() == 2 ? logits.shape[0] : 0),
        vocab(logits.shape.size() == 2 ? logits.shape[1] : 0) {
    if (logits.dtype != golden::Dtype::F32 || positions == 0 || vocab == 0)
      throw Error(path + ": tensor 'logits' is not F32 (positions, vocabulary)");
  }
};

/// The files must be about the same tokens; one without tokens is about any.
void check_same_input(const LogitFile& a, const LogitFile& b, const std::string& names) {
  if (a.positions != b.positions || a.vocab != b.vocab)
    throw Error(fmt::format("{}: logits are ({}, {}) and ({}, {})", names, a.positions, a.vocab,
                            b.positions, b.vocab));
  if (a.file.find("tokens") == nullptr || b.file.find("tokens") == nullptr) return;
  const auto first = tokens_of(a.file);
  const auto second = tokens_of(b.file);
  const auto [x, y] = std::ranges::mismatch(first, second);
  if (x != first.end() && y != second.end())
    throw Error(fmt::format("{}: tokens differ at position {}: {} and {}", names, x - first.begin(),
                            *x, *y));
  if (first.size() != second.size())
    throw Error(fmt::format("{}: {} and {} tokens", names, first.size(), second.size()));
}

golden::Comparison compare(const LogitFile& a, const LogitFile& b, const std::string& names) {
  golden::LogitComparison comparison;
  std::vector<float> x(a.vocab), y(a.vocab);
  try {
    for (std::size_t position = 0; position < a.positions; ++position) {
      a.logits.to_f32(position * a.vocab, x);
      b.logits.to_f32(position * a.vocab, y);
      comparison.add(x, y, a.vocab);
    }
    return comparison.result();
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", names, error.what()));
  }
}

void run(const Options& options) {
  const LogitFile a(options.a), b(options.b);
  const std::string names = options.a + ", " + options.b;
  check_same_input(a, b, names);
  const golden::Comparison result = compare(a, b, names);
  if (options.common.json) {
    return print_json({{"a", options.a},
                       {"b", options.b},
                       {"positions", result.positions},
                       {"max_abs", result.max_abs},
                       {"mean_abs", result.mean_abs},
                       {"cosine", result.cosine},
                       {"kl", result.kl},
                       {"top1", result.top1},
                       {"top5", result.top5}});
  }
  fmt::print("positions  {}\nmax_abs    {:.6g}\nmean_abs   {:.6g}\ncosine     {:.9f}\n",
             result.positions, result.max_abs, result.mean_abs, result.cosine);
  fmt::print("kl         {:.4g} nats\ntop1       {:.2f} %\ntop5       {:.2f} %\n", result.kl,
             100 * result.top1, 100 * result.top5);
}

}  // namespace

void add_compare(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = add_command(
      app, "compare", "Measure how the logits of B differ from those of A", options->common);
  command->add_option("a", options->a, "File of `trine logits`, the one to judge by")->required();
  command->add_option("b", options->b, "File of `trine logits` for the same tokens")->required();
  command->callback([options] { run(*options); });
}

}  // namespace trine::tools
