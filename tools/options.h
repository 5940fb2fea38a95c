// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
class Validator;
}  // namespace CLI

namespace trine::tools {

// What the subcommands use of the option parser (CLI11). Its headers and the code that they bring
// along cost every file that includes them three seconds of compile time, so only options.cpp does.

/// Arguments that are wrong: exit code 2. The message names the option.
class UsageError : public std::exception {
 public:
  explicit UsageError(std::string what) : what_(std::move(what)) {}
  UsageError(const std::string& option, const std::string& reason)
      : UsageError(option + ": " + reason) {}
  /// `options` of which one had to be given.
  static UsageError required(const std::string& options) {
    return UsageError(options + " is required");
  }
  const char* what() const noexcept override { return what_.c_str(); }

 private:
  std::string what_;
};

/// What the text of an option must be.
class Check {
 public:
  explicit Check(const CLI::Validator& validator);
  const CLI::Validator& validator() const { return *validator_; }

 private:
  std::shared_ptr<const CLI::Validator> validator_;
};

/// A finite number of [low, high], or of (low, high] when `open`.
Check number_in(double low, double high, bool open = false);
/// A whole number in decimal of [low, high]. The parser's own conversion takes -1 for the largest
/// number, 010 for eight and what is too large for the largest.
Check whole_in(std::uint64_t low, std::uint64_t high = ~std::uint64_t{0});
/// A whole number in decimal, negative or not.
Check decimal();
/// One of these.
Check one_of(const std::vector<std::string>& names);
Check one_of(std::initializer_list<unsigned> numbers);
/// One of the names.
template <class Value>
Check one_of(const std::map<std::string, Value>& named) {
  std::vector<std::string> names;
  names.reserve(named.size());
  for (const auto& [name, value] : named) names.push_back(name);
  return one_of(names);
}

/// An option of a command; the methods are the parser's and return the option.
class Option {
 public:
  explicit Option(CLI::Option& option) : option_(&option) {}
  Option* required();
  Option* check(const Check& check);
  Option* capture_default_str();
  Option* type_name(const std::string& name);
  Option* group(const std::string& name);
  Option* needs(const Option* other);
  Option* excludes(const Option* other);
  Option* delimiter(char delimiter);
  Option* allow_extra_args(bool allow);

 private:
  CLI::Option* option_;
};

/// A command or a group of its options; what it returns lives as long as it does.
class Command {
 public:
  explicit Command(CLI::App& app) : app_(&app) {}
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  std::string name() const;
  /// The long options, those of the groups too, in the order of the help.
  std::vector<std::string> long_options() const;
  const std::deque<Command>& subcommands() const { return subcommands_; }

  Command* add_subcommand(const std::string& name, const std::string& description);
  Command* add_option_group(const std::string& name);
  Command* get_option_group(const std::string& name);
  Command* require_option(std::size_t count) { return require_option(count, count); }
  Command* require_option(std::size_t least, std::size_t most);
  /// The work of a subcommand that was chosen, when its options have been read.
  void callback(std::function<void()> work);

  /// For the types that options.cpp names.
  template <class Value>
  Option* add_option(const std::string& name, Value& value, const std::string& description);
  Option* add_option_function(const std::string& name,
                              const std::function<void(const std::string&)>& set,
                              const std::string& description);
  /// The same for what may be given several times.
  Option* add_list_function(const std::string& name,
                            const std::function<void(const std::vector<std::string>&)>& set,
                            const std::string& description);
  Option* add_flag(const std::string& name, bool& value, const std::string& description);
  Option* add_flag_callback(const std::string& name, std::function<void()> set,
                            const std::string& description);

 private:
  Option* keep(CLI::Option& option);

  CLI::App* app_;
  std::deque<Option> options_;
  std::deque<Command> subcommands_, groups_;
};

/// The command line of a program of subcommands, one of which must be given.
class CommandLine {
 public:
  CommandLine(const std::string& name, const std::string& description, const std::string& version,
              const std::string& footer);
  ~CommandLine();
  Command& commands() { return commands_; }
  /// Reads the arguments and runs the callback of the subcommand that they choose. False when they
  /// only ask for help or version, which is then printed. Throws UsageError, which names the
  /// subcommand, and what the callback throws.
  bool run(int argc, char** argv);

 private:
  std::unique_ptr<CLI::App> app_;
  Command commands_;
};

}  // namespace trine::tools
