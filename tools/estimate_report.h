// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "tools/common.h"

namespace trine::tools {

/// Estimates (`Estimator::estimate`) as a table of comma-separated values, one line each.
std::string estimate_csv(const Json& results);
/// The same as a table for people, of the columns that fit a terminal.
void print_estimates(const Json& results);
/// One estimate in full.
void print_estimate(const Json& result);

}  // namespace trine::tools
