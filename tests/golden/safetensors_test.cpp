// SPDX-License-Identifier: Apache-2.0

#include "golden/checkpoint/safetensors.h"

#include <limits>

#include "format_fixture.h"

namespace trine::golden {
namespace {

TEST_CASE("safetensors: what is written is read, aligned, and nothing else remains") {
  const TempDir dir;
  const std::vector<float> values = {1.5f, -2.0f, 0.0f};
  const std::vector<std::uint16_t> codes = {0x3f80, 0xc000};
  {
    SafetensorsWriter writer(
        dir / "a",
        {{"x", Dtype::F32, {3}}, {"y", Dtype::BF16, {2, 1}}, {"none", Dtype::U8, {0, 7}}},
        {{"key", "some value"}}, 4096);
    CHECK_THROWS_AS(writer.finish(), Error);
    writer.append(std::as_bytes(std::span(values)));
    writer.append(std::as_bytes(std::span(codes)));
    CHECK_THROWS_AS(writer.append(std::as_bytes(std::span(codes))), Error);
    CHECK_THROWS_AS(writer.set_metadata({{"key", std::string(5000, 'x')}}), Error);
    writer.set_metadata({{"key", "another value"}});
    CHECK_FALSE(std::filesystem::exists(dir / "a"));
    writer.finish();
  }
  const Safetensors file(dir / "a");
  CHECK(dir.entries() == 1);
  CHECK(file.metadata() == std::map<std::string, std::string>{{"key", "another value"}});
  REQUIRE(file.tensors().size() == 3);
  CHECK(file.at("x").file_offset == 4096);
  CHECK(file.at("x").to_f32() == values);
  CHECK(file.at("y").to_f32() == std::vector<float>{1.0f, -2.0f});
  CHECK(file.at("y").shape == std::vector<std::size_t>{2, 1});
  CHECK(file.at("none").elements() == 0);
  CHECK(file.find("z") == nullptr);
  check_error([&] { file.at("z"); }, {(dir / "a").string(), "'z'", "missing"});
  check_error([&] { file.at("none").to_f32(); }, {"'none'", "U8"});
  std::vector<float> part(2);
  file.at("x").to_f32(1, part);
  CHECK(part == std::vector<float>{-2.0f, 0.0f});
  check_error([&] { file.at("x").to_f32(2, part); }, {"'x'"});
}

TEST_CASE("safetensors: F64 is rounded to F32, to nearest even") {
  const TempDir dir;
  const std::vector<double> values = {1.0 / 3, -0x1.0000010p0, 0x1.0000030p0, 1e300};
  SafetensorsWriter writer(dir / "a", {{"x", Dtype::F64, {4}}}, {});
  writer.append(std::as_bytes(std::span(values)));
  writer.finish();
  CHECK(Safetensors(dir / "a").at("x").to_f32() ==
        std::vector<float>{1.0f / 3, -1.0f, 0x1.000004p0f, std::numeric_limits<float>::infinity()});
}

TEST_CASE("safetensors: a Git LFS pointer and FP8 weights are named for what they are") {
  const TempDir dir;
  std::ofstream(dir / "a")
      << "version https://git-lfs.github.com/spec/v1\n"
         "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d\n"
         "size 3953\n";
  check_error([&] { Safetensors(dir / "a"); },
              {(dir / "a").string(), "Git LFS pointer", "git lfs"});
  const std::string header = R"({"x":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}})";
  const std::uint64_t length = header.size();
  std::ofstream fp8(dir / "b", std::ios::binary);
  fp8.write(reinterpret_cast<const char*>(&length), sizeof length);
  fp8 << header << 'x';
  fp8.close();
  check_error([&] { Safetensors(dir / "b"); }, {(dir / "b").string(), "'x'", "F8_E4M3"});
}

TEST_CASE("safetensors: an abandoned writer leaves nothing") {
  const TempDir dir;
  {
    SafetensorsWriter writer(dir / "a", {{"x", Dtype::U8, {1}}}, {});
    CHECK(dir.entries() == 1);
  }
  CHECK(dir.entries() == 0);
  CHECK_THROWS_AS(SafetensorsWriter(dir / "no/where", {}, {}), Error);
  CHECK_THROWS_AS(SafetensorsWriter(dir / "a", {{"x", Dtype::U8, {1}}, {"x", Dtype::U8, {1}}}, {}),
                  Error);
  CHECK(dir.entries() == 0);
}

TEST_CASE("safetensors: every truncation is refused and names the file") {
  const TempDir dir;
  write_tensors(dir / "good", {{"alpha", {2, 3}}, {"beta", {5}}});
  const std::string good = slurp(dir / "good");
  for (std::size_t size = 0; size < good.size(); ++size) {
    CAPTURE(size);
    spill(dir / "bad", good.substr(0, size));
    check_error([&] { Safetensors{dir / "bad"}; }, {(dir / "bad").string()});
  }
  spill(dir / "bad", good + "x");
  check_error([&] { Safetensors{dir / "bad"}; }, {"the file at"});
  check_error([&] { Safetensors{dir / "absent"}; }, {(dir / "absent").string(), "cannot open"});
  check_error([&] { Safetensors{dir.path()}; }, {"regular file"});
}

TEST_CASE("safetensors: any flipped header bit is refused or leaves a consistent file") {
  const TempDir dir;
  write_tensors(dir / "good", {{"alpha", {2, 3}}, {"beta", {5}}});
  const std::string good = slurp(dir / "good");
  for (std::size_t byte = 0; byte < good.size() - 44; ++byte) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[byte] = static_cast<char>(bad[byte] ^ (1 << bit));
      spill(dir / "bad", bad);
      try {
        const Safetensors file(dir / "bad");
        std::size_t bytes = 0;
        for (const Tensor& tensor : file.tensors()) bytes += tensor.bytes.size();
        REQUIRE(bytes == 44);  // For instance another letter in a name.
      } catch (const Error& error) {
        REQUIRE(std::string(error.what()).find((dir / "bad").string()) == 0);
      }
    }
  }
}

TEST_CASE("safetensors: header fields are checked one by one") {
  const TempDir dir;
  const auto refused = [&](const std::string& header, std::initializer_list<std::string> parts) {
    CAPTURE(header);
    spill(dir / "bad", safetensors_text(header, std::string(8, '\0')));
    check_error([&] { Safetensors{dir / "bad"}; }, parts);
  };
  const auto entry = [](const std::string& name, const std::string& dtype, const std::string& shape,
                        const std::string& offsets) {
    return fmt::format(R"("{}":{{"dtype":{},"shape":{},"data_offsets":{}}})", name, dtype, shape,
                       offsets);
  };
  const auto one = [&](const char* dtype, const char* shape, const char* offsets) {
    return fmt::format("{{{}}}", entry("t", dtype, shape, offsets));
  };
  spill(dir / "good", safetensors_text(one("\"F32\"", "[2]", "[0,8]"), std::string(8, '\0')));
  CHECK(Safetensors(dir / "good").tensors().size() == 1);

  refused(one("\"F33\"", "[2]", "[0,8]"), {"'t'", "dtype", "F33"});
  refused(one("7", "[2]", "[0,8]"), {"'t'", "dtype"});
  refused(one("\"F32\"", "[3]", "[0,8]"), {"'t'", "F32 [3]", "8 bytes"});
  refused(one("\"F32\"", "[-2]", "[0,8]"), {"'t'", "whole"});
  refused(one("\"F32\"", "[2.0]", "[0,8]"), {"'t'", "whole"});
  refused(one("\"F32\"", "2", "[0,8]"), {"'t'", "list"});
  refused(one("\"F32\"", "[4611686018427387904,4,2]", "[0,8]"), {"'t'"});
  refused(one("\"F32\"", "[4611686018427387906]", "[0,8]"), {"'t'"});
  refused(one("\"F32\"", "[3]", "[0,12]"), {"'t'", "outside"});
  refused(one("\"F32\"", "[2]", "[8,0]"), {"'t'", "outside"});
  refused(one("\"F32\"", "[2]", "[0,8,8]"), {"'t'", "two"});
  refused(one("\"F32\"", "[1]", "[4,8]"), {"'t'", "starts at"});
  refused(one("\"F32\"", "[1]", "[0,4]"), {"end at"});
  refused(R"({"t":{"dtype":"F32","shape":[2]}})", {"'t'", "data_offsets"});
  refused(R"({"t":[]})", {"'t'"});
  refused("[]", {"not a JSON object"});
  refused("{", {"JSON"});
  refused(R"({"__metadata__":{"a":1}})", {"'a'", "not a string"});
  refused(R"({"__metadata__":[]})", {"__metadata__"});
  const std::string t = entry("t", "\"F32\"", "[2]", "[0,8]");
  const std::string half_t = entry("t", "\"F32\"", "[1]", "[0,4]");
  refused("{" + t + "," + t + "}", {"duplicate", "'t'"});
  refused("{" + t + "," + entry("u", "\"F32\"", "[2]", "[0,8]") + "}", {"starts at"});
  refused("{" + half_t + "," + entry("u", "\"U8\"", "[5]", "[3,8]") + "}", {"'u'", "starts at"});
  refused("{" + half_t + "," + entry("u", "\"U8\"", "[3]", "[5,8]") + "}", {"'u'", "starts at"});
}

TEST_CASE(
    "safetensors: a file that was cut or replaced since it was mapped is told from the one that "
    "was") {
  const TempDir dir;
  const auto write = [&](std::size_t bytes) {
    SafetensorsWriter writer(dir / "a", {{"x", Dtype::U8, {bytes}}}, {});
    writer.append(std::vector<std::byte>(bytes));
    writer.finish();
  };
  write(100);
  Safetensors file(dir / "a");
  CHECK_NOTHROW(file.check_whole());
  CHECK(file_identity(dir / "a") == file.identity());
  CHECK_FALSE(file_identity(dir / "none").has_value());
  const std::size_t whole = file.file_bytes().size();
  std::filesystem::resize_file(dir / "a", whole - 1);
  CHECK_THROWS_WITH_AS(file.check_whole(),
                       fmt::format("{}: was cut short while it was in use: {} of {} bytes are left",
                                   (dir / "a").string(), whole - 1, whole)
                           .c_str(),
                       Error);
  CHECK(file_identity(dir / "a") != file.identity());
  write(100);  // Another file of the same name.
  CHECK_NOTHROW(Safetensors(dir / "a").check_whole());
  CHECK(file_identity(dir / "a") != file.identity());
  file = Safetensors(dir / "a");
  CHECK(file_identity(dir / "a") == file.identity());
}

TEST_CASE("safetensors: elements past the end of a tensor are refused, of F64 as of others") {
  const TempDir dir;
  SafetensorsWriter writer(dir / "a", {{"d", Dtype::F64, {3}}, {"f", Dtype::F32, {3}}}, {});
  const std::vector<double> doubles{1, 0x1.0000000000001p0, -3};
  const std::vector<float> floats{1, 2, -3};
  writer.append(std::as_bytes(std::span(doubles)));
  writer.append(std::as_bytes(std::span(floats)));
  writer.finish();
  const Safetensors file(dir / "a");
  std::vector<double> two(2);
  file.at("d").to_f64(1, two);
  CHECK(two == std::vector<double>{0x1.0000000000001p0, -3});
  file.at("f").to_f64(1, two);
  CHECK(two == std::vector<double>{2, -3});
  for (const char* name : {"d", "f"}) CHECK_NOTHROW(file.at(name).to_f64(3, {}));
  for (const char* name : {"d", "f"})
    for (const std::size_t first : {2u, 4u})
      CHECK_THROWS_WITH_AS(
          file.at(name).to_f64(first, two),
          fmt::format("tensor '{}': elements {} to {} of 3", name, first, first + 2).c_str(),
          Error);
}

}  // namespace
}  // namespace trine::golden
