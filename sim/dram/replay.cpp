// SPDX-License-Identifier: Apache-2.0

#include "sim/dram/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <map>

#include "golden/error.h"
#include "golden/lines.h"

namespace trine::dram {
namespace {

struct Request {
  bool write = false;
  std::uint64_t address = 0, cycle = 0;
};

/// The next word of a line, which is cut off.
std::string_view word(std::string_view& line) {
  const auto first = line.find_first_not_of(" \t\r,");
  if (first == std::string_view::npos) return line = {};
  line.remove_prefix(first);
  const std::string_view found = line.substr(0, line.find_first_of(" \t\r,"));
  line.remove_prefix(found.size());
  return found;
}

std::uint64_t number(std::string_view text, const char* what) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  const char *begin = text.data() + (hex ? 2 : 0), *end = text.data() + text.size();
  std::uint64_t value = 0;
  const auto [stop, error] = std::from_chars(begin, end, value, hex ? 16 : 10);
  if (error != std::errc{} || stop != end || begin == end)
    throw Error(fmt::format("'{}' is no {}", text, what));
  return value;
}

/// False for a line without a request.
bool parse(std::string_view line, Request& request) {
  line = line.substr(0, line.find('#'));
  const std::string_view kind = word(line);
  if (kind.empty()) return false;
  if (kind != "R" && kind != "W" && kind != "r" && kind != "w")
    throw Error(fmt::format("'{}' is neither R nor W", kind));
  request.write = kind == "W" || kind == "w";
  const std::string_view address = word(line);
  if (address.empty()) throw Error("no address");
  request.address = number(address, "address");
  if (request.address >> 56 != 0) throw Error(fmt::format("address {} is beyond 2^56", address));
  const std::string_view cycle = word(line);
  request.cycle = cycle.empty() ? 0 : number(cycle, "cycle");
  if (request.cycle >> 48 != 0) throw Error(fmt::format("cycle {} is beyond 2^48", cycle));
  if (const std::string_view rest = word(line); !rest.empty())
    throw Error(fmt::format("'{}' behind the request", rest));
  return true;
}

/// The requests under way and the latencies of those that were.
class Player {
 public:
  Player(const MemorySpec& spec, const ReplayOptions& options)
      : bytes_(options.bytes != 0 ? options.bytes : spec.device.burst_bytes()),
        limit_(options.outstanding != 0 ? options.outstanding : std::size_t{64} * spec.channels),
        memory_(spec, options.core_mhz, (limit_ + 1) * (bytes_ / spec.device.burst_bytes() + 2)) {}

  void play(const Request& request) {
    advance(std::max(request.cycle, cycle_));
    while (request.write ? !memory_.takes_writes() : waiting_.size() >= limit_)
      advance(memory_.next_cycle());
    if (request.write) {
      memory_.write(request.address, bytes_);
      ++result_.writes;
    } else {
      const std::uint64_t first = memory_.read(request.address, bytes_);
      waiting_.push_back({first, memory_.bursts(request.address, bytes_), memory_.now()});
      ++result_.reads;
    }
    ++result_.requests;
    result_.bytes += bytes_;
  }

  ReplayResult finish() {
    while (!memory_.idle()) advance(memory_.next_cycle());
    while (!waiting_.empty()) advance(cycle_ + 1);
    const double ns = 1e3 / memory_.spec().device.clock_mhz;
    result_.stats = memory_.stats();
    // Writes go on behind the last command.
    const Clock end = std::max(last_, memory_.data_end());
    result_.seconds = static_cast<double>(end) * ns * 1e-9;
    result_.cycles = memory_.cycles(end);
    if (result_.reads > 0) {
      result_.latency_min_ns = ns * static_cast<double>(latencies_.begin()->first);
      result_.latency_max_ns = ns * static_cast<double>(latencies_.rbegin()->first);
      double sum = 0;
      for (const auto& [clocks, count] : latencies_)
        sum += static_cast<double>(clocks) * static_cast<double>(count);
      result_.latency_mean_ns = ns * sum / static_cast<double>(result_.reads);
      result_.latency_p50_ns = ns * percentile(0.50);
      result_.latency_p90_ns = ns * percentile(0.90);
      result_.latency_p99_ns = ns * percentile(0.99);
    }
    return result_;
  }

 private:
  struct Waiting {
    std::uint64_t ticket, bursts;
    Clock arrival;
  };

  void advance(std::uint64_t cycle) {
    memory_.advance_to(cycle_ = cycle);
    while (!waiting_.empty()) {
      const Waiting& front = waiting_.front();
      Clock end = 0;
      for (std::uint64_t i = 0; i < front.bursts; ++i)
        end = std::max(end, memory_.end(front.ticket + i));
      if (end > memory_.now()) break;
      ++latencies_[end - front.arrival];
      last_ = std::max(last_, end);
      waiting_.pop_front();
    }
  }

  /// The smallest latency that this share of the reads does not exceed.
  double percentile(double share) const {
    const double wanted = share * static_cast<double>(result_.reads);
    double seen = 0;
    for (const auto& [clocks, count] : latencies_) {
      seen += static_cast<double>(count);
      if (seen >= wanted) return static_cast<double>(clocks);
    }
    return static_cast<double>(latencies_.rbegin()->first);
  }

  std::uint64_t bytes_;
  std::size_t limit_;
  Memory memory_;
  std::deque<Waiting> waiting_;
  std::map<Clock, std::uint64_t> latencies_;  // Reads by clocks.
  std::uint64_t cycle_ = 0;
  Clock last_ = 0;
  ReplayResult result_;
};

constexpr std::uint64_t kProgressLines = 1 << 16;

}  // namespace

ReplayResult replay(std::istream& trace, const std::string& name, const MemorySpec& spec,
                    const ReplayOptions& options,
                    const std::function<void(std::uint64_t lines)>& progress) {
  Player player(spec, options);
  std::string line;
  std::uint64_t lines = 0, last_cycle = 0;
  while (read_line(trace, line, name)) {
    ++lines;
    try {
      Request request;
      if (!parse(line, request)) continue;
      if (request.cycle != 0 && request.cycle < last_cycle)
        throw Error(fmt::format("cycle {} behind cycle {}", request.cycle, last_cycle));
      last_cycle = std::max(last_cycle, request.cycle);
      player.play(request);
    } catch (const Error& error) {
      throw Error(fmt::format("{}:{}: {}", name, lines, error.what()));
    }
    if (progress && lines % kProgressLines == 0) progress(lines);
  }
  return player.finish();
}

}  // namespace trine::dram
