// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <stdexcept>
#include <string>

namespace trine {

/// Bad input: the message names what is wrong and where (file, tensor, offset, argument).
/// The command prints it as one line and exits 1. A NUL byte, which a name in a file may have, is
/// written \0: what() would end there.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message) : std::runtime_error(without_nul(message)) {}

 private:
  static std::string without_nul(std::string text) {
    for (std::size_t at = 0; (at = text.find('\0', at)) != text.npos;) text.replace(at, 1, "\\0");
    return text;
  }
};

}  // namespace trine
