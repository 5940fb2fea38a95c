// SPDX-License-Identifier: Apache-2.0

#include "driver/device_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <tuple>
#include <utility>

#include "driver/machine_params.h"

namespace trine {
namespace {

template <class T>
bool parse(std::string_view text, T& value) {
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  return result.ec == std::errc{} && result.ptr == end;
}

std::uint64_t count(std::string_view text, std::uint64_t low, std::uint64_t high) {
  std::uint64_t value = 0;
  if (!parse(text, value) || value < low || value > high)
    throw Error(fmt::format("{} is not a whole number in [{} .. {}]", text, low, high));
  return value;
}

unsigned small_count(std::string_view text, unsigned low, unsigned high) {
  return static_cast<unsigned>(count(text, low, high));
}

/// A page of the memory bus, decimal or hexadecimal.
std::uint64_t page_address(std::string_view text) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  const std::string_view digits = hex ? text.substr(2) : text;
  std::uint64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, value, hex ? 16 : 10);
  if (result.ec != std::errc{} || result.ptr != end || value % 4096 != 0 ||
      value >= std::uint64_t{1} << kAddressBits)
    throw Error(fmt::format("{} is not a multiple of 4096 below 2^{}", text, kAddressBits));
  return value;
}

/// A name as the kernel has them: it becomes part of a path.
std::string named(std::string_view text) {
  if (text.empty() || text.find('/') != text.npos || text.starts_with('.'))
    throw Error(fmt::format("'{}' is no name", text));
  return std::string(text);
}

/// "ADDRESS:BYTES".
void set_reserved(BoardRequest& board, std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) throw Error(fmt::format("'{}' is not ADDRESS:BYTES", text));
  board.reserved = page_address(text.substr(0, colon));
  board.reserved_bytes = page_address(text.substr(colon + 1));
  if (board.reserved_bytes == 0) throw Error("no bytes are reserved");
}

enum class Low : bool { Excluded, Included };

double number(std::string_view text, Low first, double low, double high) {
  double value = 0;
  const bool inside = parse(text, value) && std::isfinite(value) && value <= high &&
                      (first == Low::Included ? value >= low : value > low);
  if (!inside)
    throw Error(fmt::format("{} is not in {}{} .. {}]", text, first == Low::Included ? '[' : '(',
                            low, high));
  return value;
}

bool flag(std::string_view text) {
  if (text != "true" && text != "false")
    throw Error(fmt::format("{} is neither true nor false", text));
  return text == "true";
}

/// "A:B" as [A, B).
std::pair<std::uint64_t, std::uint64_t> range(std::string_view text) {
  std::uint64_t from = 0, to = 0;
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || !parse(text.substr(0, colon), from) ||
      !parse(text.substr(colon + 1), to) || from >= to)
    throw Error(fmt::format("'{}' is not A:B with A < B", text));
  return {from, to};
}

/// The two windows of a trace may come in any order: cycles are those of the run, or with commands
/// those of each.
void set_trace_cycles(TraceWindow& window, std::string_view text) {
  std::tie(window.inside_from, window.inside_to) = range(text);
  if (window.unit == TraceWindow::Unit::kCommands) return;
  window.from = window.inside_from;
  window.to = window.inside_to;
}
void set_trace_commands(TraceWindow& window, std::string_view text) {
  std::tie(window.from, window.to) = range(text);
  window.unit = TraceWindow::Unit::kCommands;
}

using Request = DeviceRequest;
using Text = std::string_view;

constexpr DeviceOption kOptions[] = {
    {"groups", "N", "Groups side by side; 4 bytes of a beat belong to each [16]",
     [](Request& r, Text text) { r.groups = small_count(text, 1, 255); }},
    {"vectors", "N",
     "Activation vectors that share a weight beat: tokens of a prompt at a time [1]",
     [](Request& r, Text text) { r.vectors = small_count(text, 1, kMaxVectors); }},
    {"act-width", "BITS", "Bits of an activation mantissa, 8 to 16 [12]",
     [](Request& r, Text text) { r.act_width = small_count(text, 8, 16); }},
    {"attention-heads", "N",
     "Query heads that share a pass over keys and values; 0: no attention unit [8]",
     [](Request& r, Text text) { r.attention_heads = small_count(text, 0, kMaxAttentionHeads); }},
    {"attention-width", "BITS", "Bits of a mantissa of query, keys and values, 8 to 16 [15]",
     [](Request& r, Text text) { r.attention_width = small_count(text, 8, 16); }},
    {"max-cols", "N", "Columns of the widest matrix, up to 131072 [32768]",
     [](Request& r, Text text) { r.max_cols = small_count(text, 1, 1u << 17); }},
    {"vector-words", "N", "FP32 words of vector memory, of each vector, up to 131072 [65536]",
     [](Request& r, Text text) { r.vector_words = small_count(text, 1, 1u << 17); }},
    {"parity", "N", "1: memories of the core have parity, 0: none [0]",
     [](Request& r, Text text) { r.parity = small_count(text, 0, 1); }},
    {"stream-sum", "N", "1: checksums of trit streams are compared, 0: none are [0]",
     [](Request& r, Text text) { r.stream_sum = small_count(text, 0, 1); }},
    {"memory", "NAME", "A DRAM behind the bus, from `trine memory --list` or a file [ideal]",
     [](Request& r, Text text) { r.memory_model = text; }},
    {"core-clock", "MHZ", "Clock of the core beside that of a DRAM [300]",
     [](Request& r, Text text) { r.core_mhz = number(text, Low::Included, 1, 10'000); }},
    {"memory-base", "ADDRESS", "Where the memory begins, decimal or 0x...: that of a board [0]",
     [](Request& r, Text text) { r.memory_base = page_address(text); }},
    {"ports", "N", "AXI read ports of the core, each a part of the beat's width: 1, 2 or 4 [1]",
     [](Request& r, Text text) { r.ports = small_count(text, 1, 4); }},
    {"latency", "CYCLES", "Cycles until the memory answers a burst [1]",
     [](Request& r, Text text) {
       r.memory.read_latency = r.memory.write_latency = small_count(text, 1, 1'000'000);
     }},
    {"bandwidth", "X", "Beats that the memory moves per cycle, in (0 .. 1] [1]",
     [](Request& r, Text text) { r.memory.bandwidth = number(text, Low::Excluded, 0, 1); }},
    {"stall", "P", "Odds that a channel of the memory bus stalls in a cycle, in [0 .. 0.99] [0]",
     [](Request& r, Text text) {
       const double odds = number(text, Low::Included, 0, 0.99);
       r.memory.stall_ar = r.memory.stall_aw = r.memory.stall_w = odds;
       r.memory.stall_r = r.memory.stall_b = odds;
     }},
    {"seed", "N", "Seed of stalls and initial values [1]",
     [](Request& r, Text text) { r.seed = r.memory.seed = count(text, 0, ~std::uint64_t{0}); }},
    {"checking", "", "Simulate with assertions and random initial values (slower)",
     [](Request& r, Text text) { r.checking = flag(text); }},
    {"watchdog", "CYCLES", "Cycles without progress after which the core counts as hung [1000000]",
     [](Request& r, Text text) { r.watchdog_cycles = count(text, 1000, std::uint64_t{1} << 40); }},
    {"uio", "NAME", "Name of the UIO device that has the registers [trine]",
     [](Request& r, Text text) { r.board.uio = named(text); }},
    {"registers", "ADDRESS", "Physical address of the registers, through /dev/mem, in place of UIO",
     [](Request& r, Text text) { r.board.registers = page_address(text); }},
    {"buffer", "NAME", "Name of the u-dma-buf that is the core's memory [trine-buffer]",
     [](Request& r, Text text) { r.board.buffer = named(text); }},
    {"reserved", "ADDRESS:BYTES", "Reserved memory through /dev/mem, in place of a u-dma-buf",
     [](Request& r, Text text) { set_reserved(r.board, text); }},
    {"uncached", "", "Map the u-dma-buf without the caches of the CPU",
     [](Request& r, Text text) { r.board.uncached = flag(text); }},
    {"interrupt", "MODE", "Wait by interrupt: on, off (look again and again) or auto [auto]",
     [](Request& r, Text text) {
       if (text != "auto" && text != "on" && text != "off")
         throw Error(fmt::format("{} is not auto, on or off", text));
       r.board.interrupt = text;
     }},
    {"timeout", "SECONDS", "Seconds without progress after which the core counts as hung [10]",
     [](Request& r, Text text) { r.board.timeout = number(text, Low::Excluded, 0, 86'400); }},
    {"core", "NAME", "Refuse a bitstream with another core than this, such as g16v4 [any]",
     [](Request& r, Text text) { r.board.core = named(text); }},
    {"dev-dir", "DIR", "Folder of the device files [/dev]",
     [](Request& r, Text text) { r.board.dev = text; }},
    {"sys-dir", "DIR", "Folder of their attributes [/sys/class]",
     [](Request& r, Text text) { r.board.sys = text; }},
    {"trace", "FILE", "Write waves (FST) to this file; implies --checking",
     [](Request& r, Text text) { r.trace_file = text; }},
    {"trace-cycles", "A:B",
     "Trace cycles A to B - 1 only, from reset, or with --trace-commands from each command's begin",
     [](Request& r, Text text) { set_trace_cycles(r.trace_window, text); }},
    {"trace-commands", "A:B", "Trace commands A to B - 1 only",
     [](Request& r, Text text) { set_trace_commands(r.trace_window, text); }},
};

}  // namespace

std::span<const DeviceOption> device_options() {
  return kOptions;
}

const DeviceOption& find_option(std::string_view name) {
  const auto found = std::ranges::find(kOptions, name, &DeviceOption::name);
  if (found == std::end(kOptions)) throw OptionError(name, "no device has such an option");
  return *found;
}

void set_option(DeviceRequest& request, std::string_view name, std::string_view text) {
  const DeviceOption& option = find_option(name);
  try {
    option.set(request, text);
  } catch (const Error& error) {
    throw OptionError(name, error.what());
  }
}

}  // namespace trine
