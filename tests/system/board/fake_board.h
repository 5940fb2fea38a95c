// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "driver/uio/files.h"
#include "driver/uio/registers.h"
#include "tests/system/board/fake_core.h"

namespace trine::test {

/// What is wrong with a fake board.
enum class BoardFault : std::uint8_t {
  None,
  ZeroId,         // Registers read zeros,
  OneId,          // or ones.
  OtherVersion,   // The core speaks a later major version,
  OldVersion,     // or the one before.
  BadParameters,  // CAPS says what no core is.
  SlowWrites,     // A write takes 20 ms to arrive.
  LostWrites,     // It never arrives.
  StaleReads,     // Once a list was started, registers read what they did.
  NoInterrupt,    // Lists end without.
  NoClock,        // The core is busy and CYCLES stands still.
  NoMemory,       // It is busy, CYCLES runs, and no beat moves.
  Scattered,      // The last third of the buffer is elsewhere for the core.
  Incoherent,     // The core sees only what was synchronized.
  WrongAddress,   // The buffer says that it is a page further up.
  Stuck,          // The core was left busy and does not stop.
};
BoardFault board_fault(const std::string& name);

struct FakeBoardOptions {
  std::filesystem::path directory;  // Gets dev/ and sys/.
  std::string device = "golden";    // Behind the registers: golden or rtl.
  unsigned groups = 16, vectors = 1;
  std::uint64_t buffer_address = 0x8'7000'0000, buffer_bytes = 16 << 20;
  bool mem = false;      // Registers and buffer are found through dev/mem alone.
  double clock_mhz = 0;  // CYCLES counts so fast while the core is busy; 0: the core's own cycles.
  BoardFault fault = BoardFault::None;
};

/// The files that a board's Linux has for a core, with a simulated core behind them: dev/uio0,
/// dev/uio0.irq, dev/trine-buffer, dev/mem and their attributes in sys/.
///
/// Registers are plain shared memory, so this cannot see accesses, only what has changed: it looks
/// at CTRL and STATUS again and again, which show by a bit that no register has that nobody wrote
/// them. So the driver's own code for mapped registers runs, and that is tested. What hardware has
/// and this has not: a write takes effect at once and in order with reads; a read has side effects
/// (the high half of a counter is not held); what is written to a read-only register is gone at
/// once; a bus that does not answer stops the CPU. Memory is coherent unless a fault says
/// otherwise.
class FakeBoard {
 public:
  explicit FakeBoard(const FakeBoardOptions& options);
  ~FakeBoard();

  /// Looks at the registers once and lets the core work; true when there was something to do.
  bool serve();

 private:
  using Clock = std::chrono::steady_clock;

  void make_files();
  void map_files();
  volatile std::uint32_t& word(Reg reg) const {
    return registers_[static_cast<std::uint32_t>(reg) / 4];
  }
  std::uint32_t shown(Reg reg);
  void publish(Reg reg);
  void publish_all();
  void show_settings();
  void take_settings();
  bool take_status();
  bool take_control();
  void take_synchronizations();
  void interrupt();

  FakeBoardOptions options_;
  uio::File buffer_file_, register_file_, mem_file_, irq_listener_, irq_, sync_cpu_, sync_device_;
  uio::Mapping buffer_map_, register_map_;
  volatile std::uint32_t* registers_ = nullptr;
  std::unique_ptr<FakeMemory> memory_;
  std::unique_ptr<FakeCore> core_;
  std::array<std::uint32_t, uio::kWindowBytes / 4> settings_{};  // Those that software writes,
  std::uint32_t status_ = 0;  // and STATUS, as it was shown last.
  bool frozen_ = false, armed_ = false, stuck_ = false;
  std::uint32_t interrupts_ = 0;
  Clock::time_point write_seen_{};
  Clock::time_point busy_since_{};
  std::chrono::duration<double> busy_{0};  // Altogether, of the lists before.
  bool was_busy_ = false;
};

}  // namespace trine::test
