// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "golden/checkpoint/config_fields.h"
#include "golden/families/family.h"
#include "golden/families/rope.h"

namespace trine::golden {

/// The rotation that a config.json asks for, in either spelling: `rope_parameters`, or `rope_theta`
/// and `rope_scaling`. Throws Error for a type or a key that is not supported, and where the two
/// spellings contradict each other. `max_positions` stands in for the positions of the training.
RopeConfig parse_rope(const ConfigFields& fields, const Family& family, std::size_t max_positions);

}  // namespace trine::golden
