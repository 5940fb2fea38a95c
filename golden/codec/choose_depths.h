// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>

#include "golden/checkpoint/checkpoint.h"
#include "golden/codec/quantize_model.h"

namespace trine::golden {

/// Depths of all matrices that stay within `bits` stored bits per weight on average and make the
/// sum over all weights of the relative squared error of their matrix (weighted by
/// `options.importance` if there is any) as small as steps of one depth at a time get it: the step
/// that removes most error per bit first. `options.depths` are kept; `options.depth` is not read.
/// Errors are measured on up to 256 rows of each matrix. Throws Error when not even depth 1
/// stays within `bits`.
std::map<std::string, unsigned> choose_depths(
    const Checkpoint& checkpoint, double bits, const QuantizeOptions& options,
    const std::function<void(std::size_t done, std::size_t total)>& progress = {});

}  // namespace trine::golden
