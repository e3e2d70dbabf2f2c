#include "server/ops/log_line.hpp"

#include <array>
#include <boost/json/serialize.hpp>
#include <boost/json/string_view.hpp>
#include <boost/json/value.hpp>
#include <cstdio>
#include <ctime>

namespace rollcall::server {
namespace {

/// Those of syslog(3).
constexpr std::array<char, log_level_count> priorities{'3', '4', '6', '7'};

bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

void append_time(std::string& into, WallTime time) {
  using std::chrono::milliseconds;
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const auto rest = std::chrono::floor<milliseconds>(time - whole);
  const std::time_t seconds = std::chrono::system_clock::to_time_t(whole);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  const std::size_t date = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  const int end = std::snprintf(text.data() + date, text.size() - date, ".%03dZ",
                                static_cast<int>(rest.count()));
  into.append(text.data(), date + static_cast<std::size_t>(end));
}

void begin_line(std::string& into, const LogStyle& style, LogLevel level, WallTime time) {
  if (style.journal) (into.append("<") += priorities[static_cast<std::size_t>(level)]) += '>';
  if (style.format == LogFormat::json) {
    into.append(R"({"time":")");
    append_time(into, time);
    into.append(R"(","level":")").append(name_of(level)) += '"';
  } else if (!style.journal) {
    append_time(into, time);
    ((into += ' ').append(name_of(level))) += ' ';
  }
}

void append_line(std::string& into, const LogStyle& style, LogLevel level, WallTime time,
                 std::string_view message) {
  begin_line(into, style, level, time);
  if (style.format == LogFormat::json) {
    const boost::json::string_view text(message.data(), message.size());
    into.append(R"(,"message":)").append(boost::json::serialize(boost::json::value(text)));
    into.append("}\n");
    return;
  }
  for (const char c : message) into += is_control(c) ? '?' : c;
  into += '\n';
}

}  // namespace rollcall::server
