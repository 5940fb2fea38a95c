// SPDX-License-Identifier: Apache-2.0

#include "tests/system/board/fake_board.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <fstream>
#include <sstream>

namespace trine::test {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kRegistersAt = 0xA000'0000;
/// A bit of STATUS that no field has: it is there until the host writes the register.
constexpr std::uint32_t kUntouched = 1u << 31;

struct FaultName {
  const char* name;
  BoardFault fault;
};
constexpr FaultName kFaults[] = {{"none", BoardFault::None},
                                 {"zero-id", BoardFault::ZeroId},
                                 {"one-id", BoardFault::OneId},
                                 {"other-version", BoardFault::OtherVersion},
                                 {"old-version", BoardFault::OldVersion},
                                 {"bad-parameters", BoardFault::BadParameters},
                                 {"slow-writes", BoardFault::SlowWrites},
                                 {"lost-writes", BoardFault::LostWrites},
                                 {"stale-reads", BoardFault::StaleReads},
                                 {"no-interrupt", BoardFault::NoInterrupt},
                                 {"no-clock", BoardFault::NoClock},
                                 {"no-memory", BoardFault::NoMemory},
                                 {"scattered", BoardFault::Scattered},
                                 {"incoherent", BoardFault::Incoherent},
                                 {"wrong-address", BoardFault::WrongAddress},
                                 {"stuck", BoardFault::Stuck}};

void spill(const fs::path& path, const std::string& text) {
  std::ofstream(path) << text << "\n";
}

uio::File make_file(const fs::path& path, std::uint64_t bytes) {
  uio::File file(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file.open() || ::ftruncate(file.get(), static_cast<off_t>(bytes)) != 0)
    throw Error(path.string() + ": cannot be made");
  return file;
}

uio::File listen_at(const fs::path& path) {
  uio::File file(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  if (!file.open() ||
      ::bind(file.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(file.get(), 4) != 0)
    throw Error(path.string() + ": cannot be listened at");
  return file;
}

/// Both ends, so that the host never waits for somebody to open the other.
uio::File make_fifo(const fs::path& path) {
  if (::mkfifo(path.c_str(), 0600) != 0) throw Error(path.string() + ": cannot be made");
  return uio::File(path, O_RDWR | O_NONBLOCK);
}

}  // namespace

BoardFault board_fault(const std::string& name) {
  for (const FaultName& fault : kFaults)
    if (name == fault.name) return fault.fault;
  throw Error("there is no fault " + name);
}

FakeBoard::FakeBoard(const FakeBoardOptions& options) : options_(options) {
  make_files();
  map_files();
  core_ = make_fake_core(options_.device, options_.groups, options_.vectors, *memory_);
  stuck_ = options_.fault == BoardFault::Stuck;
  publish_all();
  show_settings();
  // Whoever waits for the board waits for this file.
  std::ofstream(options_.directory / "ready") << "ready\n";
}

FakeBoard::~FakeBoard() = default;

void FakeBoard::make_files() {
  const fs::path dev = options_.directory / "dev", sys = options_.directory / "sys";
  const fs::path uio = sys / "uio/uio0", other = sys / "uio/uio1",
                 buffer = sys / "u-dma-buf/trine-buffer";
  for (const fs::path& folder : {dev, uio / "maps/map0", other / "maps/map0", buffer})
    fs::create_directories(folder);
  spill(other / "name", "axi-pmon");
  spill(uio / "name", "trine");
  spill(uio / "maps/map0/addr", fmt::format("{:#x}", kRegistersAt));
  spill(uio / "maps/map0/size", "0x1000");
  spill(uio / "maps/map0/offset", "0x0");
  const bool shifted = options_.fault == BoardFault::WrongAddress;
  spill(buffer / "phys_addr", fmt::format("{:#x}", options_.buffer_address + (shifted ? 4096 : 0)));
  spill(buffer / "size", fmt::format("{}", options_.buffer_bytes));
  spill(buffer / "dma_coherent", "0");
  sync_cpu_ = make_fifo(buffer / "sync_for_cpu");
  sync_device_ = make_fifo(buffer / "sync_for_device");
  register_file_ = make_file(dev / "uio0", uio::kWindowBytes);
  make_file(dev / "uio1", uio::kWindowBytes);
  irq_listener_ = listen_at(dev / "uio0.irq");
  if (options_.mem)
    mem_file_ = make_file(dev / "mem", options_.buffer_address + options_.buffer_bytes);
  buffer_file_ = make_file(dev / "trine-buffer", options_.buffer_bytes);
}

void FakeBoard::map_files() {
  const fs::path dev = options_.directory / "dev";
  register_map_ = options_.mem
                      ? uio::Mapping(mem_file_, dev / "mem", kRegistersAt, uio::kWindowBytes)
                      : uio::Mapping(register_file_, dev / "uio0", 0, uio::kWindowBytes);
  registers_ = reinterpret_cast<volatile std::uint32_t*>(register_map_.data());
  buffer_map_ =
      options_.mem
          ? uio::Mapping(mem_file_, dev / "mem", options_.buffer_address, options_.buffer_bytes)
          : uio::Mapping(buffer_file_, dev / "trine-buffer", 0, options_.buffer_bytes);
  memory_ = std::make_unique<FakeMemory>(options_.buffer_address,
                                         std::span(buffer_map_.data(), options_.buffer_bytes));
  if (options_.fault == BoardFault::Scattered) memory_->own_from(options_.buffer_bytes / 3 * 2);
  if (options_.fault == BoardFault::Incoherent) memory_->own_from(0);
}

/// What a register shows to the host.
std::uint32_t FakeBoard::shown(Reg reg) {
  if (options_.fault == BoardFault::ZeroId) return 0;
  if (options_.fault == BoardFault::OneId) return ~0u;
  if (reg == Reg::VERSION && options_.fault == BoardFault::OtherVersion)
    return core_->read(reg) + 0x10000;
  if (reg == Reg::VERSION && options_.fault == BoardFault::OldVersion) return core_->read(reg) - 1;
  if (reg == Reg::CAPS && options_.fault == BoardFault::BadParameters)
    return core_->read(reg) ^ 0x0b;
  if (reg == Reg::STATUS)
    return core_->read(reg) | (stuck_ ? field::STATUS_BUSY.mask() : 0) | kUntouched;
  if (reg == Reg::CYCLES_LO && options_.clock_mhz > 0) {
    const std::chrono::duration<double> now =
        was_busy_ ? std::chrono::duration<double>(Clock::now() - busy_since_)
                  : std::chrono::duration<double>{0};
    return static_cast<std::uint32_t>((busy_ + now).count() * options_.clock_mhz * 1e6);
  }
  return core_->read(reg);
}

void FakeBoard::publish(Reg reg) {
  if (reg != Reg::STATUS) {
    word(reg) = shown(reg);
    return;
  }
  // Unless the host has written it meanwhile.
  const std::uint32_t now = shown(reg);
  std::uint32_t before = status_;
  std::atomic_ref<std::uint32_t> status(const_cast<std::uint32_t&>(word(reg)));
  if (status.compare_exchange_strong(before, now)) status_ = now;
}

void FakeBoard::publish_all() {
  for (const RegInfo& info : kRegs)
    if (mask_of(info.reg, Access::RW) == 0 && info.reg != Reg::CTRL) publish(info.reg);
}

/// Registers that software writes: what has changed is passed on.
void FakeBoard::take_settings() {
  for (const RegInfo& info : kRegs) {
    const std::uint32_t mask = mask_of(info.reg, Access::RW);
    std::uint32_t& seen = settings_[static_cast<std::uint32_t>(info.reg) / 4];
    const std::uint32_t value = word(info.reg);
    if (mask == 0 || value == seen) continue;
    core_->write(info.reg, value);
    seen = value;
  }
}

void FakeBoard::show_settings() {
  for (const RegInfo& info : kRegs) {
    if (mask_of(info.reg, Access::RW) == 0) continue;
    const std::uint32_t value = core_->read(info.reg);
    settings_[static_cast<std::uint32_t>(info.reg) / 4] = value;
    word(info.reg) = value;
  }
}

bool FakeBoard::take_status() {
  const std::uint32_t written = word(Reg::STATUS);
  if (written == status_) return false;
  core_->write(Reg::STATUS, written);
  status_ = written;
  publish(Reg::STATUS);
  return true;
}

bool FakeBoard::take_control() {
  const std::uint32_t written = word(Reg::CTRL);
  if (written == 0) return false;
  if (options_.fault == BoardFault::LostWrites) return false;
  if (options_.fault == BoardFault::SlowWrites) {
    if (write_seen_ == Clock::time_point{}) write_seen_ = Clock::now();
    if (Clock::now() - write_seen_ < std::chrono::milliseconds(20)) return false;
    write_seen_ = {};
  }
  take_synchronizations();
  take_settings();
  core_->write(Reg::CTRL, written);
  publish_all();
  if (field::CTRL_RESET.get(written) != 0) show_settings();
  if (field::CTRL_START.get(written) != 0)
    frozen_ = options_.fault == BoardFault::StaleReads || options_.fault == BoardFault::NoClock ||
              options_.fault == BoardFault::NoMemory;
  std::atomic_thread_fence(std::memory_order_seq_cst);
  word(Reg::CTRL) = 0;
  return true;
}

/// What the host's writes to sync_for_device say.
void FakeBoard::take_synchronizations() {
  const auto drain = [](const uio::File& fifo) {
    std::string text;
    char part[4096];
    for (ssize_t count; (count = ::read(fifo.get(), part, sizeof part)) > 0;)
      text.append(part, static_cast<std::size_t>(count));
    return text;
  };
  drain(sync_cpu_);
  std::istringstream lines(drain(sync_device_));
  for (std::string line; std::getline(lines, line);) {
    const std::uint64_t value = std::stoull(line, nullptr, 16);
    if (options_.fault == BoardFault::Incoherent)
      memory_->take_over(value >> 32, value & 0xFFFF'FFF0);
  }
}

void FakeBoard::interrupt() {
  if (!irq_.open()) {
    irq_ =
        uio::File(::accept4(irq_listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!irq_.open()) return;
  }
  std::uint32_t one = 0;
  const ssize_t count = ::recv(irq_.get(), &one, sizeof one, 0);
  if (count == sizeof one) armed_ = one != 0;
  if (count == 0) irq_ = uio::File();  // The host has closed it.
  if (!armed_ || !irq_.open() || options_.fault == BoardFault::NoInterrupt || !core_->irq()) return;
  armed_ = false;
  ++interrupts_;
  static_cast<void>(::send(irq_.get(), &interrupts_, sizeof interrupts_, MSG_NOSIGNAL));
}

bool FakeBoard::serve() {
  bool done = false;
  if (frozen_) {
    if (options_.fault == BoardFault::NoMemory) {
      const std::uint32_t cycles = word(Reg::CYCLES_LO);
      word(Reg::CYCLES_LO) = cycles + 1000;
    }
    take_synchronizations();
    const bool written = word(Reg::CTRL) != 0;
    word(Reg::CTRL) = 0;
    return written;
  }
  take_synchronizations();
  done |= take_status();
  done |= take_control();
  // A simulated core works while its registers are looked at: what it shows says that a list ran.
  const bool shown_busy = field::STATUS_BUSY.get(status_) != 0 && !stuck_;
  if (shown_busy) {
    if (!was_busy_) busy_since_ = Clock::now();
    was_busy_ = true;
    core_->work();
    const bool ended = field::STATUS_BUSY.get(core_->read(Reg::STATUS)) == 0;
    if (ended) {
      busy_ += Clock::now() - busy_since_;
      was_busy_ = false;
      if (options_.fault == BoardFault::Incoherent) memory_->give_back();
    }
    if (ended || options_.device != "golden") publish_all();
    done = true;
  } else {
    take_settings();  // IRQ_ENABLE.
  }
  interrupt();
  return done;
}

}  // namespace trine::test
