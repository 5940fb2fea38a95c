// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <cstdio>
#include <exception>

#include "runtime/lockstep.h"
#include "runtime/report.h"
#include "tools/common.h"

namespace {

enum ExitCode : int { kSuccess = 0, kFailure = 1, kUsage = 2, kDifferent = 3 };

/// Prints the one line that an error is worth.
int fail(ExitCode code, const std::string& message) {
  std::fflush(stdout);
  fmt::print(stderr, "trine: {}\n", trine::tools::one_line(message));
  return code;
}

/// The parser's own exits: help and version, and arguments that are wrong.
int parse_exit(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return app.exit(error);
  const auto chosen = app.get_subcommands();
  if (chosen.empty() && app.remaining_size() > 0)
    return fail(kUsage,
                fmt::format("there is no command '{}' (try --help)", app.remaining().front()));
  const std::string command = chosen.empty() ? "" : chosen.front()->get_name() + ": ";
  return fail(kUsage, fmt::format("{}{} (try --help)", command, error.what()));
}

int run(int argc, char** argv) {
  CLI::App app("Trine: balanced-ternary language models on a simulated accelerator", "trine");
  app.set_version_flag("--version", "trine " TRINE_VERSION);
  app.require_subcommand(1);
  app.footer("Exit codes: 0 success, 1 failure, 2 wrong arguments, 3 compared and not equal.");
  trine::tools::add_quantize(app);
  trine::tools::add_import(app);
  trine::tools::add_dequantize(app);
  trine::tools::add_info(app);
  trine::tools::add_generate(app);
  trine::tools::add_logits(app);
  trine::tools::add_compare(app);
  trine::tools::add_perplexity(app);
  trine::tools::add_simulate(app);
  trine::tools::add_merge(app);
  trine::tools::add_layer(app);
  trine::tools::add_vectors(app);
  trine::tools::add_devices(app);
  trine::tools::add_completion(app);
  trine::tools::add_synth(app);
  trine::tools::add_memory(app);
  trine::tools::add_estimate(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return parse_exit(app, error);
  } catch (const trine::Different& difference) {
    return fail(kDifferent, difference.what());
  } catch (const trine::Mismatch& mismatch) {
    return fail(kDifferent, mismatch.what());
  }
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int code = run(argc, argv);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
      return fail(kFailure, "writing to the standard output failed");
    return code;
  } catch (const std::bad_alloc&) {
    return fail(kFailure, "out of memory");
  } catch (const std::exception& error) {
    return fail(kFailure, error.what());
  }
}
