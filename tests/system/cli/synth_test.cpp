// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>
#include <span>

#include "golden/checkpoint/safetensors.h"
#include "tests/system/cli/command.h"

using namespace trine;
using namespace trine::test;

namespace {

std::string synth(const Scratch& scratch, const std::string& name,
                  const std::vector<std::string>& more = {}) {
  const std::string out = (scratch / name).string();
  std::vector<std::string> arguments = {"synth", "--preset", "tiny", out};
  arguments.insert(arguments.end(), more.begin(), more.end());
  trine_json(arguments);
  return out;
}

std::string weights_of(const std::string& model) {
  return read_file(fs::path(model) / "model.trine.safetensors");
}

/// Logits of every position, (positions, vocab).
std::vector<float> logits_of(const std::string& path, std::size_t& vocab) {
  const golden::Safetensors file(path);
  const golden::Tensor& tensor = file.at("logits");
  vocab = tensor.shape[1];
  return tensor.to_f32();
}

}  // namespace

TEST_CASE("cli synth: the same options give the same bytes, others give others") {
  const Scratch scratch;
  const std::string model = weights_of(synth(scratch, "a", {"--seed", "7"}));
  CHECK(weights_of(synth(scratch, "a", {"--seed", "7"})) == model);  // Replaced.
  CHECK(scratch.names() == std::vector<std::string>{"a"});
  CHECK(weights_of(synth(scratch, "b", {"--seed", "8"})) != model);
}

TEST_CASE("cli synth: every depth is a valid model") {
  const Scratch scratch;
  for (const std::string depth : {"1", "2", "3", "4"}) {
    const std::string model = synth(scratch, "d" + depth, {"--depth", depth, "--layers", "2"});
    const auto info = trine_json({"info", model});
    CHECK(info["valid"] == true);
    CHECK(info["config"]["layers"] == 2);
    CHECK(info["matrices"].size() == 14);
    CHECK(std::to_string(info["matrices"][0]["depth"].get<unsigned>()) == depth);
  }
}

TEST_CASE("cli synth: logits are finite, spread like trained ones and differ by position") {
  const Scratch scratch;
  const std::string model = synth(scratch, "model");
  for (const std::string device : {"reference", "golden"}) {
    CAPTURE(device);
    const std::string out = (scratch / device).string();
    trine_json({"logits", model, "--tokens", "1,2,3,2047,5", "--device", device, "-o", out});
    std::size_t vocab = 0;
    const std::vector<float> logits = logits_of(out, vocab);
    CHECK(vocab == 2048);
    std::set<std::ptrdiff_t> best;
    for (std::size_t at = 0; at < logits.size(); at += vocab) {
      const auto row = std::span(logits).subspan(at, vocab);
      double mean = 0, square = 0;
      for (const float v : row) {
        REQUIRE(std::isfinite(v));
        mean += v / static_cast<double>(vocab);
        square += double{v} * v / static_cast<double>(vocab);
      }
      const double deviation = std::sqrt(square - mean * mean);
      CHECK(deviation > 0.5);
      CHECK(deviation < 8);
      best.insert(std::ranges::max_element(row) - row.begin());
    }
    CHECK(best.size() >= 3);
  }
  const auto difference =
      trine_json({"compare", (scratch / "reference").string(), (scratch / "golden").string()});
  CHECK(difference["kl"].get<double>() < 1e-3);
}

TEST_CASE("cli synth: without a tokenizer a model takes and gives token numbers") {
  const Scratch scratch;
  const std::string model = synth(scratch, "model");
  const auto run = trine_json({"generate", model, "--tokens", "5,6", "-n", "3"});
  CHECK(run["tokens"].size() == 3);
  CHECK(run["text"].is_null());
  const Run text = run_trine({"generate", model, "--tokens", "5,6", "-n", "3", "--quiet"});
  CHECK(text.out.starts_with(std::to_string(run["tokens"][0].get<int>()) + " " +
                             std::to_string(run["tokens"][1].get<int>()) + " "));
  check_fails({"generate", model, "--prompt", "Once", "-n", "3"}, 1, {model, "tokenizer.json"});
}

TEST_CASE("cli synth: refuses a place that holds something else, and unknown presets") {
  const Scratch scratch;
  std::ofstream(scratch / "note") << "mine";
  check_fails({"synth", "--preset", "tiny", scratch / "note"}, 1, {"not a directory"});
  check_fails({"synth", "--preset", "huge", scratch / "x"}, 2, {"--preset"});
  check_fails({"synth", scratch / "x"}, 2, {"--preset"});
  CHECK(scratch.names() == std::vector<std::string>{"note"});
}
