// SPDX-License-Identifier: Apache-2.0

#include "golden/codec/depths.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include "golden/checkpoint/json.h"
#include "golden/error.h"

namespace trine::golden {

DepthRules read_depth_rules(const std::filesystem::path& file) {
  const nlohmann::json content = parse_json(read_input_text(file), file.string());
  if (!content.is_object()) throw Error(fmt::format("{}: is not a JSON object", file.string()));
  DepthRules rules;
  for (const auto& [name, depth] : content.items()) {
    if (!depth.is_number_unsigned() || depth < 1 || depth > 4) {
      throw Error(
          fmt::format("{}: '{}': {} is not a depth of 1 to 4", file.string(), name, depth.dump()));
    }
    rules[name] = depth.get<unsigned>();
  }
  return rules;
}

std::map<std::string, unsigned> apply_depth_rules(const DepthRules& rules,
                                                  const std::vector<TensorSpec>& matrices) {
  std::map<std::string, unsigned> depths;
  std::map<std::string, std::string> pattern_of;
  for (const auto& [rule, depth] : rules) {
    if (depth < 1 || depth > 4)
      throw Error(fmt::format("depth for '{}': {} is not 1 to 4", rule, depth));
    bool matched = false;
    for (const TensorSpec& spec : matrices) {
      if (::fnmatch(rule.c_str(), spec.name.c_str(), FNM_NOESCAPE) != 0) continue;
      matched = true;
      if (rules.contains(spec.name) && rule != spec.name) continue;
      const auto [other, first] = pattern_of.emplace(spec.name, rule);
      if (!first && depths.at(spec.name) != depth) {
        throw Error(fmt::format("depth for '{}': '{}' says {}, '{}' says {}", spec.name,
                                other->second, depths.at(spec.name), rule, depth));
      }
      depths[spec.name] = depth;
    }
    if (!matched) throw Error(fmt::format("depth for '{}': no such matrix", rule));
  }
  return depths;
}

}  // namespace trine::golden
