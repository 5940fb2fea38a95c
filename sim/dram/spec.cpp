// SPDX-License-Identifier: Apache-2.0

#include "sim/dram/spec.h"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <fstream>

#include "golden/error.h"
#include "golden/lines.h"
#include "sim/dram/standards.h"

namespace trine::dram {
namespace {

template <class Number>
Number number(std::string_view text, const std::string& what) {
  Number value{};
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc{} || end.ptr != text.data() + text.size())
    throw Error(fmt::format("{}: '{}' is not a number", what, text));
  return value;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

bool boolean(std::string_view text, const std::string& key) {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  throw Error(fmt::format("{}: '{}' is neither true nor false", key, text));
}

/// Sets one key of a file; throws Error for a key that there is not.
void set(MemorySpec& spec, const std::string& key, std::string_view value) {
  for (const TimingInfo& info : kTimings)
    if (info.key == key) {
      spec.device.timing.*info.value = number<unsigned>(value, key);
      return;
    }
  struct Unsigned {
    std::string_view key;
    unsigned* value;
  };
  Policy& policy = spec.policy;
  const Unsigned values[] = {
      {"read_queue", &policy.read_queue}, {"write_queue", &policy.write_queue},
      {"write_high", &policy.write_high}, {"write_low", &policy.write_low},
      {"hit_cap", &policy.hit_cap},       {"postpone", &policy.postpone},
      {"channels", &spec.channels}};
  for (const Unsigned& u : values)
    if (u.key == key) {
      *u.value = number<unsigned>(value, key);
      return;
    }
  if (key == "clock_mhz") {
    spec = at_clock(spec, number<double>(value, key));
  } else if (key == "mapping") {
    spec.mapping = std::string(value);
  } else if (key == "hash") {
    spec.hash = boolean(value, key);
  } else if (key == "all_bank") {
    policy.all_bank = boolean(value, key);
  } else {
    throw Error(fmt::format("there is no key '{}'", key));
  }
}

MemorySpec of_standard(const Standard& standard, std::string_view width_text,
                       std::string_view channels_text, const std::string& name) {
  MemorySpec spec{
      .name = name, .device = standard.device, .mapping = Mapping::kDefaultOrder, .policy = {}};
  spec.device.name = standard.name;
  spec.device.timing = timing_of(standard);
  const std::string what = "memory " + name;
  const unsigned width = width_text.empty() ? standard.width : number<unsigned>(width_text, what);
  const unsigned unit = standard.device.bus_bits;
  if (!standard.width_is_bits) {
    spec.channels = width;
  } else if (standard.wider_channel) {
    if (width < 8 || width > 64 || !std::has_single_bit(width))
      throw Error(fmt::format("{}: a channel has 8, 16, 32 or 64 data bits", what));
    spec.device.row_bytes = standard.device.row_bytes / unit * width;
    spec.device.bus_bits = width;
  } else {
    if (width == 0 || width % unit != 0)
      throw Error(fmt::format("{}: the width is a multiple of {} bits, a channel", what, unit));
    spec.channels = width / unit;
  }
  if (!channels_text.empty()) spec.channels *= number<unsigned>(channels_text, what);
  return spec;
}

}  // namespace

MemorySpec parse_memory(const std::string& name) {
  if (name.find_first_of("/.") != std::string::npos) return read_memory_file(name);
  // The longest standard that the name begins with: its own x is none of ours.
  const Standard* best = nullptr;
  for (const Standard& standard : standards())
    if (name.starts_with(standard.name) &&
        (best == nullptr || best->name.size() < standard.name.size()))
      best = &standard;
  const std::string_view rest =
      best == nullptr ? std::string_view{} : std::string_view(name).substr(best->name.size());
  if (best == nullptr || (!rest.empty() && rest[0] != 'x')) find_standard(name);
  std::string_view width, channels;
  if (!rest.empty()) {
    const auto second = rest.find('x', 1);
    width = rest.substr(1, second == std::string_view::npos ? second : second - 1);
    if (width.empty()) throw Error(fmt::format("memory {}: no width behind the x", name));
    if (second != std::string_view::npos) {
      channels = rest.substr(second + 1);
      if (channels.empty()) throw Error(fmt::format("memory {}: no channels behind the x", name));
    }
  }
  // NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): find_standard throws then.
  MemorySpec spec = of_standard(*best, width, channels, name);
  check(spec);
  return spec;
}

MemorySpec read_memory_file(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw Error(file.string() + ": cannot be read");
  MemorySpec spec;
  std::string line;
  unsigned line_number = 0;
  bool based = false;
  while (read_line(in, line, file.string())) {
    ++line_number;
    const std::string_view text = trimmed(std::string_view(line).substr(0, line.find('#')));
    if (text.empty()) continue;
    try {
      const auto equals = text.find('=');
      if (equals == std::string_view::npos) throw Error("is not `key = value`");
      const std::string key(trimmed(text.substr(0, equals)));
      std::string_view value = trimmed(text.substr(equals + 1));
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
        value = value.substr(1, value.size() - 2);
      if (key == "standard") {
        if (based) throw Error("a second `standard`");
        if (value.find_first_of("/.") != std::string_view::npos)
          throw Error(fmt::format("'{}' is not the name of a standard", value));
        spec = parse_memory(std::string(value));
        based = true;
      } else if (!based) {
        throw Error("`standard` comes first");
      } else {
        set(spec, key, value);
      }
    } catch (const Error& error) {
      throw Error(fmt::format("{}:{}: {}", file.string(), line_number, error.what()));
    }
  }
  if (!based) throw Error(file.string() + ": has no `standard`");
  spec.name = file.string();
  try {
    check(spec);
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", file.string(), error.what()));
  }
  return spec;
}

MemorySpec at_clock(MemorySpec spec, double clock_mhz) {
  if (!(clock_mhz >= 1 && clock_mhz <= 20'000))
    throw Error(fmt::format("memory {}: clock_mhz is 1 to 20000", spec.name));
  spec.device.clock_mhz = clock_mhz;
  for (const TimingEntry& entry : find_standard(spec.device.name).entries)
    for (const TimingInfo& info : kTimings)
      if (info.key == entry.key) spec.device.timing.*info.value = clocks_of(entry, clock_mhz);
  return spec;
}

void check(const MemorySpec& spec) {
  const Policy& p = spec.policy;
  const Device& d = spec.device;
  const auto demand = [&](bool holds, const char* what) {
    if (!holds) throw Error(fmt::format("memory {}: {}", spec.name, what));
  };
  demand(spec.channels >= 1 && spec.channels <= 256, "1 to 256 channels");
  demand(d.clock_mhz >= 1 && d.clock_mhz <= 20'000, "clock_mhz is 1 to 20000");
  demand(p.read_queue >= 1 && p.read_queue <= 1024, "read_queue is 1 to 1024");
  demand(p.write_queue >= 1 && p.write_queue <= 1024, "write_queue is 1 to 1024");
  demand(p.write_high >= 1 && p.write_high <= p.write_queue, "write_high is 1 to write_queue");
  demand(p.write_low < p.write_high, "write_low is below write_high");
  demand(p.hit_cap >= 1, "hit_cap is at least 1");
  demand(p.postpone <= 8, "postpone is at most 8");
  for (const TimingInfo& info : kTimings)
    if (d.timing.*info.value > 1'000'000)
      throw Error(fmt::format("memory {}: {} is above a million clocks", spec.name, info.key));
  demand(d.bank_groups <= 8 && d.banks() <= 64, "at most 8 bank groups and 64 banks");
  demand(d.timing.CCD_S >= d.burst_clocks(), "CCD_S is below the clocks of a burst's data");
  demand(d.timing.CCD_L >= d.timing.CCD_S && d.timing.CCD_L_WR >= d.timing.CCD_S,
         "CCD_L is below CCD_S");
  demand(d.timing.RC >= d.timing.RAS, "RC is below RAS");
  demand(d.timing.REFI > 2 * d.timing.RFC, "REFI is below twice RFC: nothing but refreshes");
  if (d.refresh_groups != RefreshGroups::kNone)
    demand(d.timing.REFI_B > d.timing.REF_REF, "REFI_B is not above REF_REF");
  static_cast<void>(Mapping(d, spec.channels, spec.mapping, spec.hash));
}

}  // namespace trine::dram
