// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>

namespace trine::test {

/// An SDR SDRAM of 16 bits, 4 banks, 8,192 rows and 512 columns, as a chip of grade -6 or -7 sees
/// the bus at 25 MHz: an edge is 40 ns. Every command that its data sheet forbids fails the test.
class SdramModel {
 public:
  struct Pins {
    unsigned command = 7, bank = 0, address = 0, mask = 0;
    bool drive = false;
    std::uint16_t dq = 0;
  };

  /// A rising edge of the chip's clock; returns what the chip drives until the next one.
  std::optional<std::uint16_t> edge(const Pins& pins) {
    ++now_;
    std::optional<std::uint16_t> out;
    if (read_left_ > 0 && now_ >= read_start_) {
      CHECK_FALSE(pins.drive);  // Both would drive the bus.
      out = cells_[read_at_++];
      --read_left_;
    }
    if (write_left_ > 0) {
      write(pins);
    }
    if (ready_) CHECK_LE(now_ - last_refresh_, kRefreshEdges);
    command(pins);
    return out;
  }

  bool ready() const { return ready_; }
  std::uint64_t accesses() const { return accesses_; }

 private:
  static constexpr std::uint64_t kPowerUpEdges = 5000;  // 200 us.
  static constexpr std::uint64_t kRefreshEdges = 195;   // 64 ms / 8,192.
  static constexpr std::uint64_t kRefreshTime = 2;      // tRFC, 66 ns,
  static constexpr std::uint64_t kRowTime = 2;          // tRC, 66 ns,
  static constexpr std::uint64_t kOpenTime = 1;         // tRCD, 20 ns,
  static constexpr std::uint64_t kCloseTime = 1;        // tRP, 20 ns,
  static constexpr std::uint64_t kWriteTime = 1;        // tWR, 15 ns, of 40 ns each.
  static constexpr unsigned kNop = 7, kActive = 3, kRead = 5, kWrite = 4, kPrecharge = 2,
                            kRefresh = 1, kMode = 0;

  void command(const Pins& pins) {
    if (pins.command >= 8 || pins.command == kNop) return;  // Not selected, or nothing.
    CHECK_GT(now_, kPowerUpEdges);
    if (pins.command == kPrecharge) {
      CHECK_NE(pins.address & 0x400U, 0u);
      precharged_ = true;
    } else if (pins.command == kRefresh) {
      CHECK(precharged_);
      for (std::uint64_t free : free_at_) CHECK_GE(now_, free);
      for (const auto& row : row_) CHECK_FALSE(row.has_value());
      last_refresh_ = now_;
      ++refreshes_;
      for (std::uint64_t& free : free_at_) free = now_ + kRefreshTime;
    } else if (pins.command == kMode) {
      CHECK_GE(refreshes_, 2u);
      CHECK_EQ(pins.address, 0x021u);  // CAS latency 2, sequential bursts of 2.
      CHECK_EQ(pins.bank, 0u);
      ready_ = true;
      for (std::uint64_t& free : free_at_) free = now_ + 2;
    } else {
      access(pins);
    }
  }

  void access(const Pins& pins) {
    CHECK(ready_);
    std::optional<unsigned>& row = row_[pins.bank];
    if (pins.command == kActive) {
      CHECK_FALSE(row.has_value());
      CHECK_GE(now_, free_at_[pins.bank]);
      row = pins.address;
      opened_at_[pins.bank] = now_;
      return;
    }
    REQUIRE((pins.command == kRead || pins.command == kWrite));
    REQUIRE(row.has_value());
    CHECK_GE(now_, opened_at_[pins.bank] + kOpenTime);
    CHECK_NE(pins.address & 0x400U, 0u);  // The row is closed by itself.
    CHECK_EQ(pins.address & 1U, 0u);
    const std::uint32_t at = pins.bank << 22 | *row << 9 | (pins.address & 0x1FFU);
    ++accesses_;
    row.reset();
    if (pins.command == kRead) {
      CHECK_EQ(read_left_, 0u);
      read_at_ = at;
      read_left_ = 2;
      read_start_ = now_ + 1;  // It is there before the second edge after the command.
      free_at_[pins.bank] = std::max(now_ + 2 + kCloseTime, opened_at_[pins.bank] + kRowTime);
    } else {
      CHECK_EQ(write_left_, 0u);
      write_at_ = at;
      write_left_ = 2;
      write(pins);
      free_at_[pins.bank] =
          std::max(now_ + 1 + kWriteTime + kCloseTime, opened_at_[pins.bank] + kRowTime);
    }
  }

  void write(const Pins& pins) {
    CHECK(pins.drive);
    std::uint16_t& cell = cells_[write_at_++];
    --write_left_;
    if ((pins.mask & 1U) == 0)
      cell = static_cast<std::uint16_t>((cell & 0xFF00U) | (pins.dq & 0xFFU));
    if ((pins.mask & 2U) == 0)
      cell = static_cast<std::uint16_t>((cell & 0xFFU) | (pins.dq & 0xFF00U));
  }

  std::uint64_t now_ = 0, last_refresh_ = 0, read_start_ = 0, accesses_ = 0;
  unsigned refreshes_ = 0, read_left_ = 0, write_left_ = 0;
  std::uint32_t read_at_ = 0, write_at_ = 0;
  bool precharged_ = false, ready_ = false;
  std::array<std::optional<unsigned>, 4> row_{};
  std::array<std::uint64_t, 4> opened_at_{}, free_at_{};
  std::map<std::uint32_t, std::uint16_t> cells_;
};

}  // namespace trine::test
