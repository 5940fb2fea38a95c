// SPDX-License-Identifier: Apache-2.0

#pragma once

namespace trine {

/// The parameters of a core that can be chosen. A name here is a parameter of `trine_top` in lower
/// case, so that the build system sets both from one list (sim/CMakeLists.txt).
struct CoreShape {
  unsigned groups = 1, vectors = 1, ports = 1;
  bool operator==(const CoreShape&) const = default;
};

}  // namespace trine
