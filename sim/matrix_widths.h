// SPDX-License-Identifier: Apache-2.0

#pragma once

namespace trine::sim {

/// Widths of rtl/matrix/trine_matrix_pkg.sv, for whoever drives a part of the matrix unit by
/// itself. Where they differ from it, `v_trit_tables_test` fails.
inline constexpr unsigned kBlockBits = 13;  // Column blocks.
inline constexpr unsigned kWordBits = 17;   // Words of mantissas of a group, with one lane.

}  // namespace trine::sim
