// SPDX-License-Identifier: Apache-2.0

#include "tools/trace_output.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <fstream>

#include "golden/error.h"

namespace trine::tools {
namespace {

namespace fs = std::filesystem;

// An FST file is a sequence of blocks: one byte of type, the length of what follows in eight bytes,
// most significant first, which count themselves. The first block is the header.
constexpr std::size_t kTypeBytes = 1, kLengthBytes = 8;
constexpr std::size_t kEndTime = 17;  // Where the header has the last time of the trace.
constexpr int kHeaderType = 0, kUnfinishedType = 255;

/// Bytes of the trace of a cycle for each group, as docs/simulator.md measures it.
constexpr double kTraceBytes = 39;
constexpr double kLargeTrace = 1e9;

std::uint64_t read_number(std::ifstream& in, std::uint64_t at) {
  std::array<char, kLengthBytes> bytes{};
  in.seekg(static_cast<std::streamoff>(at));
  in.read(bytes.data(), bytes.size());
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return in ? value : 0;
}

/// True when the blocks end where the file does.
bool is_whole(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::uint64_t size = fs::file_size(file);
  std::uint64_t at = 0;
  for (int type = kHeaderType; at < size;) {
    in.seekg(static_cast<std::streamoff>(at));
    type = in.get();
    const std::uint64_t length = read_number(in, at + kTypeBytes);
    if (!in || type == kUnfinishedType || (at == 0) != (type == kHeaderType)) return false;
    if (length < kLengthBytes || length > size - at - kTypeBytes) return false;
    at += kTypeBytes + length;
  }
  return size > 0;
}

}  // namespace

TraceOutput::TraceOutput(const std::string& file)
    : file_(file),
      place_(golden::output_file(file)),
      waves_(golden::Temporary::next_to(place_)),
      names_(fs::path(waves_.path()) += ".hier") {}

void announce_trace(const DeviceOptions& device, std::uint64_t beats, const CommonOptions& common) {
  const DeviceRequest& request = device.request;
  if (request.trace_file.empty() || request.trace_window.bounded()) return;
  const double bytes = kTraceBytes * request.groups * static_cast<double>(beats);
  if (bytes < kLargeTrace) return;
  warn(common, fmt::format("the trace of {} cycles or more will take about {:.1f} GB; "
                           "--trace-commands and --trace-cycles trace a part",
                           beats, bytes / 1e9));
}

void TraceOutput::keep() {
  if (fs::exists(waves_.path())) waves_.put(place_);
}

void TraceOutput::finish() {
  if (!fs::exists(waves_.path())) throw Error(file_.string() + ": the simulator wrote no trace");
  if (!is_whole(waves_.path()))
    throw Error(file_.string() + ": the trace is not whole: is the disk full?");
  std::ifstream in(waves_.path(), std::ios::binary);
  const bool empty = read_number(in, kEndTime) == 0;  // Of a cycle, the clock's rise is at 1.
  waves_.put(place_);
  if (empty)
    throw Error(file_.string() + ": nothing was traced: the window has no cycle of this run");
}

}  // namespace trine::tools
