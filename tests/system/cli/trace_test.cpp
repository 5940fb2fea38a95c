// SPDX-License-Identifier: Apache-2.0

// Waves: whole or an error, and in step with the timeline.

#include "tests/system/cli/command.h"

using namespace trine::test;

TEST_CASE("cli: a trace is whole and has cycles, or is an error") {
  const Scratch scratch;
  const std::string model = packed_model(scratch), wave = (scratch / "wave.fst").string();
  const auto trace = [&](std::vector<std::string> window) {
    window.insert(window.begin(), {"generate", model, "--tokens", "296", "-n", "1", "--device",
                                   "rtl", "-q", "--trace", wave});
    return window;
  };
  const auto size = [&](const std::vector<std::string>& window) {
    CHECK(run_trine(trace(window)).code == 0);
    CHECK(scratch.names().size() == 2);
    return fs::file_size(wave);
  };
  const auto command = size({"--trace-commands", "40:41"});
  const auto inside = size({"--trace-commands", "40:41", "--trace-cycles", "10:20"});
  CHECK(inside < command);
  CHECK(size({"--trace-commands", "40:41", "--trace-cycles", "10:20", "--check"}) < command);
  const auto nothing = [&](const std::vector<std::string>& window) {
    const Run run = run_trine(trace(window));
    CHECK(run.code == 1);
    CHECK(run.one_line());
    CHECK(run.err.find("wave.fst: nothing was traced") != std::string::npos);
  };
  nothing({"--trace-cycles", "100000000:100000001"});
  nothing({"--trace-commands", "100000:100001"});
  check_fails({"generate", model, "--tokens", "296", "-n", "1", "--device", "rtl", "--trace",
               (scratch / "no/wave.fst").string()},
              1, {"no/wave.fst", "does not exist"});

  // What the disk does not take is not called a trace.
  const std::string err = (scratch / "err").string();
  fs::remove(wave);
  CHECK(Process(trace({"--trace-commands", "40:60"}),
                {.out = "/dev/null", .err = err, .most = 50'000})
            .wait() == 1);
  const std::string text = read_file(err);
  CAPTURE(text);
  CHECK((text.find("is the disk full?") != std::string::npos ||
         text.find("cannot write the trace") != std::string::npos));
  for (const std::string& name : scratch.names()) CHECK_FALSE(name.starts_with("."));
}

TEST_CASE("cli: a command is in the wave where the timeline says, at twice its cycle") {
  const Scratch scratch;
  const std::string model = packed_model(scratch), wave = (scratch / "wave.fst").string();
  // The header of an FST file has the first time in its bytes 9 to 16, most significant first.
  const auto first_time = [&] {
    const std::string bytes = read_file(wave);
    REQUIRE(bytes.size() > 17);
    std::uint64_t value = 0;
    for (std::size_t i = 9; i < 17; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
  };
  // With --check commands run one by one, so that a window begins with its command; that of the
  // first one begins when it is seen.
  for (const std::size_t index : {1UL, 7UL, 30UL}) {
    CAPTURE(index);
    const auto report = trine_json({"simulate", model, "--tokens", "296,1133", "--layers", "0:2",
                                    "--check", "--trace", wave, "--trace-commands",
                                    std::to_string(index) + ":" + std::to_string(index + 1)});
    const auto begin = report["trace_begin"].get<std::uint64_t>();
    const auto start = report["commands"][index]["start"].get<std::uint64_t>();
    CHECK(first_time() == 2 * (begin + start));
  }
  const auto of = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"simulate", model, "--tokens", "296", "--layers", "0:2"});
    return trine_json(more)["trace_begin"].is_null();
  };
  CHECK(of({"--device", "golden"}));
  CHECK(of({"--jobs", "2"}));
}
