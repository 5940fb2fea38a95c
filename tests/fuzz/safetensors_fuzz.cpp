// SPDX-License-Identifier: Apache-2.0
//
// A file of tensors: every element of what is accepted can be read.

#include <algorithm>
#include <vector>

#include "golden/checkpoint/safetensors.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const trine::fuzz::Folder kFolder;
  const auto file = kFolder.write("fuzz.safetensors", trine::fuzz::text_of(data, size));
  trine::fuzz::accept_or_refuse([&] {
    const trine::golden::Safetensors tensors(file);
    tensors.check_whole();
    for (const trine::golden::Tensor& tensor : tensors.tensors()) {
      if (tensors.find(tensor.name) == nullptr) std::abort();
      trine::fuzz::accept_or_refuse([&] { tensor.to_f32(); });
    }
  });
  return 0;
}
