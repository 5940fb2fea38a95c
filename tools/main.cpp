// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string_view>

#include "runtime/lockstep.h"
#include "runtime/report.h"
#include "tools/common.h"
#include "tools/failure.h"
#include "tools/interrupt.h"

namespace {

using namespace trine::tools;

int fail(ExitCode code, const std::string& message) {
  std::fflush(stdout);
  report_failure(message);
  return code;
}

int run(int argc, char** argv) {
  CommandLine line(
      "trine", "Trine: balanced-ternary language models on a simulated accelerator",
      "trine " TRINE_VERSION,
      "Exit codes: 0 success, 1 failure, 2 wrong arguments, 3 compared and not equal.");
  Command& app = line.commands();
  add_quantize(app);
  add_import(app);
  add_dequantize(app);
  add_info(app);
  add_generate(app);
  add_chat(app);
  add_logits(app);
  add_compare(app);
  add_perplexity(app);
  add_simulate(app);
  add_merge(app);
  add_layer(app);
  add_vectors(app);
  add_devices(app);
  add_doctor(app);
  add_selftest(app);
  add_completion(app);
  add_synth(app);
  add_memory(app);
  add_estimate(app);
  try {
    line.run(argc, argv);
  } catch (const UsageError& error) {
    return fail(kUsage, error.what());
  } catch (const Interrupted& interrupted) {
    fail(kSignalled, interrupted.what());
    return kSignalled + interrupting_signal();
  } catch (const trine::Different& difference) {
    return fail(kDifferent, difference.what());
  } catch (const trine::Mismatch& mismatch) {
    return fail(kDifferent, mismatch.what());
  }
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  watch_signals();
  set_json_output(std::find(argv, argv + argc, std::string_view("--json")) != argv + argc);
  try {
    const int code = run(argc, argv);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) return fail(kFailure, kNoOutput);
    return code;
  } catch (const std::bad_alloc&) {
    return fail(kFailure, "out of memory");
  } catch (const std::filesystem::filesystem_error& error) {
    return fail(kFailure, error.path1().string() + ": " + error.code().message());
  } catch (const std::exception& error) {
    return fail(kFailure, error.what());
  }
}
