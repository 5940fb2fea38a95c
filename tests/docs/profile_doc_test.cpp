// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "driver/profile.h"

using trine::ProfileRecord;

namespace {

/// How docs/driver.md begins the row of a field of so many bytes at an offset.
std::string row(const char* name, std::size_t offset, std::size_t bytes) {
  const std::size_t first = offset / 4, last = (offset + bytes) / 4 - 1;
  std::string words = std::to_string(first);
  if (last == first + 1) words += ", " + std::to_string(last);
  if (last > first + 1) words += " to " + std::to_string(last);
  return "\n| " + words + " | `" + name + "` | ";
}

}  // namespace

TEST_CASE("docs/driver.md: the profile record's rows are the fields of the struct") {
  std::ifstream file(TRINE_SOURCE_DIR "/docs/driver.md");
  REQUIRE(file.is_open());
  const std::string page(std::istreambuf_iterator<char>(file), {});
  std::size_t at = 0, words = 0;
#define TRINE_FIELD(name)                                                       \
  do {                                                                          \
    const std::string want =                                                    \
        row(#name, offsetof(ProfileRecord, name), sizeof(ProfileRecord::name)); \
    CAPTURE(want);                                                              \
    const std::size_t found = page.find(want);                                  \
    CHECK_NE(found, std::string::npos);                                         \
    CHECK_GT(found, at);                                                        \
    at = found;                                                                 \
    words += sizeof(ProfileRecord::name) / 4;                                   \
  } while (false)
  TRINE_FIELD(index);
  TRINE_FIELD(command);
  TRINE_FIELD(start);
  TRINE_FIELD(end);
  TRINE_FIELD(weight_beats);
  TRINE_FIELD(read_beats);
  TRINE_FIELD(write_beats);
  TRINE_FIELD(stall_memory);
  TRINE_FIELD(stall_table);
  TRINE_FIELD(stall_rows);
  TRINE_FIELD(unit_cycles);
  TRINE_FIELD(zero);
#undef TRINE_FIELD
  CHECK_EQ(words * 4, sizeof(ProfileRecord));  // No field of the struct is left out.
}
