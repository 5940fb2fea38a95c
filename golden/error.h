// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <stdexcept>

namespace trine {

/// Bad input: the message names what is wrong and where (file, tensor, offset, argument).
/// The command prints it as one line and exits 1.
class Error : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace trine
