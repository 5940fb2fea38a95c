// SPDX-License-Identifier: Apache-2.0

#include "golden/reference/language_model.h"

#include <string>

#include "golden/error.h"

namespace trine::golden {

void LanguageModel::check(std::span<const std::int32_t> tokens) const {
  for (const std::int32_t token : tokens) {
    if (token < 0 || static_cast<std::size_t>(token) >= config().vocab) {
      throw Error("token " + std::to_string(token) + " is outside the vocabulary of " +
                  std::to_string(config().vocab));
    }
  }
  if (tokens.size() > capacity() - position()) {
    throw Error("context overflow: " + std::to_string(position() + tokens.size()) +
                " tokens, the model has " + std::to_string(capacity()) + " positions");
  }
}

}  // namespace trine::golden
