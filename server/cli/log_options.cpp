#include "server/cli/log_options.hpp"

#include <boost/program_options.hpp>

namespace rollcall::server {
namespace {

namespace po = boost::program_options;

[[noreturn]] void refuse(const Setting& setting, const std::string& wanted) {
  throw UsageError(setting.origin + " must be " + wanted + ", not '" + setting.texts.front() + "'");
}

/// Null if it was not given.
const Setting* find(const Settings& settings, const char* name) {
  const auto found = settings.find(name);
  return found == settings.end() ? nullptr : &found->second;
}

LogFormat parse_format(const Setting& setting) {
  if (setting.texts.front() == "text") return LogFormat::text;
  if (setting.texts.front() != "json") refuse(setting, "text or json");
  return LogFormat::json;
}

}  // namespace

void describe_log(po::options_description& options) {
  using Texts = std::vector<std::string>;
  options.add_options()  //
      ("log-format", po::value<Texts>()->value_name("text|json"),
       "how lines of the log look (default: text)")  //
      ("log-level", po::value<Texts>()->value_name("LEVEL"),
       "leave out messages that matter less: error, warning, info or debug (default: info)")  //
      ("log-file", po::value<Texts>()->value_name("PATH"),
       "append the log to this file, which SIGHUP opens anew (default: standard error)");
}

LogSettings log_of(const Settings& settings) {
  LogSettings log;
  if (const Setting* const format = find(settings, "log-format"))
    log.format = parse_format(*format);
  if (const Setting* const level = find(settings, "log-level")) {
    const auto known = log_level_of(level->texts.front());
    if (!known) refuse(*level, "error, warning, info or debug");
    log.level = *known;
  }
  if (const Setting* const file = find(settings, "log-file")) log.file = file->texts.front();
  return log;
}

}  // namespace rollcall::server
