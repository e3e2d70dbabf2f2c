#include "protocol/http/caller.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

namespace rollcall::protocol {
namespace {

const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string parent = "-00f067aa0ba902b7-";
const std::string good = "00-" + trace + parent + "01";

std::string trace_in(const std::string& value) {
  const auto id = read_trace_parent(value);
  return id ? std::string(id->data(), id->size()) : "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(caller)

BOOST_AUTO_TEST_CASE(a_request_id_is_a_bounded_word) {
  for (const std::size_t octets :
       {std::size_t{1}, max_request_id_octets - 1, max_request_id_octets}) {
    BOOST_TEST(is_request_id(std::string(octets, 'a')), octets);
  }
  BOOST_TEST(!is_request_id(std::string(max_request_id_octets + 1, 'a')));
  // As Envoy, nginx, HAProxy and AWS write them.
  for (const char* id : {"6a1f4e1c-9d5b-4a50-8f4e-7a54b3a6c1f0", "7F000001:8296_7F00001E:1F90",
                         "Root=1-67891233-abcdef012345678912345678", "a/b+c==", "~!@#$%^&*()<>"}) {
    BOOST_TEST(is_request_id(id), id);
  }
  for (const char* other :
       {"", " ", "a b", "a\tb", "a\"b", "a,b", "a;b", "a\\b", "a\x7f", "\xc3\xa4", "a\r\nX: y"}) {
    BOOST_TEST(!is_request_id(other), other);
  }
}

BOOST_AUTO_TEST_CASE(an_id_is_kept_unless_it_is_malformed_or_one_of_two) {
  Caller caller;
  BOOST_TEST(caller.id() == "");
  caller.take_request_id("abc");
  BOOST_TEST(caller.id() == "abc");
  caller.take_request_id("abc");
  BOOST_TEST(caller.id() == "");
  Caller other;
  other.take_request_id("a b");
  BOOST_TEST(other.id() == "");
  other.set_id("minted");
  BOOST_TEST(other.id() == "minted");
}

BOOST_AUTO_TEST_CASE(nothing_is_left_of_the_request_before) {
  Caller caller;
  caller.take_request_id("abc");
  caller.take_trace_parent(good);
  caller.forwarded.take_x_forwarded_for("203.0.113.9", {});
  caller.is_noted = true;
  caller.octets_in = 7;
  caller.client.emplace();
  caller.begin();
  BOOST_TEST(caller.id() == "");
  BOOST_TEST(!caller.trace().has_value());
  BOOST_TEST(!caller.forwarded.address().has_value());
  BOOST_TEST(!caller.is_noted);
  BOOST_TEST(caller.octets_in == 0U);
  BOOST_TEST(!caller.client.has_value());
  // One of one, not of two.
  caller.take_request_id("def");
  caller.take_trace_parent(good);
  BOOST_TEST(caller.id() == "def");
  BOOST_TEST(caller.trace().has_value());
}

BOOST_AUTO_TEST_CASE(a_trace_parent_of_version_00_is_exactly_its_four_parts) {
  BOOST_TEST(trace_in(good) == trace);
  BOOST_TEST(trace_in("00-" + trace + parent + "ff") == trace);
  for (std::size_t octets = 0; octets < good.size(); ++octets) {
    BOOST_TEST(trace_in(good.substr(0, octets)) == "", octets);
  }
  BOOST_TEST(trace_in(good + "-") == "");
  BOOST_TEST(trace_in(good + "0") == "");
  // Each octet decides: none of these may be there, digits of hexadecimal in upper case neither.
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char c : {'g', 'A', ' ', '-', '.'}) {
      std::string bad = good;
      if (bad[at] == c) continue;
      bad[at] = c;
      BOOST_TEST(trace_in(bad) == "", bad);
    }
  }
}

BOOST_AUTO_TEST_CASE(ids_of_zeros_and_version_ff_are_invalid) {
  BOOST_TEST(trace_in("00-" + std::string(32, '0') + parent + "01") == "");
  BOOST_TEST(trace_in("00-" + trace + "-" + std::string(16, '0') + "-01") == "");
  BOOST_TEST(trace_in("ff-" + trace + parent + "01") == "");
}

BOOST_AUTO_TEST_CASE(of_a_later_version_what_is_behind_the_flags_is_ignored) {
  BOOST_TEST(trace_in("01-" + trace + parent + "01") == trace);
  BOOST_TEST(trace_in("cc-" + trace + parent + "01-what-the-future-brings") == trace);
  BOOST_TEST(trace_in("cc-" + trace + parent + "01.what") == "");
  BOOST_TEST(trace_in("cc-" + trace + parent + "0") == "");
}

BOOST_AUTO_TEST_CASE(two_traces_are_none) {
  Caller caller;
  caller.take_trace_parent(good);
  BOOST_TEST(caller.trace().has_value());
  caller.take_trace_parent(good);
  BOOST_TEST(!caller.trace().has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
