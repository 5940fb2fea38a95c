// SPDX-License-Identifier: Apache-2.0

#include "driver/uio/uio_transport.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <thread>

#include "driver/core_shape.h"
#include "driver/device.h"
#include "driver/memory.h"

namespace trine::uio {
namespace {

/// Until a register has taken what is written: a bus takes well below a microsecond.
constexpr std::chrono::seconds kTakes{2};
constexpr std::chrono::microseconds kFirstPause{20}, kLastPause{1000};
constexpr std::chrono::milliseconds kPolling{20}, kInterruptWait{50}, kInterruptLate{500};

/// What the core is to see before the host goes on, also where the memory is no ordinary one.
void settle_memory() {
#if defined(__aarch64__)
  asm volatile("dsb sy" ::: "memory");
#else
  std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
}

std::string text_of(const MachineParams& core) {
  return fmt::format(
      "{} groups, {} vectors, mantissas of {} bits, row tiles of {}, {} words of vector "
      "memory, {} columns",
      core.groups, core.vectors, core.act_width, core.tile_rows, core.vector_words, core.max_cols);
}

/// What no build of the core says of itself.
void check_params(const MachineParams& core) {
  const bool possible = std::has_single_bit(core.groups) && core.groups <= 16 &&
                        core.vectors >= 1 && core.vectors <= kMaxVectors && core.act_width >= 8 &&
                        core.act_width <= 16 && core.tile_rows >= 32 && core.tile_rows % 32 == 0 &&
                        core.max_cols >= 32 * core.groups &&
                        core.vector_words >= core.max_cols / 2 && core.vector_words % 32 == 0 &&
                        core.attention_heads <= kMaxAttentionHeads;
  if (!possible)
    throw BoardError(fmt::format(
        "these parameters are no core's: {}: the registers are not read right", text_of(core)));
}

/// The core that is there must be the one that was asked for; ports do not show in registers.
void check_core(const MachineParams& core, const std::string& wanted) {
  if (wanted.empty()) return;
  DeviceRequest there;
  there.set_machine(core);
  const std::string name = core_name(there.shape());
  std::string without_ports = wanted;
  if (const std::size_t at = wanted.find('p'); at != std::string::npos) {
    const std::size_t end = wanted.find_first_not_of("0123456789", at + 1);
    without_ports.erase(at, end == std::string::npos ? end : end - at);
  }
  if (name != without_ports)
    throw BoardError(
        fmt::format("the bitstream has the core {} ({}), not {}", name, text_of(core), wanted));
}

}  // namespace

UioTransport::UioTransport(const DeviceRequest& request)
    : board_(request.board),
      memory_bytes_(request.memory_bytes),
      registers_(request.board),
      // Who answers is asked before anything else is opened.
      buffer_((check_identity(), request.board)) {
  if (memory_bytes_ > buffer_.bytes())
    throw BoardError(
        fmt::format("{} has {} bytes, {} are needed: make it larger in the device tree",
                    buffer_.name(), buffer_.bytes(), memory_bytes_));
  if (board_.interrupt != "off" && registers_.uio().open()) {
    try {
      interrupt_.emplace(registers_.uio(), registers_.path());
    } catch (const BoardError&) {
      if (board_.interrupt == "on") throw;
    }
  } else if (board_.interrupt == "on") {
    throw BoardError("registers through /dev/mem have no interrupt: --interrupt off or auto");
  }
  check_buffer();
  buffer_.zero(0, memory_bytes_);
}

void UioTransport::check_identity() {
  const std::uint32_t id = read(Reg::ID), version = read(Reg::VERSION);
  const std::string where = registers_.path().string();
  const RegInfo& wanted_id = *find_register(Reg::ID);
  if (id != wanted_id.reset)
    throw BoardError(fmt::format(
        "no Trine core at {}: ID reads {:#010x}, not {:#010x}: {}", where, id, wanted_id.reset,
        id == 0 || id == ~0u ? "nothing answers; is the bitstream loaded, its clock on?"
                             : "another design answers, or the address is wrong"));
  const std::uint32_t wanted = find_register(Reg::VERSION)->reset;
  if (field::VERSION_MAJOR.get(version) != field::VERSION_MAJOR.get(wanted) ||
      field::VERSION_MINOR.get(version) < field::VERSION_MINOR.get(wanted))
    throw BoardError(
        fmt::format("the bitstream at {} speaks version {}.{}, this program {}.{}: build "
                    "both from the same sources",
                    where, field::VERSION_MAJOR.get(version), field::VERSION_MINOR.get(version),
                    field::VERSION_MAJOR.get(wanted), field::VERSION_MINOR.get(wanted)));
  Device device(*this);
  check_params(device.params());
  check_core(device.params(), board_.core);
  // A process that was killed may have left a list behind.
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                      std::chrono::duration<double>(board_.timeout));
  while (field::STATUS_BUSY.get(read(Reg::STATUS)) != 0) {
    write(Reg::CTRL, field::CTRL_RESET.put(1));
    if (Clock::now() > end)
      throw BoardError(
          fmt::format("the core at {} is busy and does not stop on a reset within {} s: load "
                      "the bitstream anew",
                      where, board_.timeout));
    std::this_thread::sleep_for(kLastPause);
  }
  write(Reg::CTRL, field::CTRL_RESET.put(1));
}

void UioTransport::check_buffer() {
  // A list copies 64 bytes of pages all over the buffer behind each other; what the host wrote
  // there must be what it then reads. So an address that is wrong for the core, a buffer in pieces
  // and caches that hold back are known before anything is computed.
  constexpr std::uint64_t kSample = 64, kWords = kSample / 4, kMost = 48;
  // The list takes up to two pages, what it copies the two behind.
  constexpr std::uint64_t kResultPage = 2, kFirstPage = 4;
  const std::uint64_t pages = buffer_.bytes() / kPageBytes;
  std::vector<std::uint64_t> samples;
  for (std::uint64_t page = kFirstPage; page < pages; page *= 2) samples.push_back(page);
  for (std::uint64_t i = 1; i <= kMost; ++i)
    samples.push_back(kFirstPage + (pages - kFirstPage - 1) * i / kMost);
  std::ranges::sort(samples);
  samples.erase(std::unique(samples.begin(), samples.end()), samples.end());

  Device device(*this);
  const std::uint64_t base = buffer_.address(), result = kResultPage * kPageBytes;
  const MemoryWindow window{base, base + buffer_.bytes()};
  CommandList list(device.params(), window);
  std::vector<std::byte> wanted;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    std::vector<std::byte> tag(kSample);
    for (std::uint64_t word = 0; word < kSample / 8; ++word) {
      const std::uint64_t value = (samples[i] * kSample + word) * 0x9E3779B97F4A7C15ull;
      std::memcpy(&tag[8 * word], &value, 8);
    }
    buffer_.write(samples[i] * kPageBytes, tag);
    wanted.insert(wanted.end(), tag.begin(), tag.end());
    list.load(static_cast<std::uint32_t>(i * kWords), base + samples[i] * kPageBytes, kWords,
              CommandList::Element::F32, "sample of a page");
  }
  list.store(0, base + result, samples.size() * kWords, CommandList::Element::F32, "samples");
  list.end();
  std::vector<std::byte> got(wanted.size(), std::byte{0xEE});
  buffer_.write(result, got);
  buffer_.write(0, list.bytes());
  device.set_window(window);
  try {
    device.run(list, base);
  } catch (const DeviceError& error) {
    throw BoardError(
        fmt::format("the core does not reach {} at {:#x}: {}", buffer_.name(), base, error.what()));
  }
  // A list that ends before anybody waits needs none; this one shows that there is one.
  expect_interrupt();
  buffer_.read(result, got);
  for (std::size_t i = 0; i < samples.size(); ++i)
    if (!std::equal(&got[i * kSample], &got[i * kSample] + kSample, &wanted[i * kSample]))
      throw BoardError(fmt::format(
          "{} at {:#x} is not what the core sees: it reads other bytes at {:#x} than the host "
          "wrote: the buffer is not contiguous, its address is another one for the core, or "
          "its caches are not synchronized",
          buffer_.name(), base, base + samples[i] * kPageBytes));
  for (const std::uint64_t page : samples) buffer_.zero(page * kPageBytes, kSample);
  buffer_.zero(0, kFirstPage * kPageBytes);
  write(Reg::CTRL, field::CTRL_RESET.put(1));
}

template <class Done>
void UioTransport::write_through(Reg reg, std::uint32_t value, Done done) {
  registers_.write(reg, value);
  const auto end = Clock::now() + kTakes;
  for (std::uint32_t now = read(reg); !done(now); now = read(reg)) {
    if (Clock::now() > end)
      throw BoardError(
          fmt::format("register {} does not take {:#x}: it reads {:#x} after {} s: writes do "
                      "not arrive at the core",
                      find_register(reg)->name, value, now, kTakes.count()));
    std::this_thread::yield();
  }
}

void UioTransport::write(Reg reg, std::uint32_t value) {
  if (find_register(reg) == nullptr)
    throw Error(fmt::format("register {:#x} does not exist", static_cast<std::uint32_t>(reg)));
  if (reg == Reg::CTRL && field::CTRL_START.get(value) != 0) begin_list();
  // Every write is read back, so that it has arrived before the next one goes out.
  const std::uint32_t kept = mask_of(reg, Access::RW), act = mask_of(reg, Access::W1);
  const std::uint32_t cleared = mask_of(reg, Access::W1C);
  write_through(reg, value, [&](std::uint32_t now) {
    return (now & kept) == (value & kept) && (now & act) == 0 && (now & cleared & value) == 0;
  });
}

void UioTransport::begin_list() {
  settle_memory();
  pause_ = kFirstPause;
  progress_time_ = Clock::now();
  progress_ = {};
  cycles_ = read(Reg::CYCLES_LO);
  if (!interrupt_) return;
  write(Reg::IRQ_ENABLE, field::IRQ_ENABLE_DONE.mask() | field::IRQ_ENABLE_ERROR.mask());
  interrupt_->arm();
  interrupted_ = false;
}

void UioTransport::expect_interrupt() {
  if (!interrupt_ || interrupted_) return;
  interrupted_ = interrupt_->wait(kInterruptLate);
  if (interrupted_) return;
  throw BoardError(
      fmt::format("the list has ended (STATUS {:#x}), and no interrupt came: look at its number "
                  "and kind in the device tree; --interrupt off does without it",
                  read(Reg::STATUS)));
}

void UioTransport::wait() {
  const auto busy = [&] { return field::STATUS_BUSY.get(read(Reg::STATUS)) != 0; };
  if (interrupt_) {
    if (interrupt_->wait(kInterruptWait)) {
      interrupted_ = true;
      return;
    }
    if (!busy() && read(Reg::STATUS) != 0) expect_interrupt();
  } else {
    const auto end = Clock::now() + kPolling;
    do {
      std::this_thread::sleep_for(pause_);
      pause_ = std::min(2 * pause_, kLastPause);
    } while (busy() && Clock::now() < end);
  }
  if (busy()) watch();
}

void UioTransport::watch() {
  const std::tuple now{read(Reg::COMMAND), read(Reg::READ_BEATS_LO), read(Reg::WRITE_BEATS_LO)};
  if (now != progress_) {
    progress_ = now;
    progress_time_ = Clock::now();
    cycles_ = read(Reg::CYCLES_LO);
    return;
  }
  const std::chrono::duration<double> still = Clock::now() - progress_time_;
  if (still.count() < board_.timeout) return;
  const bool clocked = read(Reg::CYCLES_LO) != cycles_;
  throw BoardError(fmt::format(
      "the core makes no progress for {:.1f} s at command {}: {} (STATUS {:#x}, {} read beats, {} "
      "write "
      "beats)",
      still.count(), std::get<0>(now),
      clocked ? "its clock runs, so the memory does not answer it: look at the interconnect's "
                "reset and "
                "address map"
              : "CYCLES stands still too, so it has no clock, or its registers read what they were",
      read(Reg::STATUS), std::get<1>(now), std::get<2>(now)));
}

std::uint64_t UioTransport::offset_of(std::uint64_t address, std::uint64_t bytes, std::uint64_t end,
                                      const char* what) const {
  const std::uint64_t offset = address - buffer_.address();
  if (address < buffer_.address() || offset > end || bytes > end - offset)
    throw Error(fmt::format("device memory: no {} bytes to {} at {:#x}", bytes, what, address));
  return offset;
}

void UioTransport::read_memory(std::uint64_t address, std::span<std::byte> to) {
  if (to.empty()) return;
  const std::uint64_t offset = address - buffer_.address();
  for (const auto& [first, end] : mapped_)
    if (offset >= first && offset < end && to.size() <= end - offset)
      return buffer_.read(offset, to);
  buffer_.read(offset_of(address, to.size(), memory_bytes_, "read"), to);
}

void UioTransport::write_memory(std::uint64_t address, std::span<const std::byte> from) {
  if (from.empty()) return;
  buffer_.write(offset_of(address, from.size(), memory_bytes_, "write"), from);
}

void UioTransport::map_memory(std::uint64_t address, std::span<const std::byte> bytes) {
  if (bytes.empty() || address % kPageBytes != 0 || address < buffer_.address() + memory_bytes_)
    throw Error(
        fmt::format("map_memory: {} bytes at {:#x} are not behind the writable memory, in whole "
                    "pages",
                    bytes.size(), address));
  const std::uint64_t offset = address - buffer_.address();
  if (offset > buffer_.bytes() || bytes.size() > buffer_.bytes() - offset)
    throw BoardError(
        fmt::format("{} has {} bytes, {} are needed: make it larger in the device tree",
                    buffer_.name(), buffer_.bytes(), offset + bytes.size()));
  const std::uint64_t end = offset + bytes.size();
  for (const auto& [first, last] : mapped_)
    if (offset < last && first < end)
      throw Error(fmt::format("map_memory: {:#x} is taken", address));
  buffer_.write(offset, bytes);
  mapped_.emplace_back(offset, end);
}

}  // namespace trine::uio
