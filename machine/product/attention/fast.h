// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "golden/exact/attention.h"
#include "golden/exact/workers.h"

namespace trine::golden {

/// What `attention_definition` computes, with heads on all threads and each chunk of the cache
/// taken apart once for all heads of a thread. Equal in every bit.
AttentionResult attention_fast(const Attention& attention, Workers& workers);

}  // namespace trine::golden
