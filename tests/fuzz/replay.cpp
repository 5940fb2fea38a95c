// SPDX-License-Identifier: Apache-2.0
//
// Runs a fuzz target on the files of its corpus, without libFuzzer: TARGET FOLDER. The last bytes
// of a file are cut off and bits are turned over, too, by a rule that has no chance in it.

#include <cstdio>
#include <exception>
#include <iterator>
#include <vector>

#include "tests/fuzz/fuzz.h"

namespace {

using Bytes = std::vector<std::uint8_t>;

unsigned long run(const Bytes& file) {
  LLVMFuzzerTestOneInput(file.data(), file.size());
  unsigned long runs = 1;
  for (std::size_t part = 0; part < 8 && !file.empty(); ++part, runs += 2) {
    const Bytes cut(file.begin(),
                    file.begin() + static_cast<std::ptrdiff_t>(file.size() * part / 8));
    LLVMFuzzerTestOneInput(cut.data(), cut.size());
    Bytes turned = file;
    const std::size_t at = (file.size() * part + part * 7) / 8 % file.size();
    turned[at] = static_cast<std::uint8_t>(turned[at] ^ 1u << part);
    LLVMFuzzerTestOneInput(turned.data(), turned.size());
  }
  return runs;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || !std::filesystem::is_directory(argv[1])) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  unsigned long files = 0, runs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    std::ifstream in(entry.path(), std::ios::binary);
    const Bytes file{std::istreambuf_iterator<char>(in), {}};
    try {
      runs += run(file);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s: not refused but thrown: %s\n", entry.path().c_str(), error.what());
      return 1;
    }
    ++files;
  }
  std::printf("%lu files, %lu runs, %lu accepted\n", files, runs, trine::fuzz::accepted);
  return files == 0 || trine::fuzz::accepted < files ? 1 : 0;
}
