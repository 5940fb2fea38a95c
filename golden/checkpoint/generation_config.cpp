// SPDX-License-Identifier: Apache-2.0

#include "golden/checkpoint/generation_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "golden/checkpoint/config_fields.h"
#include "golden/checkpoint/json.h"
#include "golden/error.h"

namespace trine::golden {
namespace {

using nlohmann::json;

/// Keys that change which tokens come, with the value that changes nothing. A list without
/// elements and a null ask for nothing either.
struct NeutralKey {
  const char *key, *json;
};
constexpr NeutralKey kNeutral[] = {
    {"num_beams", "1"},
    {"num_beam_groups", "1"},
    {"min_p", "0"},
    {"typical_p", "1"},
    {"epsilon_cutoff", "0"},
    {"eta_cutoff", "0"},
    {"penalty_alpha", "0"},
    {"no_repeat_ngram_size", "0"},
    {"encoder_no_repeat_ngram_size", "0"},
    {"encoder_repetition_penalty", "1"},
    {"min_length", "0"},
    {"min_new_tokens", "0"},
    {"bad_words_ids", "null"},
    {"force_words_ids", "null"},
    {"suppress_tokens", "null"},
    {"begin_suppress_tokens", "null"},
    {"forced_bos_token_id", "null"},
    {"forced_eos_token_id", "null"},
    {"sequence_bias", "null"},
    {"guidance_scale", "1"},
    {"stop_strings", "null"},
};

std::vector<std::string> ignored_keys(const ConfigFields& fields) {
  std::vector<std::string> ignored;
  for (const NeutralKey& neutral : kNeutral) {
    const json* value = fields.find(neutral.key);
    if (value == nullptr || *value == json::parse(neutral.json)) continue;
    if (value->is_structured() && value->empty()) continue;
    ignored.emplace_back(neutral.key);
  }
  return ignored;
}

std::optional<double> number(const ConfigFields& fields, const char* key, double most, bool zero,
                             const char* why) {
  const json* value = fields.find(key);
  if (value == nullptr) return std::nullopt;
  const double found = value->is_number() ? value->get<double>() : -1;
  if (!std::isfinite(found) || found > most || !(found > 0 || (zero && found == 0)))
    fields.refuse(key, why);
  return found;
}

std::optional<std::size_t> count(const ConfigFields& fields, const char* key) {
  const json* value = fields.find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number_unsigned()) fields.refuse(key, "must be a whole number from 0");
  return value->get<std::size_t>();
}

}  // namespace

GenerationConfig parse_generation_config(const std::string& json_text, const std::string& where,
                                         std::size_t vocab) {
  constexpr double kMost = 1e6;
  const json object = parse_json(json_text, where);
  if (!object.is_object()) throw Error(fmt::format("{}: must be a JSON object", where));
  const ConfigFields fields(object, where);
  return {.eos_token = fields.tokens("eos_token_id", vocab),
          .sample = fields.flag("do_sample", false),
          .temperature =
              number(fields, "temperature", kMost, true, "must be a number from 0 to 1000000"),
          .top_p = number(fields, "top_p", 1, false, "must be above 0 and at most 1"),
          .repetition_penalty =
              number(fields, "repetition_penalty", kMost, false, "must be a positive number"),
          .top_k = count(fields, "top_k"),
          .ignored = ignored_keys(fields)};
}

GenerationConfig read_generation_config(const std::filesystem::path& directory, std::size_t vocab) {
  const auto file = directory / kGenerationFile;
  if (!std::filesystem::exists(file)) return {};
  return parse_generation_config(read_text(file), file.string(), vocab);
}

std::vector<std::int64_t> all_end_tokens(std::vector<std::int64_t> config,
                                         const GenerationConfig& generation) {
  for (const std::int64_t token : generation.eos_token)
    if (std::ranges::find(config, token) == config.end()) config.push_back(token);
  return config;
}

}  // namespace trine::golden
