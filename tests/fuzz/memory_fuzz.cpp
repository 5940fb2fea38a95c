// SPDX-License-Identifier: Apache-2.0
//
// A parameter file of a DRAM; a name, when the first byte is 'n'.

#include "sim/dram/spec.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const trine::fuzz::Folder kFolder;
  const std::string_view text = trine::fuzz::text_of(data + 1, size - 1);
  trine::fuzz::accept_or_refuse([&] {
    if (data[0] == 'n' && text.find('/') == text.npos)
      trine::dram::check(trine::dram::parse_memory(std::string(text)));
    else
      trine::dram::check(trine::dram::read_memory_file(kFolder.write("fuzz.memory", text)));
  });
  return 0;
}
