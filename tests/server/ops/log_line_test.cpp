#include "server/ops/log_line.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

namespace rollcall::server {
namespace {

constexpr WallTime time{std::chrono::milliseconds(784'111'777'004)};

std::string line(const LogStyle& style, LogLevel level, std::string_view message) {
  std::string text;
  append_line(text, style, level, time, message);
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(log_line)

BOOST_AUTO_TEST_CASE(text_is_the_time_the_level_and_the_message) {
  BOOST_TEST(line({}, LogLevel::warning, "it is full") ==
             "1994-11-06T08:49:37.004Z warning it is full\n");
}

BOOST_AUTO_TEST_CASE(a_message_can_t_end_its_line) {
  BOOST_TEST(line({}, LogLevel::info, "a\nb\r\x1b[0m\x7f") ==
             "1994-11-06T08:49:37.004Z info a?b??[0m?\n");
  const std::string json = line({LogFormat::json}, LogLevel::info, "a\nb");
  BOOST_TEST(json.find('\n') == json.size() - 1);
}

BOOST_AUTO_TEST_CASE(json_is_an_object_of_its_own) {
  const std::string text = line({LogFormat::json}, LogLevel::error, "a \"b\" \\ c");
  const auto json = boost::json::parse(text).as_object();
  BOOST_TEST(json.at("time").as_string() == "1994-11-06T08:49:37.004Z");
  BOOST_TEST(json.at("level").as_string() == "error");
  BOOST_TEST(json.at("message").as_string() == "a \"b\" \\ c");
  BOOST_TEST(json.size() == 3U);
}

BOOST_AUTO_TEST_CASE(the_journal_gets_the_priority_and_knows_the_time) {
  BOOST_TEST(line({LogFormat::text, true}, LogLevel::error, "a") == "<3>a\n");
  BOOST_TEST(line({LogFormat::text, true}, LogLevel::warning, "a") == "<4>a\n");
  BOOST_TEST(line({LogFormat::text, true}, LogLevel::info, "a") == "<6>a\n");
  BOOST_TEST(line({LogFormat::text, true}, LogLevel::debug, "a") == "<7>a\n");
  BOOST_TEST(line({LogFormat::json, true}, LogLevel::info, "a").starts_with("<6>{\"time\":"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
