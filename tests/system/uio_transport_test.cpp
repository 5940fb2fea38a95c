// SPDX-License-Identifier: Apache-2.0
//
// The board's transport in one process with a fake board, whose core is the golden machine:
// everything that a board may have wrong is one error, whole.

#include "driver/uio/uio_transport.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "driver/device.h"
#include "tests/system/board/fake_board.h"

using namespace trine;
using namespace trine::test;
using uio::BoardError;
using uio::UioTransport;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kBase = 0x8'7000'0000, kBytes = 1 << 20;

/// A fake board that a thread serves.
class Served {
 public:
  explicit Served(FakeBoardOptions options) {
    std::string name = (fs::temp_directory_path() / "trine-board-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder = options.directory = name;
    options.groups = 4;
    options.buffer_bytes = kBytes;
    board_ = std::make_unique<FakeBoard>(options);
    thread_ = std::thread([this] {
      while (!over_)
        if (!board_->serve()) std::this_thread::sleep_for(std::chrono::microseconds(20));
    });
    request.memory_bytes = kBytes / 2;
    request.board.dev = folder / "dev";
    request.board.sys = folder / "sys";
    request.board.timeout = 0.3;
  }
  ~Served() {
    over_ = true;
    thread_.join();
    board_.reset();
    fs::remove_all(folder);
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  fs::path folder;
  DeviceRequest request;

 private:
  std::unique_ptr<FakeBoard> board_;
  std::atomic<bool> over_{false};
  std::thread thread_;
};

FakeBoardOptions with(const std::string& fault) {
  FakeBoardOptions options;
  options.fault = board_fault(fault);
  return options;
}

template <class Action>
std::string message_of(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing thrown";
}

void check_message(const std::string& message, const std::vector<std::string>& parts) {
  CAPTURE(message);
  for (const std::string& part : parts) {
    CAPTURE(part);
    CHECK(message.find(part) != std::string::npos);
  }
}

/// The transport is not made, for this reason.
void refuses(Served& board, const std::vector<std::string>& parts) {
  check_message(message_of([&] { UioTransport{board.request}; }), parts);
}
void refuses(const std::string& fault, const std::vector<std::string>& parts) {
  CAPTURE(fault);
  Served board(with(fault));
  refuses(board, parts);
}

/// Loads and stores 16 words.
CommandList copy_list(Device& device) {
  CommandList list(device.params(), {kBase, kBase + kBytes});
  list.load(0, kBase + 0x10000, 16, CommandList::Element::F32, "words");
  list.store(0, kBase + 0x20000, 16, CommandList::Element::F32, "words");
  list.end();
  return list;
}

void copies(const DeviceRequest& request) {
  UioTransport transport(request);
  Device device(transport);
  std::vector<std::byte> words(64), got(64);
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = static_cast<std::byte>(i + 1);
  transport.write_memory(kBase + 0x10000, words);
  device.set_window({kBase, kBase + kBytes});
  for (unsigned n = 0; n < 3; ++n) {
    device.write_and_run(copy_list(device), kBase);
    transport.read_memory(kBase + 0x20000, got);
    CHECK(got == words);
    transport.write_memory(kBase + 0x20000, std::vector<std::byte>(64));
  }
}

}  // namespace

TEST_CASE("uio transport: lists run by interrupt and without, cached and not, slow or incoherent") {
  for (const char* fault : {"none", "slow-writes", "incoherent"}) {
    CAPTURE(fault);
    Served board(with(fault));
    for (const char* interrupt : {"auto", "on", "off"}) {
      CAPTURE(interrupt);
      board.request.board.timeout = 10;
      board.request.board.interrupt = interrupt;
      copies(board.request);
    }
  }
  Served board({});
  board.request.board.uncached = true;
  board.request.board.core = "g4p2";  // Ports do not show in registers.
  copies(board.request);
}

TEST_CASE("uio transport: through /dev/mem there is no interrupt") {
  FakeBoardOptions options;
  options.mem = true;
  Served board(options);
  board.request.board.registers = 0xA0000000;
  board.request.board.reserved = kBase;
  board.request.board.reserved_bytes = kBytes;
  copies(board.request);
  board.request.board.interrupt = "on";
  refuses(board, {"registers through /dev/mem have no interrupt"});
}

TEST_CASE("uio transport: what a board has wrong is told before anything is computed") {
  refuses("zero-id", {"ID reads 0x00000000", "nothing answers"});
  refuses("one-id", {"ID reads 0xffffffff", "nothing answers"});
  refuses("other-version", {"speaks version", "build both from the same sources"});
  refuses("old-version", {"speaks version", "build both from the same sources"});
  refuses("bad-parameters", {"no core's", "15 groups"});
  refuses("stale-reads", {"no progress for 0.", "CYCLES stands still too"});
  refuses("no-clock", {"no progress for 0.", "it has no clock"});
  refuses("no-memory", {"no progress for 0.", "the memory does not answer it"});
  refuses("no-interrupt", {"no interrupt came", "--interrupt off does without it"});
  refuses("scattered", {"is not what the core sees", "not contiguous"});
  refuses("wrong-address", {"the core does not reach u-dma-buf 'trine-buffer' at 0x870001000"});
  refuses("stuck", {"is busy and does not stop on a reset within 0.3 s"});
  refuses("lost-writes", {"register CTRL does not take", "writes do not arrive"});
  Served board({});
  board.request.board.core = "g4v2";
  refuses(board, {"the bitstream has the core g4 (4 groups, 1 vectors", "not g4v2"});
  board.request.board.core.clear();
  board.request.memory_bytes = kBytes + 4096;
  refuses(board, {"has 1048576 bytes, 1052672 are needed"});
  board.request.memory_bytes = kBytes / 2;
  fs::remove(board.folder / "dev/uio0.irq");
  board.request.board.interrupt = "on";
  refuses(board, {"uio0.irq"});
  board.request.board.interrupt = "auto";  // It looks again and again.
  copies(board.request);
}

TEST_CASE("uio transport: memory is the writable part, and what is mapped behind it") {
  Served board({});
  UioTransport transport(board.request);
  CHECK_EQ(transport.memory_base(), kBase);
  CHECK_EQ(transport.memory_size(), kBytes / 2);
  const std::uint64_t end = kBase + kBytes / 2;
  std::vector<std::byte> page(4096, std::byte{7}), got(4096);
  CHECK_NOTHROW(transport.read_memory(0, {}));
  CHECK_NOTHROW(transport.write_memory(0, {}));
  for (const std::uint64_t address : {kBase - 64, end - 4032, end, ~std::uint64_t{0} - 63}) {
    CAPTURE(address);
    check_message(message_of([&] { transport.read_memory(address, got); }), {"4096 bytes to read"});
    check_message(message_of([&] { transport.write_memory(address, page); }),
                  {"4096 bytes to write"});
  }
  transport.map_memory(end, page);
  transport.read_memory(end, got);
  CHECK(got == page);
  const auto map = [&](std::uint64_t address, std::size_t bytes) {
    return message_of([&] { transport.map_memory(address, std::vector<std::byte>(bytes)); });
  };
  check_message(map(end, 64), {"is taken"});
  check_message(map(end + 64, 64), {"are not behind the writable memory, in whole pages"});
  check_message(map(end - 4096, 64), {"are not behind"});
  check_message(map(end + 4096, 0), {"are not behind"});
  check_message(map(kBase + kBytes - 4096, 4097), {"has 1048576 bytes, 1048577 are needed"});
  check_message(message_of([&] { transport.write(static_cast<Reg>(0xFFC), 1); }),
                {"register 0xffc does not exist"});
}
