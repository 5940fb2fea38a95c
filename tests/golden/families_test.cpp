// SPDX-License-Identifier: Apache-2.0

#include "golden/families/families.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "golden/reference/fp32_linears.h"
#include "golden/reference/metrics.h"
#include "golden/reference/reference_model.h"
#include "golden/reference/sampler.h"
#include "tests/golden/family_cases.h"
#include "tests/golden/format_fixture.h"

using namespace trine;
using namespace trine::golden;

namespace {

struct Reference {
  Checkpoint checkpoint;
  Backbone backbone{checkpoint};
  Fp32Linears linears{checkpoint, 2};
  ReferenceModel model{backbone, linears, 2};

  explicit Reference(const std::filesystem::path& directory) : checkpoint(directory) {}
};

/// The last positions of `values` that `expected` is about.
std::span<const float> tail(std::span<const float> values, const std::vector<float>& expected) {
  return values.last(expected.size());
}

}  // namespace

TEST_CASE("families: every description is complete, and its names are its own") {
  std::set<std::string_view> types, architectures;
  for (const Family* family : families()) {
    CAPTURE(family->model_type);
    CHECK(types.insert(family->model_type).second);
    CHECK(architectures.insert(family->architecture).second);
    CHECK(family_of_type(family->model_type) == family);
    CHECK(family_of_architecture(family->architecture) == family);
    std::set<Linear> linears;
    std::set<std::string_view> names = {family->embedding, family->head, family->final_norm};
    for (const MatrixRule& rule : family->matrices) {
      CHECK(linears.insert(rule.linear).second);
      CHECK(names.insert(rule.name).second);
    }
    std::set<Vector> vectors;
    for (const VectorRule& rule : family->vectors) {
      CHECK(vectors.insert(rule.vector).second);
      CHECK(names.insert(rule.name).second);
    }
    CHECK(names.size() == 3 + std::size(kLinears) + family->vectors.size());
    CHECK(vectors.contains(Vector::InputNorm));
    CHECK(vectors.contains(Vector::PostAttentionNorm));
    for (const FixedKey& fixed : family->fixed) CHECK(nlohmann::json::accept(fixed.json));
  }
  CHECK(family_of_type("gpt2") == nullptr);
  CHECK(family_of_architecture("") == nullptr);
}

TEST_CASE("families: the library's logits are met within 1e-4, its greedy tokens exactly") {
  const auto names = family_names();
  CHECK(names.size() == 9);
  std::set<const Family*> seen;
  for (const std::string& name : names) {
    CAPTURE(name);
    const FamilyCase expected(name);
    Reference reference(expected.directory);
    const std::size_t vocab = reference.model.config().vocab;
    seen.insert(reference.model.config().family);
    const auto logits = reference.model.forward(expected.tokens);
    const Comparison c = compare_logits(expected.logits, tail(logits, expected.logits), vocab);
    MESSAGE(name, ": largest difference ", c.max_abs, " over ", c.positions, " positions");
    CHECK(c.max_abs < 1e-4);
    CHECK(c.top1 == 1.0);

    reference.model.reset();
    std::vector<std::int32_t> generated;
    auto last = reference.model.forward(expected.prompt, Logits::Last);
    while (generated.size() < expected.generated.size()) {
      generated.push_back(argmax(last));
      last = reference.model.forward(generated.back());
    }
    CHECK(generated == expected.generated);
  }
  CHECK(seen.size() == families().size());
}
