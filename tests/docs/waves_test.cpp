// SPDX-License-Identifier: Apache-2.0
//
// The timing diagrams of the documents, sources for WaveDrom.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A wave: a first state, then states or dots that keep it; each '2' to '9' has a text.
void check_wave(const nlohmann::json& signal, std::size_t length) {
  const std::string wave = signal.at("wave");
  CAPTURE(wave);
  CHECK(wave.size() == length);
  CHECK(wave.find_first_not_of("pn01xz.23456789") == std::string::npos);
  REQUIRE_FALSE(wave.empty());
  CHECK(wave.front() != '.');
  const auto texts = std::ranges::count_if(wave, [](char c) { return c >= '2' && c <= '9'; });
  CHECK(signal.value("data", nlohmann::json::array()).size() == static_cast<std::size_t>(texts));
}

}  // namespace

TEST_CASE("docs/waves: each diagram parses, its waves are as long as the clock and name pins") {
  const std::string pins = read_file(TRINE_SOURCE_DIR "/rtl/trine_top.sv");
  const std::string page = read_file(TRINE_SOURCE_DIR "/docs/bringup.md");
  unsigned files = 0;
  for (const auto& entry : fs::directory_iterator(TRINE_SOURCE_DIR "/docs/waves")) {
    ++files;
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    const std::string text = read_file(entry.path());
    REQUIRE(nlohmann::json::accept(text));
    const auto diagram = nlohmann::json::parse(text);
    const auto& signals = diagram.at("signal");
    REQUIRE(signals.size() > 2);
    CHECK(signals[0].at("name") == "clk_i");
    const std::size_t length = signals[0].at("wave").get<std::string>().size();
    for (const auto& signal : signals) {
      const std::string pin = signal.at("name");
      CAPTURE(pin);
      CHECK(pins.find(" " + pin) != std::string::npos);
      check_wave(signal, length);
    }
    CHECK_FALSE(diagram.at("head").at("text").get<std::string>().empty());
    // The page shows each.
    CHECK(page.find("waves/" + name) != std::string::npos);
  }
  CHECK(files == 5);
}
