// SPDX-License-Identifier: Apache-2.0

#include "tests/soak/log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "golden/error.h"

namespace trine::soak {

using Json = nlohmann::json;

void Total::add(const RoundResult& round) {
  ++rounds;
  cycles += round.cycles;
  commands += round.commands;
  for (unsigned k = 0; k < kKinds; ++k) lists[k] += round.lists[k];
  slowest = std::max(slowest, round.slowest);
  cycles_of[round.core] += round.cycles;
}

Log::Log(std::filesystem::path file, std::map<std::string, std::string> designs)
    : file_(std::move(file)), designs_(std::move(designs)) {
  if (file_.empty()) return;
  if (std::filesystem::exists(file_)) read();
  descriptor_ = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor_ < 0)
    throw Error(fmt::format("{}: cannot write it: {}", file_.string(), std::strerror(errno)));
}

Log::~Log() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Log::read() {
  std::ifstream in(file_, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (in.bad()) throw Error(fmt::format("{}: cannot read it", file_.string()));
  std::size_t whole = text.rfind('\n');
  whole = whole == text.npos ? 0 : whole + 1;
  if (whole != text.size()) std::filesystem::resize_file(file_, whole);
  std::size_t line = 1;
  for (std::size_t from = 0; from < whole; ++line) {
    const std::size_t to = text.find('\n', from);
    try {
      const Json entry = Json::parse(text.substr(from, to - from));
      RoundResult round;
      entry.at("seed").get_to(round.seed);
      entry.at("core").get_to(round.core);
      entry.at("cycles").get_to(round.cycles);
      entry.at("commands").get_to(round.commands);
      entry.at("lists").get_to(round.lists);
      entry.at("slowest").get_to(round.slowest);
      const auto design = designs_.find(round.core);
      if (design != designs_.end() && design->second == entry.at("design").get<std::string>()) {
        total_.add(round);
        seeds_.insert(round.seed);
      }
    } catch (const Json::exception& error) {
      throw Error(fmt::format("{}, line {}: {}", file_.string(), line, error.what()));
    }
    from = to + 1;
  }
}

void Log::add(const RoundResult& round) {
  total_.add(round);
  if (descriptor_ < 0) return;
  const Json entry{
      {"seed", round.seed},      {"core", round.core},         {"design", designs_.at(round.core)},
      {"cycles", round.cycles},  {"commands", round.commands}, {"lists", round.lists},
      {"slowest", round.slowest}};
  const std::string line = entry.dump() + "\n";
  if (::write(descriptor_, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    throw Error(fmt::format("{}: cannot write it: {}", file_.string(), std::strerror(errno)));
}

std::uint64_t Log::next_seed() {
  while (seeds_.contains(next_)) ++next_;
  return next_++;
}

std::string digest_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(fmt::format("{}: cannot read it", file.string()));
  std::uint64_t hash = 0xCBF29CE484222325u;  // FNV-1a.
  for (std::istreambuf_iterator<char> at(in), end; at != end; ++at)
    hash = (hash ^ static_cast<unsigned char>(*at)) * 0x100000001B3u;
  return fmt::format("{:016x}", hash);
}

}  // namespace trine::soak
