// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <verilated.h>

#include <string>
#if VM_COVERAGE
#include <unistd.h>
#include <verilated_cov.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#endif

namespace trine::sim {

#if VM_COVERAGE

/// What the models of this program, or of this core module, reached: of every point the most that
/// one instance counted. So a bit that changed twice changed both ways, as models start from zeros.
/// Written at the end to one file of the folder TRINE_COVERAGE_DIR, in Verilator's format.
class CoveragePoints {
 public:
  static CoveragePoints& all() {
    // Never destroyed: a model may end after what static objects there are.
    static CoveragePoints* const points = [] {
      auto* const made = new CoveragePoints;
      std::atexit([] { all().write(); });
      return made;
    }();
    return *points;
  }

  void add(VerilatedContext& context) {
    if (folder_ == nullptr) return;
    const std::lock_guard lock(mutex_);
    const std::string scratch = file(".part");
    context.coveragep()->forcePerInstance(true);
    context.coveragep()->write(scratch.c_str());
    std::ifstream lines(scratch);
    for (std::string line; std::getline(lines, line);) {
      const std::size_t instance = line.find("\001h\002"), end = line.rfind('\'');
      if (instance == std::string::npos) continue;
      const std::uint64_t count = std::stoull(line.substr(end + 1));
      std::uint64_t& most = counts_[line.substr(0, instance)];
      most = std::max(most, count);
    }
    ::unlink(scratch.c_str());
  }

 private:
  void write() const {
    if (folder_ == nullptr || counts_.empty()) return;
    std::ofstream out(file(".dat"));
    out << "# SystemC::Coverage-3\n";
    for (const auto& [point, count] : counts_) out << point << "' " << count << '\n';
  }

  /// A program and its core modules have one of these each.
  std::string file(const char* end) const {
    return std::string(folder_) + "/" + program_invocation_short_name + "." +
           std::to_string(::getpid()) + "." +
           std::to_string(reinterpret_cast<std::uintptr_t>(this)) + end;
  }

  const char* folder_ = std::getenv("TRINE_COVERAGE_DIR");
  std::mutex mutex_;
  std::map<std::string, std::uint64_t> counts_;
};

#endif

/// Where a model counts what was reached of it (the preset `coverage`), adds that to what the
/// program hands to tests/coverage/rtl.py. Without the preset it does nothing.
inline void write_coverage([[maybe_unused]] VerilatedContext& context) {
#if VM_COVERAGE
  CoveragePoints::all().add(context);
#endif
}

/// What a model's registers hold before the reset: random values, but zeros where changes of their
/// bits are counted.
inline void set_initial_values(VerilatedContext& context) {
  context.randReset(VM_COVERAGE ? 0 : 2);
}

}  // namespace trine::sim
