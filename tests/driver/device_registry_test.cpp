// SPDX-License-Identifier: Apache-2.0

#include "driver/device_registry.h"

#include <doctest/doctest.h>

#include <functional>

#include "scripted_transport.h"

using namespace trine;

namespace {

std::vector<CoreShape> cores() {
  return {{4, 1}, {16, 1}, {16, 4}};
}

std::unique_ptr<Transport> make(const DeviceRequest&) {
  return std::make_unique<ScriptedTransport>();
}

// The devices of this program, registered as any other.
const DeviceRegistration kPaper{{.name = "paper",
                                 .description = "a device on paper",
                                 .options = {"groups", "vectors"},
                                 .choices = {.groups = {4, 16}, .vectors = {1, 2, 4}},
                                 .cores = cores,
                                 .make = make}};
const DeviceRegistration kClockwork{
    {.name = "clockwork",
     .description = "another one, with a memory and a trace",
     .cycles = Cycles::Exact,
     .options = {"groups", "latency", "stall", "trace", "trace-cycles", "trace-commands"},
     .choices = rtl_choices(),
     .cores = cores,
     .make = make}};

void refused(const std::function<void()>& action, const std::string& option,
             const std::string& part) {
  try {
    action();
    FAIL_CHECK("no error");
  } catch (const OptionError& error) {
    const std::string message = error.what();
    CAPTURE(message);
    CHECK_EQ(error.option(), option);
    CHECK_NE(message.find(part), std::string::npos);
  }
}

/// Gives the options to a device and checks them.
void give(const char* device, const std::vector<std::pair<std::string, std::string>>& options) {
  DeviceRequest request;
  std::vector<std::string> given;
  for (const auto& [name, text] : options) {
    set_option(request, name, text);
    given.push_back(name);
  }
  check_options(device_entry(device), request, given);
}

}  // namespace

TEST_CASE("DeviceRegistry: has what registered itself, by name") {
  const auto all = all_devices();
  REQUIRE_EQ(all.size(), 2);
  CHECK_EQ(all[0]->name, "clockwork");
  CHECK_EQ(all[1]->name, "paper");
  CHECK_EQ(find_device("paper"), all[1]);
  CHECK_EQ(&device_entry("clockwork"), all[0]);
  CHECK_EQ(find_device("abacus"), nullptr);
  CHECK_THROWS_WITH_AS(device_entry("abacus"),
                       "there is no device 'abacus'; there is clockwork, paper", Error);
  CHECK_EQ(device_entry("paper").make({})->memory_size(), 1 << 20);
}

TEST_CASE("DeviceRegistry: refuses an entry that is not complete, unknown options, a name twice") {
  DeviceEntry entry = device_entry("paper");
  CHECK_THROWS_WITH_AS(DeviceRegistration{entry}, "device 'paper' is registered twice", Error);
  entry.name = "wood";
  entry.options.emplace_back("color");
  refused([&] { DeviceRegistration{entry}; }, "color", "no device has");
  entry.options.clear();
  using Damage = void (*)(DeviceEntry&);
  for (const Damage damage : {Damage{[](DeviceEntry& e) { e.make = nullptr; }},
                              Damage{[](DeviceEntry& e) { e.cores = nullptr; }},
                              Damage{[](DeviceEntry& e) { e.description = ""; }},
                              Damage{[](DeviceEntry& e) { e.choices.groups.clear(); }},
                              Damage{[](DeviceEntry& e) { e.choices.vectors.clear(); }}}) {
    DeviceEntry damaged = entry;
    damage(damaged);
    CHECK_THROWS_WITH_AS(DeviceRegistration{damaged}, "device 'wood': its entry is not complete",
                         Error);
  }
  entry.name = "";
  CHECK_THROWS_WITH_AS(DeviceRegistration{entry}, "device '': its entry is not complete", Error);
  CHECK_EQ(all_devices().size(), 2);
}

TEST_CASE("DeviceRegistry: an option that means nothing for a device is refused by name") {
  give("clockwork", {{"latency", "20"}, {"stall", "0.5"}});
  refused([] { give("paper", {{"latency", "20"}}); }, "latency", "clockwork has it");
  refused([] { give("clockwork", {{"vectors", "1"}}); }, "vectors", "paper has it");
}

TEST_CASE("DeviceRegistry: a trace window needs a trace, and there is one") {
  give("clockwork", {{"trace", "t.fst"}, {"trace-cycles", "1:2"}});
  refused([] { give("clockwork", {{"trace-cycles", "1:2"}}); }, "trace-cycles", "needs --trace");
  refused(
      [] {
        give("clockwork", {{"trace-commands", "1:2"}});
      },
      "trace-commands", "needs --trace");
  give("clockwork", {{"trace", "t"}, {"trace-cycles", "1:2"}, {"trace-commands", "1:2"}});
}

TEST_CASE("DeviceRegistry: a core that is not there is refused with those that are") {
  give("paper", {{"vectors", "4"}});
  refused([] { give("paper", {{"groups", "3"}}); }, "groups", "no core with 3: it takes 4, 16");
  refused([] { give("paper", {{"vectors", "3"}}); }, "vectors", "it takes 1, 2, 4");
  CHECK(device_entry("paper").has_core({4, 4}));
  CHECK_FALSE(device_entry("paper").has_core({.groups = 4, .act_width = 8}));
  CHECK(device_entry("clockwork").has_core({.groups = 8, .ports = 4, .act_width = 8}));
  CHECK_FALSE(device_entry("clockwork").has_core({.groups = 2, .ports = 4}));
  DeviceRequest request;
  request.set_shape({.groups = 2, .ports = 4});
  refused([&] { check_options(device_entry("clockwork"), request, {}); }, "ports",
          "2 groups and 1 vector over 4 ports");
  CHECK(device_entry("clockwork")
            .has_core(
                {.groups = 4, .attention_width = 16, .max_cols = 131072, .vector_words = 131072}));
  request.set_shape({.groups = 2, .max_cols = 131072, .vector_words = 131072});
  CHECK_FALSE(device_entry("clockwork").has_core(request.shape()));
  refused([&] { check_options(device_entry("clockwork"), request, {}); }, "max-cols",
          "2 groups and 1 vector, 131072 columns, 131072 words of vector memory");
  CHECK_EQ(core_name({.groups = 16, .attention_heads = 4, .attention_width = 16}), "g16h4q16");
  CHECK_EQ(core_name({.groups = 4, .parity = 1}), "g4e1");
  CHECK_EQ(core_name({.groups = 4, .stream_sum = 1}), "g4s1");
}

TEST_CASE("DeviceOption: every option takes a good value and names a bad one") {
  struct Case {
    const char *name, *good, *bad;
  };
  constexpr Case kCases[] = {{"groups", "4", "0"},
                             {"groups", "16", "-1"},
                             {"vectors", "8", "9"},
                             {"act-width", "8", "7"},
                             {"act-width", "16", "17"},
                             {"attention-heads", "0", "33"},
                             {"attention-width", "16", "17"},
                             {"max-cols", "131072", "131073"},
                             {"vector-words", "131072", "0"},
                             {"parity", "1", "2"},
                             {"stream-sum", "1", "2"},
                             {"latency", "200", "0"},
                             {"latency", "1", "1.5"},
                             {"bandwidth", "0.5", "0"},
                             {"bandwidth", "1", "1.01"},
                             {"bandwidth", "1e-3", "nan"},
                             {"stall", "0", "1"},
                             {"stall", "0.99", "x"},
                             {"seed", "0", "-1"},
                             {"seed", "7", "7 "},
                             {"checking", "true", "yes"},
                             {"checking", "false", ""},
                             {"watchdog", "1000", "999"},
                             {"trace-cycles", "1:2", "2:1"},
                             {"trace-cycles", "0:9", "5"},
                             {"trace-commands", "0:1", "1:1"},
                             {"trace-commands", "3:4", ":"},
                             {"latency", "1000000", "1000001"},
                             {"core-clock", "250", "0.5"},
                             {"core-clock", "1", "fast"},
                             {"memory-base", "0x870000000", "0x870000001"},
                             {"memory-base", "4096", "0x"},
                             {"memory-base", "0", "0x10000000000"},
                             {"uio", "trine0", "a/b"},
                             {"uio", "trine", "."},
                             {"buffer", "trine-buffer", ""},
                             {"registers", "0XA0000000", "0xA0000800"},
                             {"reserved", "0x70000000:65536", "0x70000000"},
                             {"reserved", "4096:4096", "0x"},
                             {"interrupt", "on", "maybe"},
                             {"interrupt", "off", "On"},
                             {"timeout", "0.5", "0"},
                             {"core", "g4", "../g4"},
                             {"uncached", "true", "1"},
                             {"ports", "4", "5"}};
  for (const Case& one : kCases) {
    CAPTURE(one.name);
    CAPTURE(one.bad);
    DeviceRequest request;
    set_option(request, one.name, one.good);
    refused([&] { set_option(request, one.name, one.bad); }, one.name, one.bad);
  }
  DeviceRequest request;
  set_option(request, "trace", "t.fst");
  CHECK_EQ(request.trace_file, "t.fst");
  set_option(request, "trace-commands", "3:4");
  CHECK(request.trace_window.unit == TraceWindow::Unit::kCommands);
  CHECK_EQ(request.trace_window.from, 3);
  CHECK_EQ(request.trace_window.to, 4);
  CHECK_EQ(request.trace_window.inside_to, TraceWindow::kEnd);
  // Cycles are those inside a command, whichever comes first.
  set_option(request, "trace-cycles", "10:20");
  DeviceRequest other;
  set_option(other, "trace-cycles", "10:20");
  CHECK_EQ(other.trace_window.from, 10);
  CHECK_EQ(other.trace_window.to, 20);
  set_option(other, "trace-commands", "3:4");
  for (const TraceWindow& window : {request.trace_window, other.trace_window}) {
    CHECK(window.unit == TraceWindow::Unit::kCommands);
    CHECK_EQ(window.from, 3);
    CHECK_EQ(window.to, 4);
    CHECK_EQ(window.inside_from, 10);
    CHECK_EQ(window.inside_to, 20);
  }
  refused([&] { set_option(request, "color", "red"); }, "color", "no device");
  set_option(request, "reserved", "0x70000000:0x10000");
  CHECK_EQ(request.board.reserved, 0x70000000u);
  CHECK_EQ(request.board.reserved_bytes, 0x10000u);
  refused([&] { set_option(request, "reserved", "0x70000000:0"); }, "reserved",
          "no bytes are reserved");
}

TEST_CASE("CoreShape: the name and the words of a core say what is unusual about it") {
  struct Case {
    CoreShape shape;
    const char *name, *words;
  };
  const Case cases[] = {
      {{.groups = 16}, "g16", "16 groups and 1 vector"},
      {{.groups = 1}, "g1", "1 group and 1 vector"},
      {{.groups = 4, .vectors = 2, .ports = 4}, "g4v2p4", "4 groups and 2 vectors over 4 ports"},
      {{.groups = 16, .act_width = 8}, "g16a8", "16 groups and 1 vector with mantissas of 8 bits"},
      {{.groups = 16, .attention_heads = 1, .attention_width = 16},
       "g16h1q16",
       "16 groups and 1 vector, attention of 1 head, attention with mantissas of 16 bits"},
      {{.groups = 16, .max_cols = 65536, .vector_words = 131072},
       "g16m65536w131072",
       "16 groups and 1 vector, 65536 columns, 131072 words of vector memory"},
      {{.groups = 4, .parity = 1}, "g4e1", "4 groups and 1 vector, memories with parity"},
      {{.groups = 4, .parity = 1, .stream_sum = 1},
       "g4e1s1",
       "4 groups and 1 vector, memories with parity, checksums of streams"}};
  for (const Case& one : cases) {
    CHECK_EQ(core_name(one.shape), std::string(one.name));
    CHECK_EQ(describe(one.shape), std::string(one.words));
  }
}

TEST_CASE("CoreChoices: each parameter has its own, few are listed and many are a range") {
  const CoreChoices choices{.groups = {1},
                            .vectors = {2},
                            .ports = {3},
                            .act_width = {4},
                            .attention_heads = {5},
                            .attention_width = {6},
                            .max_cols = {7},
                            .vector_words = {8},
                            .parity = {9},
                            .stream_sum = {10}};
  unsigned expected = 1;
  for (const CoreParameter& parameter : kCoreParameters)
    CHECK_EQ(choices.of(parameter), std::vector<unsigned>{expected++});
  CHECK_THROWS_WITH_AS(choices.of({"color", "Color", nullptr}), "no choices of color", Error);
  CHECK_EQ(choices_text({8, 9, 10, 11}), "8 to 11");
  CHECK_EQ(choices_text({8, 9, 10}), "8, 9, 10");
  CHECK_EQ(choices_text({1, 2, 4, 8}), "1, 2, 4, 8");
  CHECK(golden_choices().hold({.groups = 16, .vectors = 3, .attention_heads = 0}));
  CHECK_FALSE(golden_choices().hold({.groups = 3}));
  CHECK_FALSE(rtl_choices().hold({.groups = 16, .vectors = 3}));
}

TEST_CASE("DeviceEntry: cycles have names") {
  CHECK_EQ(name_of(Cycles::None), "none");
  CHECK_EQ(name_of(Cycles::Estimated), "estimated");
  CHECK_EQ(name_of(Cycles::Exact), "exact");
  CHECK_THROWS_WITH_AS(name_of(static_cast<Cycles>(3)), "no such kind of cycles", Error);
}

TEST_CASE("DeviceOption: names are unique and described") {
  for (const DeviceOption& option : device_options()) {
    CAPTURE(option.name);
    CHECK_EQ(&find_option(option.name), &option);
    CHECK_FALSE(option.description.empty());
  }
}
