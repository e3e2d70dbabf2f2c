#pragma once

#include <boost/program_options/options_description.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

/// Where the server's options come from: flags, the environment, a file. What they mean is for
/// options.cpp to say.
namespace rollcall::server {

/// Looks up an environment variable; nothing if it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// A mistake in an option: one line for a person.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One option as it was given.
struct Setting {
  std::vector<std::string> texts;  ///< One, unless the option may be repeated.
  std::string origin;  ///< What to correct: `--threads`, `ROLLCALL_THREADS`, `FILE:3: threads`.
};

/// By the name of the flag, without its hyphens.
using Settings = std::map<std::string, Setting>;

/// From the command line, which `options` describes. Throws UsageError, or
/// boost::program_options::error.
Settings settings_from_flags(int argc, const char* const* argv,
                             const boost::program_options::options_description& options);

/// From ROLLCALL_* variables; an empty one counts as not set.
Settings settings_from_environment(const Environment& environment);

/// From lines `name = value` of the file at `path`, which may begin with a byte order mark and end
/// its lines with CRLF. Throws UsageError with the number of the line.
Settings settings_from_file(const std::string& path);

/// A number of milliseconds from 0 to `longest`; `unset` if it was not given. Throws UsageError.
std::chrono::milliseconds milliseconds_of(const Settings& settings, const std::string& name,
                                          std::chrono::milliseconds unset,
                                          std::chrono::milliseconds longest);

}  // namespace rollcall::server
