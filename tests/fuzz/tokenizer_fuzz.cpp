// SPDX-License-Identifier: Apache-2.0
//
// tokenizer.json, and a text behind a NUL byte that it encodes and decodes.

#include "golden/tokenizer/tokenizer.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = trine::fuzz::text_of(data, size);
  const std::size_t end = input.find('\0');
  const std::string_view json = input.substr(0, end);
  const std::string_view text = end == input.npos ? "Hello, world 12\n" : input.substr(end + 1);
  trine::fuzz::accept_or_refuse([&] {
    const trine::golden::Tokenizer tokenizer(json, "fuzz");
    trine::fuzz::accept_or_refuse([&] { tokenizer.decode(tokenizer.encode(text)); });
  });
  return 0;
}
