// SPDX-License-Identifier: Apache-2.0

#include "golden/lines.h"

#include "format_fixture.h"

namespace trine::golden {
namespace {

TEST_CASE("lines: either end of a line is none of it, and the last line may have none") {
  std::istringstream text("one\r\n\ntwo \r \n\r\nlast");
  std::vector<std::string> lines;
  for (std::string line; read_line(text, line, "text");) lines.push_back(line);
  CHECK(lines == std::vector<std::string>{"one", "", "two \r ", "", "last"});
  std::istringstream ended("one\n");
  std::string line;
  CHECK(read_line(ended, line, "text"));
  CHECK_FALSE(read_line(ended, line, "text"));
  CHECK(line.empty());
}

TEST_CASE("lines: a line without an end and what cannot be read are refused") {
  const std::string longest(std::size_t{16} << 20, 'x');
  std::istringstream text(longest + "\n" + longest + "x\n");
  std::string line;
  CHECK(read_line(text, line, "text"));
  CHECK(line == longest);
  CHECK_THROWS_WITH_AS(read_line(text, line, "text"), "text: has a line of more than 16 MiB",
                       Error);
  const TempDir dir;
  std::ifstream folder(dir.path());
  CHECK_THROWS_WITH_AS(read_line(folder, line, "folder"), "folder: cannot be read", Error);
}

}  // namespace
}  // namespace trine::golden
