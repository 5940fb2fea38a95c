// SPDX-License-Identifier: Apache-2.0

#include "golden/families/families.h"

#include <algorithm>

namespace trine::golden {
namespace {

constexpr const Family* kFamilies[] = {&kQwen2, &kQwen3, &kLlama, &kMistral};

const Family* find(std::string_view Family::*name, std::string_view value) {
  const auto it =
      std::ranges::find_if(kFamilies, [&](const Family* family) { return family->*name == value; });
  return it == std::end(kFamilies) ? nullptr : *it;
}

std::string listed(std::string_view Family::*name) {
  std::string text;
  for (const Family* family : kFamilies) {
    if (!text.empty()) text += ", ";
    text.append("\"").append(family->*name).append("\"");
  }
  return text;
}

}  // namespace

std::span<const Family* const> families() {
  return kFamilies;
}
const Family* family_of_type(std::string_view model_type) {
  return find(&Family::model_type, model_type);
}
const Family* family_of_architecture(std::string_view architecture) {
  if (const Family* family = find(&Family::architecture, architecture)) return family;
  constexpr std::string_view kWhole = "ForCausalLM", kBase = "Model";
  if (!architecture.ends_with(kBase)) return nullptr;
  architecture.remove_suffix(kBase.size());
  return find(&Family::architecture, std::string(architecture).append(kWhole));
}
std::string known_model_types() {
  return listed(&Family::model_type);
}
std::string known_architectures() {
  return listed(&Family::architecture);
}

}  // namespace trine::golden
