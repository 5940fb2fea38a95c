// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <vector>

#include "driver/device_registry.h"

namespace trine::uio {

/// Looks at every file that a transport would open, one by one, without touching the core.
std::vector<Inspection> inspect(const DeviceRequest& request);

}  // namespace trine::uio
