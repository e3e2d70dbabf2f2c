#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <string>

#include "protocol/answer.hpp"
#include "protocol/http/request_parser.hpp"
#include "protocol/json/user_reader.hpp"
#include "tests/support/allocation_counter.hpp"

/// Counts what a request allocates: nothing, once its buffers are warm.
namespace rollcall::protocol {
namespace {

const std::string date = "Sun, 06 Nov 1994 08:49:37 GMT";

std::string user(const std::string& more = "") {
  return R"({"last-name":"Meere","first-name":"Jo\u00e4hn","email":"johnm@gmail.com")" + more + "}";
}

/// The allocations of 100 calls, after one call as a warm-up.
template <class Call>
std::uint64_t allocations(const Call& call) {
  call();
  const std::uint64_t before = tests::allocation_count();
  for (int i = 0; i < 100; ++i) call();
  return tests::allocation_count() - before;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(heap)

BOOST_AUTO_TEST_CASE(the_counter_counts) {
  BOOST_TEST(allocations([] { ::operator delete(::operator new(1)); }) == 100U);
}

BOOST_AUTO_TEST_CASE(a_well_formed_request_costs_no_heap) {
  const std::string body = user();
  const std::string message =
      "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  UserReader reader;
  BOOST_TEST(allocations([&] {
               RequestParser parser;
               reader.reset();
               std::size_t consumed = parser.read(message).consumed;
               parser.read_body_into(&reader);
               consumed += parser.read(std::string_view(message).substr(consumed)).consumed;
               if (consumed != message.size() || !reader.finish().ok) std::abort();
             }) == 0U);
}

BOOST_AUTO_TEST_CASE(a_body_in_one_piece_costs_no_heap_not_even_a_hostile_one) {
  UserReader reader;
  std::string numbers = ",\"x\":[1e9999999999";
  for (int i = 0; i < 4'000; ++i) numbers += ",1e9999999999";
  for (const std::string& body : {user(), user(",\"x\":[{}]"), user(numbers + "]")}) {
    BOOST_TEST(allocations([&] {
                 reader.reset();
                 reader.take(body, true);
                 if (!reader.finish().ok) std::abort();
               }) == 0U);
  }
}

BOOST_AUTO_TEST_CASE(an_answer_costs_no_heap) {
  OutputBuffer buffer;
  AnswerContext context;
  context.date = date;
  UserReader reader;
  reader.reset();
  reader.take("{}", true);
  reader.finish();
  BOOST_TEST(allocations([&] {
               write_created(buffer, 1, {"Meere", "John", "johnm@gmail.com"}, false, context);
               write_user(buffer, 1, {"Meere", "John", "johnm@gmail.com"}, false, context);
               write_problem(buffer, Problem::invalid_user, {"", &reader.faults()}, context);
               buffer.clear();
             }) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
