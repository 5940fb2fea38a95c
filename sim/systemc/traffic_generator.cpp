// SPDX-License-Identifier: Apache-2.0

#include "sim/systemc/traffic_generator.h"

#include <fmt/format.h>

#include <algorithm>

#include "golden/error.h"

namespace trine::sim {

using sc_core::sc_time;

TrafficGenerator::TrafficGenerator(sc_core::sc_module_name name, const Options& options)
    : sc_module(name), options_(options), random_(options.seed), data_(options.burst_bytes) {
  if (options.burst_bytes == 0 || options.bytes < options.burst_bytes)
    throw Error(fmt::format("{}: {} bytes hold no burst of {}", this->name(), options.bytes,
                            options.burst_bytes));
  SC_HAS_PROCESS(TrafficGenerator);
  SC_THREAD(run);
}

void TrafficGenerator::run() {
  const std::uint64_t places = options_.bytes / options_.burst_bytes;
  // Odds out of 2^32, so that a seed means the same bursts everywhere.
  const auto writes = static_cast<std::uint64_t>(options_.writes * 4294967296.0);
  for (std::uint64_t i = 0; i < options_.bursts; ++i) {
    const std::uint64_t place = (options_.random ? random_() : i) % places;
    send(options_.address + place * options_.burst_bytes, random_() >> 32 < writes);
  }
  ahead_.sync();
}

void TrafficGenerator::send(std::uint64_t address, bool write) {
  tlm::tlm_generic_payload payload;
  payload.set_address(address);
  payload.set_data_ptr(data_.data());
  payload.set_data_length(options_.burst_bytes);
  payload.set_streaming_width(options_.burst_bytes);
  if (write) {
    payload.set_command(tlm::TLM_READ_COMMAND);
    socket->transport_dbg(payload);
  }
  payload.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  const sc_time begun = ahead_.get_current_time();
  sc_time delay = ahead_.get_local_time();
  socket->b_transport(payload, delay);
  const sc_time latency = sc_core::sc_time_stamp() + delay - begun;
  ++counts_.bursts;
  counts_.latency += latency;
  counts_.longest = std::max(counts_.longest, latency);
  if (payload.is_response_ok())
    counts_.bytes += options_.burst_bytes;
  else
    ++counts_.errors;
  const sc_time next = begun + std::max(latency, options_.interval);
  ahead_.set(next - sc_core::sc_time_stamp());
  if (ahead_.need_sync()) ahead_.sync();
}

}  // namespace trine::sim
