#include "server/cli/settings.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <sstream>

namespace rollcall::server {
namespace {

namespace po = boost::program_options;
using Texts = std::vector<std::string>;

/// Every option that a flag, the environment or a file can give.
constexpr const char* names[] = {"listen",
                                 "admin-listen",
                                 "socket-mode",
                                 "store",
                                 "threads",
                                 "commit",
                                 "max-connections",
                                 "header-timeout",
                                 "body-timeout",
                                 "write-timeout",
                                 "idle-timeout",
                                 "drain-delay",
                                 "cors-origin",
                                 "base-path",
                                 "trusted-proxy",
                                 "unique-email",
                                 "idempotency-lifetime",
                                 "max-idempotency-keys",
                                 "max-queue-delay",
                                 "agent-listen",
                                 "log-format",
                                 "log-level",
                                 "log-file",
                                 "max-memory",
                                 "max-linger",
                                 "access-log",
                                 "log-client",
                                 "proxy-protocol",
                                 "proxy-from"};

/// Those that may be repeated; in a variable with commas or spaces between.
constexpr const char* lists[] = {"listen", "cors-origin", "trusted-proxy", "proxy-from"};

bool is_list(const std::string& name) {
  return std::find(std::begin(lists), std::end(lists), name) != std::end(lists);
}

/// Adds what `parsed` says. `place` is what an origin has before the name.
void add(const po::parsed_options& parsed, const std::string& place, Settings& settings) {
  for (const po::option& each : parsed.options) {
    if (each.position_key >= 0) {
      throw UsageError("'" + each.value.front() +
                       "' is an unexpected argument: see rollcall --help");
    }
    Setting& setting = settings[each.string_key];
    setting.texts.insert(setting.texts.end(), each.value.begin(), each.value.end());
    // For a flag without a value the parser records only that it was given.
    if (each.value.empty()) setting.texts.emplace_back("yes");
    setting.origin = place + each.string_key;
    if (setting.texts.size() > 1 && !is_list(each.string_key)) {
      throw UsageError(setting.origin + " appears twice: give it once");
    }
  }
}

}  // namespace

Settings settings_from_flags(int argc, const char* const* argv,
                             const po::options_description& options) {
  po::command_line_parser parser(argc, argv);
  // No abbreviations: one that works today may be ambiguous tomorrow.
  parser.options(options).style(po::command_line_style::default_style &
                                ~po::command_line_style::allow_guessing);
  Settings settings;
  add(parser.run(), "--", settings);
  return settings;
}

Settings settings_from_environment(const Environment& environment) {
  Settings settings;
  for (const std::string name : names) {
    std::string variable = "ROLLCALL_" + name;
    std::transform(variable.begin(), variable.end(), variable.begin(),
                   [](char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
    const auto value = environment(variable);
    if (!value || value->empty()) continue;
    Setting& setting = settings[name];
    setting.origin = variable;
    if (!is_list(name)) {
      setting.texts = {*value};
      continue;
    }
    std::string list = *value;
    std::replace(list.begin(), list.end(), ',', ' ');
    std::istringstream words(list);
    setting.texts.assign(std::istream_iterator<std::string>(words), {});
  }
  return settings;
}

Settings settings_from_file(const std::string& path) {
  std::ifstream file(path);
  // A directory opens without an error; only the first read fails.
  file.peek();
  if (file.bad() || !file.is_open()) {
    throw UsageError("can't read " + path + ": give a readable file");
  }
  file.clear();
  po::options_description options;
  for (const char* name : names) options.add_options()(name, po::value<Texts>()->composing());
  Settings settings;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (number == 1 && line.starts_with("\xef\xbb\xbf")) line.erase(0, 3);
    if (line.ends_with('\r')) line.pop_back();
    const std::string place = path + ":" + std::to_string(number) + ": ";
    if (line.find_first_not_of(" \t") != line.npos && line[line.find_first_not_of(" \t")] == '[') {
      throw UsageError(place + "sections are not supported");
    }
    // Line by line, since the parser's own errors do not say where they are.
    std::istringstream text(line);
    try {
      add(po::parse_config_file(text, options), place, settings);
    } catch (const po::error& error) {
      throw UsageError(place + error.what());
    }
  }
  return settings;
}

std::chrono::milliseconds milliseconds_of(const Settings& settings, const std::string& name,
                                          std::chrono::milliseconds unset,
                                          std::chrono::milliseconds longest) {
  const auto found = settings.find(name);
  if (found == settings.end()) return unset;
  const std::string& text = found->second.texts.front();
  std::uint32_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || value > longest.count()) {
    throw UsageError(found->second.origin + " must be a number of milliseconds from 0 to " +
                     std::to_string(longest.count()) + ", not '" + text + "'");
  }
  return std::chrono::milliseconds(value);
}

}  // namespace rollcall::server
