// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <doctest/doctest.h>

#include <bit>
#include <cstring>
#include <ostream>
#include <span>
#include <vector>

#include "machine/golden_transport.h"

namespace trine {

inline std::ostream& operator<<(std::ostream& out, ErrorCode code) {
  return out << describe(code);
}

/// How a command list came to its end.
struct Outcome {
  ErrorCode code = ErrorCode::NONE;
  std::uint32_t index = 0;
  bool operator==(const Outcome&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
    return out << "command " << outcome.index << ", " << outcome.code;
  }
};

/// A command by hand, field by field.
struct Fields {
  Opcode opcode = Opcode::END;
  std::uint32_t rows = 0, cols = 0, src = 0, dst = 0, depth = 0;
  bool raw = false, half = false;
  std::uint64_t address = 0, book = 0;
  std::uint32_t src2 = 0, bank = 0, index = 0, span = 0, stride = 0, limit = 0;
  float alpha = 0, beta = 0;

  operator Command() const {
    Command c;
    c.set(command::OPCODE, static_cast<std::uint32_t>(opcode))
        .set(command::DEPTH, depth)
        .set(command::RAW, raw)
        .set(command::F16, half)
        .set(command::ROWS, rows)
        .set(command::COLS, cols)
        .set(command::SRC, src)
        .set(command::DST, dst)
        .set(command::ADDR_LO, static_cast<std::uint32_t>(address))
        .set(command::ADDR_HI, static_cast<std::uint32_t>(address >> 32))
        .set(command::BOOK_LO, static_cast<std::uint32_t>(book))
        .set(command::BOOK_HI, static_cast<std::uint32_t>(book >> 32))
        .set(command::SRC2, src2)
        .set(command::BANK, bank)
        .set(command::INDEX, index)
        .set(command::SPAN, span)
        .set(command::STRIDE, stride)
        .set(command::LIMIT, limit)
        .set(command::ALPHA, std::bit_cast<std::uint32_t>(alpha))
        .set(command::BETA, std::bit_cast<std::uint32_t>(beta));
    return c;
  }
};

inline Command end_command() {
  return Fields{.opcode = Opcode::END};
}

/// A golden core, driven through its registers alone.
class Machine {
 public:
  static constexpr std::uint64_t kListAddress = 0x1000;
  /// Memory that is in the window and nowhere on the bus, and read-only memory.
  static constexpr std::uint64_t kHole = 0x8000'0000, kReadOnly = 0x9000'0000;
  static constexpr std::uint64_t kLimit = 0xA000'0000;

  GoldenTransport transport;

  explicit Machine(const MachineParams& params = {}, std::uint64_t memory_bytes = 1 << 24)
      : transport(params, memory_bytes), read_only_(4096, std::byte{0}) {
    transport.map_memory(kReadOnly, read_only_);
    transport.write(Reg::MEM_LIMIT_LO, static_cast<std::uint32_t>(kLimit));
  }

  /// Writes the list without starting it.
  void put_list(const std::vector<Command>& list) {
    put<Command>(kListAddress, list);
    transport.write(Reg::LIST_LO, static_cast<std::uint32_t>(kListAddress));
    transport.write(Reg::LIST_COUNT, static_cast<std::uint32_t>(list.size()));
  }
  Outcome start() {
    transport.write(Reg::CTRL, field::CTRL_START.put(1));
    for (int i = 0; i < 1000; ++i) {
      if (field::STATUS_BUSY.get(transport.read(Reg::STATUS)) == 0) break;
      transport.wait();
    }
    const std::uint32_t status = transport.read(Reg::STATUS);
    const auto code = static_cast<ErrorCode>(transport.read(Reg::ERROR));
    const std::uint32_t expected =
        code == ErrorCode::NONE ? field::STATUS_DONE.mask() : field::STATUS_ERROR.mask();
    CHECK_EQ(status, expected);
    return {code, transport.read(Reg::COMMAND)};
  }
  Outcome run(const std::vector<Command>& list) {
    put_list(list);
    return start();
  }

  template <class T>
  void put(std::uint64_t address, const std::vector<T>& values) {
    transport.write_memory(address, std::as_bytes(std::span(values)));
  }
  template <class T>
  std::vector<T> get(std::uint64_t address, std::size_t count) {
    std::vector<T> values(count);
    transport.read_memory(address, std::as_writable_bytes(std::span(values)));
    return values;
  }
  std::vector<std::uint32_t> vector_memory(unsigned bank = 0) const {
    const auto words = transport.machine().vector_memory(bank);
    return {words.begin(), words.end()};
  }

 private:
  std::vector<std::byte> read_only_;
};

/// Bits of floats, for comparisons.
inline std::vector<std::uint32_t> bits_of(std::span<const float> values) {
  std::vector<std::uint32_t> bits(values.size());
  std::memcpy(bits.data(), values.data(), values.size_bytes());
  return bits;
}

}  // namespace trine
