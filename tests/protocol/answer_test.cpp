#include "protocol/answer.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/support/allocation_counter.hpp"

namespace rollcall::protocol {
namespace {

namespace json = boost::json;

constexpr const char* date = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr storage::UserView meere{"Meere", "John", "johnm@gmail.com"};

std::string text(const OutputBuffer& buffer) { return {buffer.data(), buffer.size()}; }

std::string body(const OutputBuffer& buffer) {
  const std::string all = text(buffer);
  return all.substr(all.find("\r\n\r\n") + 4);
}

AnswerContext context() {
  AnswerContext context;
  context.date = date;
  return context;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(answer)

BOOST_AUTO_TEST_CASE(a_created_user_is_answered_to_the_letter) {
  OutputBuffer buffer;
  write_created(buffer, 5, meere, context());
  BOOST_TEST(text(buffer) ==
             "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nLocation: /users/5\r\n"
             "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 74\r\n\r\n"
             R"({"last-name":"Meere","first-name":"John","email":"johnm@gmail.com","id":5})");
}

BOOST_AUTO_TEST_CASE(answers_follow_one_another_in_the_buffer) {
  OutputBuffer one;
  write_created(one, 5, meere, context());
  OutputBuffer both;
  write_created(both, 5, meere, context());
  write_created(both, 5, meere, context());
  BOOST_TEST(text(both) == text(one) + text(one));
}

BOOST_AUTO_TEST_CASE(connection_fields_and_head_are_as_the_context_says) {
  AnswerContext closing = context();
  closing.close = true;
  OutputBuffer buffer;
  write_user(buffer, 5, meere, closing);
  BOOST_TEST(text(buffer).find("\r\nConnection: close\r\n") != std::string::npos);
  AnswerContext head = context();
  head.head = head.keep_alive_http10 = true;
  buffer.clear();
  write_user(buffer, 5, meere, head);
  BOOST_TEST(text(buffer).find("\r\nConnection: keep-alive\r\n") != std::string::npos);
  BOOST_TEST(text(buffer).ends_with("Content-Length: 74\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(texts_of_every_kind_and_size_come_back_through_a_json_parser) {
  const std::string quotes(storage::max_name_octets, '"');
  const std::string wide = "\xc5\x81\xe6\x9d\x8e\xf0\x9f\x98\x80\\/\xc2\x85";
  for (const std::string& name : {quotes, wide, std::string(1'024, 'x'), std::string("\x1f\x7f")}) {
    OutputBuffer buffer;
    write_user(buffer, storage::max_user_id, {name, name, name.substr(0, 254)}, context());
    const json::object user = json::parse(body(buffer)).as_object();
    BOOST_TEST(user.at("last-name").as_string() == name);
    BOOST_TEST(user.at("email").as_string() == name.substr(0, 254));
    BOOST_TEST(user.at("id").as_int64() == 9'007'199'254'740'991);
  }
  OutputBuffer buffer;
  write_user(buffer, 1, {wide, wide, wide}, context());
  BOOST_TEST(body(buffer).find("\\u") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_problem_is_problem_json_with_the_fields_that_belong_to_it) {
  UserReader reader;
  reader.reset();
  reader.read("{}");
  reader.finish();
  for (int i = 0; i <= static_cast<int>(Problem::too_many_connections); ++i) {
    const auto problem = static_cast<Problem>(i);
    OutputBuffer buffer;
    write_problem(buffer, problem, {"GET", &reader}, context());
    const std::string all = text(buffer);
    BOOST_TEST(all.find("\r\nContent-Type: application/problem+json\r\n") != std::string::npos);
    const json::object about = json::parse(body(buffer)).as_object();
    BOOST_TEST(about.at("status").as_int64() == row(problem).status);
    BOOST_TEST(about.contains("errors") == (problem == Problem::invalid_user));
    BOOST_TEST((all.find("\r\nAllow: GET\r\n") != all.npos) ==
               (problem == Problem::method_not_allowed));
    BOOST_TEST((all.find("\r\nAccept-Post: application/json\r\n") != all.npos) ==
               (problem == Problem::unsupported_media_type));
    BOOST_TEST((all.find("\r\nRetry-After: ") != all.npos) == (row(problem).status == 503));
  }
}

BOOST_AUTO_TEST_CASE(an_answer_costs_no_heap_once_the_buffer_is_warm) {
  OutputBuffer buffer;
  write_created(buffer, 1, meere, context());
  buffer.clear();
  const std::uint64_t before = tests::allocation_count();
  for (storage::UserId id = 1; id <= 100; ++id) {
    write_created(buffer, id, meere, context());
    buffer.clear();
  }
  BOOST_TEST(tests::allocation_count() - before == 0U);
}

BOOST_AUTO_TEST_CASE(octets_survive_growing_and_taking_off) {
  OutputBuffer buffer;
  std::string expected;
  for (int i = 0; i < 2'000; ++i) {
    const std::string piece(static_cast<std::size_t>(i % 37), static_cast<char>('a' + i % 26));
    buffer.append(piece);
    expected += piece;
    const std::size_t off =
        std::min<std::size_t>(expected.size(), static_cast<std::size_t>(i % 31));
    buffer.consume(off);
    expected.erase(0, off);
    BOOST_REQUIRE(text(buffer) == expected);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
