// SPDX-License-Identifier: Apache-2.0
//
// The number of the fault that a model with faults has in this run: see mutants.py.

#include <cstdlib>

extern "C" int trine_mutant() {
  const char* number = std::getenv("TRINE_MUTANT");
  return number == nullptr ? 0 : std::atoi(number);
}
