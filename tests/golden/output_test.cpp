// SPDX-License-Identifier: Apache-2.0

#include "golden/checkpoint/output.h"

#include <fcntl.h>

#include "format_fixture.h"

namespace trine::golden {
namespace {

namespace fs = std::filesystem;

TEST_CASE("output: what is being written for a place stays while another is") {
  const TempDir dir;
  const Temporary first = Temporary::next_to(dir / "a");
  spill(first.path(), "first");
  const Temporary second = Temporary::next_to(dir / "a");
  CHECK(second.path() != first.path());
  CHECK(slurp(first.path()) == "first");
}

TEST_CASE("output: what a process that is gone left behind is removed") {
  const TempDir dir;
  const std::string ours = Temporary::next_to(dir / "a").path().filename().string();
  // Our own name with a process that cannot be: numbers end at 2^22.
  const auto number = ours.find(std::to_string(::getpid()));
  REQUIRE(number != std::string::npos);
  const fs::path left = dir / (ours.substr(0, number) + "4194305-0");
  spill(left, "left");
  const Temporary next = Temporary::next_to(dir / "a");
  CHECK_FALSE(fs::exists(left));
}

TEST_CASE("output: a link to a directory is followed, one to nothing refused") {
  const TempDir dir;
  fs::create_directory(dir / "there");
  fs::create_directory_symlink(dir / "there", dir / "good");
  fs::create_directory_symlink(dir / "nowhere", dir / "bad");
  CHECK(output_directory(dir / "good") == dir / "there");
  check_error([&] { output_directory(dir / "bad"); },
              {(dir / "bad").string(), "link to " + (dir / "nowhere").string()});
  CHECK(output_directory(dir / "new") == dir / "new");
}

TEST_CASE("output: a file that is being written is not open in programs that are started") {
  const TempDir dir;
  const SafetensorsWriter writer(dir / "a", {{"x", Dtype::U8, {1}}}, {});
  std::size_t open = 0;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const fs::path target = fs::read_symlink(entry.path(), gone);
    if (gone || target.parent_path() != fs::canonical(dir.path())) continue;
    ++open;
    CHECK((::fcntl(std::stoi(entry.path().filename()), F_GETFD) & FD_CLOEXEC) != 0);
  }
  CHECK(open == 1);
}

}  // namespace
}  // namespace trine::golden
