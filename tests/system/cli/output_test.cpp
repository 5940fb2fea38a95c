// SPDX-License-Identifier: Apache-2.0

// Where outputs go: links, mount points, devices; found before the work.

#include <sys/stat.h>

#include "tests/system/cli/command.h"

using namespace trine::test;
using nlohmann::json;

namespace {

void write(const fs::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("cli: a link as output is followed; one that leads nowhere is refused") {
  const Scratch scratch;
  const std::string link = (scratch / "link").string();
  const std::vector<std::string> quantize = {"quantize", kModel, link, "--scales", "v2"};
  fs::create_directory(scratch / "target");
  fs::create_directory_symlink("target", link);
  trine_json(quantize);
  CHECK(fs::is_symlink(link));
  CHECK(trine_json({"info", (scratch / "target").string()})["valid"] == true);
  trine_json(quantize);  // A packed model behind a link is replaced there.
  CHECK(fs::is_symlink(link));
  CHECK_FALSE(fs::is_symlink(scratch / "target"));
  CHECK(scratch.names().size() == 2);
  fs::remove(scratch / "target" / "config.json");
  write(scratch / "target" / "mine", "");
  check_fails(quantize, 1, {"'mine'"});
  fs::remove_all(scratch / "target");
  check_fails(quantize, 1, {link, "symbolic link to", "target", "does not exist"});
  CHECK(scratch.names() == std::vector<std::string>{"link"});

  // The same of a file.
  const std::string file = (scratch / "file").string();
  fs::create_symlink("real", file);
  trine_json({"logits", kModel, "--tokens", "1", "--device", "reference", "-o", file});
  CHECK(fs::is_symlink(file));
  CHECK(fs::is_regular_file(scratch / "real"));
  CHECK_FALSE(fs::is_symlink(scratch / "real"));
}

TEST_CASE("cli: what cannot be replaced is refused before the work") {
  const Scratch scratch;
  const std::vector<std::string> logits = {
      "logits",   kModel, "--tokens-file", kModel + "/valid_tokens.safetensors",
      "--window", "512",  "--device",      "reference",
      "-o"};
  const auto refused = [&](std::vector<std::string> command, const std::string& out,
                           const std::string& why) {
    command.push_back(out);
    check_fails(command, 1, {out, why});
  };
  // Mount points that every machine has.
  for (const char* command : {"quantize", "import"}) refused({command, kModel}, "/proc", "mount");
  refused({"synth", "--preset", "tiny"}, "/proc", "mount");
  refused(logits, "/proc", "directory");
  refused(logits, "/dev/null", "not a regular file");
  refused(logits, (scratch / "no/such").string(), "does not exist");
  CHECK(fs::is_character_file("/dev/null"));
  const std::string packed = packed_model(scratch);
  refused({"dequantize", packed}, "/proc", "mount");
  const std::vector<std::string> simulate = {"simulate",   packed,     "--tokens",
                                             "296,1133,5", "--device", "golden"};
  for (const char* option : {"-o", "--report", "--timeline"}) {
    std::vector<std::string> command = simulate;
    command.push_back(option);
    refused(command, (scratch / "no/such").string(), "does not exist");
    refused(command, packed, "directory");
  }
  // Text goes to a device as it is.
  std::vector<std::string> command = simulate;
  command.insert(command.end(), {"-o", "/dev/null", "--report", "/dev/full"});
  check_fails(command, 1, {"/dev/full"});
  CHECK(fs::is_character_file("/dev/null"));
  CHECK(fs::is_character_file("/dev/full"));
  CHECK(scratch.names() == std::vector<std::string>{"packed"});
}

TEST_CASE("cli: logits as .npy are those of safetensors") {
  const Scratch scratch;
  const auto make = [&](const std::string& name) {
    const std::string out = (scratch / name).string();
    trine_json({"logits", kModel, "--prompt", "In the", "--device", "reference", "-o", out});
    return out;
  };
  const std::string plain = make("a.safetensors"), array = make("a.npy");
  const std::string bytes = read_file(array);
  CHECK(bytes.starts_with(std::string("\x93NUMPY\x01\x00", 8)));
  CHECK(bytes.size() % 64 == 0);
  const json difference = trine_json({"compare", plain, array});
  CHECK(difference["positions"] == 2);
  CHECK(difference["max_abs"] == 0.0);
  check_fails({"logits", kModel, "--tokens", "1", "--device", "reference", "-o",
               (scratch / "a.npz").string()},
              1, {"a.npz", ".npy or .safetensors"});
}
