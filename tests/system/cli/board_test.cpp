// SPDX-License-Identifier: Apache-2.0
//
// Device uio in front of a fake board, a process of its own (tests/system/board/fake_board.h).

#include <poll.h>

#include <thread>

#include "isa/registers.h"
#include "tests/system/cli/command.h"

using namespace trine::test;

namespace {

/// A fake board in a process; it ends with this.
class Board {
 public:
  explicit Board(const std::vector<std::string>& options) {
    int in[2];
    REQUIRE(pipe2(in, O_CLOEXEC) == 0);
    std::vector<std::string> words{TRINE_FAKE_BOARD, directory().string()};
    words.insert(words.end(), options.begin(), options.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    child_ = fork();
    REQUIRE(child_ >= 0);
    if (child_ == 0) {
      dup2(in[0], STDIN_FILENO);
      execv(argv[0], argv.data());
      _exit(127);
    }
    close(in[0]);
    in_ = in[1];
    // A simulated core may have to be loaded first.
    for (unsigned tries = 0; !fs::exists(directory() / "ready"); ++tries) {
      REQUIRE(tries < 6000);
      REQUIRE(waitpid(child_, nullptr, WNOHANG) == 0);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  ~Board() {
    close(in_);
    waitpid(child_, nullptr, 0);
  }
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;

  fs::path directory() const { return scratch_ / "board"; }
  fs::path dev(const std::string& name) const { return directory() / "dev" / name; }
  fs::path sys(const std::string& name) const { return directory() / "sys" / name; }

  std::vector<std::string> command(const std::string& name,
                                   const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{name,
                                 "--device",
                                 "uio",
                                 "--dev-dir",
                                 (directory() / "dev").string(),
                                 "--sys-dir",
                                 (directory() / "sys").string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  /// The self-test must fail, with one line that has these parts.
  void fails(const std::vector<std::string>& parts,
             const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = command("selftest", more);
    arguments.push_back("--json");
    const Run run = run_trine(arguments);
    CAPTURE(run.err);
    CHECK(run.code == 1);
    CHECK(run.one_line());
    CHECK(run.json()["passed"] == false);
    for (const std::string& part : parts) {
      CAPTURE(part);
      CHECK(run.err.find(part) != std::string::npos);
    }
  }

 private:
  Scratch scratch_;
  pid_t child_ = -1;
  int in_ = -1;
};

Board faulty(const std::string& fault) {
  return Board({"--fault", fault});
}

}  // namespace

TEST_CASE("board: the self-test passes behind UIO, by interrupt and without, cached and not") {
  const Board board({"--groups", "4", "--vectors", "2"});
  for (const std::vector<std::string>& more :
       std::vector<std::vector<std::string>>{{},
                                             {"--interrupt", "on"},
                                             {"--interrupt", "off"},
                                             {"--uncached"},
                                             {"--core", "g4v2p4"}}) {
    auto arguments = board.command("selftest", more);
    const auto report = trine_json(arguments);
    CHECK(report["passed"] == true);
    CHECK(report["groups"] == 4);
    CHECK(report["vectors"] == 2);
    CHECK(report["memory_base"] == 0x870000000);
  }
}

TEST_CASE("board: the RTL behind UIO passes, too") {
  const Board board({"--device", "rtl", "--groups", "16"});
  CHECK(trine_json(board.command("selftest", {"--timeout", "60"}))["passed"] == true);
}

TEST_CASE("board: registers and reserved memory through /dev/mem") {
  const Board board({"--mem", "1"});
  const std::vector<std::string> where{"--registers", "0xA0000000", "--reserved",
                                       "0x870000000:0x1000000"};
  CHECK(trine_json(board.command("selftest", where))["passed"] == true);
  board.fails({"no interrupt"}, {"--registers", "0xA0000000", "--reserved", "0x870000000:0x1000000",
                                 "--interrupt", "on"});
  board.fails({"ID reads 0x00000000"},
              {"--registers", "0xB0000000", "--reserved", "0x870000000:0x1000000"});
}

TEST_CASE("board: a model speaks as it does on golden") {
  const Scratch scratch;
  const std::string packed = packed_model(scratch);
  const Board board({"--bytes", "67108864"});
  const std::vector<std::string> more{packed, "--tokens", "296,1133,109", "-n", "8"};
  const auto got = trine_json(board.command("generate", more));
  std::vector<std::string> golden{"generate"};
  golden.insert(golden.end(), more.begin(), more.end());
  CHECK(got["tokens"] == trine_json(golden)["tokens"]);
  const Board small({"--bytes", "524288"});
  check_fails(small.command("generate", more), 1,
              {"u-dma-buf 'trine-buffer' has 524288 bytes", "needed"});
}

TEST_CASE("board: each fault is one error that says what it is") {
  faulty("zero-id").fails({"stage 'open'", "ID reads 0x00000000", "bitstream"});
  faulty("one-id").fails({"ID reads 0xffffffff"});
  const std::uint32_t spoken = trine::find_register(trine::Reg::VERSION)->reset;
  const auto speaks = [](std::uint32_t version) {
    return "speaks version " + std::to_string(trine::field::VERSION_MAJOR.get(version)) + "." +
           std::to_string(trine::field::VERSION_MINOR.get(version)) + ",";
  };
  faulty("other-version").fails({speaks(spoken + 0x10000), "build both"});
  faulty("old-version").fails({speaks(spoken - 1), "build both"});
  faulty("bad-parameters").fails({"no core's", "27 groups"});
  faulty("lost-writes").fails({"register CTRL does not take", "do not arrive"});
  faulty("stale-reads").fails({"no progress", "CYCLES stands still"}, {"--timeout", "1"});
  faulty("no-clock").fails({"no progress", "no clock"}, {"--timeout", "1"});
  faulty("no-memory").fails({"no progress", "the memory does not answer"}, {"--timeout", "1"});
  faulty("no-interrupt").fails({"no interrupt came", "--interrupt off"});
  faulty("scattered").fails({"not what the core sees", "not contiguous"});
  faulty("wrong-address").fails({"does not reach u-dma-buf 'trine-buffer' at 0x870001000"});
  faulty("stuck").fails({"busy and does not stop", "within 1 s"}, {"--timeout", "1"});
  Board({"--bytes", "65536"}).fails({"has 65536 bytes", "are needed", "larger"});
  Board({"--groups", "8"}).fails({"the core g8", "not g16"}, {"--core", "g16"});
}

TEST_CASE("board: what is only slow, or not coherent, works") {
  CHECK(trine_json(faulty("slow-writes").command("selftest"))["passed"] == true);
  CHECK(trine_json(faulty("incoherent").command("selftest"))["passed"] == true);
  // The same core without the driver's synchronization: the fake tells the two apart.
  faulty("incoherent").fails({"u-dma-buf 'trine-buffer'"}, {"--uncached"});
  CHECK(trine_json(faulty("no-interrupt").command("selftest", {"--interrupt", "off"}))["passed"] ==
        true);
}

TEST_CASE("board: names and files that are missing") {
  const Board board({});
  board.fails({"no UIO device is called 'other'", "uio0 is 'trine'", "uio1 is 'axi-pmon'"},
              {"--uio", "other"});
  board.fails({"no u-dma-buf 'other'"}, {"--buffer", "other"});
  std::ofstream(board.sys("uio/uio1/name")) << "trine\n";
  board.fails({"two UIO devices are called 'trine'"});
  fs::remove_all(board.sys("uio/uio1"));
  std::ofstream(board.sys("uio/uio0/maps/map0/size")) << "0x100\n";
  board.fails({"maps 256 bytes", "device tree"});
  std::ofstream(board.sys("uio/uio0/maps/map0/size")) << "many\n";
  board.fails({"holds 'many', which is no number"});
  std::ofstream(board.sys("uio/uio0/maps/map0/size")) << "0x1000\n";
  std::ofstream(board.sys("u-dma-buf/trine-buffer/phys_addr")) << "0x10000000000\n";
  board.fails({"40 address bits"});
  std::ofstream(board.sys("u-dma-buf/trine-buffer/phys_addr")) << "0x870000000\n";
  fs::rename(board.dev("uio0.irq"), board.dev("gone"));
  board.fails({"uio0.irq", "No such file"}, {"--interrupt", "on"});
  CHECK(trine_json(board.command("selftest"))["passed"] == true);  // It looks again and again.
  fs::rename(board.dev("trine-buffer"), board.dev("gone2"));
  board.fails({"trine-buffer: No such file"});
  fs::remove_all(board.sys("uio"));
  board.fails({"no UIO device is called 'trine'", "there is none"});
}

TEST_CASE("board: files that nobody may open are named, by the self-test and by the doctor") {
  const Board board({});
  for (const char* name : {"uio0", "trine-buffer"}) {
    CAPTURE(name);
    const fs::perms before = fs::status(board.dev(name)).permissions();
    fs::permissions(board.dev(name), fs::perms::none);
    for (const char* command : {"selftest", "doctor"}) {
      CAPTURE(command);
      const Run run = run_trine(board.command(command), "", "/dev/null", true);
      CAPTURE(run.err);
      CHECK(run.code == 1);
      CHECK(run.one_line());
      for (const std::string& part :
           {board.dev(name).string(), std::string("no permission"), std::string("udev rule")})
        CHECK((run.err + run.out).find(part) != std::string::npos);
    }
    fs::permissions(board.dev(name), before);
  }
  CHECK(run_trine(board.command("selftest"), "", "/dev/null", true).code == 0);
}

TEST_CASE("board: the doctor lists what it finds, and what is wrong") {
  const Board board({"--clock", "200"});
  const auto found = trine_json(board.command("doctor"));
  CHECK(found["good"] == true);
  std::string all;
  for (const auto& finding : found["findings"]) all += finding["what"].get<std::string>() + ";";
  for (const char* what : {"UIO device of the core", "permission of the registers", "u-dma-buf",
                           "identity", "parameters", "memory", "clock", "core reads memory"}) {
    CAPTURE(what);
    CHECK(all.find(what) != std::string::npos);
  }
  // The fake's clock runs while it works, so it can look slower, never faster.
  const auto run = run_trine(board.command("doctor", {"--clock", "400", "--json"}));
  CHECK(run.code == 1);
  CHECK(run.err.find("400 is expected") != std::string::npos);
  const auto missing = run_trine(board.command("doctor", {"--uio", "other", "--json"}));
  CHECK(missing.code == 1);
  CHECK(missing.json()["good"] == false);
  CHECK(missing.err.find("no UIO device is called 'other'") != std::string::npos);
  for (const char* device : {"golden", "rtl"}) {
    const auto simulated = trine_json({"doctor", "--device", device});
    CHECK(simulated["good"] == true);
    for (const auto& finding : simulated["findings"])
      if (finding["what"] == "clock") CHECK(finding["good"].is_null());
  }
}
