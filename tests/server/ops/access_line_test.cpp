#include "server/ops/access_line.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

namespace rollcall::server {
namespace {

constexpr WallTime time{std::chrono::milliseconds(784'111'777'004)};

AccessRecord created() {
  AccessRecord record;
  record.ended = record.begun + std::chrono::microseconds(1'234'567);
  record.octets_in = 201;
  record.octets_out = 300;
  record.status = 201;
  record.method = protocol::Method::post;
  record.resource = protocol::Resource::users;
  return record;
}

AccessRecord known() {
  AccessRecord record = created();
  record.client = protocol::parse_ip_address("203.0.113.9");
  record.trace.emplace().fill('a');
  record.id_octets = 3;
  record.id_text = {'i', '-', '1'};
  return record;
}

std::string line(const LogStyle& style, LoggedClient client, const AccessRecord& record) {
  std::string text;
  append_access_line(text, style, client, record, time);
  return text;
}

std::string client(LoggedClient how, const char* address) {
  AccessRecord record = created();
  record.client = protocol::parse_ip_address(address);
  const auto json = boost::json::parse(line({LogFormat::json}, how, record)).as_object();
  return json.contains("client") ? json.at("client").as_string().c_str() : "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(access_line)

BOOST_AUTO_TEST_CASE(text_is_names_and_values_and_leaves_out_what_is_not_known) {
  BOOST_TEST(line({}, LoggedClient::full, created()) ==
             "1994-11-06T08:49:37.004Z info answered method=POST route=/users status=201 "
             "seconds=1.234567 octets_in=201 octets_out=300\n");
  BOOST_TEST(line({}, LoggedClient::full, known()) ==
             "1994-11-06T08:49:37.004Z info answered method=POST route=/users status=201 "
             "seconds=1.234567 octets_in=201 octets_out=300 client=203.0.113.9 request_id=i-1 "
             "trace_id=" +
                 std::string(32, 'a') + "\n");
  BOOST_TEST(line({LogFormat::text, true}, LoggedClient::none, created())
                 .starts_with("<6>answered method=POST "));
}

BOOST_AUTO_TEST_CASE(json_is_an_object_with_the_same_members) {
  const auto json =
      boost::json::parse(line({LogFormat::json}, LoggedClient::prefix, known())).as_object();
  BOOST_TEST(json.at("time").as_string() == "1994-11-06T08:49:37.004Z");
  BOOST_TEST(json.at("level").as_string() == "info");
  BOOST_TEST(json.at("message").as_string() == "answered");
  BOOST_TEST(json.at("method").as_string() == "POST");
  BOOST_TEST(json.at("route").as_string() == "/users");
  BOOST_TEST(json.at("status").as_int64() == 201);
  BOOST_TEST(json.at("seconds").as_double() == 1.234567);
  BOOST_TEST(json.at("octets_in").as_int64() == 201);
  BOOST_TEST(json.at("octets_out").as_int64() == 300);
  BOOST_TEST(json.at("client").as_string() == "203.0.113.0/24");
  BOOST_TEST(json.at("request_id").as_string() == "i-1");
  BOOST_TEST(json.at("trace_id").as_string() == std::string(32, 'a'));
  BOOST_TEST(!json.contains("whole"));
}

BOOST_AUTO_TEST_CASE(a_client_is_its_network_all_of_it_or_nothing) {
  BOOST_TEST(client(LoggedClient::prefix, "203.0.113.9") == "203.0.113.0/24");
  BOOST_TEST(client(LoggedClient::prefix, "2001:db8:1:2::3") == "2001:db8:1::/48");
  BOOST_TEST(client(LoggedClient::full, "2001:db8:1:2::3") == "2001:db8:1:2::3");
  BOOST_TEST(client(LoggedClient::none, "203.0.113.9") == "");
}

BOOST_AUTO_TEST_CASE(
    a_stream_that_broke_off_says_so_and_a_request_that_could_not_be_read_has_no_route) {
  AccessRecord record = created();
  record.whole = false;
  record.method = protocol::Method::unknown;
  record.resource = protocol::Resource::unknown;
  BOOST_TEST(line({}, LoggedClient::full, record) ==
             "1994-11-06T08:49:37.004Z info answered method=_OTHER status=201 seconds=1.234567 "
             "octets_in=201 octets_out=300 whole=false\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
