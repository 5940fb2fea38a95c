// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "golden/error.h"
#if VM_TRACE
#include <verilated_fst_c.h>
#endif

namespace trine::sim {

/// The waves of one model inside a window of cycles. Models built without waves have an empty
/// one that costs nothing.
template <class Model>
class TraceFile {
 public:
#if VM_TRACE
  static constexpr bool kBuilt = true;

  ~TraceFile() {
    if (file_) file_->close();
  }
  void open(Model& model, const std::filesystem::path& path) {
    constexpr int kAllLevels = 99;
    file_ = std::make_unique<VerilatedFstC>();
    model.trace(file_.get(), kAllLevels);
    file_->open(path.c_str());
    if (!file_->isOpen()) throw Error("cannot write the trace " + path.string());
  }
  void window(std::uint64_t from, std::uint64_t to) {
    from_ = from;
    to_ = to;
  }
  /// Half a cycle passed: `half` 0 with the clock low, 1 with the clock high.
  void dump(std::uint64_t cycle, unsigned half) {
    if (file_ && cycle >= from_ && cycle < to_) file_->dump(2 * cycle + half);
  }

 private:
  std::unique_ptr<VerilatedFstC> file_;
  std::uint64_t from_ = 0, to_ = 0;
#else
  static constexpr bool kBuilt = false;

  void open(Model&, const std::filesystem::path&) {
    throw Error("this model has no trace");
  }
  void window(std::uint64_t, std::uint64_t) {}
  void dump(std::uint64_t, unsigned) {}
#endif
};

}  // namespace trine::sim
