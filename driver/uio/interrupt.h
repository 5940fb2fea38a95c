// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <filesystem>

#include "driver/uio/files.h"

namespace trine::uio {

/// The interrupt of a UIO device: reading gives the number of interrupts so far and waits for one,
/// writing a 1 lets the kernel pass on the next.
class Interrupt {
 public:
  /// Of the UIO device that `uio` is. When that is a regular file and no device, something else
  /// than a kernel stands behind it, and the same words go over the socket `<path>.irq`. Throws
  /// BoardError when there is none.
  Interrupt(const File& uio, const std::filesystem::path& path);

  /// Lets the next one through, after those that have come were taken.
  void arm();
  /// True when one has come within this time.
  bool wait(std::chrono::milliseconds most);

 private:
  std::filesystem::path path_;
  int descriptor_;
  File socket_;
};

}  // namespace trine::uio
