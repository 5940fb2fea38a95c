// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <verilated.h>

#include <string>
#if VM_COVERAGE
#include <unistd.h>
#include <verilated_cov.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#endif

namespace trine::sim {

/// Where a model counts what was reached of it (the preset `coverage`), writes that to a file of
/// the folder TRINE_COVERAGE_DIR, if there is one: tests/coverage/rtl.py reads all of them. Every
/// model of every process gets a file of its own, but only the first kMost of a process: a core's
/// has megabytes. Without the preset it does nothing.
inline void write_coverage([[maybe_unused]] VerilatedContext& context,
                           [[maybe_unused]] const std::string& name) {
#if VM_COVERAGE
  constexpr unsigned kMost = 100;
  static std::atomic<unsigned> models = 0;
  const char* dir = std::getenv("TRINE_COVERAGE_DIR");
  if (!dir) return;
  const unsigned number = models++;
  if (number >= kMost) return;
  const std::string file = std::string(program_invocation_short_name) + "." + name + "." +
                           std::to_string(getpid()) + "." + std::to_string(number) + ".dat";
  context.coveragep()->write((std::string(dir) + "/" + file).c_str());
#endif
}

}  // namespace trine::sim
