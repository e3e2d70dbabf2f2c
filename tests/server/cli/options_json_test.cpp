#include "server/cli/options_json.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

namespace rollcall::server {
namespace {

boost::json::object effective(std::vector<const char*> words) {
  words.insert(words.begin(), "rollcall");
  const auto parsed = parse_options(static_cast<int>(words.size()), words.data(),
                                    [](const std::string& name) -> std::optional<std::string> {
                                      if (name != "ROLLCALL_COMMIT") return std::nullopt;
                                      return "turn";
                                    });
  return boost::json::parse(json_of(std::get<Options>(parsed))).as_object();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(options_json)

BOOST_AUTO_TEST_CASE(every_option_has_the_value_that_is_in_effect) {
  const auto json = effective({"--listen", "[::1]:7", "--threads", "2-3", "--idle-timeout", "1.5",
                               "--trusted-proxy", "10.0.0.0/8", "--admin-listen", "off", "--listen",
                               "unix:/run/x", "--socket-mode", "600"});
  BOOST_TEST(json.at("listen").as_array().at(1).as_string() == "unix:/run/x");
  BOOST_TEST(json.at("socket-mode").as_string() == "0600");
  BOOST_TEST(json.at("listen").as_array().at(0).as_string() == "[::1]:7");
  BOOST_TEST(json.at("admin-listen").as_string() == "off");
  BOOST_TEST(json.at("threads").as_string() == "2-3");
  BOOST_TEST(json.at("commit").as_string() == "turn");
  BOOST_TEST(json.at("idle-timeout").as_double() == 1.5);
  BOOST_TEST(json.at("body-timeout").as_int64() == 30);
  BOOST_TEST(json.at("trusted-proxy").as_array().at(0).as_string() == "10.0.0.0/8");
  BOOST_TEST(json.at("cors-origin").as_array().empty());
  BOOST_TEST(json.at("log-format").as_string() == "text");
  BOOST_TEST(json.at("log-level").as_string() == "info");
  BOOST_TEST(json.at("log-file").as_string() == "");
  BOOST_TEST(json.at("agent-listen").as_string() == "off");
  BOOST_TEST(json.at("max-queue-delay").as_int64() == 100);
  BOOST_TEST(json.at("max-linger").as_int64() == 0);
}

BOOST_AUTO_TEST_CASE(each_option_is_under_its_own_name) {
  const auto json = effective({"--store",
                               "memory:",
                               "--unique-email",
                               "--idempotency-lifetime",
                               "2",
                               "--max-idempotency-keys",
                               "3",
                               "--max-connections",
                               "4",
                               "--header-timeout",
                               "5",
                               "--body-timeout",
                               "6",
                               "--write-timeout",
                               "7",
                               "--idle-timeout",
                               "8",
                               "--drain-delay",
                               "9",
                               "--base-path",
                               "/b",
                               "--cors-origin",
                               "http://o",
                               "--max-queue-delay",
                               "10",
                               "--agent-listen",
                               "127.0.0.1:11",
                               "--max-memory",
                               "16M",
                               "--max-linger",
                               "1"});
  BOOST_TEST(json.at("store").as_string() == "memory:");
  BOOST_TEST(json.at("max-linger").as_int64() == 1);
  BOOST_TEST(json.at("unique-email").as_bool());
  BOOST_TEST(json.at("base-path").as_string() == "/b");
  BOOST_TEST(json.at("cors-origin").as_array().at(0).as_string() == "http://o");
  BOOST_TEST(json.at("agent-listen").as_string() == "127.0.0.1:11");
  int expected = 2;
  for (const char* const name : {"idempotency-lifetime", "max-idempotency-keys", "max-connections",
                                 "header-timeout", "body-timeout", "write-timeout", "idle-timeout",
                                 "drain-delay", "max-queue-delay", "max-memory"}) {
    const int value = std::string(name) == "max-memory" ? 16 << 20 : expected++;
    BOOST_TEST(json.at(name).to_number<int>() == value, name);
  }
  BOOST_TEST(effective({}).at("max-memory").is_null());
  BOOST_TEST(effective({"--max-memory", "off"}).at("max-memory").as_string() == "off");
}

BOOST_AUTO_TEST_CASE(what_is_not_at_its_default_says_where_it_comes_from) {
  const auto given = effective({"--threads", "2"}).at("given").as_object();
  BOOST_TEST(given.at("threads").as_string() == "--threads");
  BOOST_TEST(given.at("commit").as_string() == "ROLLCALL_COMMIT");
  BOOST_TEST(!given.contains("store"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
