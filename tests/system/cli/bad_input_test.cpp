// SPDX-License-Identifier: Apache-2.0

#include <cmath>
#include <span>

#include "golden/checkpoint/safetensors.h"
#include "tests/golden/format_fixture.h"
#include "tests/system/cli/command.h"

using namespace trine;
using namespace trine::test;

namespace {

constexpr const char* kPackedName = "model.trine.safetensors";

void copy_model(const std::string& from, const fs::path& to) {
  fs::copy(from, to, fs::copy_options::recursive);
}

void write_file(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// Writes logits (positions, vocab) as `trine logits` does.
void write_logits(const fs::path& path, const std::vector<float>& logits, std::size_t vocab,
                  const std::vector<std::int32_t>& tokens) {
  golden::SafetensorsWriter writer(path,
                                   {{"logits", golden::Dtype::F32, {logits.size() / vocab, vocab}},
                                    {"tokens", golden::Dtype::I32, {tokens.size()}}},
                                   {});
  writer.append(std::as_bytes(std::span(logits)));
  writer.append(std::as_bytes(std::span(tokens)));
  writer.finish();
}

}  // namespace

TEST_CASE("cli: inputs that are missing are named") {
  const Scratch scratch;
  const std::string absent = (scratch / "absent").string();
  const std::string out = (scratch / "out").string();
  check_fails({"quantize", absent, out}, 1, {absent});
  check_fails({"info", absent}, 1, {absent});
  check_fails({"info", kModel + "/config.json"}, 1, {"config.json"});
  check_fails({"generate", absent, "--prompt", "In", "-n", "1"}, 1, {absent});
  check_fails({"compare", absent, absent}, 1, {absent});
  check_fails({"perplexity", kModel, "--device", "reference", "--text", absent}, 1, {absent});
  check_fails({"perplexity", kModel, "--device", "reference", "--tokens-file", absent}, 1,
              {absent});
  check_fails({"vectors", absent}, 1, {absent});
  CHECK(scratch.names().empty());
}

TEST_CASE("cli: tokens and contexts that the model does not take are refused before any work") {
  const Scratch scratch;
  const std::string out = (scratch / "out").string();
  const auto generate = [](const std::string& option, const std::string& value, const char* n) {
    return std::vector<std::string>{"generate", kModel, option,     value,
                                    "-n",       n,      "--device", "reference"};
  };
  check_fails(generate("--prompt", "", "1"), 1, {"prompt", "empty"});
  check_fails(generate("--tokens", "5,2048", "1"), 1, {"--tokens", "2048", "vocabulary"});
  check_fails(generate("--tokens", "-1", "1"), 1, {"--tokens", "-1"});
  check_fails(generate("--prompt", "In", "5000"), 1, {"context", "1024"});
  check_fails({"logits", kModel, "--tokens", "9999", "--device", "reference", "-o", out}, 1,
              {"9999"});
  check_fails({"generate", kModel, "--prompt", "In", "-n", "1", "--device", "golden"}, 1,
              {kModel, "not quantized"});
  const std::string text = (scratch / "short.txt").string();
  write_file(text, "In the beginning");
  check_fails({"perplexity", kModel, "--text", text, "--device", "reference"}, 1, {"window"});
  check_fails({"perplexity", kModel, "--text", text, "--device", "reference", "--limit", "999"}, 1,
              {"999"});
  CHECK(scratch.names() == std::vector<std::string>{"short.txt"});
}

TEST_CASE("cli: a calibration text that cannot be used is named, and nothing is written") {
  const Scratch scratch;
  const std::string out = (scratch / "out").string(), text = (scratch / "text").string();
  check_fails({"quantize", kModel, out, "--calibrate", (scratch / "absent").string()}, 1,
              {"absent"});
  write_file(text, "");
  check_fails({"quantize", kModel, out, "--calibrate", text}, 1, {text, "no tokens"});
  check_fails({"quantize", kModel, out, "--calibrate", kModel + "/model.safetensors"}, 1,
              {"model.safetensors", "tokens"});
  CHECK(scratch.names() == std::vector<std::string>{"text"});
}

TEST_CASE("cli: a damaged packed model is refused with tensor and offset") {
  const Scratch scratch;
  const std::string packed = packed_model(scratch);
  const std::string bytes = read_file(fs::path(packed) / kPackedName);
  const fs::path bad = scratch / "bad";
  copy_model(packed, bad);

  const golden::Safetensors file(fs::path(packed) / kPackedName);
  const golden::Tensor& tensor = file.at("model.layers.2.mlp.up_proj.weight");
  std::string changed = bytes;
  changed[tensor.file_offset + 1000] = static_cast<char>(changed[tensor.file_offset + 1000] ^ 1);
  write_file(bad / kPackedName, changed);
  for (const char* command : {"info", "generate"}) {
    std::vector<std::string> arguments = {command, bad.string()};
    if (arguments[0] == "generate")
      arguments.insert(arguments.end(), {"--prompt", "In", "-n", "1"});
    check_fails(arguments, 1,
                {kPackedName, tensor.name, std::to_string(tensor.file_offset), "checksum"});
  }
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{5}, std::size_t{500}, bytes.size() / 2, bytes.size() - 1}) {
    write_file(bad / kPackedName, bytes.substr(0, length));
    check_fails({"info", bad.string()}, 1, {kPackedName});
  }
}

TEST_CASE("cli: damaged JSON files of a model are named") {
  const Scratch scratch;
  const fs::path bad = scratch / "bad";
  copy_model(kModel, bad);
  const std::string config = read_file(bad / "config.json");
  const std::string out = (scratch / "out").string();
  write_file(bad / "config.json", config.substr(0, config.size() / 2));
  check_fails({"quantize", bad.string(), out}, 1, {"config.json"});
  write_file(bad / "config.json", "{}");
  check_fails({"info", bad.string()}, 1, {"config.json"});
  write_file(bad / "config.json", config);
  const std::string tokenizer = read_file(bad / "tokenizer.json");
  for (const std::string& text : {tokenizer.substr(0, 1000), std::string("[]"), std::string()}) {
    write_file(bad / "tokenizer.json", text);
    check_fails({"generate", bad.string(), "--prompt", "In", "-n", "1", "--device", "reference"}, 1,
                {"tokenizer.json"});
  }
  fs::remove(bad / "tokenizer.json");
  check_fails({"generate", bad.string(), "--prompt", "In", "-n", "1", "--device", "reference"}, 1,
              {"tokenizer.json"});
  CHECK(scratch.names() == std::vector<std::string>{"bad"});
}

TEST_CASE("cli: outputs that cannot be written fail and leave nothing behind") {
  const Scratch scratch;
  fs::create_directory(scratch / "full");
  write_file(scratch / "full/keep", "mine");
  write_file(scratch / "file", "mine");
  check_fails({"quantize", kModel, (scratch / "full").string()}, 1, {"full"});
  check_fails({"quantize", kModel, (scratch / "file").string()}, 1, {"file"});
  check_fails({"quantize", kModel, (scratch / "file/sub").string()}, 1, {"file/"});
  check_fails({"logits", kModel, "--prompt", "In", "--device", "reference", "-o",
               (scratch / "no/such").string()},
              1, {"no/such"});
  check_fails({"logits", kModel, "--prompt", "In", "--device", "reference", "-o",
               (scratch / "full").string()},
              1, {"full"});
  CHECK(read_file(scratch / "full/keep") == "mine");
  CHECK(read_file(scratch / "file") == "mine");
  CHECK(scratch.names().size() == 2);
  const Run run = run_trine({"info", kModel, "--json"}, "/dev/full");
  CHECK(run.code == 1);
  CHECK(run.one_line());
}

TEST_CASE("cli: compare refuses files that are not about the same") {
  const Scratch scratch;
  const std::string a = (scratch / "a").string(), b = (scratch / "b").string();
  write_logits(a, {1, 2, 3, 4}, 2, {7, 8});
  const auto refuses = [&](const std::vector<float>& logits, std::size_t vocab,
                           const std::vector<std::int32_t>& tokens, const std::string& why) {
    write_logits(b, logits, vocab, tokens);
    check_fails({"compare", a, b}, 1, {a, b, why});
  };
  refuses({1, 2, 3, 4}, 4, {7}, "(2, 2) and (1, 4)");
  refuses({1, 2, 3, 4}, 2, {7, 9}, "position 1: 8 and 9");
  refuses({1, 2, NAN, 4}, 2, {7, 8}, "not finite");
  write_file(b, "no safetensors");
  check_fails({"compare", a, b}, 1, {b});
  check_fails({"compare", a, kModel + "/model.safetensors"}, 1, {"model.safetensors", "logits"});
  check_fails({"compare", a, kModel}, 1, {a, kModel, "model"});
  check_fails({"compare", kModel, kModel}, 2, {"--tokens"});
  check_fails({"compare", kModel, kModel, "--tensors", "--max-kl", "1"}, 2, {"tokens"});
  check_fails({"compare", a, a, "--layers"}, 2, {"--layers"});
  check_fails({"compare", a, a, "--tokens", "1"}, 2, {"tokens"});
  check_fails({"compare", a, a, "--min-top1", "2"}, 2, {"--min-top1"});
}

TEST_CASE("cli: compare refuses .npy files that are damaged or of another kind") {
  const Scratch scratch;
  const std::string a = (scratch / "a").string(), b = (scratch / "b.npy").string();
  write_logits(a, {1, 2, 3, 4}, 2, {7, 8});
  const std::string good = npy("'<f4'", "False", "(2, 2)", std::string(16, '\0'));
  const auto refuses = [&](const std::string& bytes, const std::string& why) {
    write_file(b, bytes);
    check_fails({"compare", a, b}, 1, {b, why});
  };
  refuses(good.substr(0, good.size() - 1), "15 bytes");
  refuses(good.substr(0, 40), "truncated");
  refuses(good.substr(0, 7), "truncated");
  refuses(good.substr(0, 6) + '\x09' + good.substr(7), "version 9");
  refuses(npy("'<f4'", "True", "(2, 2)", std::string(16, '\0')), "C order");
  refuses(npy("'<i4'", "False", "(2, 2)", std::string(16, '\0')), "<i4");
  refuses(npy("'>f4'", "False", "(2, 2)", std::string(16, '\0')), ">f4");
  refuses(npy("'<f4'", "False", "(4,)", std::string(16, '\0')), "two-dimensional");
  refuses(npy("'<f4'", "False", "(2, 1, 2)", std::string(16, '\0')), "two-dimensional");
  refuses(npy("'<f4'", "False", "(0, 2)", ""), "positions");
  refuses(npy("'<f8'", "False", "(999999999999, 999999999999)", "x"), "1 bytes");
  write_file(b, good);
  CHECK(run_trine({"compare", a, b}).code == 0);
}

TEST_CASE("cli: heads that no core takes are found before a model is quantized") {
  const Scratch scratch;
  const std::string model = (scratch / "model").string(), out = (scratch / "out").string();
  nlohmann::json config = golden::tiny_config(true);
  config["head_dim"] = 514;
  golden::write_checkpoint(model, config);
  for (const auto& [width, why] :
       std::map<int, std::string>{{514, "heads of 514: the core takes 32, 64, 128, 256 or 512"},
                                  {81, "'head_dim' must be even"}}) {
    config["head_dim"] = width;
    write_file(model + "/config.json", config.dump());
    for (const char* command : {"quantize", "import"})
      check_fails({command, model, out}, 1, {model, why});
  }
  CHECK(scratch.names() == std::vector<std::string>{"model"});
}
