// SPDX-License-Identifier: Apache-2.0

#include "driver/uio/interrupt.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace trine::uio {
namespace {

File connect_to(const std::filesystem::path& path) {
  File file(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = path.string();
  if (name.size() >= sizeof address.sun_path)
    throw BoardError(name + ": is too long a path for a socket");
  std::memcpy(address.sun_path, name.c_str(), name.size() + 1);
  if (!file.open() ||
      ::connect(file.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw BoardError(reason(path, errno));
  return file;
}

}  // namespace

Interrupt::Interrupt(const File& uio, const std::filesystem::path& path)
    : path_(path), descriptor_(uio.get()) {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) throw BoardError(reason(path, errno));
  if (S_ISREG(status.st_mode)) {
    path_ = path.string() + ".irq";
    socket_ = connect_to(path_);
    descriptor_ = socket_.get();
  }
  arm();
}

void Interrupt::arm() {
  while (wait(std::chrono::milliseconds(0))) {
  }
  const std::uint32_t one = 1;
  if (::write(descriptor_, &one, sizeof one) != sizeof one)
    throw BoardError(
        fmt::format("{}: has no interrupt that can be waited for ({}); --interrupt off "
                    "does without",
                    path_.string(), std::strerror(errno)));
}

bool Interrupt::wait(std::chrono::milliseconds most) {
  pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
  const int ready = ::poll(&waiting, 1, static_cast<int>(most.count()));
  if (ready < 0 && errno != EINTR) throw BoardError(reason(path_, errno));
  if (ready <= 0) return false;
  std::uint32_t count = 0;
  if (::read(descriptor_, &count, sizeof count) != sizeof count)
    throw BoardError(fmt::format(
        "{}: the interrupt cannot be read; --interrupt off does without it", path_.string()));
  return true;
}

}  // namespace trine::uio
