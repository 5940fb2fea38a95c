// SPDX-License-Identifier: Apache-2.0

#include "tools/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <filesystem>

#include "driver/device_options.h"

namespace trine::tools {

Check::Check(const CLI::Validator& validator)
    : validator_(std::make_shared<const CLI::Validator>(validator)) {}

Check number_in(double low, double high, bool open) {
  const std::string range = fmt::format("{}{} .. {}]", open ? '(' : '[', low, high);
  return Check(CLI::Validator(
      [=](std::string& input) {
        double value = 0;
        const bool number = CLI::detail::lexical_cast(input, value) && std::isfinite(value);
        const bool inside = number && value >= low && value <= high && !(open && value == low);
        return inside ? std::string() : fmt::format("{} is not in {}", input, range);
      },
      "in " + range));
}

namespace {

/// The number in canonical form, which the parser's conversion reads as it is meant; false for
/// anything else.
template <class Number>
bool parse_decimal(std::string& input, Number& value) {
  const char* const end = input.data() + input.size();
  const auto [rest, error] = std::from_chars(input.data(), end, value);
  if (error != std::errc{} || rest != end) return false;
  input = std::to_string(value);
  return true;
}

}  // namespace

Check whole_in(std::uint64_t low, std::uint64_t high) {
  const std::string range = high == ~std::uint64_t{0} ? fmt::format("from {}", low)
                                                      : fmt::format("in [{} .. {}]", low, high);
  return Check(CLI::Validator(
      [=](std::string& input) {
        std::uint64_t value = 0;
        const std::string given = input;
        const bool inside = parse_decimal(input, value) && value >= low && value <= high;
        return inside ? std::string() : fmt::format("{} is not a whole number {}", given, range);
      },
      range));
}

Check decimal() {
  return Check(CLI::Validator(
      [](std::string& input) {
        std::int64_t value = 0;
        const std::string given = input;
        return parse_decimal(input, value) ? std::string() : given + " is not a whole number";
      },
      ""));
}

Check one_of(const std::vector<std::string>& names) {
  return Check(CLI::IsMember(names));
}

Check one_of(std::initializer_list<unsigned> numbers) {
  return Check(CLI::IsMember(numbers));
}

Option* Option::required() {
  option_->required();
  return this;
}
Option* Option::check(const Check& check) {
  option_->check(check.validator());
  return this;
}
Option* Option::capture_default_str() {
  option_->capture_default_str();
  return this;
}
Option* Option::type_name(const std::string& name) {
  option_->type_name(name);
  return this;
}
Option* Option::group(const std::string& name) {
  option_->group(name);
  return this;
}
Option* Option::needs(const Option* other) {
  option_->needs(other->option_);
  return this;
}
Option* Option::excludes(const Option* other) {
  option_->excludes(other->option_);
  return this;
}
Option* Option::delimiter(char delimiter) {
  option_->delimiter(delimiter);
  return this;
}
Option* Option::allow_extra_args(bool allow) {
  option_->allow_extra_args(allow);
  return this;
}

std::string Command::name() const {
  return app_->get_name();
}

std::vector<std::string> Command::long_options() const {
  std::vector<std::string> names;
  for (const CLI::Option* option : static_cast<const CLI::App*>(app_)->get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  for (const Command& group : groups_) {
    const std::vector<std::string> more = group.long_options();
    names.insert(names.end(), more.begin(), more.end());
  }
  return names;
}

Command* Command::add_subcommand(const std::string& name, const std::string& description) {
  return &subcommands_.emplace_back(*app_->add_subcommand(name, description));
}
Command* Command::add_option_group(const std::string& name) {
  return &groups_.emplace_back(*app_->add_option_group(name));
}
Command* Command::get_option_group(const std::string& name) {
  for (Command& group : groups_)
    if (group.app_->get_group() == name) return &group;
  throw std::logic_error(name + ": there is no such group of options");
}
Command* Command::require_option(std::size_t least, std::size_t most) {
  app_->require_option(least, most);
  return this;
}
void Command::callback(std::function<void()> work) {
  app_->callback(std::move(work));
}

Option* Command::keep(CLI::Option& option) {
  return &options_.emplace_back(option);
}

template <class Value>
Option* Command::add_option(const std::string& name, Value& value, const std::string& description) {
  return keep(*app_->add_option(name, value, description));
}
#define TRINE_OPTION(...) \
  template Option* Command::add_option(const std::string&, __VA_ARGS__&, const std::string&)
TRINE_OPTION(std::string);
TRINE_OPTION(std::filesystem::path);
TRINE_OPTION(int);
TRINE_OPTION(unsigned);
TRINE_OPTION(std::uint64_t);
TRINE_OPTION(double);
TRINE_OPTION(float);
TRINE_OPTION(std::optional<std::string>);
TRINE_OPTION(std::optional<std::uint64_t>);
TRINE_OPTION(std::optional<unsigned>);
TRINE_OPTION(std::optional<double>);
TRINE_OPTION(std::optional<float>);
TRINE_OPTION(std::vector<std::string>);
TRINE_OPTION(std::vector<std::filesystem::path>);
TRINE_OPTION(std::vector<std::int32_t>);
#undef TRINE_OPTION

Option* Command::add_option_function(const std::string& name,
                                     const std::function<void(const std::string&)>& set,
                                     const std::string& description) {
  return keep(*app_->add_option_function<std::string>(name, set, description));
}
Option* Command::add_list_function(const std::string& name,
                                   const std::function<void(const std::vector<std::string>&)>& set,
                                   const std::string& description) {
  return keep(*app_->add_option_function<std::vector<std::string>>(name, set, description));
}
Option* Command::add_flag(const std::string& name, bool& value, const std::string& description) {
  return keep(*app_->add_flag(name, value, description));
}
Option* Command::add_flag_callback(const std::string& name, std::function<void()> set,
                                   const std::string& description) {
  return keep(*app_->add_flag_callback(name, std::move(set), description));
}

CommandLine::CommandLine(const std::string& name, const std::string& description,
                         const std::string& version, const std::string& footer)
    : app_(std::make_unique<CLI::App>(description, name)), commands_(*app_) {
  app_->set_version_flag("--version", version);
  app_->require_subcommand(1);
  app_->footer(footer);
}

CommandLine::~CommandLine() = default;

bool CommandLine::run(int argc, char** argv) {
  const auto failed = [&](const std::string& what) {
    const auto chosen = app_->get_subcommands();
    if (chosen.empty() && app_->remaining_size() > 0)
      return UsageError(
          fmt::format("there is no command '{}' (try --help)", app_->remaining().front()));
    const std::string command = chosen.empty() ? "" : chosen.front()->get_name() + ": ";
    return UsageError(fmt::format("{}{} (try --help)", command, what));
  };
  try {
    app_->parse(argc, argv);
    return true;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) throw failed(error.what());
    app_->exit(error);
    return false;
  } catch (const UsageError& error) {
    throw failed(error.what());
  } catch (const OptionError& error) {  // Known only when something of the model was.
    throw failed("--" + error.option() + ": " + error.reason());
  }
}

}  // namespace trine::tools
