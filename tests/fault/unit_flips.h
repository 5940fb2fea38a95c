// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>

#include "tests/fault/flip_core.h"

// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming)
class Vtrine_g4___024root;

namespace trine::fault {

/// Bits of the registers or memories of a unit of the core.
std::uint64_t count_unit_bits(Inside inside);

/// Turns over one of them; false when there are not as many.
bool flip_unit(Vtrine_g4___024root& root, Inside inside, std::uint64_t bit);

}  // namespace trine::fault
