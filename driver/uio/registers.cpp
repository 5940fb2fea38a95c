// SPDX-License-Identifier: Apache-2.0

#include "driver/uio/registers.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace trine::uio {
namespace {

namespace fs = std::filesystem;

/// Bits that the register map describes.
std::uint32_t known_bits(Reg reg) {
  return mask_of(reg, Access::CONST) | mask_of(reg, Access::RO) | mask_of(reg, Access::RW) |
         mask_of(reg, Access::W1) | mask_of(reg, Access::W1C);
}

}  // namespace

std::vector<UioNode> uio_nodes(const BoardRequest& board) {
  std::vector<UioNode> all;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(board.sys / "uio", none)) {
    const std::string file = entry.path().filename().string();
    if (!file.starts_with("uio")) continue;
    all.push_back({read_attribute(entry.path() / "name"), board.dev / file, entry.path()});
  }
  std::ranges::sort(all, {}, &UioNode::file);
  return all;
}

UioNode find_uio(const BoardRequest& board) {
  const std::vector<UioNode> nodes = uio_nodes(board);
  std::string names;
  const UioNode* found = nullptr;
  for (const UioNode& node : nodes) {
    names += fmt::format("{}{} is '{}'", names.empty() ? "" : ", ", node.file.string(), node.name);
    if (node.name != board.uio) continue;
    if (found != nullptr)
      throw BoardError(fmt::format("two UIO devices are called '{}': {} and {}", board.uio,
                                   found->file.string(), node.file.string()));
    found = &node;
  }
  if (found != nullptr) return *found;
  throw BoardError(fmt::format(
      "no UIO device is called '{}' in {}: {}; is the device-tree overlay loaded?", board.uio,
      (board.sys / "uio").string(), names.empty() ? "there is none" : names));
}

RegisterWindow::RegisterWindow(const BoardRequest& board) {
  if (board.registers) {
    path_ = board.dev / "mem";
    const File file(path_, O_RDWR | O_SYNC);
    mapping_ = Mapping(file, path_, *board.registers, kWindowBytes);
    return;
  }
  const UioNode node = find_uio(board);
  path_ = node.file;
  const fs::path map = node.attributes / "maps/map0";
  const std::uint64_t bytes = read_number(map / "size");
  // UIO maps whole pages from map0's on; the registers begin so far inside.
  const std::uint64_t offset = fs::exists(map / "offset") ? read_number(map / "offset") : 0;
  if (bytes < kWindowBytes || offset != 0)
    throw BoardError(
        fmt::format("{}: maps {} bytes from byte {} of a page on; the registers take {} "
                    "bytes from 0 on: mend `reg` in the device tree",
                    path_.string(), bytes, offset, kWindowBytes));
  uio_ = File(path_, O_RDWR);
  mapping_ = Mapping(uio_, path_, 0, kWindowBytes);
}

volatile std::uint32_t* RegisterWindow::word(Reg reg) const {
  if (find_register(reg) == nullptr)
    throw Error(fmt::format("register {:#x} does not exist", static_cast<std::uint32_t>(reg)));
  return reinterpret_cast<volatile std::uint32_t*>(mapping_.data() +
                                                   static_cast<std::uint32_t>(reg));
}

std::uint32_t RegisterWindow::read(Reg reg) const {
  const std::uint32_t value = *word(reg);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return value & known_bits(reg);
}

void RegisterWindow::write(Reg reg, std::uint32_t value) {
  volatile std::uint32_t* const to = word(reg);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  *to = value;
}

}  // namespace trine::uio
