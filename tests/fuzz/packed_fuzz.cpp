// SPDX-License-Identifier: Apache-2.0
//
// The file of a packed model beside the config.json of a small one.

#include "golden/format/packed_model.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const trine::fuzz::Folder kFolder;
  static const bool kHasConfig = [] {
    std::filesystem::copy_file(
        std::filesystem::path(TRINE_SOURCE_DIR) / "tests/models/families/qwen3_tied/config.json",
        kFolder.path() / "config.json", std::filesystem::copy_options::overwrite_existing);
    return true;
  }();
  if (!kHasConfig) return 0;
  kFolder.write(std::string(trine::golden::kPackedFile), trine::fuzz::text_of(data, size));
  trine::fuzz::accept_or_refuse([&] {
    const trine::golden::PackedModel model(kFolder.path());
    model.validate();
  });
  return 0;
}
