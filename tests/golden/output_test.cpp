// SPDX-License-Identifier: Apache-2.0

#include "golden/checkpoint/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

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

TEST_CASE("output: what no file can take the place of is refused before any work") {
  const TempDir dir;
  const auto refused = [&](const fs::path& file, const std::string& why) {
    CHECK_THROWS_WITH_AS(output_file(file), (file.string() + why).c_str(), Error);
  };
  refused("", "the name of an output is empty");
  refused(dir / "a/", ": is the name of a folder, not of a file");
  refused(dir.path(), ": is a directory");
  refused(dir / "none/a", ": the folder " + (dir / "none").string() + " does not exist");
  REQUIRE(::mkfifo((dir / "pipe").c_str(), 0600) == 0);
  refused(dir / "pipe", ": is not a regular file, so it cannot be replaced");
  fs::create_symlink(dir / "y", dir / "x");
  fs::create_symlink(dir / "x", dir / "y");
  refused(dir / "x", ": too many symbolic links");
  CHECK_THROWS_WITH_AS(output_directory("/proc"),
                       "/proc: is a mount point, which cannot be replaced; name a directory in it",
                       Error);
  // A link leads to where the file really goes, and its folder counts.
  fs::create_directory(dir / "there");
  fs::create_symlink("there/file", dir / "link");
  CHECK(output_file(dir / "link") == dir / "there/file");
  fs::create_directory_symlink("there/", dir / "slash");
  CHECK(output_directory(dir / "slash") == dir / "there");
  CHECK(output_directory(dir / "there/") == dir / "there");
}

TEST_CASE("output: a place that cannot be taken leaves what is there and the temporary") {
  const TempDir dir;
  spill(dir / "full", "");
  Temporary file = Temporary::next_to(dir / "place");
  spill(file.path(), "new");
  CHECK_THROWS_WITH_AS(
      file.put(dir / "full/place"),
      ((dir / "full/place").string() + ": cannot put into place: Not a directory").c_str(), Error);
  CHECK_THROWS_WITH_AS(
      file.exchange(dir / "nothing"),
      ((dir / "nothing").string() + ": cannot be replaced: No such file or directory").c_str(),
      Error);
  CHECK(slurp(file.path()) == "new");
  file.put(dir / "place");
  CHECK(slurp(dir / "place") == "new");
  CHECK(file.path().empty());
  // One that is not there yet: the place gets back what it had.
  Temporary nothing = Temporary::next_to(dir / "place");
  CHECK_THROWS_WITH_AS(
      nothing.exchange(dir / "place"),
      ((dir / "place").string() + ": cannot put into place: No such file or directory").c_str(),
      Error);
  CHECK(slurp(dir / "place") == "new");
  CHECK(dir.entries() == 2);
}

TEST_CASE("output: a temporary changes places with a directory, and hands its name on") {
  const TempDir dir;
  fs::create_directory(dir / "place");
  spill(dir / "place/old", "");
  {
    Temporary made = Temporary::next_to(dir / "place");
    fs::create_directory(made.path());
    spill(made.path() / "new", "");
    Temporary given = Temporary::next_to(dir / "other");
    spill(given.path(), "");
    given = std::move(made);
    given.exchange(dir / "place");
    CHECK(fs::exists(dir / "place/new"));
    CHECK(fs::exists(given.path() / "old"));
    Temporary kept = Temporary::next_to(dir / "other");
    spill(kept.path(), "kept");
    const Temporary last = std::move(kept);
    CHECK(slurp(last.path()) == "kept");
  }
  CHECK(dir.entries() == 1);
}

TEST_CASE("output: a process that ends in the middle removes what is temporary and nothing else") {
  const TempDir dir;
  const ::pid_t child = ::fork();
  if (child == 0) {
    Temporary released = Temporary::next_to(dir / "a"), kept = Temporary::next_to(dir / "b");
    spill(released.path(), "");
    spill(kept.path(), "");
    released.release();
    abandon_temporaries();
    ::_exit(0);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  REQUIRE(dir.entries() == 1);
  const auto left = fs::directory_iterator(dir.path())->path().filename().string();
  CHECK(left.find(".a") == 0);
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
