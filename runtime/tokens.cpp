// SPDX-License-Identifier: Apache-2.0

#include "runtime/tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace trine {

void check_tokens(std::span<const std::int32_t> tokens, const golden::ModelConfig& config,
                  const std::string& where) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] >= 0 && static_cast<std::size_t>(tokens[i]) < config.vocab) continue;
    throw Error(fmt::format("{}: token {} (number {} of the list) is outside the vocabulary of {}",
                            where, tokens[i], i, config.vocab));
  }
}

std::vector<std::int32_t> tokens_of(const golden::Safetensors& file) {
  const golden::Tensor& tensor = file.at("tokens");
  if (tensor.dtype != golden::Dtype::I32 || tensor.shape.size() != 1)
    throw Error(
        fmt::format("{}: tensor 'tokens' is not I32 with one dimension", file.path().string()));
  std::vector<std::int32_t> tokens(tensor.elements());
  if (!tokens.empty()) std::memcpy(tokens.data(), tensor.bytes.data(), tensor.bytes.size());
  return tokens;
}

void check_fits(std::size_t tokens, std::size_t more, std::size_t context,
                const golden::ModelConfig& config) {
  if (tokens + more <= context) return;
  throw Error(fmt::format("context too long: {} tokens{}, the model has {} positions{}", tokens,
                          more > 0 ? fmt::format(" and {} more", more) : "", context,
                          context_hint(context, config)));
}

}  // namespace trine
