// SPDX-License-Identifier: Apache-2.0
//
// The parts of the board's device on plain files in the place of a kernel's.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>

#include "driver/uio/dma_buffer.h"
#include "driver/uio/inspect.h"
#include "driver/uio/interrupt.h"
#include "driver/uio/registers.h"

using namespace trine;
using namespace trine::uio;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kBufferBytes = 65536, kBufferAt = 0x8'7000'0000;

/// Folders like /dev and /sys/class with a UIO device and a u-dma-buf.
struct Files {
  fs::path root;
  BoardRequest board;

  Files() {
    std::string name = (fs::temp_directory_path() / "trine-uio-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    root = name;
    board.dev = root / "dev";
    board.sys = root / "sys";
    add_uio("uio0", "trine");
    put("sys/u-dma-buf/trine-buffer/phys_addr", "0x870000000\n");
    put("sys/u-dma-buf/trine-buffer/size", "65536\n");
    put("sys/u-dma-buf/trine-buffer/sync_for_cpu", "");
    put("sys/u-dma-buf/trine-buffer/sync_for_device", "");
    put("dev/trine-buffer", std::string(kBufferBytes, 'x'));
  }
  ~Files() { fs::remove_all(root); }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  void add_uio(const std::string& file, const std::string& name) {
    put("sys/uio/" + file + "/name", name + "\n");
    put("sys/uio/" + file + "/maps/map0/size", "0x1000\n");
    put("sys/uio/" + file + "/maps/map0/addr", "0xa0000000\n");
    put("dev/" + file, std::string(kWindowBytes, '\0'));
  }
  void put(const std::string& name, const std::string& text) const {
    fs::create_directories((root / name).parent_path());
    std::ofstream(root / name, std::ios::binary) << text;
  }
  std::string get(const std::string& name) const {
    std::ifstream in(root / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /// What an attribute of the buffer was told since it was last asked.
  std::string told(const std::string& attribute) const {
    const std::string name = "sys/u-dma-buf/trine-buffer/" + attribute;
    std::string text = get(name);
    put(name, "");
    return text;
  }
  std::string path(const std::string& name) const { return (root / name).string(); }
};

/// The whole message, in which DIR is the folder of the files.
void check_error(const Files& files, const std::function<void()>& action, std::string message) {
  for (std::size_t at; (at = message.find("DIR")) != message.npos;)
    message.replace(at, 3, files.root.string());
  try {
    action();
    FAIL_CHECK("no error, not: " << message);
  } catch (const BoardError& error) {
    CHECK(std::string(error.what()) == message);
  }
}

std::vector<std::byte> bytes_of(const std::string& text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

}  // namespace

TEST_CASE("uio: attributes are texts and numbers, and what is none is shown") {
  const Files files;
  const auto number = [&](const std::string& text) {
    files.put("sys/number", text);
    return read_number(files.root / "sys/number");
  };
  CHECK(number("0\n") == 0);
  CHECK(number("65536 \n") == 65536);
  CHECK(number("0x870000000\n") == 0x8'7000'0000);
  CHECK(number("0XfF") == 255);
  CHECK(number("18446744073709551615") == ~std::uint64_t{0});
  for (const char* text : {"", "0x", "many", "12 3", "-1", "0x1g", "18446744073709551616"})
    check_error(
        files, [&] { number(std::string(text) + "\n"); },
        std::string("DIR/sys/number: holds '") + text + "', which is no number");
  check_error(
      files, [&] { read_attribute(files.root / "sys/none"); },
      "DIR/sys/none: No such file or directory");
  check_error(
      files, [&] { read_attribute(files.root / "sys"); }, "DIR/sys: Is a directory");
  check_error(
      files, [&] { write_attribute("/dev/full", "1\n"); }, "/dev/full: No space left on device");
  CHECK(reason("/dev/uio0", EACCES) ==
        "/dev/uio0: no permission (Permission denied): run as root, or let a udev rule give "
        "/dev/uio0 to your group");
  CHECK(reason("/dev/uio0", EPERM).find("(Operation not permitted): run as root") !=
        std::string::npos);
}

TEST_CASE("uio: a device is found by its name, alone or among others") {
  Files files;
  files.put("sys/uio/version", "none of ours");
  CHECK(find_uio(files.board).file == files.root / "dev/uio0");
  files.add_uio("uio1", "axi-pmon");
  CHECK(find_uio(files.board).file == files.root / "dev/uio0");
  CHECK(uio_nodes(files.board).size() == 2);
  files.board.uio = "other";
  check_error(
      files, [&] { find_uio(files.board); },
      "no UIO device is called 'other' in DIR/sys/uio: DIR/dev/uio0 is 'trine', "
      "DIR/dev/uio1 is 'axi-pmon'; is the device-tree overlay loaded?");
  files.board.uio = "trine";
  files.add_uio("uio2", "trine");
  check_error(
      files, [&] { find_uio(files.board); },
      "two UIO devices are called 'trine': DIR/dev/uio0 and DIR/dev/uio2");
  fs::remove_all(files.root / "sys/uio");
  check_error(
      files, [&] { find_uio(files.board); },
      "no UIO device is called 'trine' in DIR/sys/uio: there is none; is the device-tree "
      "overlay loaded?");
}

TEST_CASE("uio: registers are words of the window, and only their known bits are read") {
  Files files;
  const auto offset = static_cast<std::size_t>(Reg::IRQ_ENABLE);
  const auto stored = [&](const char* file, std::size_t at) {
    std::uint32_t word = 0;
    std::memcpy(&word, files.get(file).data() + at, sizeof word);
    return word;
  };
  {
    RegisterWindow window(files.board);
    CHECK(window.path() == files.root / "dev/uio0");
    CHECK(window.uio().open());
    window.write(Reg::IRQ_ENABLE, ~0u);
    CHECK(window.read(Reg::IRQ_ENABLE) == mask_of(Reg::IRQ_ENABLE, Access::RW));
    window.write(Reg::PROFILE_COUNT, 0x1234'5678);
    CHECK(window.read(Reg::PROFILE_COUNT) == 0x1234'5678);
    CHECK_THROWS_WITH_AS(window.read(static_cast<Reg>(0xffc)), "register 0xffc does not exist",
                         Error);
    CHECK_THROWS_AS(window.write(static_cast<Reg>(2), 0), Error);
  }
  CHECK(stored("dev/uio0", offset) == ~0u);
  CHECK(stored("dev/uio0", static_cast<std::size_t>(Reg::PROFILE_COUNT)) == 0x1234'5678);
  files.put("sys/uio/uio0/maps/map0/offset", "0x10\n");
  check_error(
      files, [&] { RegisterWindow{files.board}; },
      "DIR/dev/uio0: maps 4096 bytes from byte 16 of a page on; the registers take 4096 "
      "bytes from 0 on: mend `reg` in the device tree");
  files.put("sys/uio/uio0/maps/map0/offset", "0\n");
  files.put("sys/uio/uio0/maps/map0/size", "4095\n");
  check_error(
      files, [&] { RegisterWindow{files.board}; },
      "DIR/dev/uio0: maps 4095 bytes from byte 0 of a page on; the registers take 4096 "
      "bytes from 0 on: mend `reg` in the device tree");
  // Through /dev/mem at their address.
  files.put("dev/mem", std::string(3UL * 4096, '\0'));
  files.board.registers = 0x2000;
  {
    RegisterWindow window(files.board);
    CHECK_FALSE(window.uio().open());
    window.write(Reg::IRQ_ENABLE, 3);
  }
  CHECK(stored("dev/mem", 0x2000 + offset) == 3);
}

TEST_CASE("uio: a cached buffer is synchronized in whole lines, a coherent or uncached one not") {
  Files files;
  {
    DmaBuffer buffer(files.board);
    CHECK(buffer.address() == kBufferAt);
    CHECK(buffer.bytes() == kBufferBytes);
    CHECK(buffer.synchronized());
    CHECK(buffer.name() == "u-dma-buf 'trine-buffer'");
    // Offset << 32 | bytes | direction << 2 | 1; 1 is to the device, 2 from it.
    buffer.write(100, bytes_of("0123456789abcdef"));
    CHECK(files.told("sync_for_device") == "0x85\n");
    CHECK(files.told("sync_for_cpu").empty());
    buffer.write(kBufferBytes - 3, bytes_of("end"));
    CHECK(files.told("sync_for_device") == "0xff8000000085\n");
    std::vector<std::byte> read(300);
    buffer.read(4000, read);
    CHECK(read == bytes_of(std::string(300, 'x')));
    CHECK(files.told("sync_for_cpu") == "0xf8000000189\n");
    buffer.read(4000, {});
    buffer.write(4000, {});
    CHECK(files.told("sync_for_cpu").empty());
    CHECK(files.told("sync_for_device").empty());
    buffer.zero(8191, 4098);
    CHECK(files.told("sync_for_device") == "0x1f8000001105\n");
  }
  std::string expected(kBufferBytes, 'x');
  expected.replace(100, 16, "0123456789abcdef").replace(kBufferBytes - 3, 3, "end");
  expected.replace(8191, 4098, 4098, '\0');
  CHECK(files.get("dev/trine-buffer") == expected);

  for (const bool coherent : {false, true}) {
    CAPTURE(coherent);
    files.put("sys/u-dma-buf/trine-buffer/dma_coherent", coherent ? "1\n" : "0\n");
    files.board.uncached = !coherent;
    DmaBuffer buffer(files.board);
    CHECK_FALSE(buffer.synchronized());
    buffer.write(1, bytes_of("abc"));
    std::vector<std::byte> read(3);
    buffer.read(1, read);
    CHECK(read == bytes_of("abc"));
    CHECK(files.told("sync_for_cpu").empty());
    CHECK(files.told("sync_for_device").empty());
  }
}

TEST_CASE("uio: a buffer that the core cannot use is refused") {
  Files files;
  const auto refused = [&](const std::string& address, const std::string& size,
                           const std::string& message) {
    files.put("sys/u-dma-buf/trine-buffer/phys_addr", address);
    files.put("sys/u-dma-buf/trine-buffer/size", size);
    check_error(
        files, [&] { DmaBuffer{files.board}; }, message);
  };
  refused("0x870000800", "65536",
          "u-dma-buf 'trine-buffer': 65536 bytes at 0x870000800 are not some whole pages");
  refused("0x870000000", "32767",
          "u-dma-buf 'trine-buffer': 32767 bytes at 0x870000000 are not some whole pages");
  refused("0xfffffff000", "65536",
          "u-dma-buf 'trine-buffer': 65536 bytes at 0xfffffff000 pass the 40 address bits of the "
          "core");
  refused("0x10000000000", "65536",
          "u-dma-buf 'trine-buffer': 65536 bytes at 0x10000000000 pass the 40 address bits of "
          "the core");
  refused("0x870000000", "0x100001000",
          "u-dma-buf 'trine-buffer': of a cached buffer of 4294971392 bytes only 4 GiB can be "
          "synchronized; take it --uncached");
  refused("0x870000000", "0", "DIR/dev/trine-buffer: Invalid argument (mapping 0 bytes at 0x0)");
  files.board.buffer = "other";
  check_error(
      files, [&] { DmaBuffer{files.board}; },
      "there is no u-dma-buf 'other' in DIR/sys/u-dma-buf: is the module u-dma-buf loaded, "
      "and the buffer in the device tree?");
  files.board.reserved = 0x1000;
  files.board.reserved_bytes = 65536;
  check_error(
      files, [&] { DmaBuffer{files.board}; }, "DIR/dev/mem: No such file or directory");
  files.put("dev/mem", std::string(0x11000, '\0'));
  DmaBuffer buffer(files.board);
  CHECK(buffer.name() == "reserved memory");
  CHECK(buffer.address() == 0x1000);
  CHECK_FALSE(buffer.synchronized());
  buffer.write(5, bytes_of("abc"));
  CHECK(files.get("dev/mem").substr(0x1005, 3) == "abc");
}

TEST_CASE("uio: an interrupt is armed with a 1, waited for, and missed by name") {
  Files files;
  const fs::path path = files.root / "dev/uio0";
  const File uio(path, O_RDWR);
  check_error(
      files, [&] { Interrupt(uio, path); }, "DIR/dev/uio0.irq: No such file or directory");
  const fs::path deep = files.root / std::string(120, 'd');
  check_error(
      files, [&] { Interrupt(uio, deep); },
      "DIR/" + std::string(120, 'd') + ".irq: is too long a path for a socket");

  const File listener(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = files.path("dev/uio0.irq");
  REQUIRE(name.size() < sizeof address.sun_path);
  std::memcpy(address.sun_path, name.c_str(), name.size() + 1);
  REQUIRE(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(listener.get(), 1) == 0);
  Interrupt interrupt(uio, path);
  File kernel(::accept(listener.get(), nullptr, nullptr));
  const auto armed = [&] {
    std::uint32_t word = 0;
    return ::read(kernel.get(), &word, sizeof word) == sizeof word ? word : 0;
  };
  const auto raise = [&](std::uint32_t count) {
    REQUIRE(::write(kernel.get(), &count, sizeof count) == sizeof count);
  };
  CHECK(armed() == 1);
  CHECK_FALSE(interrupt.wait(std::chrono::milliseconds(0)));
  raise(1);
  CHECK(interrupt.wait(std::chrono::milliseconds(1000)));
  CHECK_FALSE(interrupt.wait(std::chrono::milliseconds(0)));
  raise(2);
  raise(3);
  interrupt.arm();  // Takes those that have come.
  CHECK(armed() == 1);
  CHECK_FALSE(interrupt.wait(std::chrono::milliseconds(0)));
  kernel = File();
  kernel = File(::open("/dev/null", O_RDONLY));  // The peer is gone.
  check_error(
      files, [&] { interrupt.wait(std::chrono::milliseconds(1000)); },
      "DIR/dev/uio0.irq: the interrupt cannot be read; --interrupt off does without it");

  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const File reader(ends[0]), writer(ends[1]);
  check_error(
      files, [&] { Interrupt(reader, "/dev/uio9"); },
      "/dev/uio9: has no interrupt that can be waited for (Bad file descriptor); "
      "--interrupt off does without");
}

TEST_CASE("uio: the doctor's list has what each file says") {
  Files files;
  DeviceRequest request;
  request.board = files.board;
  const auto found = [&](const std::string& what) {
    for (const Inspection& one : inspect(request))
      if (one.what == what) return (one.good ? "good: " : "bad: ") + one.found;
    return std::string("not looked at");
  };
  const std::string dir = files.root.string();
  CHECK(found("UIO devices") == "good: " + dir + "/dev/uio0 is 'trine'");
  CHECK(found("UIO device of the core") == "good: " + dir + "/dev/uio0");
  CHECK(found("register window") == "good: 0x1000 bytes at 0xa0000000");
  CHECK(found("permission of the registers") ==
        "good: " + dir + "/dev/uio0 opens for reading and writing");
  CHECK(found("u-dma-buf") == "good: 'trine-buffer': 65536 bytes at 0x870000000");
  CHECK(found("caches of the memory") == "good: synchronized by the driver");
  files.put("sys/u-dma-buf/trine-buffer/dma_coherent", "1");
  CHECK(found("caches of the memory") == "good: none, or coherent");
  fs::remove(files.root / "dev/trine-buffer");
  CHECK(found("permission of the memory") ==
        "bad: " + dir + "/dev/trine-buffer: No such file or directory");
  request.board.registers = 0xa000'0000;
  CHECK(found("UIO devices") == "not looked at");
  CHECK(found("permission of the registers") ==
        "bad: " + dir + "/dev/mem: No such file or directory");
  request.board.reserved_bytes = 65536;
  CHECK(found("u-dma-buf") == "not looked at");
  files.put("dev/mem", "");
  CHECK(found("permission of the memory") ==
        "good: " + dir + "/dev/mem opens for reading and writing");
  fs::remove_all(files.root / "sys/uio");
  request.board.registers.reset();
  CHECK(found("UIO devices") == "bad: there is none");
}
