// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <filesystem>
#include <string>

#include "driver/device_request.h"
#include "driver/uio/files.h"
#include "isa/registers.h"

namespace trine::uio {

/// Bytes of the register window.
inline constexpr std::uint64_t kWindowBytes = 4096;

/// A UIO device of the kernel.
struct UioNode {
  std::string name;            // "trine", its attribute `name`.
  std::filesystem::path file;  // /dev/uio4
  std::filesystem::path attributes;
};
/// All of them, by file. Empty when there is no folder of them.
std::vector<UioNode> uio_nodes(const BoardRequest& board);
/// The one of the name that is asked for. Throws BoardError that lists those there are.
UioNode find_uio(const BoardRequest& board);

/// The registers of the core, mapped from a UIO device or from /dev/mem.
class RegisterWindow {
 public:
  explicit RegisterWindow(const BoardRequest& board);

  /// Accesses of 32 bits, in the order of the program. Bits that the register map does not know
  /// read as 0: they belong to a later version.
  std::uint32_t read(Reg reg) const;
  void write(Reg reg, std::uint32_t value);

  /// "/dev/uio4", for messages.
  const std::filesystem::path& path() const { return path_; }
  /// The UIO device; not open for /dev/mem.
  const File& uio() const { return uio_; }

 private:
  volatile std::uint32_t* word(Reg reg) const;

  std::filesystem::path path_;
  File uio_;
  Mapping mapping_;
};

}  // namespace trine::uio
