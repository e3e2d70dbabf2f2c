#include "server/cli/log_options.hpp"

#include <boost/program_options.hpp>
#include <charconv>
#include <string_view>

#include "server/limits.hpp"

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

void parse_access(const Setting& setting, LogSettings& log) {
  constexpr std::string_view sampled = "sampled:";
  const std::string& text = setting.texts.front();
  if (text == "off") {
    log.access = AccessLogging::off;
  } else if (text == "errors") {
    log.access = AccessLogging::errors;
  } else if (text == "all") {
    log.access = AccessLogging::all;
  } else {
    const char* const end = text.data() + text.size();
    const bool named = text.starts_with(sampled);
    const auto [rest, error] =
        std::from_chars(named ? text.data() + sampled.size() : end, end, log.sample);
    if (error != std::errc() || rest != end || log.sample < 1 || log.sample > max_access_sample) {
      static_assert(max_access_sample == 1'000'000);
      refuse(setting, "off, errors, all or sampled:N, where N is a number from 1 to 1000000");
    }
    log.access = AccessLogging::sampled;
  }
}

LoggedClient parse_client(const Setting& setting) {
  if (setting.texts.front() == "none") return LoggedClient::none;
  if (setting.texts.front() == "prefix") return LoggedClient::prefix;
  if (setting.texts.front() != "full") refuse(setting, "none, prefix or full");
  return LoggedClient::full;
}

}  // namespace

std::string text_of_access(const LogSettings& log) {
  switch (log.access) {
    case AccessLogging::off:
      return "off";
    case AccessLogging::errors:
      return "errors";
    case AccessLogging::sampled:
      return "sampled:" + std::to_string(log.sample);
    case AccessLogging::all:
      break;
  }
  return "all";
}

std::string text_of(LoggedClient client) {
  if (client == LoggedClient::none) return "none";
  return client == LoggedClient::prefix ? "prefix" : "full";
}

void describe_log(po::options_description& options) {
  using Texts = std::vector<std::string>;
  options.add_options()  //
      ("log-format", po::value<Texts>()->value_name("text|json"),
       "how lines of the log look (default: text)")  //
      ("log-level", po::value<Texts>()->value_name("LEVEL"),
       "leave out messages that matter less: error, warning, info or debug (default: info)")  //
      ("log-file", po::value<Texts>()->value_name("PATH"),
       "append the log to this file, which SIGHUP opens anew (default: standard error)")  //
      ("access-log", po::value<Texts>()->value_name("WHICH"),
       "log answers: off, errors, all, or one in N with sampled:N (default: off)")  //
      ("log-client", po::value<Texts>()->value_name("none|prefix|full"),
       "how much of a client's address the access log has; prefix is its /24 or /48 (default: "
       "prefix)");
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
  if (const Setting* const which = find(settings, "access-log")) parse_access(*which, log);
  if (const Setting* const client = find(settings, "log-client")) {
    log.client = parse_client(*client);
  }
  return log;
}

}  // namespace rollcall::server
