// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "golden/checkpoint/safetensors.h"
#include "runtime/session.h"

namespace trine {

/// Throws Error naming `where` and the first token outside the vocabulary.
void check_tokens(std::span<const std::int32_t> tokens, const golden::ModelConfig& config,
                  const std::string& where);

/// The tensor `tokens` (I32, one dimension) of a safetensors file.
std::vector<std::int32_t> tokens_of(const golden::Safetensors& file);

/// Throws Error when so many tokens, and `more` others, do not fit into `context` positions.
void check_fits(std::size_t tokens, std::size_t more, std::size_t context,
                const golden::ModelConfig& config);

}  // namespace trine
