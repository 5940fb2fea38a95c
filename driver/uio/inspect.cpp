// SPDX-License-Identifier: Apache-2.0

#include "driver/uio/inspect.h"

#include <fcntl.h>
#include <fmt/format.h>

#include "driver/uio/dma_buffer.h"
#include "driver/uio/files.h"
#include "driver/uio/registers.h"

namespace trine::uio {
namespace {

/// What `look` says, or what it throws.
template <class Look>
Inspection look_at(const char* what, const char* advice, Look look) {
  try {
    return {.what = what, .found = look(), .good = true, .advice = ""};
  } catch (const Error& error) {
    return {.what = what, .found = error.what(), .good = false, .advice = advice};
  }
}

std::string opens(const std::filesystem::path& path) {
  const File file(path, O_RDWR);
  return path.string() + " opens for reading and writing";
}

}  // namespace

std::vector<Inspection> inspect(const DeviceRequest& request) {
  const BoardRequest& board = request.board;
  std::vector<Inspection> all;
  if (board.registers) {
    all.push_back(look_at("permission of the registers",
                          "run as root; the kernel needs /dev/mem for "
                          "this range (no CONFIG_STRICT_DEVMEM, or iomem=relaxed)",
                          [&] { return opens(board.dev / "mem"); }));
  } else {
    all.push_back(look_at("UIO devices", "load the device-tree overlay of the board package",
                          [&]() -> std::string {
                            std::string names;
                            for (const UioNode& node : uio_nodes(board))
                              names += fmt::format("{}{} is '{}'", names.empty() ? "" : ", ",
                                                   node.file.string(), node.name);
                            if (names.empty()) throw BoardError("there is none");
                            return names;
                          }));
    all.push_back(look_at("UIO device of the core",
                          "the name of its node in the overlay must be this; uio_pdrv_genirq.of_id "
                          "must name its `compatible`",
                          [&] { return find_uio(board).file.string(); }));
    all.push_back(look_at("register window", "mend `reg` of the node in the overlay", [&] {
      const UioNode node = find_uio(board);
      const auto map = node.attributes / "maps/map0";
      return fmt::format("{:#x} bytes at {:#x}", read_number(map / "size"),
                         read_number(map / "addr"));
    }));
    all.push_back(look_at("permission of the registers",
                          "a udev rule: SUBSYSTEM==\"uio\", MODE=\"0660\", GROUP=\"trine\"",
                          [&] { return opens(find_uio(board).file); }));
  }
  if (board.reserved_bytes != 0) {
    all.push_back(look_at("permission of the memory", "run as root",
                          [&] { return opens(board.dev / "mem"); }));
    return all;
  }
  const auto attributes = board.sys / "u-dma-buf" / board.buffer;
  all.push_back(look_at("u-dma-buf",
                        "load the module u-dma-buf and the overlay; the kernel must have "
                        "as much contiguous memory (cma=)",
                        [&] {
                          return fmt::format("'{}': {} bytes at {:#x}", board.buffer,
                                             read_number(attributes / "size"),
                                             read_number(attributes / "phys_addr"));
                        }));
  all.push_back(look_at("permission of the memory",
                        "a udev rule: SUBSYSTEM==\"u-dma-buf\", MODE=\"0660\", GROUP=\"trine\"",
                        [&] { return opens(board.dev / board.buffer); }));
  all.push_back(look_at("caches of the memory",
                        "mend the attributes' permissions, or use --uncached",
                        [&]() -> std::string {
                          const DmaBuffer buffer(board);
                          if (!buffer.synchronized()) return "none, or coherent";
                          for (const char* attribute : {"sync_for_cpu", "sync_for_device"})
                            const File file(attributes / attribute, O_WRONLY);
                          return "synchronized by the driver";
                        }));
  return all;
}

}  // namespace trine::uio
