// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <span>

#include "runtime/session.h"

namespace trine {

/// Calls visit(logits (tokens, vocab)) for successive tokens, a few at a time, so that memory does
/// not grow with their number. An empty cache every `window` tokens; 0: one context.
void for_each_logits(Session& session, std::span<const std::int32_t> tokens, std::size_t window,
                     Progress& progress, const std::function<void(std::span<const float>)>& visit);

}  // namespace trine
