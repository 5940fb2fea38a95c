// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace trine::test {

namespace fs = std::filesystem;

inline const fs::path kSource = TRINE_SOURCE_DIR;
inline const std::string kModel = (kSource / "models/kjv").string();

inline std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A directory of its own, removed at the end.
class Scratch {
 public:
  Scratch() {
    std::string name = (fs::temp_directory_path() / "trine_cli_XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Scratch() { fs::remove_all(path_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  fs::path operator/(const std::string& name) const { return path_ / name; }
  /// Names of all that is there, hidden files too.
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(path_))
      all.push_back(entry.path().filename().string());
    return all;
  }

 private:
  fs::path path_;
};

/// What a run of the command left.
struct Run {
  int code = -1;
  std::string out, err;

  nlohmann::json json() const {
    INFO(out);
    INFO(err);
    REQUIRE(nlohmann::json::accept(out));
    return nlohmann::json::parse(out);
  }
  bool one_line() const {
    return !err.empty() && err.back() == '\n' && err.find('\n') == err.size() - 1;
  }
};

inline int open_output(const std::string& path) {
  return open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

/// `trine` as a process of its own, without a shell between.
class Process {
 public:
  /// Where its three files lead; "" closes one.
  struct Files {
    std::string in = "/dev/null", out, err;
    rlim_t most = RLIM_INFINITY;  // Bytes that a file can get, as on a disk that fills.
    bool obeys = false;           // File permissions hold for root, too.
  };
  Process(std::vector<std::string> arguments, const Files& files) {
    std::vector<char*> argv;
    std::string program = TRINE_COMMAND;
    argv.push_back(program.data());
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    child_ = fork();
    REQUIRE(child_ >= 0);
    if (child_ != 0) return;
    // Descriptors only: what the test has buffered is not the command's.
    place(files.in.empty() ? -1 : open(files.in.c_str(), O_RDONLY | O_CLOEXEC), STDIN_FILENO);
    place(files.out.empty() ? -1 : open_output(files.out), STDOUT_FILENO);
    place(files.err.empty() ? -1 : open_output(files.err), STDERR_FILENO);
    // A test runner may have passed on signals that are ignored.
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) std::signal(signal, SIG_DFL);
    const rlimit limit{files.most, files.most};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(126);
    if (files.obeys && geteuid() == 0)
      for (const int right : {CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH})
        if (prctl(PR_CAPBSET_DROP, right, 0, 0, 0) != 0) _exit(126);
    execv(program.c_str(), argv.data());
    _exit(127);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    if (child_ > 0 && kill(child_, SIGKILL) == 0) waitpid(child_, nullptr, 0);
  }

  void send(int signal) const { REQUIRE(kill(child_, signal) == 0); }
  /// Its exit code; -1 when a signal killed it.
  int wait() {
    int status = 0;
    REQUIRE(waitpid(std::exchange(child_, -1), &status, 0) > 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  static void place(int file, int at) {
    if (file < 0)
      close(at);
    else if (dup2(file, at) < 0)
      _exit(126);
  }

  pid_t child_ = -1;
};

/// Runs `trine` with these arguments to its end; stdout may go to a file instead, and the standard
/// input come from one. `obeys`: as Files has it.
inline Run run_trine(const std::vector<std::string>& arguments, const std::string& out_file = "",
                     const std::string& in_file = "/dev/null", bool obeys = false) {
  const Scratch scratch;
  const std::string out = out_file.empty() ? (scratch / "out").string() : out_file;
  const std::string err = (scratch / "err").string();
  const int code =
      Process(arguments, {.in = in_file, .out = out, .err = err, .obeys = obeys}).wait();
  REQUIRE(code >= 0);
  return {code, out_file.empty() ? read_file(out) : "", read_file(err)};
}

/// Runs a command that must succeed with --json.
inline nlohmann::json trine_json(std::vector<std::string> arguments) {
  arguments.push_back("--json");
  const Run run = run_trine(arguments);
  INFO(run.err);
  REQUIRE(run.code == 0);
  return run.json();
}

/// The command must fail with this code and one line on stderr that holds all of `parts`.
inline void check_fails(const std::vector<std::string>& arguments, int code,
                        const std::vector<std::string>& parts) {
  std::string line;
  for (const std::string& argument : arguments) line += argument + " ";
  CAPTURE(line);
  const Run run = run_trine(arguments);
  CAPTURE(run.err);
  CHECK(run.code == code);
  CHECK(run.out.empty());
  CHECK(run.one_line());
  for (const std::string& part : parts) {
    CAPTURE(part);
    CHECK(run.err.find(part) != std::string::npos);
  }
}

/// An .npy file, version 1.0, with this header and data.
inline std::string npy(const std::string& type, const std::string& fortran,
                       const std::string& shape, const std::string& data) {
  std::string header =
      "{'descr': " + type + ", 'fortran_order': " + fortran + ", 'shape': " + shape + ", }";
  header.resize((10 + header.size() + 1 + 63) / 64 * 64 - 11, ' ');
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 0xff);
  bytes += static_cast<char>(header.size() >> 8);
  return bytes + header + data;
}

/// A copy of a model that a test may change.
inline fs::path copy_of(const std::string& model, const fs::path& to) {
  fs::copy(model, to, fs::copy_options::recursive);
  return to;
}

/// Changes a JSON file: some members get other values.
inline void change_json(const fs::path& file, const nlohmann::json& members) {
  nlohmann::json all = nlohmann::json::parse(read_file(file));
  all.update(members);
  std::ofstream(file) << all.dump(1);
}

/// The shipped model, quantized into `scratch`.
inline std::string packed_model(const Scratch& scratch, const std::string& name = "packed") {
  const std::string out = (scratch / name).string();
  trine_json({"quantize", kModel, out, "--scales", "v2"});
  return out;
}

}  // namespace trine::test
