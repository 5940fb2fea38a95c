// SPDX-License-Identifier: Apache-2.0

#include "machine/product/vectors.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "golden/error.h"

using namespace trine;
using namespace trine::golden;

namespace {

const std::filesystem::path kDirectory = std::filesystem::path(TRINE_SOURCE_DIR) / "tests/vectors";

/// A copy of a vector file with one piece of its header replaced by another of the same length.
std::filesystem::path altered(const std::string& name, const std::string& from,
                              const std::string& to) {
  std::ifstream in(kDirectory / name, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), {});
  REQUIRE(from.size() == to.size());
  REQUIRE(bytes.find(from) != std::string::npos);
  bytes.replace(bytes.find(from), from.size(), to);
  const auto path = std::filesystem::temp_directory_path() / "trine_vectors_test.safetensors";
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

const VectorCheck& named(const std::vector<VectorCheck>& checks, const std::string& tensor) {
  const auto found = std::find_if(checks.begin(), checks.end(),
                                  [&](const VectorCheck& c) { return c.tensor == tensor; });
  REQUIRE(found != checks.end());
  return *found;
}

}  // namespace

TEST_CASE("vectors: every tensor of every file is reproduced to the bit") {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kDirectory)) {
    if (entry.path().extension() != ".safetensors") continue;
    ++files;
    CAPTURE(entry.path().filename().string());
    const VectorFile file = load_vectors(entry.path());
    const std::vector<VectorCheck> checks = check_golden(file);
    CHECK(checks.size() == (file.kind == VectorFile::Kind::Trit ? 11 : 2));
    for (const VectorCheck& check : checks) {
      CAPTURE(check.tensor);
      CAPTURE(check.first_difference);
      CAPTURE(check.expected);
      CAPTURE(check.got);
      CHECK(check.equal);
    }
  }
  CHECK(files >= 15);
}

TEST_CASE("vectors: a difference is named with its element and both values") {
  VectorFile file = load_vectors(kDirectory / "trit_d2_g1.safetensors");
  file.accumulator[5] += 1;
  file.exponent[2] -= 1;
  file.y[63] = -0.0F;
  const std::vector<VectorCheck> checks = check_golden(file);
  const VectorCheck& sum = named(checks, "accumulator");
  CHECK_FALSE(sum.equal);
  CHECK(sum.first_difference == 5);
  CHECK(std::stoll(sum.expected) == std::stoll(sum.got) + 1);
  CHECK(named(checks, "exponent").first_difference == 2);
  CHECK(named(checks, "y").expected == "-0 (0x80000000)");
  CHECK(named(checks, "mantissa").equal);
  file.accumulator.front() += 1;
  CHECK(named(check_golden(file), "accumulator").first_difference == 0);
}

TEST_CASE("vectors: a malformed file is refused with a message that names it") {
  CHECK_THROWS_AS(load_vectors(kDirectory / "absent.safetensors"), Error);
  const auto refuses = [](const std::string& from, const std::string& to, const char* what) {
    const auto path = altered("trit_d2_g1.safetensors", from, to);
    CAPTURE(to);
    try {
      load_vectors(path);
      FAIL("accepted");
    } catch (const Error& error) {
      const std::string message = error.what();
      CAPTURE(message);
      CHECK(message.find(path.string()) != std::string::npos);
      CHECK(message.find(what) != std::string::npos);
    }
    std::filesystem::remove(path);
  };
  refuses("\"depth\": \"2\"", "\"depth\": \"9\"", "depth");
  refuses("\"depth\": \"2\"", "\"depth\": \"x\"", "depth");
  refuses("\"depth\": \"2\"", "\"depht\": \"2\"", "depth");
  refuses("\"rows\": \"64\"", "\"rows\": \"32\"", "shape");
  refuses("\"groups_per_beat\": \"1\"", "\"groups_per_beat\": \"3\"", "power of two");
  refuses("\"mantissa\"", "\"nantissa\"", "mantissa");
  refuses("\"y\": {\"dtype\": \"F32\"", "\"y\": {\"dtype\": \"I32\"", "F32");
}
