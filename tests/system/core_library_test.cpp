// SPDX-License-Identifier: Apache-2.0

#include "sim/core_library.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "golden/error.h"
#include "sim/core_builder.h"

using namespace trine;
using namespace trine::sim;
namespace fs = std::filesystem;

namespace {

/// An empty folder of this test, which is the only TRINE_CORE_PATH while the object lives.
class Folder {
 public:
  explicit Folder(const fs::path& below = "") {
    root = fs::temp_directory_path() / ("trine_core_library_test." + std::to_string(::getpid()));
    path = root / below;
    fs::create_directories(path);
    ::setenv("TRINE_CORE_PATH", path.c_str(), 1);
  }
  ~Folder() {
    ::unsetenv("TRINE_CORE_PATH");
    fs::remove_all(root);
  }
  fs::path root, path;
};

void write(const fs::path& file, const std::string& text) {
  std::ofstream(file) << text;
}

/// What asking for a core says.
std::string answer(const CoreShape& shape, bool checking = false) {
  MemoryMap memory;
  DeviceRequest request{.checking = checking};
  request.set_shape(shape);
  try {
    make_core(memory, request);
  } catch (const Error& error) {
    return error.what();
  }
  return "a core";
}
std::string answer(unsigned groups, bool checking = false) {
  return answer(CoreShape{.groups = groups}, checking);
}

void check_says(const std::string& text, const std::string& part) {
  CAPTURE(text);
  CAPTURE(part);
  CHECK_NE(text.find(part), std::string::npos);
}

/// A folder of modules inside a build tree. Its target g1, a fake core, comes from `source`;
/// g8v2a10 can be built once it was asked for.
void write_build_tree(const Folder& folder) {
  write(folder.path / "sources.txt", (folder.root / "source").string() + "\n");
  write(folder.path / "headers.txt", "");
  write(folder.root / "source", "1");
  write(folder.root / "CMakeCache.txt",
        "CMAKE_PROJECT_NAME:STATIC=fake\nCMAKE_GENERATOR:INTERNAL=Ninja\nCMAKE_MAKE_PROGRAM:"
        "FILEPATH=ninja\nCMAKE_HOME_DIRECTORY:INTERNAL=" +
            folder.root.string() + "\nCMAKE_CACHEFILE_DIR:INTERNAL=" + folder.root.string() + "\n");
  write(folder.root / "build.ninja",
        "rule module\n"
        "  command = grep -q 1 source && cp --remove-destination " TRINE_FAKE_G1
        " $out && echo >> built\n"
        "build lib/trine/trine_core_g1.so: module source\n"
        "build trine_core_g1: phony lib/trine/trine_core_g1.so\n"
        "rule asked\n"
        "  command = grep -qx 'g8v2a10 Groups=8 Vectors=2 Ports=1 ActWidth=10 "
        "AttentionHeads=8 AttentionWidth=15 MaxCols=32768 VectorWords=65536 Parity=0 "
        "StreamSum=0' "
        "lib/trine/cores.txt"
        " && cp " TRINE_FAKE_G8V2A10
        " $out\n"
        "build lib/trine/trine_core_g8v2a10.so: asked\n"
        "build trine_core_g8v2a10: phony lib/trine/trine_core_g8v2a10.so\n");
}

std::uintmax_t builds(const Folder& folder) {
  return fs::exists(folder.root / "built") ? fs::file_size(folder.root / "built") : 0;
}

}  // namespace

TEST_CASE("make_core: every known core says of itself what the list says") {
  CHECK_GE(known_cores().size(), 4);
  for (const KnownCore& core : known_cores())
    for (const bool checking : {false, true}) {
      MemoryMap memory;
      memory.allocate(0, kPageBytes);
      DeviceRequest request{.checking = checking};
      request.set_shape(core.shape);
      CHECK_EQ(core_name(core.shape), core.name);
      CHECK(rtl_choices().hold(core.shape));
      const auto made = make_core(memory, request);
      CHECK_EQ(made->commands(), 0);
    }
}

TEST_CASE("make_core: a core that nobody builds is an error that says what there is") {
  const std::string text = answer(3);
  check_says(text, "no simulator with 3 groups and 1 vector");
  check_says(text, "the RTL has no such core");
  check_says(answer(3, true), "no checking simulator");
}

TEST_CASE("make_core: TRINE_CORE_PATH comes first, and modules of any name are found") {
  const Folder folder;
  check_says(answer(3), "no module in " + folder.path.string());
  fs::copy(TRINE_FAKE_G3, folder.path / "trine_core_mine.so");
  CHECK_EQ(answer(3), "fake core g3");
  fs::copy(TRINE_FAKE_G1, folder.path / "trine_core_g1.so");
  CHECK_EQ(answer(1), "fake core g1");
}

TEST_CASE("make_core: what is no module, or another one, is named") {
  const Folder folder;
  const fs::path file = folder.path / "trine_core_g4.so";
  write(file, "no shared object");
  check_says(answer(4), file.string());
  fs::remove(file);
  fs::copy(TRINE_FAKE_G3, file);
  check_says(answer(4), "trine_core_g4.so is a core with 3 groups and 1 vector, not with 4 groups");
}

TEST_CASE("make_core: a module of other sources is refused") {
  const Folder folder;
  fs::copy(TRINE_FAKE_OLD, folder.path / "trine_core_g16.so");
  check_says(answer(16), "trine_core_g16.so was built from other sources than this program (old,");
  fs::rename(folder.path / "trine_core_g16.so", folder.path / "trine_core_g5.so");
  check_says(answer(5), "trine_core_g5.so was built from other sources");
}

TEST_CASE("make_core: a build tree that is asked for any other core comes to know it, once") {
  const Folder folder("lib/trine");
  write_build_tree(folder);
  const CoreShape shape{.groups = 8, .vectors = 2, .act_width = 10};
  CHECK_EQ(core_name(shape), "g8v2a10");
  for (unsigned i = 0; i < 2; ++i) {
    CHECK_EQ(answer(shape), "fake core g8v2a10");
    fs::remove(folder.path / "trine_core_g8v2a10.so");
  }
  CHECK_EQ(answer(1), "fake core g1");  // From the list of this build.
  std::ifstream cores(folder.path / "cores.txt");
  std::string line;
  CHECK(std::getline(cores, line));
  CHECK_FALSE(std::getline(cores, line));
}

TEST_CASE("make_core: a build tree without Verilator says so") {
  const Folder folder("lib/trine");
  CHECK_EQ(why_no_builds(folder.path), "");
  write(folder.path / "no_builds.txt", "configured without Verilator\n");
  CHECK_EQ(why_no_builds(folder.path), "configured without Verilator");
}

TEST_CASE("make_core: in a build tree a module is made when it is missing or old, and only then") {
  const Folder folder("lib/trine");
  write_build_tree(folder);
  CHECK_EQ(answer(1), "fake core g1");
  CHECK_EQ(builds(folder), 1);
  CHECK_EQ(answer(1), "fake core g1");
  CHECK_EQ(builds(folder), 1);
  const fs::path module = folder.path / "trine_core_g1.so";
  fs::last_write_time(folder.root / "source",
                      fs::last_write_time(module) + std::chrono::seconds(1));
  CHECK_EQ(answer(1), "fake core g1");
  CHECK_EQ(builds(folder), 2);
  fs::remove(module);
  write(folder.root / "source", "0");
  const std::string text = answer(1);
  check_says(text, "cmake --build " + folder.root.string());
  check_says(text, "--target trine_core_g1` failed with exit status 1");
}
