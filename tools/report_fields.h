// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tools/common.h"

/// Typed access to the members of a report that is read back. Every refusal is an Error that names
/// the member and what it is; nothing is converted: no boolean or fraction is a whole number.
namespace trine::tools::report {

/// The member; Error when `object` is none or lacks it.
const Json& member(const Json& object, const char* key);
/// A whole number up to `most`.
std::uint64_t whole(const Json& object, const char* key, std::uint64_t most);
/// The same in fewer bits, or as a signed number.
template <class Number>
Number whole_as(const Json& object, const char* key, std::uint64_t most) {
  return static_cast<Number>(whole(object, key, most));
}
/// A number from 0 to 1e15: a time, a rate, a share.
double number(const Json& object, const char* key);
std::string string(const Json& object, const char* key);
/// Whether the member is there and not null.
bool has(const Json& object, const char* key);

}  // namespace trine::tools::report
