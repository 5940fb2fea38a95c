// SPDX-License-Identifier: Apache-2.0

// Signals, files that shrink or cannot grow, and standard files that are closed.

#include <chrono>
#include <thread>

#include "tests/system/cli/command.h"

using namespace trine::test;
using nlohmann::json;

namespace {

using namespace std::chrono_literals;

/// Waits until `condition` holds; false after a minute.
template <class Condition>
bool becomes(Condition condition) {
  for (int i = 0; i < 60'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(1ms);
  }
  return false;
}

/// A command that is started and ended in the middle of its work.
struct Interrupted {
  int code = 0;
  std::string out, err;
};

/// Runs until `condition` holds, then sends the signal.
template <class Condition>
Interrupted interrupt(const std::vector<std::string>& arguments, int signal, Condition condition) {
  const Scratch scratch;
  const std::string out = (scratch / "out").string(), err = (scratch / "err").string();
  Process process(arguments, {.out = out, .err = err});
  REQUIRE(becomes([&] { return condition(read_file(out), read_file(err)); }));
  process.send(signal);
  Interrupted result{.code = process.wait(), .out = read_file(out), .err = read_file(err)};
  CAPTURE(result.err);
  // Lines of progress, and at the end the one that says what happened.
  CHECK(result.err.rfind("trine: interrupted") != std::string::npos);
  CHECK(result.err.find('\n', result.err.rfind("trine: interrupted")) == result.err.size() - 1);
  return result;
}

const auto kWorks = [](const std::string&, const std::string& err) {
  return err.find('%') != std::string::npos;
};

std::vector<std::string> with_progress(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--heartbeat", "0.001"});
  return arguments;
}

}  // namespace

TEST_CASE("cli: an interrupted command says what it keeps, and leaves no temporary file") {
  const Scratch scratch;
  const auto path = [&](const char* name) { return (scratch / name).string(); };
  const Interrupted synth = interrupt(
      with_progress({"synth", "--preset", "qwen2.5-0.5b", path("synth")}), SIGINT, kWorks);
  CHECK(synth.code == 128 + SIGINT);
  CHECK(synth.err.find("interrupted by SIGINT: nothing was written") != std::string::npos);
  const Interrupted logits =
      interrupt(with_progress({"logits", kModel, "--tokens-file",
                               kModel + "/valid_tokens.safetensors", "--window", "512", "--device",
                               "reference", "--threads", "1", "-o", path("logits")}),
                SIGTERM, kWorks);
  CHECK(logits.code == 128 + SIGTERM);
  CHECK(scratch.names().empty());

  const std::vector<std::string> quantize = {"quantize", kModel, path("packed"), "--heartbeat",
                                             "0.001"};
  const Interrupted first = interrupt(quantize, SIGHUP, kWorks);
  CHECK(first.code == 128 + SIGHUP);
  CHECK(first.err.find(".packed.partial; the same command goes on there") != std::string::npos);
  CHECK(scratch.names() == std::vector<std::string>{".packed.partial"});
  CHECK(trine_json(quantize)["resumed"].get<int>() > 0);
  CHECK(scratch.names() == std::vector<std::string>{"packed"});

  // Before the first matrix is finished there is nothing to keep.
  const Interrupted early = interrupt(
      with_progress({"quantize", kModel, path("early"), "--calibrate", kModel + "/valid.txt"}),
      SIGINT, kWorks);
  CHECK(early.err.find("nothing was written") != std::string::npos);
  CHECK(scratch.names() == std::vector<std::string>{"packed"});
}

TEST_CASE("cli: what a killed command left is removed by the next one for the same output") {
  const Scratch scratch;
  const auto path = [&](const char* name) { return (scratch / name).string(); };
  const auto killed = [&](std::vector<std::string> arguments) {
    const Scratch outputs;
    const std::string err = (outputs / "err").string();
    Process process(with_progress(std::move(arguments)),
                    {.out = (outputs / "out").string(), .err = err});
    REQUIRE(becomes([&] { return read_file(err).find('%') != std::string::npos; }));
    process.send(SIGKILL);
    CHECK(process.wait() == -1);
  };
  const std::vector<std::string> logits = {"logits",    kModel, "--device", "reference",
                                           "--threads", "1",    "-o",       path("logits")};
  std::vector<std::string> all = logits;
  all.insert(all.end(), {"--tokens-file", kModel + "/valid_tokens.safetensors", "--window", "512"});
  killed(all);
  killed({"synth", "--preset", "qwen2.5-0.5b", path("synth")});
  const std::vector<std::string> left = scratch.names();
  REQUIRE(left.size() == 2);
  std::string of_logits = left[left[0].starts_with(".synth") ? 1 : 0];
  // Of other outputs, of processes that live and of other machines nothing is touched.
  const std::size_t tag = of_logits.find(".tmp-") + 5;
  std::string alive = of_logits, elsewhere = of_logits;
  alive.replace(tag + 9, std::string::npos, std::to_string(getppid()) + "-0");
  elsewhere.replace(tag, 8, of_logits[tag] == '0' ? "11111111" : "00000000");
  const std::vector<std::string> kept = {alive, elsewhere, ".logits.tmp-x", "logits.tmp-1-1",
                                         ".other" + of_logits.substr(7)};
  for (const std::string& name : kept) std::ofstream(scratch / name) << "kept";

  std::vector<std::string> one = logits;
  one.insert(one.end(), {"--tokens", "1"});
  trine_json(one);
  trine_json({"synth", "--preset", "tiny", path("synth")});
  CHECK_FALSE(fs::exists(scratch / of_logits));
  for (const std::string& name : kept) CHECK(read_file(scratch / name) == "kept");
  CHECK(scratch.names().size() == kept.size() + 2);

  // A killed quantize is taken up by the next one.
  killed({"quantize", kModel, path("packed")});
  CHECK(fs::exists(scratch / ".packed.partial"));
  trine_json({"quantize", kModel, path("packed")});
  CHECK(scratch.names().size() == kept.size() + 3);
  // Replacing a model leaves nothing either.
  trine_json({"quantize", kModel, path("packed"), "--depth", "1"});
  CHECK(scratch.names().size() == kept.size() + 3);
}

TEST_CASE("cli: the size of a trace of more than a gigabyte is announced before it begins") {
  const Scratch scratch;
  const std::string model = (scratch / "model").string(), wave = (scratch / "wave.fst").string();
  trine_json({"synth", "--preset", "qwen2.5-0.5b", "--layers", "1", model});
  const auto announced = [](const std::string&, const std::string& err) {
    return err.find("warning: the trace of ") != std::string::npos;
  };
  const auto said = [&](std::vector<std::string> command) {
    command.insert(command.end(), {"--tokens", "1,2", "--device", "rtl", "--trace", wave});
    const Interrupted run = interrupt(command, SIGINT, announced);
    CHECK(run.err.find(" GB; --trace-commands and --trace-cycles trace a part") !=
          std::string::npos);
    for (const std::string& name : scratch.names()) CHECK_FALSE(name.starts_with('.'));
    return run.err.substr(0, run.err.find('\n'));
  };
  // 136 M weights of the head in FP16 are 4.25 M beats of 64 bytes.
  const std::string generate = said({"generate", model, "-n", "1"});
  CHECK(generate.find(" 2.") != std::string::npos);
  const std::string simulate = said({"simulate", model});
  CHECK(simulate.find(" 2.") != std::string::npos);
  // With a window, or of a small model, nothing is announced.
  const std::string small = packed_model(scratch, "small");
  const auto quiet = [&](const std::string& of, std::vector<std::string> more) {
    more.insert(more.begin(), {"simulate", of, "--tokens", "1", "--trace", wave});
    return run_trine(more).err.find("GB") == std::string::npos;
  };
  CHECK(quiet(small, {"--layers", "0:1"}));
}

TEST_CASE("cli: generate that is interrupted prints what there is") {
  const std::vector<std::string> command = {"generate",     kModel,      "--prompt", "And God",
                                            "-n",           "900",       "--device", "reference",
                                            "--ignore-eos", "--threads", "1"};
  const Interrupted text = interrupt(
      command, SIGINT, [](const std::string& out, const auto&) { return out.size() > 10; });
  CHECK(text.code == 128 + SIGINT);
  CHECK(text.out.find(" tokens, prompt ") != std::string::npos);
  CHECK(text.err.find(" of 900 tokens were generated") != std::string::npos);

  std::vector<std::string> as_json = with_progress(command);
  as_json.push_back("--json");
  const Interrupted object = interrupt(as_json, SIGTERM, [](const auto&, const std::string& err) {
    return err.find("% , ") != std::string::npos || err.find("tokens/s") != std::string::npos;
  });
  CHECK(object.code == 128 + SIGTERM);
  const json report = json::parse(object.out);
  CHECK(report["interrupted"] == true);
  CHECK(report["tokens"].size() < 900);
  CHECK(report["ended"] == false);
  // Uninterrupted it says so too.
  CHECK(trine_json({"generate", kModel, "--tokens", "1", "-n", "1", "--device",
                    "reference"})["interrupted"] == false);
}

TEST_CASE("cli: with --json an interruption and every failure is an object too") {
  const Scratch scratch;
  const auto fails = [](std::vector<std::string> arguments, int code, const std::string& part) {
    arguments.push_back("--json");
    const Run run = run_trine(arguments);
    CHECK(run.code == code);
    CHECK(run.one_line());
    const json object = run.json();
    CHECK(object.size() == 1);
    CHECK(object["error"].get<std::string>().find(part) != std::string::npos);
    CHECK(run.err == "trine: " + object["error"].get<std::string>() + "\n");
  };
  fails({"info", (scratch / "absent").string()}, 1, "does not exist");
  fails({"info"}, 2, "model");
  fails({"frobnicate"}, 2, "frobnicate");
  const Interrupted synth = interrupt(
      with_progress({"synth", "--json", "--preset", "qwen2.5-0.5b", (scratch / "synth").string()}),
      SIGINT, kWorks);
  CHECK(json::parse(synth.out)["error"].get<std::string>().starts_with("interrupted by SIGINT"));
}

TEST_CASE("cli: a model or checkpoint that is cut short while it is mapped is one line") {
  const Scratch scratch;
  const auto cut = [&](const fs::path& file, const std::vector<std::string>& arguments) {
    const Scratch outputs;
    const std::string out = (outputs / "out").string(), err = (outputs / "err").string();
    Process process(arguments, {.out = out, .err = err});
    REQUIRE(becomes(
        [&] { return !read_file(out).empty() || read_file(err).find('%') != std::string::npos; }));
    fs::resize_file(file, 4096);
    CHECK(process.wait() == 1);
    const std::string text = read_file(err);
    CAPTURE(text);
    CHECK(text.find("trine: " + file.string() + ": was cut short") != std::string::npos);
  };
  const std::string packed = packed_model(scratch);
  cut(fs::path(packed) / "model.trine.safetensors",
      {"generate", packed, "--tokens", "1", "-n", "900", "--ignore-eos", "--threads", "1"});
  const fs::path model = copy_of(kModel, scratch / "model");
  cut(model / "model.safetensors",
      with_progress({"quantize", model.string(), (scratch / "out").string()}));
}

TEST_CASE("cli: closed standard files and readers that go away are failures, not crashes") {
  const Scratch scratch;
  const std::string out = (scratch / "out").string(), err = (scratch / "err").string();
  CHECK(Process({"info", kModel}, {.out = "", .err = err}).wait() == 1);
  CHECK(read_file(err) == "trine: writing to the standard output failed\n");
  CHECK(Process({"info", kModel}, {.out = out, .err = ""}).wait() == 0);
  CHECK(Process({"info", "absent"}, {.out = out, .err = ""}).wait() == 1);
  CHECK(Process({"info", "absent", "--json"}, {.in = "", .out = "", .err = ""}).wait() == 1);
  // Whatever is opened, none of the three descriptors becomes a file of the model.
  const std::string packed = (scratch / "packed").string();
  CHECK(Process({"quantize", kModel, packed, "--scales", "v2"}, {.in = "", .out = "", .err = ""})
            .wait() == 1);
  CHECK(trine_json({"info", packed})["valid"] == true);
  const std::string shell = std::string(TRINE_COMMAND) + " generate " + kModel +
                            " --tokens 1 -n 1000 --ignore-eos --device reference 2>" + err +
                            " | head -c 1 >/dev/null; test ${PIPESTATUS[0]} = 1";
  CHECK(std::system(("bash -c '" + shell + "'").c_str()) == 0);
  CHECK(read_file(err) == "trine: writing to the standard output failed\n");
}

TEST_CASE("cli: a disk that fills is one line, and nothing is left") {
  const Scratch scratch;
  const std::string packed = packed_model(scratch), err = (scratch / "err").string();
  const auto fails = [&](const std::vector<std::string>& arguments, const std::string& part,
                         rlim_t most = 100'000) {
    CAPTURE(arguments[0]);
    CHECK(Process(arguments, {.out = "/dev/null", .err = err, .most = most}).wait() == 1);
    const std::string text = read_file(err);
    CAPTURE(text);
    CHECK(text.starts_with("trine: "));
    CHECK(text.find('\n') == text.size() - 1);
    CHECK(text.find(part) != std::string::npos);
    fs::remove(err);
    // What quantize has finished is no loss.
    CHECK(fs::remove_all(scratch / ".out.partial") == (arguments[0] == "quantize" ? 3U : 0U));
    CHECK(scratch.names() == std::vector<std::string>{"packed"});
  };
  const std::string out = (scratch / "out").string();
  fails({"synth", "--preset", "tiny", out, "-q"}, "cannot write: File too large");
  fails({"quantize", kModel, out, "--scales", "v2", "-q"}, "cannot write");
  fails({"dequantize", packed, out, "-q"}, "cannot write: File too large");
  const std::vector<std::string> logits = {"logits",
                                           kModel,
                                           "--prompt",
                                           ("In the beginning of the "
                                            "heaven and the earth and the waters and the light"),
                                           "--device",
                                           "reference",
                                           "-q",
                                           "-o"};
  for (const char* name : {"out", "out.npy"}) {
    std::vector<std::string> command = logits;
    command.push_back((scratch / name).string());
    fails(command, "cannot write: File too large");
  }
  fails({"simulate", packed, "--tokens", "296", "--device", "golden", "-q", "-o", out},
        "cannot be written: File too large", 10'000);
}
