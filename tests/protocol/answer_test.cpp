#include "protocol/answer.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <string>

#include "protocol/limits.hpp"
#include "protocol/text.hpp"

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

/// The head of page 2 of 4, whose query is padded to `octets`.
std::string head_of_a_page(std::size_t octets) {
  const std::string query = "_page=2&_limit=1&q=" + std::string(octets, 'a');
  const ListQuery asked = parse_list_query(query);
  BOOST_REQUIRE(asked.errors.empty());
  storage::UserList users;
  AnswerContext longest = context();
  longest.keep_alive_http10 = true;
  OutputBuffer buffer;
  write_users(buffer, {users, 4, true, asked.request.order, asked, query}, longest);
  const std::string all = text(buffer);
  return all.substr(0, all.find("\r\n\r\n") + 4);
}

std::string link_of(const std::string& head) {
  const std::size_t begin = head.find("\r\nLink: ");
  if (begin == head.npos) return "";
  return head.substr(begin, head.find("\r\n", begin + 2) - begin);
}

std::string relations_of(std::size_t octets) {
  const std::string link = link_of(head_of_a_page(octets));
  std::string found;
  for (const char* each : {"first", "prev", "next", "last"}) {
    if (link.find("; rel=\"" + std::string(each) + "\"") != link.npos) found += each[0];
  }
  return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(answer)

BOOST_AUTO_TEST_CASE(a_created_user_is_answered_to_the_letter) {
  OutputBuffer buffer;
  write_created(buffer, 5, meere, false, context());
  BOOST_TEST(text(buffer) ==
             "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nLocation: /users/5\r\n"
             "ETag: \"ec41d639aa77696b\"\r\n"
             "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 74\r\n\r\n"
             R"({"last-name":"Meere","first-name":"John","email":"johnm@gmail.com","id":5})");
}

BOOST_AUTO_TEST_CASE(answers_follow_one_another_in_the_buffer) {
  OutputBuffer one;
  write_created(one, 5, meere, false, context());
  OutputBuffer both;
  write_created(both, 5, meere, false, context());
  write_created(both, 5, meere, false, context());
  BOOST_TEST(text(both) == text(one) + text(one));
}

BOOST_AUTO_TEST_CASE(connection_fields_and_head_are_as_the_context_says) {
  AnswerContext closing = context();
  closing.close = true;
  OutputBuffer buffer;
  write_user(buffer, 5, meere, false, closing);
  BOOST_TEST(text(buffer).find("\r\nConnection: close\r\n") != std::string::npos);
  AnswerContext head = context();
  head.head = head.keep_alive_http10 = true;
  buffer.clear();
  write_user(buffer, 5, meere, false, head);
  BOOST_TEST(text(buffer).find("\r\nConnection: keep-alive\r\n") != std::string::npos);
  BOOST_TEST(text(buffer).ends_with("Content-Length: 74\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(texts_of_every_kind_and_size_come_back_through_a_json_parser) {
  const std::string quotes(storage::max_name_octets, '"');
  const std::string wide = "\xc5\x81\xe6\x9d\x8e\xf0\x9f\x98\x80\\/\xc2\x86";
  for (const std::string& name : {quotes, wide, std::string(1'024, 'x'), std::string("\x1f\x7f")}) {
    OutputBuffer buffer;
    write_user(buffer, storage::max_user_id, {name, name, name.substr(0, 254)}, true, context());
    const json::object user = json::parse(body(buffer)).as_object();
    BOOST_TEST(user.at("last-name").as_string() == name);
    BOOST_TEST(user.at("email").as_string() == name.substr(0, 254));
    BOOST_TEST(user.at("id").as_int64() == 9'007'199'254'740'991);
  }
  OutputBuffer buffer;
  write_user(buffer, 1, {wide, wide, wide}, true, context());
  BOOST_TEST(body(buffer).find("\\u") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(no_reader_of_lines_finds_one_within_a_text) {
  const std::string breaks[] = {"\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"};
  for (const std::string& each : breaks) {
    for (const std::string& text :
         {each, each + each, "a" + each, each + "b", "\"" + each + "\n" + each + "\\",
          "\xc3\xa9" + each + "\xe2\x80\xa7" + breaks[0] + breaks[1] + breaks[2] + "z"}) {
      OutputBuffer buffer;
      write_user(buffer, 7, {text, "a", "b@c.d"}, false, context());
      BOOST_TEST(find_line_break(body(buffer)) == std::string::npos);
      BOOST_TEST(json::parse(body(buffer)).at("last-name").as_string() == text);
    }
  }
  OutputBuffer buffer;
  write_user(buffer, 7, {"x\xc2\x85y", "\xe2\x80\xa8", "\"\xe2\x80\xa9@x"}, false, context());
  BOOST_TEST(body(buffer) == R"({"last-name":"x\u0085y","first-name":"\u2028",)"
                             R"("email":"\"\u2029@x","id":7})");
}

BOOST_AUTO_TEST_CASE(every_problem_is_problem_json_with_the_fields_that_belong_to_it) {
  UserReader reader;
  reader.reset();
  reader.take("{}", true);
  reader.finish();
  for (int i = 0; i <= static_cast<int>(Problem::too_many_connections); ++i) {
    const auto problem = static_cast<Problem>(i);
    OutputBuffer buffer;
    write_problem(buffer, problem, {"\r\nAllow: GET", &reader.faults()}, context());
    const std::string all = text(buffer);
    BOOST_TEST(all.find("\r\nContent-Type: application/problem+json\r\n") != std::string::npos);
    const json::object about = json::parse(body(buffer)).as_object();
    BOOST_TEST(about.at("status").as_int64() == row(problem).status);
    BOOST_TEST(about.contains("errors") ==
               (problem == Problem::invalid_user || problem == Problem::email_taken));
    BOOST_TEST(all.find("\r\nAllow: GET\r\n") != all.npos);
    BOOST_TEST((all.find("\r\nRetry-After: ") != all.npos) ==
               (row(problem).retry_after_seconds > 0));
  }
}

BOOST_AUTO_TEST_CASE(the_longest_answers_fit_the_room_that_is_reserved_for_them) {
  // Writes into reserved space are not checked; a head of over 512 octets would overwrite the body.
  UserReader reader;
  reader.reset();
  reader.take(R"({"last-name":"\u0000","first-name":"\u0000","email":"\u0000"})", true);
  reader.finish();
  AnswerContext longest = context();
  longest.keep_alive_http10 = true;
  for (int i = 0; i <= static_cast<int>(Problem::too_many_connections); ++i) {
    OutputBuffer buffer;
    write_problem(buffer, static_cast<Problem>(i),
                  {"\r\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS", &reader.faults()},
                  longest);
    const std::size_t body_octets = body(buffer).size();
    BOOST_TEST(buffer.size() - body_octets < 400U);
    BOOST_TEST(body_octets < 900U);
  }
}

BOOST_AUTO_TEST_CASE(a_length_is_that_of_the_body_for_texts_that_are_escaped_six_times_as_long) {
  const std::string name(storage::max_name_octets, '\x01');
  OutputBuffer buffer;
  write_created(buffer, storage::max_user_id, {name, name, name.substr(0, 254)}, false, context());
  const std::string length = "\r\nContent-Length: " + std::to_string(body(buffer).size());
  BOOST_TEST(text(buffer).find(length + "\r\n\r\n") != std::string::npos);
  BOOST_TEST(body(buffer).size() > 6 * (2 * name.size() + 254));
}

BOOST_AUTO_TEST_CASE(link_is_shortened_by_what_is_missed_least_to_keep_the_head_within_its_limit) {
  struct Row {
    std::string before, after;
    std::size_t links;
  };
  for (const Row& row :
       {Row{"fpnl", "pnl", 4}, Row{"pnl", "pn", 3}, Row{"pn", "n", 2}, Row{"n", "", 1}}) {
    // What a link takes without the padding, by two heads that are not shortened.
    std::size_t padding = max_link_octets / row.links;
    while (relations_of(padding) != row.before) --padding;
    const std::string longest = head_of_a_page(padding);
    BOOST_TEST(link_of(longest).size() <= max_link_octets);
    BOOST_TEST(link_of(longest).size() + row.links > max_link_octets);
    BOOST_TEST(relations_of(padding - 1) == row.before);
    BOOST_TEST(relations_of(padding + 1) == row.after);
    BOOST_TEST(longest.size() <= max_answer_head_octets);
  }
}

BOOST_AUTO_TEST_CASE(a_link_of_one_page_may_have_exactly_its_limit) {
  std::size_t padding = max_link_octets / 2 + 100;
  while (link_of(head_of_a_page(padding)).size() < max_link_octets - 1) ++padding;
  BOOST_TEST(link_of(head_of_a_page(padding)).size() == max_link_octets - 1);
  BOOST_TEST(link_of(head_of_a_page(padding + 1)).size() == max_link_octets);
  BOOST_TEST(link_of(head_of_a_page(padding + 2)).empty());
}

BOOST_AUTO_TEST_CASE(the_304_of_the_collection_has_no_entity_tag) {
  OutputBuffer buffer;
  write_not_modified(buffer, context());
  BOOST_TEST(text(buffer) ==
             "HTTP/1.1 304 Not Modified\r\nVary: Accept\r\n"
             "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(faults_are_listed_in_the_order_of_the_contract) {
  UserReader reader;
  reader.reset();
  reader.take(R"({"email":"nobody","first-name":"John"})", true);
  BOOST_TEST(!reader.finish().ok);
  OutputBuffer buffer;
  write_problem(buffer, Problem::invalid_user, {"", &reader.faults()}, context());
  const json::array errors = json::parse(body(buffer)).as_object().at("errors").as_array();
  BOOST_REQUIRE(errors.size() == 2U);
  BOOST_TEST(errors[0].at("pointer").as_string() == "/last-name");
  BOOST_TEST(errors[0].at("detail").as_string() == "is required");
  BOOST_TEST(errors[1].at("pointer").as_string() == "/email");
}

BOOST_AUTO_TEST_CASE(options_and_continue_are_answered_to_the_letter) {
  OutputBuffer buffer;
  write_continue(buffer);
  BOOST_TEST(text(buffer) == "HTTP/1.1 100 Continue\r\n\r\n");
  buffer.clear();
  write_no_content(buffer, "\r\nAllow: POST, OPTIONS", context());
  BOOST_TEST(text(buffer) ==
             "HTTP/1.1 204 No Content\r\nAllow: POST, OPTIONS\r\n"
             "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_problem_answers_head_with_its_fields_alone) {
  AnswerContext head = context();
  head.head = true;
  OutputBuffer with_body;
  write_problem(with_body, Problem::user_not_found, {}, context());
  OutputBuffer fields;
  write_problem(fields, Problem::user_not_found, {}, head);
  BOOST_TEST(text(fields) + body(with_body) == text(with_body));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
