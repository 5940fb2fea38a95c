// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "driver/device_request.h"
#include "driver/transport.h"
#include "driver/uio/dma_buffer.h"
#include "driver/uio/interrupt.h"
#include "driver/uio/registers.h"

namespace trine::uio {

/// A core in an FPGA, from the user space of the Linux that runs beside it.
///
/// Its memory is a buffer at some address of the memory bus: `memory_size()` bytes of it are
/// writable, what is mapped behind is copied into the rest. Nothing is waited for without an end:
/// a register that does not take what is written, and a core that moves nothing for
/// `BoardRequest::timeout`, are errors that say what was seen last.
class UioTransport final : public Transport {
 public:
  /// Opens and maps the files; asks ID, version and parameters before anything else, then stops
  /// what the core may be doing, resets it, and sees whether it reaches the buffer. Throws
  /// BoardError naming what is missing or wrong.
  explicit UioTransport(const DeviceRequest& request);

  std::uint32_t read(Reg reg) override { return registers_.read(reg); }
  void write(Reg reg, std::uint32_t value) override;
  void read_memory(std::uint64_t address, std::span<std::byte> to) override;
  void write_memory(std::uint64_t address, std::span<const std::byte> from) override;
  std::uint64_t memory_base() const override { return buffer_.address(); }
  std::uint64_t memory_size() const override { return memory_bytes_; }
  void map_memory(std::uint64_t address, std::span<const std::byte> bytes) override;
  /// Until the list's end, but not for longer than half a second: waits for the interrupt, or looks
  /// again and again, at most a millisecond apart. Throws BoardError when the core makes no
  /// progress, and when a list has ended without its interrupt.
  void wait() override;

 private:
  using Clock = std::chrono::steady_clock;

  void check_identity();
  void check_buffer();
  /// Writes a register and sees it take effect: `done(value)` is asked of what it reads.
  template <class Done>
  void write_through(Reg reg, std::uint32_t value, Done done);
  void begin_list();
  /// Of a list that has ended: throws BoardError when none comes, though they are in use.
  void expect_interrupt();
  void watch();
  std::uint64_t offset_of(std::uint64_t address, std::uint64_t bytes, std::uint64_t end,
                          const char* what) const;

  BoardRequest board_;
  std::uint64_t memory_bytes_;
  RegisterWindow registers_;
  DmaBuffer buffer_;
  std::optional<Interrupt> interrupt_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> mapped_;  // Offset and end.
  // Of the list that runs.
  bool interrupted_ = false;
  std::chrono::microseconds pause_{};
  std::tuple<std::uint32_t, std::uint32_t, std::uint32_t> progress_{};
  std::uint32_t cycles_ = 0;
  Clock::time_point progress_time_ = Clock::now();
};

}  // namespace trine::uio
