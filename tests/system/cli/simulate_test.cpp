// SPDX-License-Identifier: Apache-2.0

#include <cstdlib>
#include <thread>

#include "tests/system/cli/command.h"

using namespace trine;
using namespace trine::test;

namespace {

/// A report without what the machine says: how long it took, and where in a simulation it began.
nlohmann::json timeless(nlohmann::json report) {
  CHECK(report["seconds"].get<double>() > 0);
  for (const char* key : {"seconds", "khz", "trace_begin", "out"}) report.erase(key);
  return report;
}

nlohmann::json timeless_file(const std::string& file) {
  return timeless(nlohmann::json::parse(read_file(file)));
}

std::vector<std::string> simulate(const std::string& model, const std::string& layers,
                                  const std::string& out) {
  return {"simulate", model, "--tokens", "296,1133,5", "--layers", layers, "-q", "-o", out};
}

}  // namespace

TEST_CASE("cli: two processes simulate a token, and their reports make that of one") {
  const Scratch scratch;
  const std::string model = packed_model(scratch);
  const auto file = [&](const char* name) { return (scratch / name).string(); };
  Run second;
  {
    const std::jthread other([&] { second = run_trine(simulate(model, "2:6", file("b.json"))); });
    CHECK(run_trine(simulate(model, "0:2", file("a.json"))).code == 0);
  }
  CHECK(second.code == 0);
  CHECK(run_trine(simulate(model, "0:6", file("whole.json"))).code == 0);
  const auto merged = trine_json({"merge", file("b.json"), file("a.json"), "-o", file("m.json")});
  CHECK(timeless_file(file("m.json")) == timeless_file(file("whole.json")));
  CHECK(merged["layers"]["first"] == 0);
  CHECK(merged["layers"]["end"] == 6);

  // The same token as `generate`, and all cycles but those between commands.
  const auto generated = trine_json(
      {"generate", model, "--tokens", "296,1133,5", "-n", "1", "--device", "rtl", "--check"});
  CHECK(merged["best"] == generated["tokens"][0]);
  CHECK(merged["total"]["commands"] == merged["commands"].size());
  std::uint64_t cycles = 0;
  for (const auto& [unit, cost] : merged["units"].items())
    cycles += cost["cycles"].get<std::uint64_t>();
  CHECK(merged["total"]["cycles"] == cycles);

  check_fails({"merge", file("a.json"), file("whole.json")}, 1,
              {"whole.json", "layer 0", "a.json"});
  CHECK(run_trine(simulate(model, "3:4", file("c.json"))).code == 0);
  check_fails({"merge", file("a.json"), file("c.json")}, 1, {"c.json", "layer 3, not at 2"});
  auto other = nlohmann::json::parse(read_file(file("b.json")));
  other["state"]["in"] = "00000000";
  std::ofstream(scratch / "d.json") << other;
  check_fails({"merge", file("a.json"), file("d.json")}, 1, {"d.json", "another state"});
  other["tokens"] = {296, 1133, 6};
  std::ofstream(scratch / "d.json") << other;
  check_fails({"merge", file("a.json"), file("d.json")}, 1, {"d.json", "other tokens"});
  std::ofstream(scratch / "d.json") << "{\"format\": 1}";
  check_fails({"merge", file("d.json")}, 1, {"d.json"});
}

TEST_CASE("cli: parts of a token that are simulated side by side make the same report") {
  const Scratch scratch;
  const std::string model = packed_model(scratch);
  for (const char* latency : {"1", "300"}) {
    CAPTURE(latency);
    const auto run = [&](const std::string& jobs) {
      return trine_json({"simulate", model, "--tokens", "296,1133", "--check", "--latency", latency,
                         "--jobs", jobs});
    };
    const auto one = run("1");
    for (const char* jobs : {"2", "4", "100"}) {
      CAPTURE(jobs);
      const auto several = run(jobs);
      REQUIRE(several["commands"].size() == one["commands"].size());
      for (std::size_t i = 0; i < one["commands"].size(); ++i)
        CHECK(several["commands"][i] == one["commands"][i]);
      CHECK(timeless(several) == timeless(one));
    }
  }
  check_fails({"simulate", model, "--tokens", "1", "--jobs", "0"}, 2, {"--jobs"});
  check_fails(
      {"simulate", model, "--tokens", "1", "--jobs", "2", "--trace", (scratch / "t.fst").string()},
      2, {"--trace", "one job"});
}

TEST_CASE("cli: the head is cut, too, and makes the same report") {
  const Scratch scratch;
  const std::string model = (scratch / "model").string();
  CHECK(run_trine({"synth", model, "--preset", "qwen2.5-0.5b", "--layers", "1"}).code == 0);
  for (const auto& tried : {std::pair{"1", "4"}, {"300", "2"}}) {
    const std::string latency = tried.first, jobs = tried.second;
    CAPTURE(latency);
    const auto run = [&](const std::string& count) {
      return trine_json(
          {"simulate", model, "--tokens", "11", "--check", "--latency", latency, "--jobs", count});
    };
    const auto one = run("1"), several = run(jobs);
    REQUIRE(several["commands"].size() == one["commands"].size());
    std::size_t products = 0;
    for (std::size_t i = 0; i < one["commands"].size(); ++i) {
      CHECK(several["commands"][i] == one["commands"][i]);
      products += one["commands"][i]["operation"] == "head" ? 1 : 0;
    }
    CHECK(products > 1);  // It can be cut.
    CHECK(timeless(several) == timeless(one));
  }
}

TEST_CASE("cli: simulate says what the DRAM did, of a whole token and of its parts") {
  const Scratch scratch;
  const std::string model = packed_model(scratch);
  const auto run = [&](const std::string& device, const std::string& layers) {
    const std::string out = (scratch / (device + layers.substr(0, 1))).string();
    return trine_json({"simulate", model, "--tokens", "296,1133", "--layers", layers, "--device",
                       device, "--memory", "ddr4-2400x64", "-o", out});
  };
  const auto low = run("rtl", "0:3"), high = run("rtl", "3:6");
  const auto all = trine_json({"merge", (scratch / "rtl3").string(), (scratch / "rtl0").string()});
  std::uint64_t clocks = 0;
  const auto& counts = all["dram"]["counts"];
  for (const auto& item : counts.items()) {
    const std::string& name = item.key();
    const nlohmann::json& value = item.value();
    CAPTURE(name);
    CHECK(value == low["dram"]["counts"][name].get<std::uint64_t>() +
                       high["dram"]["counts"][name].get<std::uint64_t>());
    if (name == "busy" || name.starts_with("lost_")) clocks += value.get<std::uint64_t>();
  }
  CHECK(all["dram"]["name"] == "ddr4-2400x64");
  CHECK(all["dram"]["efficiency"].get<double>() ==
        doctest::Approx(counts["busy"].get<double>() / static_cast<double>(clocks)));
  CHECK(counts["row_hits"].get<std::uint64_t>() > 100 * counts["row_misses"].get<std::uint64_t>());
  CHECK(counts["refreshes"].get<std::uint64_t>() > 0);
  // Each beat of 64 bytes is a burst.
  CHECK(counts["reads"].get<std::uint64_t>() + counts["forwarded"].get<std::uint64_t>() >=
        all["total"]["read_beats"].get<std::uint64_t>());
  const Run text = run_trine({"merge", (scratch / "rtl0").string()});
  for (const char* word : {"ddr4-2400x64 at 1200 MHz", " hits, ", "nothing asked for"})
    CHECK(text.out.find(word) != std::string::npos);

  // Bursts in the order of the calls have no causes.
  const auto tlm = run("tlm", "0:3");
  CHECK(tlm["dram"]["counts"].contains("lost"));
  CHECK(!tlm["dram"]["counts"].contains("lost_idle"));
}

TEST_CASE("cli: simulate checks, reports and refuses") {
  const Scratch scratch;
  const std::string model = packed_model(scratch);
  const std::string page = (scratch / "page.html").string(), trace = (scratch / "t.json").string();
  const auto run = trine_json({"simulate", model, "--tokens", "296,1133", "--check", "--layers",
                               "5:6", "--report", page, "--timeline", trace});
  CHECK(run["position"] == 1);
  CHECK(run["equal"] == true);
  CHECK(run["compared"].get<std::uint64_t>() > 10'000);
  CHECK(run["state"]["in"].is_string());
  CHECK(run["units"]["trit engine"]["weight_beats"].get<std::uint64_t>() > 0);
  CHECK(run["utilization"].get<double>() > 0);
  const std::string html = read_file(page);
  for (const char* part : {"<svg", "Roofline", "Time by layer", "mlp.down_proj.weight", "</html>"})
    CHECK(html.find(part) != std::string::npos);
  for (const char* link : {"http:", "src="}) CHECK(html.find(link) == std::string::npos);
  for (std::size_t at = 0; (at = html.find("https:", at)) != std::string::npos; ++at)
    CHECK(html.compare(at, 24, "https://ui.perfetto.dev/") == 0);  // Nothing is loaded.
  CHECK(html.find("<a href='t.json'>") != std::string::npos);

  // Spans of a row follow one another.
  const auto events = nlohmann::json::parse(read_file(trace))["traceEvents"];
  std::map<int, std::uint64_t> ends;
  std::uint64_t spans = 0;
  for (const auto& event : events) {
    if (event["ph"] != "X") continue;
    ++spans;
    std::uint64_t& end = ends[event["tid"].get<int>()];
    CHECK(event["ts"].get<std::uint64_t>() >= end);
    end = event["ts"].get<std::uint64_t>() + event["dur"].get<std::uint64_t>();
  }
  CHECK(spans > run["commands"].size());
  std::uint64_t last = 0;
  for (const auto& [row, end] : ends) last = std::max(last, end);
  CHECK(run["elapsed"] == last);

  // On the golden model there is no time, but the same work.
  const auto golden = trine_json(
      {"simulate", model, "--tokens", "296,1133", "--device", "golden", "--layers", "5:6"});
  CHECK(golden["total"]["cycles"] == 0);
  CHECK(golden["total"]["weight_beats"] == run["total"]["weight_beats"]);
  CHECK(golden["state"] == run["state"]);

  // A token far behind a text that nobody wrote: the same text in every part, another for another
  // seed.
  const auto far = [&](const std::string& layers, const std::string& seed,
                       std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"simulate",   model, "--tokens",     "296,1133",
                                          "--position", "700", "--cache-seed", seed,
                                          "--layers",   layers};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return trine_json(arguments);
  };
  const auto part = far("5:6", "3", {"--check", "-o", (scratch / "5.json").string()});
  CHECK(part["position"] == 700);
  CHECK(part["cache_seed"] == 3);
  CHECK(part["total"]["weight_beats"] > run["total"]["weight_beats"]);
  const auto front = far("0:5", "3", {"--device", "rtl", "-o", (scratch / "0.json").string()});
  CHECK(front["state"]["out"] == part["state"]["in"]);
  const auto all =
      trine_json({"merge", (scratch / "0.json").string(), (scratch / "5.json").string()});
  CHECK(all["position"] == 700);
  CHECK(all["cache_seed"] == 3);
  CHECK(far("0:6", "3", {"--device", "golden"})["state"]["out"] == part["state"]["out"]);
  CHECK(far("0:6", "4", {"--device", "golden"})["state"]["out"] != part["state"]["out"]);
  far("0:5", "4", {"-o", (scratch / "4.json").string(), "--device", "rtl"});
  check_fails({"merge", (scratch / "4.json").string(), (scratch / "5.json").string()}, 1,
              {"5.json", "another text"});
  check_fails({"simulate", model, "--tokens", "1,2,3", "--position", "1"}, 1,
              {"--position 1", "3 tokens"});
  check_fails({"simulate", model, "--tokens", "1", "--position", "64", "--context", "64"}, 1,
              {"--position 64", "64 positions"});
  check_fails({"simulate", model, "--tokens", "1", "--cache-seed", "64"}, 2, {"--cache-seed"});

  const std::vector<std::string> base = {"simulate", model, "--tokens", "296"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), base.begin(), base.end());
    return more;
  };
  check_fails(with({"--layers", "2:9"}), 1, {"--layers 2:9", "6 layers"});
  check_fails(with({"--layers", "2:2"}), 2, {"--layers", "2:2"});
  check_fails(with({"--layers", "x"}), 2, {"--layers", "'x'"});
  check_fails(with({"--device", "reference"}), 2, {"--device"});
  check_fails(with({"-o", (scratch / "no/where.json").string()}), 1, {"where.json"});
  check_fails({"simulate", kModel, "--tokens", "296"}, 1, {"not quantized"});
}

TEST_CASE("cli: simulate says what it compared, and cycles of no unit stand in the table") {
  const Scratch scratch;
  const std::string model = packed_model(scratch);
  const auto simulate = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"simulate", model, "--tokens", "296", "--layers", "1:6"});
    return more;
  };
  const auto fast = trine_json(simulate({}));
  CHECK(fast["equal"] == true);
  CHECK(fast["compared"].is_null());
  const auto slow = trine_json(simulate({"--latency", "400"}));
  // What a latency adds is waited for by a unit, or is spent where none runs.
  const auto columns = [](const nlohmann::json& run) {
    const auto& total = run["total"];
    const auto number = [&](const char* key) { return total[key].get<std::int64_t>(); };
    return number("stall_memory") + number("stall_table") + number("stall_rows") +
           number("stall_transfer") + number("between") + run["elapsed"].get<std::int64_t>() -
           number("cycles");
  };
  const auto added = slow["elapsed"].get<std::int64_t>() - fast["elapsed"].get<std::int64_t>();
  const auto shown = columns(slow) - columns(fast);
  CAPTURE(added);
  CAPTURE(shown);
  CHECK(added > 5'000);
  CHECK(shown > added * 9 / 10);

  const Run table = run_trine(simulate({"--check"}));
  for (const char* part : {"no unit", "between them", "values of all commands, and the logits"})
    CHECK(table.out.find(part) != std::string::npos);
  CHECK(run_trine(simulate({})).out.find("equal: the logits to golden's") != std::string::npos);
}

TEST_CASE("cli: tokens that are simulated side by side make the report of one after the other") {
  const Scratch scratch;
  const std::string model = packed_model(scratch);
  const auto run = [&](std::vector<std::string> arguments, const std::string& jobs) {
    for (const char* more : {"--device", "rtl", "--jobs"}) arguments.emplace_back(more);
    arguments.push_back(jobs);
    nlohmann::json report = trine_json(arguments);
    // What depends on the machine.
    for (const char* key : {"seconds", "khz", "tokens_per_second", "prefill_tokens_per_second",
                            "decode_tokens_per_second", "out"})
      report.erase(key);
    return report;
  };
  const auto out = [&](const std::string& jobs) { return (scratch / (jobs + ".npy")).string(); };
  for (const char* jobs : {"2", "3"}) {
    CAPTURE(jobs);
    const std::vector<std::string> generate{
        "generate", model, "--tokens", "296,1133,5,7,9", "--vectors", "4", "-n", "3", "--check"};
    CHECK(run(generate, jobs) == run(generate, "1"));
    const std::vector<std::string> perplexity{"perplexity",     model,      "--tokens",
                                              "296,1133,5,7,9", "--window", "2"};
    CHECK(run(perplexity, jobs) == run(perplexity, "1"));
    const auto logits = [&](const std::string& count) {
      return run({"logits", model, "--tokens", "296,1133,5", "--check", "-o", out(count)}, count);
    };
    CHECK(logits(jobs) == logits("1"));
    CHECK(read_file(out(jobs)) == read_file(out("1")));
  }
  // Wrong arguments, whatever the device; refused before the model is read.
  for (const char* device : {"golden", "reference"})
    for (const std::string& directory : {model, std::string("nowhere")})
      for (const std::vector<std::string>& command :
           {std::vector<std::string>{"generate", directory, "-n", "1"},
            {"logits", directory, "-o", out("x")},
            {"perplexity", directory}}) {
        auto arguments = command;
        for (const char* more : {"--tokens", "1,2", "--jobs", "4", "--device", device})
          arguments.emplace_back(more);
        check_fails(arguments, 2, {"--jobs", device, "not simulated"});
      }
  check_fails({"logits", model, "--tokens", "1", "-o", out("x"), "--device", "rtl", "--jobs", "2",
               "--trace", (scratch / "t.fst").string()},
              2, {"--trace", "one job"});
  std::ofstream(scratch / "prompts") << "And\n";
  check_fails({"generate", model, "--prompts", (scratch / "prompts").string(), "-n", "1",
               "--device", "rtl", "--jobs", "2"},
              2, {"--jobs", "--prompts"});
}
