// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>

#include "golden/lines.h"
#include "runtime/chat.h"
#include "runtime/generate.h"
#include "tools/common.h"
#include "tools/device_options.h"
#include "tools/interrupt.h"
#include "tools/progress.h"
#include "tools/run_report.h"
#include "tools/sampling_options.h"
#include "tools/text_output.h"
#include "tools/trace_output.h"

namespace trine::tools {
namespace {

constexpr const char *kNew = "/new", *kExit = "/exit";

struct ChatCommand {
  CommonOptions common;
  DeviceOptions device;
  SamplingOptions sampling;
  std::string model;
  std::optional<std::string> system;
  std::size_t most = 512;  // Tokens of an answer.
};

/// A conversation on a device: the cache keeps the turns, each is computed once.
class Conversation {
 public:
  Conversation(const ChatCommand& options, const ModelFile& file,
               const golden::Tokenizer& tokenizer)
      : options_(options),
        tokenizer_(tokenizer),
        format_(chat_format(file.directory(), tokenizer)),
        chat_(format_, tokenizer, options.system),
        sampler_(sampler_options(options.sampling, file, options.common)),
        loading_("chat", options.common),
        session_(file, options.device, loading_) {
    loading_.ignore_signals();  // A device that is stopped in the middle of a pass is lost.
    if (format_.plain())
      warn(options.common, fmt::format("{}: {}: what you type is continued as plain text",
                                       file.directory().string(), format_.why));
  }

  const ChatFormat& format() const { return format_; }
  Session& session() { return session_; }

  void forget() {
    chat_.clear();
    session_.model().reset();
  }

  /// One turn, as an object for --json; null when it does not fit.
  Json turn(const std::string& text) {
    golden::LanguageModel& model = session_.model();
    const Chat before = chat_;
    const std::size_t same = chat_.ask(text);
    const auto& tokens = chat_.tokens();
    if (tokens.size() > model.capacity()) {
      warn(options_.common,
           fmt::format("the {} positions are full ({} tokens with this turn): {} begins anew",
                       model.capacity(), tokens.size(), kNew));
      chat_ = before;
      return nullptr;
    }
    if (same < model.position()) model.truncate(same);
    const std::size_t room = model.capacity() - tokens.size() + 1;
    const std::size_t most = std::min(options_.most, room), known = model.position();
    const std::vector<std::int32_t> all = tokens;
    const std::span<const std::int32_t> had(all.data(), known);
    const auto fresh = std::span(all).subspan(known);
    ProgressLine progress("chat", options_.common);
    TextOutput output(&tokenizer_, !options_.common.json, progress,
                      format_.plain() ? golden::Place::Inside : golden::Place::Begin);
    progress.ignore_signals();
    GenerateResult result;
    const AnswersInterrupt answers;
    generate(model, fresh, sampler_,
             {.max_tokens = most,
              .end_tokens = chat_.end_tokens(),
              .before = had,
              .stop = [] { return interrupting_signal() != 0; },
              .on_token =
                  [&](const TokenEvent& event) {
                    if (!event.prompt) output.push(event.token);
                    if (!session_.simulated()) progress.step(event.index + 1, 0, "tokens");
                  }},
             result);
    output.finish();
    const bool interrupted = interrupting_signal() == SIGINT;
    // Only Ctrl-C is meant for the answer.
    if (interrupting_signal() != 0 && !interrupted) throw Interrupted("interrupted");
    forget_signal();
    chat_.answer(result.tokens);
    if (!result.ended && !interrupted && most == room)
      warn(options_.common,
           fmt::format("the {} positions are full: {} begins anew", model.capacity(), kNew));
    return {{"user", text},
            {"answer", output.text()},
            {"prompt_tokens", fresh.size()},
            {"tokens", result.tokens.size()},
            {"ended", result.ended},
            {"interrupted", interrupted}};
  }

 private:
  const ChatCommand& options_;
  const golden::Tokenizer& tokenizer_;
  ChatFormat format_;
  Chat chat_;
  golden::Sampler sampler_;
  ProgressLine loading_;  // Is told of the simulation as long as the session lives.
  Session session_;
};

void run_chat(ChatCommand& options) {
  options.device.set_seed(options.sampling.seed);
  check_device_options(options.device);
  const ModelFile file(options.model);
  warn_all(options.common, file.warnings());
  const golden::Tokenizer tokenizer = file.tokenizer();
  Conversation conversation(options, file, tokenizer);
  const bool asks = !options.common.json && isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
  if (asks) fmt::print("{} begins anew, {} or Ctrl-D ends, Ctrl-C ends an answer\n", kNew, kExit);
  Json turns = Json::array();
  in_lockstep(options.common, options.model, [&] {
    for (std::string line;;) {
      if (asks) fmt::print("> ");
      std::fflush(stdout);
      if (!read_line(std::cin, line, "the standard input")) break;
      const std::string_view command = trimmed(line);
      if (command == kExit) break;
      if (command == kNew) {
        conversation.forget();
      } else if (!command.empty()) {
        Json turn = conversation.turn(line);
        if (!turn.is_null()) turns.push_back(std::move(turn));
      }
    }
  });
  Json report = {{"model", options.model},
                 {"format", conversation.format().name},
                 {"turns", std::move(turns)}};
  add_run(report, conversation.session().report());
  if (options.common.json) print_json(report);
}

}  // namespace

void add_chat(Command& app) {
  const auto options = std::make_shared<ChatCommand>();
  Command* command =
      add_command(app, "chat", "Talk with a model: a line is a turn, the cache keeps all turns",
                  options->common);
  command
      ->add_option("model", options->model,
                   "Directory of a packed model; for the reference also of a checkpoint")
      ->required();
  command->add_option("--system", options->system,
                      "What the model is told first [what its own template says]");
  command->add_option("-n", options->most, "Tokens of an answer at most")
      ->check(whole_in(1, 1 << 24))
      ->capture_default_str();
  add_sampling(*command, options->sampling);
  add_device_options(*command, options->device, DeviceChoice::Model);
  command->callback(
      [options] { with_trace(options->device, {options->model}, [&] { run_chat(*options); }); });
}

}  // namespace trine::tools
