// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "machine/product/vectors.h"
#include "runtime/core.h"

namespace trine {

/// Cores of one device, made when they are first needed, by their groups.
class CorePool {
 public:
  /// `request` is for all, `progress` must outlive the pool.
  CorePool(std::string device, const DeviceRequest& request, Progress& progress)
      : device_(std::move(device)), request_(request), progress_(progress) {}

  Core& at(unsigned groups);
  /// The core of a file's own geometry where the device has one, else the requested one.
  Core& suiting(const golden::VectorFile& file);

 private:
  std::string device_;
  DeviceRequest request_;
  Progress& progress_;
  std::map<unsigned, std::unique_ptr<Core>> cores_;
};

/// The golden definitions reproduce every tensor of the file, the stream in the file's own
/// geometry; then the device computes from the stream, laid out anew for its geometry.
std::vector<golden::VectorCheck> check_vectors(const golden::VectorFile& file, Device& device);

}  // namespace trine
