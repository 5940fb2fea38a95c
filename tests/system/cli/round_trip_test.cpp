// SPDX-License-Identifier: Apache-2.0

#include <cstring>
#include <fstream>
#include <span>

#include "golden/checkpoint/safetensors.h"
#include "tests/system/cli/command.h"

using namespace trine;
using namespace trine::test;

TEST_CASE("cli: quantize, info, generate, logits and compare fit together") {
  const Scratch scratch;
  const std::string packed = (scratch / "packed").string();
  const auto made = trine_json({"quantize", kModel, packed, "--depth", "4", "--scales", "v2"});
  CHECK(made["matrices"] == 42);
  CHECK(made["weights"] == 4'718'592);
  CHECK(made["relative_error"].get<double>() < 0.02);
  // Again: a packed model is replaced.
  trine_json({"quantize", kModel, packed, "--depth", "4", "--scales", "v2"});
  CHECK(scratch.names() == std::vector<std::string>{"packed"});

  const auto info = trine_json({"info", packed});
  CHECK(info["valid"] == true);
  CHECK(info["config"]["hidden"] == 256);
  CHECK(info["matrices"].size() == 42);
  CHECK(info["matrices"][0]["depth"] == 4);
  CHECK(info["matrices"][0]["bits_per_weight"].get<double>() == doctest::Approx(6.75));

  const auto greedy = nlohmann::json::parse(read_file(kModel + "/greedy.json"));
  const std::string prompt = greedy["prompt"];
  const auto run = trine_json({"generate", packed, "--prompt", prompt, "-n", "12"});
  CHECK(run["prompt_tokens"] == greedy["prompt_tokens"]);
  CHECK(run["tokens"].size() == 12);
  CHECK(run["equal"].is_null());
  CHECK(run.contains("cycles"));
  for (std::size_t i = 0; i < 12; ++i)
    CHECK(run["tokens"][i] == greedy["greedy_tokens"][run["prompt_tokens"].size() + i]);
  CHECK(greedy["greedy_text"].get<std::string>().starts_with(prompt +
                                                             run["text"].get<std::string>()));
  const Run text = run_trine({"generate", packed, "--prompt", prompt, "-n", "12", "--quiet"});
  CHECK(text.out.starts_with(run["text"].get<std::string>() + "\n"));
  CHECK(text.err.empty());

  const std::string computed = (scratch / "golden").string();
  const std::string reference = (scratch / "reference").string();
  trine_json({"logits", packed, "--prompt", prompt, "--device", "golden", "-o", computed});
  trine_json({"logits", kModel, "--prompt", prompt, "--device", "reference", "-o", reference});
  const golden::Safetensors file(computed);
  CHECK(file.at("logits").shape == std::vector<std::size_t>{9, 2048});
  CHECK(file.at("tokens").dtype == golden::Dtype::I32);
  const auto difference = trine_json({"compare", reference, computed});
  CHECK(difference["positions"] == 9);
  CHECK(difference["kl"].get<double>() < 3e-3);
  CHECK(difference["top5"] == 1.0);
  const auto same = trine_json({"compare", computed, computed});
  CHECK(same["max_abs"] == 0.0);
  CHECK(same["top1"] == 1.0);
}

TEST_CASE(
    "cli: a calibration text changes which errors the scales avoid, the same way every time") {
  const Scratch scratch;
  const std::string text = (scratch / "text").string();
  const std::string valid = read_file(kModel + "/valid.txt");
  std::ofstream(text, std::ios::binary) << valid.substr(valid.size() - 8000);
  const std::string plain = (scratch / "plain").string(),
                    weighted = (scratch / "weighted").string();
  const auto made = trine_json({"quantize", kModel, plain, "--depth", "1"});
  const auto with = trine_json({"quantize", kModel, weighted, "--depth", "1", "--calibrate", text});
  CHECK(made["calibration_tokens"] == 0);
  CHECK(with["calibration_tokens"].get<int>() > 1000);
  CHECK(with["rms_error"].get<double>() > made["rms_error"].get<double>());
  const std::string again = (scratch / "again").string();
  trine_json({"quantize", kModel, again, "--depth", "1", "--calibrate", text});
  const std::string file = "/model.trine.safetensors";
  CHECK(read_file(again + file) == read_file(weighted + file));
  CHECK(read_file(again + file) != read_file(plain + file));
}

TEST_CASE("cli: the reference agrees with the published logits") {
  const Scratch scratch;
  const golden::Safetensors published(kModel + "/logits_a.safetensors");
  const auto& tokens = published.at("tokens");
  std::string list;
  for (std::size_t i = 0; i < tokens.elements(); ++i) {
    std::int32_t token = 0;
    std::memcpy(&token, tokens.bytes.data() + 4 * i, 4);
    if (i > 0) list += ',';
    list += std::to_string(token);
  }
  const std::string out = (scratch / "logits").string();
  trine_json({"logits", kModel, "--tokens", list, "--device", "reference", "-o", out});
  const auto difference = trine_json({"compare", kModel + "/logits_a.safetensors", out});
  CHECK(difference["top1"] == 1.0);
  CHECK(difference["kl"].get<double>() < 1e-7);
}

TEST_CASE("cli: sampling repeats with its seed and changes with another") {
  const auto sample = [](const char* seed) {
    return trine_json({"generate", kModel, "--prompt", "And the", "-n", "16", "--device",
                       "reference", "--temperature", "1.2", "--top-k", "50", "--top-p", "0.95",
                       "--seed", seed})["tokens"];
  };
  CHECK(sample("5") == sample("5"));
  CHECK(sample("5") != sample("6"));
}

TEST_CASE("cli: perplexity counts the tokens asked for, whole windows or not") {
  const std::string file = kModel + "/valid_tokens.safetensors";
  const auto measure = [&](std::vector<std::string> more) {
    more.insert(more.begin(),
                {"perplexity", kModel, "--device", "reference", "--tokens-file", file});
    return trine_json(more);
  };
  const auto whole = measure({"--limit", "512"});
  CHECK(whole["tokens"] == 512);
  CHECK(whole["perplexity"].get<double>() == doctest::Approx(14.5).epsilon(0.5));
  const auto first = measure({"--limit", "64", "--window", "64"});
  const auto cut = measure({"--limit", "100", "--window", "64"});
  const auto alone = measure({"--limit", "36", "--window", "36"});
  CHECK(cut["tokens"] == 100);
  CHECK(first["tokens"] == 64);
  CHECK(alone["tokens"] == 36);
}

TEST_CASE("cli: a packed model becomes a checkpoint that every command takes") {
  const Scratch scratch;
  const std::string packed = packed_model(scratch), out = (scratch / "f16").string();
  const auto made = trine_json({"dequantize", packed, out});
  CHECK(made["matrices"] == 42);
  CHECK(made["weights"] == 4'718'592);
  CHECK(made["shards"] == 1);
  CHECK(made["kept_f16"] == 0);
  const std::string a = (scratch / "a").string(), b = (scratch / "b").string();
  trine_json({"logits", packed, "--prompt", "And God", "--device", "reference", "-o", a});
  trine_json({"logits", out, "--prompt", "And God", "--device", "reference", "-o", b});
  CHECK(trine_json({"compare", a, b})["kl"].get<double>() < 1e-4);  // Weights of 11 bits.
  check_fails({"dequantize", packed, out}, 1, {out, "not empty"});
  check_fails({"dequantize", kModel, (scratch / "x").string()}, 1, {"model.trine.safetensors"});
  check_fails({"dequantize", packed, (scratch / "x").string(), "--dtype", "f8"}, 2, {"--dtype"});
  CHECK(scratch.names().size() == 4);
}

TEST_CASE("cli: import finds the packed model in its checkpoint, and refuses another") {
  const Scratch scratch;
  const std::string packed = packed_model(scratch), plain = (scratch / "bf16").string();
  const std::string out = (scratch / "imported").string();
  trine_json({"dequantize", packed, plain, "--dtype", "bf16"});
  const auto made = trine_json({"import", plain, out});
  CHECK(made["differing"] == 0);
  CHECK(made["weights"] == 4'718'592);
  REQUIRE(made["matrices"].size() == 42);
  for (const auto& matrix : made["matrices"]) {
    CHECK(matrix["depth"] == 4);
    CHECK(matrix["codebook"].size() == 27);
    CHECK(matrix["log_spaced"] == true);
    CHECK(matrix["evidence"].is_null());
  }
  CHECK(trine_json({"info", out})["valid"] == true);
  const Run text = run_trine({"import", plain, out, "--quiet"});
  CHECK(text.code == 0);
  CHECK(text.out.find("42 matrices, 4718592 weights, 0 differ") != std::string::npos);
  check_fails({"import", kModel, (scratch / "x").string(), "--quiet"}, 1,
              {"model.layers.0.self_attn.q_proj.weight", "row 0", "not levels up to 40"});
  CHECK(scratch.names().size() == 3);
  const auto lossy = trine_json({"import", kModel, (scratch / "x").string(), "--lossy"});
  CHECK(lossy["differing"].get<int>() > 4'000'000);
  CHECK(lossy["matrices"][0]["rms_error"].get<double>() > 0);
}

TEST_CASE("cli: depths by rules and by bits") {
  const Scratch scratch;
  const std::string out = (scratch / "packed").string(), rules = (scratch / "rules").string();
  std::ofstream(rules) << R"({"*.mlp.*": 3, "model.layers.1.mlp.up_proj.weight": 1})";
  const auto by_rules = trine_json({"quantize", kModel, out, "--scales", "v2", "--depth", "2",
                                    "--depths", rules, "--matrix-depth", "*.layers.0.mlp.*=3"});
  CHECK(by_rules["matrices_of_depth"] ==
        nlohmann::json({{"1", 1}, {"2", 24}, {"3", 17}, {"4", 0}}));
  CHECK(by_rules["resumed"] == 0);
  const auto by_bits = trine_json({"quantize", kModel, out, "--scales", "v2", "--bits", "3"});
  CHECK(by_bits["bits_per_weight"].get<double>() <= 3);
  CHECK(by_bits["bits_per_weight"].get<double>() > 2.9);
  check_fails({"quantize", kModel, out, "--bits", "3", "--depth", "2"}, 2, {"--bits", "--depth"});
  check_fails({"quantize", kModel, out, "--bits", "1.5"}, 1, {"1.5 bits", "1.9375"});
  std::ofstream(rules) << R"({"*.mlp.*": 5})";
  check_fails({"quantize", kModel, out, "--depths", rules}, 1, {rules, "depth of 1 to 4"});
  CHECK(scratch.names() == std::vector<std::string>{"packed", "rules"});
}
