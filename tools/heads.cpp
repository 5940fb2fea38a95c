// SPDX-License-Identifier: Apache-2.0

#include "tools/heads.h"

#include <fmt/format.h>

#include "driver/program.h"
#include "golden/checkpoint/checkpoint.h"
#include "golden/families/padding.h"

namespace trine::tools {

golden::ModelConfig stored_config(const std::filesystem::path& checkpoint,
                                  const CommonOptions& common) {
  const golden::Checkpoint opened(checkpoint);
  warn_all(common, opened.warnings());
  golden::ModelConfig stored = golden::pad_heads(opened.config());
  check_heads(stored, checkpoint.string());
  return stored;
}

std::string padding_text(const golden::ModelConfig& stored) {
  if (stored.head_padding == 0) return "";
  return fmt::format("heads of {} are stored as {}, with zeros", stored.own_head_dim(),
                     stored.head_dim);
}

}  // namespace trine::tools
