// SPDX-License-Identifier: Apache-2.0

#include "tools/interrupt.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

#include "golden/checkpoint/output.h"
#include "golden/codec/partial_model.h"
#include "tools/failure.h"

namespace trine::tools {
namespace {

/// What the handler, in which next to nothing may be done, tells the thread that answers.
struct Message {
  int signal;
  std::uintptr_t address;  // Of a SIGBUS.
};

int pipe_ends[2] = {-1, -1};
std::atomic<int> last_signal = 0;
std::atomic<int> answering = 0;  // Objects of AnswersInterrupt.

std::mutex kept_mutex;
std::function<std::string()> kept;

void handle(int signal, siginfo_t* info, void*) {
  const int saved = errno;
  const Message message{signal, reinterpret_cast<std::uintptr_t>(info->si_addr)};
  [[maybe_unused]] const ssize_t written = ::write(pipe_ends[1], &message, sizeof message);
  errno = saved;
  // The access that failed can't go on; the other thread ends the process.
  if (signal != SIGBUS) return;
  for (;;) ::pause();
}

/// What is wrong with the file that is mapped at an address.
std::string mapped_file(std::uintptr_t address) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::istringstream fields(line);
    std::uintptr_t begin = 0, end = 0;
    char dash = 0;
    std::string permissions, offset, device, inode, path;
    fields >> std::hex >> begin >> dash >> end >> permissions >> offset >> device >> inode;
    if (address < begin || address >= end) continue;
    std::getline(fields >> std::ws, path);
    const bool written = permissions.find('w') != std::string::npos;
    return fmt::format("{}: {}", path.empty() ? "a mapped file" : path,
                       written ? "cannot be written: is the disk full?"
                               : "was cut short, or cannot be read, while it was in use");
  }
  return "a file that was in use was cut short, or a disk is full";
}

const char* name_of(int signal) {
  return signal == SIGINT ? "SIGINT" : signal == SIGTERM ? "SIGTERM" : "SIGHUP";
}

[[noreturn]] void end_by(const Message& message) {
  golden::abandon_temporaries();
  if (message.signal == SIGBUS) {
    report_failure(mapped_file(message.address));
    ::_exit(kFailure);
  }
  std::string what;
  {
    const std::lock_guard lock(kept_mutex);
    if (kept) what = kept();
  }
  report_failure(fmt::format("interrupted by {}: {}", name_of(message.signal),
                             what.empty() ? "nothing was written" : what));
  ::_exit(kSignalled + message.signal);
}

void answer() {
  for (;;) {
    Message message{};
    const ssize_t count = ::read(pipe_ends[0], &message, sizeof message);
    if (count < 0 && errno == EINTR) continue;
    if (count != sizeof message) return;
    const bool first = last_signal.exchange(message.signal) == 0;
    if (message.signal == SIGBUS || answering == 0 || !first) end_by(message);
  }
}

/// Opens what is closed of 0, 1 and 2 in such a way that writing fails as it did before.
void open_standard_files() {
  for (int file = STDIN_FILENO; file <= STDERR_FILENO; ++file)
    if (::fcntl(file, F_GETFD) < 0) [[maybe_unused]]
      const int opened = ::open("/dev/null", O_RDONLY);
}

}  // namespace

void watch_signals() {
  open_standard_files();
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);  // A limit of file sizes, too, is a write that fails.
  if (::pipe2(pipe_ends, O_CLOEXEC) != 0) return;  // Then signals do what they always do.
  struct sigaction action = {};
  action.sa_sigaction = handle;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGBUS}) {
    struct sigaction before = {};
    ::sigaction(signal, nullptr, &before);
    // Who started the program to run on, behind nohup or in the background, is obeyed.
    if (before.sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);
  }
  std::thread(answer).detach();
}

KeptWhenInterrupted::KeptWhenInterrupted(std::function<std::string()> what) {
  const std::lock_guard lock(kept_mutex);
  kept = std::move(what);
}
KeptWhenInterrupted::~KeptWhenInterrupted() {
  const std::lock_guard lock(kept_mutex);
  kept = nullptr;
}

std::string kept_matrices(const std::string& out) {
  const std::filesystem::path partial = golden::partial_directory(out);
  if (!std::filesystem::exists(partial)) return "";
  return fmt::format("finished matrices are kept in {}; the same command goes on there",
                     partial.string());
}

AnswersInterrupt::AnswersInterrupt() {
  ++answering;
}
AnswersInterrupt::~AnswersInterrupt() {
  --answering;
}

int interrupting_signal() {
  return last_signal;
}
void forget_signal() {
  last_signal = 0;
}

}  // namespace trine::tools
