// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <ios>
#include <istream>
#include <streambuf>
#include <string>

#include "golden/error.h"

namespace trine {

/// Reads a line without its end, "\n" or "\r\n"; false at the end of the text. Throws Error naming
/// `where` for what cannot be read, such as a directory, and for a line of more than 16 MiB: an
/// endless stream, such as /dev/zero, would take all memory.
inline bool read_line(std::istream& in, std::string& line, const std::string& where) {
  constexpr std::size_t kMost = std::size_t{16} << 20;
  constexpr auto kEnd = std::istream::traits_type::eof();
  line.clear();
  try {
    int next = in.rdbuf()->sbumpc();
    if (next == kEnd) return false;
    for (; next != kEnd && next != '\n'; next = in.rdbuf()->sbumpc()) {
      if (line.size() == kMost) throw Error(where + ": has a line of more than 16 MiB");
      line += static_cast<char>(next);
    }
  } catch (const std::ios_base::failure&) {
    throw Error(where + ": cannot be read");
  }
  if (line.ends_with('\r')) line.pop_back();
  return true;
}

}  // namespace trine
