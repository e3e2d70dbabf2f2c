#include "server/cli/log_options.hpp"

#include <boost/test/unit_test.hpp>

namespace rollcall::server {
namespace {

Settings given(const std::string& name, const std::string& text) {
  return {{name, {{text}, "--" + name}}};
}

/// What is wrong, or nothing.
std::string mistake(const std::string& name, const std::string& text) {
  try {
    log_of(given(name, text));
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(log_options)

BOOST_AUTO_TEST_CASE(without_any_the_log_is_text_on_standard_error) {
  const LogSettings log = log_of({});
  BOOST_TEST((log.format == LogFormat::text));
  BOOST_TEST((log.level == LogLevel::info));
  BOOST_TEST(log.file == "");
  BOOST_TEST((log.access == AccessLogging::off));
  BOOST_TEST((log.client == LoggedClient::prefix));
}

BOOST_AUTO_TEST_CASE(each_option_says_what_it_names) {
  BOOST_TEST((log_of(given("log-format", "json")).format == LogFormat::json));
  BOOST_TEST((log_of(given("log-format", "text")).format == LogFormat::text));
  BOOST_TEST((log_of(given("log-level", "debug")).level == LogLevel::debug));
  BOOST_TEST(log_of(given("log-file", "/var/log/a")).file == "/var/log/a");
  for (const char* which : {"off", "errors", "all", "sampled:1", "sampled:1000000"}) {
    BOOST_TEST(text_of_access(log_of(given("access-log", which))) == which);
  }
  for (const char* client : {"none", "prefix", "full"}) {
    BOOST_TEST(text_of(log_of(given("log-client", client)).client) == client);
  }
}

BOOST_AUTO_TEST_CASE(anything_else_is_a_mistake) {
  BOOST_TEST(mistake("log-format", "xml") == "--log-format must be text or json, not 'xml'");
  BOOST_TEST(mistake("log-level", "all") ==
             "--log-level must be error, warning, info or debug, not 'all'");
  BOOST_TEST(mistake("log-client", "half") ==
             "--log-client must be none, prefix or full, not 'half'");
  for (const char* which : {"", "on", "sampled", "sampled:", "sampled:0", "sampled:1000001",
                            "sampled:-1", "sampled:1x", "sampled:1.5"}) {
    BOOST_TEST(mistake("access-log", which).find("sampled:N, where N is a number from 1") !=
                   std::string::npos,
               which);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
