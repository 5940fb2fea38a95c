// SPDX-License-Identifier: Apache-2.0

#include "golden/checkpoint/config.h"

#include <cmath>

#include "golden/checkpoint/generation_config.h"
#include "tests/golden/family_cases.h"
#include "tests/golden/format_fixture.h"

using namespace trine;
using namespace trine::golden;
using nlohmann::json;

namespace {

/// The config.json of a checkpoint in tests/models/families.
json config_of(const std::string& name) {
  return json::parse(std::ifstream(FamilyCase(name).directory / "config.json"));
}

json changed(json config, const char* key, const json& value) {
  config[key] = value;
  return config;
}

json without(json config, const char* key) {
  config.erase(key);
  return config;
}

ModelConfig parsed(const json& config) {
  return parse_config(config.dump(), "c");
}

/// The error must name the file and all of `parts`.
void refused(const json& config, std::initializer_list<std::string> parts) {
  CAPTURE(config.dump());
  check_error([&] { parse_config(config.dump(), "some/config.json"); }, {"some/config.json"});
  check_error([&] { parse_config(config.dump(), "some/config.json"); }, parts);
}

json yarn(const json& more = json::object()) {
  json rope = {{"rope_type", "yarn"}, {"factor", 4.0}, {"original_max_position_embeddings", 64}};
  rope.update(more);
  return rope;
}

json llama3(const json& more = json::object()) {
  json rope = {{"rope_type", "llama3"},
               {"factor", 8.0},
               {"low_freq_factor", 1.0},
               {"high_freq_factor", 4.0},
               {"original_max_position_embeddings", 64}};
  rope.update(more);
  return rope;
}

}  // namespace

TEST_CASE("config: reads the shipped model and both spellings of the optional fields") {
  const ModelConfig kjv = read_config(TRINE_SOURCE_DIR "/models/kjv/config.json");
  CHECK(kjv.hidden == 256);
  CHECK(kjv.intermediate == 768);
  CHECK(kjv.layers == 6);
  CHECK(kjv.head_dim == 128);
  CHECK(kjv.kv_dim() == 128);
  CHECK(kjv.tied_head);
  CHECK(kjv.eos_token == std::vector<std::int64_t>{2047});
  auto config = tiny_config(true);
  CHECK(parse_config(config.dump(), "c").eos_token == std::vector<std::int64_t>{3, 4});
  CHECK(parse_config(config.dump(), "c").rope.theta == 10000.0);
  config.erase("rope_theta");
  config["rope_parameters"] = {{"rope_type", "default"}, {"rope_theta", 5.0}};
  config["eos_token_id"] = nullptr;
  config.erase("tie_word_embeddings");
  CHECK(parse_config(config.dump(), "c").rope.theta == 5.0);
  CHECK(parse_config(config.dump(), "c").eos_token.empty());
  CHECK_FALSE(parse_config(config.dump(), "c").tied_head);
}

TEST_CASE("config: refuses what the machine does not do, naming file and field") {
  const auto refused = [](const char* key, const json& value) {
    auto config = tiny_config(true);
    config.erase("head_dim");
    config[key] = value;
    CAPTURE(config.dump());
    check_error([&] { parse_config(config.dump(), "some/config.json"); },
                {"some/config.json", key});
  };
  refused("architectures", {"LlamaForCausalLM"});
  refused("architectures", "Qwen2ForCausalLM");
  refused("model_type", "llama");
  refused("hidden_act", "gelu");
  refused("use_sliding_window", true);
  refused("use_sliding_window", 1);
  refused("rope_scaling", {{"type", "yarn"}});
  refused("quantization_config", {{"bits", 4}});
  refused("num_attention_heads", 3);
  refused("num_attention_heads", 32);
  refused("num_key_value_heads", 3);
  refused("head_dim", 7);
  for (const char* key : {"hidden_size", "intermediate_size", "num_hidden_layers",
                          "num_attention_heads", "num_key_value_heads", "vocab_size",
                          "max_position_embeddings", "rms_norm_eps", "rope_theta"}) {
    refused(key, nullptr);
    refused(key, "8");
    refused(key, -8);
    refused(key, 0);
  }
  refused("hidden_size", 1u << 25);
  refused("eos_token_id", 11);
  refused("eos_token_id", {1, -1});
  refused("eos_token_id", "x");
  refused("tie_word_embeddings", "yes");
  check_error([] { parse_config("[]", "c"); }, {"c: must be a JSON object"});
  check_error([] { parse_config(R"({"a":1,"a":2})", "c"); }, {"c: duplicate name 'a'"});
  check_error([] { read_config("/nowhere/config.json"); }, {"/nowhere/config.json"});
}

TEST_CASE("config: the family is what architectures or model_type says, and both agree") {
  for (const std::string& name : family_names()) {
    CAPTURE(name);
    const json config = config_of(name);
    const ModelConfig both = parsed(config);
    CHECK(both.family->model_type == config["model_type"]);
    CHECK(both.family->architecture == config["architectures"][0]);
    CHECK(parsed(without(config, "architectures")).family == both.family);
    CHECK(parsed(changed(config, "architectures", nullptr)).family == both.family);
    CHECK(parsed(without(config, "model_type")).family == both.family);
    std::string base(both.family->architecture);
    base.replace(base.find("ForCausalLM"), std::string::npos, "Model");
    CHECK(parsed(changed(config, "architectures", {base})).family == both.family);
  }
  const json qwen3 = config_of("qwen3");
  refused(changed(qwen3, "model_type", "llama"),
          {"'model_type'", "contradicts", "Qwen3ForCausalLM", "it is \"llama\""});
  refused(changed(qwen3, "model_type", "gpt2"), {"'model_type'", "\"mistral\"", "\"gpt2\""});
  refused(changed(qwen3, "architectures", {"Qwen3MoeForCausalLM"}),
          {"'architectures'", "\"Qwen3ForCausalLM\"", "Qwen3MoeForCausalLM"});
  refused(without(without(qwen3, "model_type"), "architectures"),
          {"'architectures' is missing", "'model_type'"});
}

TEST_CASE("config: what is nested deeper than any file has a reason to is refused") {
  // Comparing and printing a value call themselves for each level.
  const auto nested = [](std::size_t levels) {
    return "{\"a\":" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
  };
  check_error([&] { parse_config(nested(100), "c"); }, {"c: 'architectures' is missing"});
  for (const std::size_t levels : {std::size_t{101}, std::size_t{200'000}}) {
    CAPTURE(levels);
    check_error([&] { parse_config(nested(levels), "c"); },
                {"c: is nested deeper than 100 levels"});
  }
  std::string objects = "1";
  for (int i = 0; i < 101; ++i) objects = "{\"a\":" + objects + "}";
  check_error([&] { parse_config(objects, "c"); }, {"c: is nested deeper than 100 levels"});
}

TEST_CASE("config: heads may be wider than the residual stream, and have a default per family") {
  const ModelConfig wide = parsed(config_of("qwen2_head_dim"));
  CHECK(wide.hidden == 64);
  CHECK(wide.head_dim == 64);
  CHECK(wide.q_dim() == 256);
  CHECK(wide.kv_dim() == 128);
  CHECK(weight_shape(wide, Linear::O).cols == 256);
  CHECK(parsed(without(config_of("qwen2_head_dim"), "head_dim")).head_dim == 16);
  CHECK(parsed(changed(config_of("llama"), "head_dim", nullptr)).head_dim == 32);
  CHECK(parsed(without(config_of("qwen3"), "head_dim")).head_dim == 128);
  CHECK(parsed(without(config_of("llama"), "num_key_value_heads")).kv_heads == 4);
  refused(without(config_of("qwen3"), "num_key_value_heads"), {"'num_key_value_heads' is missing"});
  refused(changed(config_of("qwen3"), "head_dim", 33), {"'head_dim'", "even", "33"});
  refused(changed(config_of("qwen3"), "head_dim", 1 << 24), {"'num_attention_heads'", "16777216"});
  refused(changed(without(config_of("llama"), "head_dim"), "num_attention_heads", 3),
          {"'num_attention_heads'", "hidden_size 128", "3"});
}

TEST_CASE("config: what the machine does not compute is refused by name") {
  const json llama = config_of("llama"), qwen3 = config_of("qwen3"),
             qwen2 = config_of("qwen2_yarn");
  const json mistral = config_of("mistral");
  refused(changed(llama, "attention_bias", true), {"'attention_bias'", "must be false", "true"});
  refused(changed(llama, "mlp_bias", true), {"'mlp_bias'", "must be false", "true"});
  refused(changed(qwen3, "attention_bias", true), {"'attention_bias'", "must be false", "true"});
  refused(changed(qwen3, "use_sliding_window", true), {"'use_sliding_window'", "must be false"});
  refused(changed(mistral, "attention_bias", true), {"'attention_bias'", "must be false"});
  refused(changed(mistral, "sliding_window", 4096), {"'sliding_window'", "must be null", "4096"});
  refused(without(mistral, "sliding_window"), {"'sliding_window'", "missing", "window of 4096"});
  refused(changed(llama, "hidden_act", "gelu"), {"'hidden_act'", "\"silu\"", "\"gelu\""});
  refused(changed(qwen2, "layer_types", {"full_attention", "sliding_attention"}),
          {"'layer_types'", "\"sliding_attention\""});
  refused(changed(qwen2, "layer_types", {"full_attention"}), {"'layer_types'", "2"});
  refused(changed(qwen2, "layer_types", "full_attention"), {"'layer_types'", "list"});
  refused(changed(llama, "partial_rotary_factor", 0.5), {"'partial_rotary_factor'", "0.5"});
  const auto quantized = [&](const json& value, const char* method) {
    refused(changed(llama, "quantization_config", value),
            {"'quantization_config'", std::string("quantized") + method});
  };
  quantized({{"bits", 4}}, ": give");
  quantized({{"bits", 4}, {"quant_method", "gptq"}}, " with GPTQ: give");
  quantized({{"quant_method", "awq"}}, " with AWQ: give");
  quantized({{"quant_method", "bitsandbytes"}}, " with bitsandbytes: give");
  quantized({{"load_in_4bit", true}}, " with bitsandbytes: give");
  // Without effect: these are accepted.
  CHECK_NOTHROW(parsed(changed(llama, "attention_bias", nullptr)));
  CHECK_NOTHROW(parsed(changed(qwen2, "sliding_window", 32768)));
  CHECK_NOTHROW(parsed(changed(llama, "partial_rotary_factor", 1.0)));
}

TEST_CASE("config: the rotation in both spellings") {
  const json llama = without(config_of("llama"), "rope_parameters");
  CHECK(parsed(llama).rope.theta == 10000);  // The family's.
  const json old = changed(llama, "rope_theta", 5e5);
  CHECK(parsed(old).rope.theta == 5e5);
  for (const json& scaling :
       {json(nullptr), json{{"rope_type", "default"}}, json{{"type", "default"}}, json::object()}) {
    CAPTURE(scaling.dump());
    for (const char* key : {"rope_scaling", "rope_parameters"}) {
      const RopeConfig rope = parsed(changed(old, key, scaling)).rope;
      CHECK(rope.type == RopeType::Default);
      CHECK(rope.theta == 5e5);
    }
  }
  // Both may be there when they say the same.
  CHECK(parsed(changed(changed(old, "rope_scaling", llama3()), "rope_parameters", llama3()))
            .rope.type == RopeType::Llama3);
  CHECK(parsed(changed(old, "rope_parameters", {{"rope_theta", 5e5}})).rope.theta == 5e5);
  const json both = changed(changed(old, "rope_scaling", {{"rope_type", "default"}}),
                            "rope_parameters", {{"rope_theta", 5e5}, {"type", nullptr}});
  CHECK(parsed(both).rope.theta == 5e5);  // Written otherwise, and the same.
  CHECK(parsed(without(both, "rope_theta")).rope.theta == 5e5);

  const RopeConfig scaled = parsed(changed(old, "rope_scaling", llama3())).rope;
  CHECK(scaled.type == RopeType::Llama3);
  CHECK(scaled.factor == 8);
  CHECK(scaled.original_positions == 64);
  CHECK(scaled.high_freq_factor == 4);
  const RopeConfig published =
      parsed(changed(old, "rope_scaling",
                     {{"type", "yarn"}, {"factor", 4.0}, {"original_max_position_embeddings", 64}}))
          .rope;
  CHECK(published.type == RopeType::Yarn);
  CHECK(published.beta_fast == 32);
  CHECK(published.beta_slow == 1);
  CHECK(published.truncate);
  CHECK_FALSE(published.attention_factor.has_value());
  json bare = yarn();
  bare.erase("original_max_position_embeddings");
  CHECK(parsed(changed(old, "rope_scaling", bare)).rope.original_positions == 512);
}

TEST_CASE("config: a rotation that is not described, or contradicts itself, is refused by name") {
  const json old = changed(without(config_of("llama"), "rope_parameters"), "rope_theta", 5e5);
  const auto bad = [&](const json& scaling, std::initializer_list<std::string> parts) {
    refused(changed(old, "rope_scaling", scaling), parts);
  };
  bad({{"rope_type", "linear"}, {"factor", 2.0}}, {"'rope_scaling.rope_type'", "\"linear\""});
  bad({{"rope_type", 3}}, {"'rope_scaling.rope_type'", "3"});
  bad({{"type", "dynamic"}}, {"'rope_scaling.type'", "\"dynamic\""});
  bad({{"type", "yarn"}, {"rope_type", "llama3"}}, {"'rope_scaling.type'", "contradicts"});
  bad("yarn", {"'rope_scaling'", "object"});
  bad(yarn({{"factor", nullptr}}), {"'rope_scaling.factor' is missing"});
  bad(yarn({{"factor", 0.5}}), {"'rope_scaling.factor'", "at least 1", "0.5"});
  bad(yarn({{"beta_fast", 1}}), {"'rope_scaling.beta_fast'", "beta_slow"});
  bad(yarn({{"attention_factor", -1}}), {"'rope_scaling.attention_factor'", "positive"});
  bad(yarn({{"low_freq_factor", 1}}), {"'rope_scaling.low_freq_factor'", "not supported"});
  bad(llama3({{"high_freq_factor", 1.0}}), {"'rope_scaling.high_freq_factor'", "above"});
  bad(llama3({{"original_max_position_embeddings", nullptr}}),
      {"'rope_scaling.original_max_position_embeddings' is missing"});
  bad(llama3({{"rope_theta", 1e4}}), {"'rope_theta'", "contradicts", "500000"});
  bad({{"rope_type", "default"}, {"factor", 2.0}}, {"'rope_scaling.factor'", "not supported"});
  refused(changed(changed(old, "rope_scaling", yarn()), "rope_parameters", llama3()),
          {"'rope_scaling'", "contradicts 'rope_parameters' {", "\"llama3\"", "\"yarn\""});
  refused(changed(old, "rope_parameters", {{"rope_theta", 1e4}}),
          {"'rope_parameters.rope_theta' contradicts 'rope_theta'", "500000.0", "10000.0"});
  refused(changed(old, "rope_theta", -1), {"'rope_theta'", "positive", "-1"});
  refused(without(without(config_of("qwen3"), "rope_parameters"), "rope_theta"),
          {"'rope_theta' is missing"});
}

TEST_CASE("rope: the default is position * theta^(-2i / head_dim)") {
  const Rope rope({.theta = 1e6}, 128);
  CHECK(rope.attention_factor() == 1);
  for (const std::uint64_t position : {0u, 1u, 777u, 32767u}) {
    const auto row = rope.row(position);
    REQUIRE(row.size() == 128);
    for (std::size_t i = 0; i < 64; ++i) {
      const double angle =
          static_cast<double>(position) * std::pow(1e6, -2.0 * static_cast<double>(i) / 128);
      CHECK(row[i] == static_cast<float>(std::cos(angle)));
      CHECK(row[64 + i] == static_cast<float>(std::sin(angle)));
    }
  }
}

TEST_CASE("rope: llama3 keeps fast pairs, divides slow ones and mixes between") {
  const RopeConfig config{
      .type = RopeType::Llama3, .theta = 5e5, .factor = 32, .original_positions = 8192};
  const Rope rope(config, 128), plain({.theta = 5e5}, 128);
  std::size_t kept = 0, divided = 0, mixed = 0;
  for (std::size_t i = 0; i < 64; ++i) {
    const double f = plain.frequencies()[i], turns = 8192 * f / (2 * std::acos(-1.0));
    const double ratio = f / rope.frequencies()[i];
    if (turns >= 4) {
      ++kept;
      CHECK(ratio == 1);
    } else if (turns <= 1) {
      ++divided;
      CHECK(ratio == 32);
    } else {
      ++mixed;
      CHECK(1 / ratio == doctest::Approx((turns - 1) / 3 + (4 - turns) / 3 / 32));
    }
  }
  CHECK(kept == 29);
  CHECK(mixed == 6);
  CHECK(divided == 29);
  CHECK(rope.attention_factor() == 1);
}

TEST_CASE("rope: yarn's ramp in the index of the pair, and its attention factor") {
  RopeConfig config{.type = RopeType::Yarn, .theta = 1e6, .factor = 4, .original_positions = 32768};
  const Rope rope(config, 128), plain({.theta = 1e6}, 128);
  // 128 ln(32768 / (32 * 2 pi)) / (2 ln 1e6) = 23.59; with 1 in place of 32: 39.65.
  for (std::size_t i = 0; i < 64; ++i) {
    CAPTURE(i);
    const double divided = std::clamp((static_cast<double>(i) - 23) / (40 - 23), 0.0, 1.0);
    CHECK(rope.frequencies()[i] / plain.frequencies()[i] ==
          doctest::Approx(1 - divided + divided / 4));
  }
  CHECK(rope.attention_factor() == doctest::Approx(0.1 * std::log(4) + 1));
  const auto row = rope.row(0);
  CHECK(row[0] == static_cast<float>(rope.attention_factor()));
  CHECK(row[64] == 0);
  config.mscale = 0.5;
  CHECK(Rope(config, 128).attention_factor() == rope.attention_factor());
  config.mscale_all_dim = 1;
  CHECK(Rope(config, 128).attention_factor() ==
        doctest::Approx((0.05 * std::log(4) + 1) / (0.1 * std::log(4) + 1)));
  config.attention_factor = 2;
  CHECK(Rope(config, 128).attention_factor() == 2);
  // 8 ln(32768 / (5000 * 2 pi)) / (2 ln 100) = 0.04; with 1 in place of 5000: 7.44, rounded up 8,
  // beyond the last index of a head.
  const RopeConfig slow{.type = RopeType::Yarn,
                        .theta = 100,
                        .factor = 4,
                        .original_positions = 32768,
                        .beta_fast = 5000};
  for (std::size_t i = 0; i < 4; ++i) {
    const double divided = static_cast<double>(i) / 7;
    CHECK(Rope(slow, 8).frequencies()[i] / Rope({.theta = 100}, 8).frequencies()[i] ==
          doctest::Approx(1 - divided + divided / 4));
  }
  config.truncate = false;
  CHECK(Rope(config, 128).frequencies()[23] == plain.frequencies()[23]);
  CHECK(Rope(config, 128).frequencies()[24] != rope.frequencies()[24]);
}

TEST_CASE("generation config: what is stated, what asks for nothing and what is not done here") {
  const GenerationConfig stated = parse_generation_config(
      R"({"eos_token_id": [2, 5], "do_sample": true, "temperature": 0, "top_p": 1, "top_k": 0,
          "repetition_penalty": 1.5, "num_beams": 1, "min_p": 0.0, "bad_words_ids": [],
          "suppress_tokens": null, "num_beam_groups": 2, "stop_strings": ["x"], "cache": "any"})",
      "g", 6);
  CHECK(stated.eos_token == std::vector<std::int64_t>{2, 5});
  CHECK(stated.sample);
  CHECK(stated.temperature == 0.0);
  CHECK(stated.top_p == 1.0);
  CHECK(stated.repetition_penalty == 1.5);
  CHECK(stated.top_k == 0u);
  CHECK(stated.ignored == std::vector<std::string>{"num_beam_groups", "stop_strings"});
  const TempDir dir;
  for (const GenerationConfig& none :
       {parse_generation_config("{}", "g", 6), read_generation_config(dir.path(), 6)}) {
    CHECK(none.eos_token.empty());
    CHECK_FALSE(none.sample);
    CHECK_FALSE((none.temperature || none.top_p || none.repetition_penalty || none.top_k));
    CHECK(none.ignored.empty());
  }
  spill(dir / kGenerationFile, R"({"eos_token_id": 4})");
  const GenerationConfig file = read_generation_config(dir.path(), 6);
  CHECK(all_end_tokens({3, 5}, file) == std::vector<std::int64_t>{3, 5, 4});
  CHECK(all_end_tokens({4}, file) == std::vector<std::int64_t>{4});
}

TEST_CASE("generation config: values out of range are refused with key and value") {
  const auto refused = [](const std::string& text, const std::string& message) {
    CHECK_THROWS_WITH_AS(parse_generation_config(text, "g", 6), ("g: " + message).c_str(), Error);
  };
  refused("[1]", "must be a JSON object");
  for (const char* value : {"-0.5", "1000001", "\"hot\""})
    refused(std::string("{\"temperature\": ") + value + "}",
            std::string("'temperature' must be a number from 0 to 1000000, it is ") + value);
  for (const char* value : {"0", "1.5"})
    refused(std::string("{\"top_p\": ") + value + "}",
            std::string("'top_p' must be above 0 and at most 1, it is ") + value);
  refused(R"({"repetition_penalty": 0})",
          "'repetition_penalty' must be a positive number, it is 0");
  for (const char* value : {"-1", "2.5", "\"5\""})
    refused(std::string("{\"top_k\": ") + value + "}",
            std::string("'top_k' must be a whole number from 0, it is ") + value);
  refused(R"({"do_sample": 1})", "'do_sample' must be true or false, it is 1");
  refused(R"({"eos_token_id": [5, 6]})",
          "'eos_token_id' must be a token or a list of tokens of the vocabulary, it is [5,6]");
}
