// SPDX-License-Identifier: Apache-2.0
//
// config.json and generation_config.json; the first byte says which.

#include "golden/checkpoint/config.h"
#include "golden/checkpoint/generation_config.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(trine::fuzz::text_of(data + 1, size - 1));
  trine::fuzz::accept_or_refuse([&] {
    if (data[0] == 'g')
      trine::golden::parse_generation_config(text, "fuzz", 1000);
    else
      trine::golden::parse_config(text, "fuzz");
  });
  return 0;
}
