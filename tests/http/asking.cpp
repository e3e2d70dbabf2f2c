#include "tests/http/asking.hpp"

#include <boost/test/unit_test.hpp>
#include <charconv>

#include "tests/protocol/splits.hpp"
#include "tests/support/driven_server.hpp"

namespace rollcall::tests {
namespace {

TurnServer& server(bool unique_email) {
  static TurnServer any;
  static TurnServer unique({.keys = {}, .unique_email = true});
  return unique_email ? unique : any;
}

std::size_t content_length(std::string_view fields) {
  constexpr std::string_view name = "\r\nContent-Length: ";
  const std::size_t at = fields.find(name);
  std::size_t length = 0;
  if (at != fields.npos) {
    std::from_chars(fields.data() + at + name.size(), fields.data() + fields.size(), length);
  }
  return length;
}

Answers take_apart(std::string text, bool head) {
  Answers answers;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = rest.find("\r\n\r\n");
    BOOST_REQUIRE_MESSAGE(rest.starts_with("HTTP/1.1 ") && end != rest.npos, text);
    const std::string_view fields = rest.substr(0, end + 2);
    unsigned status = 0;
    std::from_chars(rest.data() + 9, rest.data() + 12, status);
    answers.statuses.push_back(status);
    answers.says_close = fields.find("\r\nConnection: close\r\n") != fields.npos;
    const std::size_t body = head ? 0 : content_length(fields);
    BOOST_REQUIRE(end + 4 + body <= rest.size());
    rest.remove_prefix(end + 4 + body);
  }
  answers.text = std::move(text);
  return answers;
}

void check_only(const Answers& answers, const std::vector<unsigned>& statuses, bool close,
                const std::string& request) {
  BOOST_TEST_CONTEXT(request.substr(0, 300)) {
    BOOST_TEST(answers.statuses == statuses, boost::test_tools::per_element());
    BOOST_TEST(answers.says_close == close);
  }
}

Answers ask(TurnServer& server, const std::string& octets, bool head) {
  std::string whole = final_answers(server.run({.pieces = {octets}}));
  int turns = 0;
  protocol::for_each_split(octets, [&](const auto& pieces) {
    turns = (turns + 1) % 3;
    if (final_answers(server.run({pieces, 100, turns})) != whole) {
      BOOST_ERROR("cut at " << pieces.front().size() << ": " << octets.substr(0, 300));
    }
  });
  return take_apart(std::move(whole), head);
}

}  // namespace

Answers ask(const std::string& octets, bool head) { return ask(server(false), octets, head); }

Answers ask_with_unique_emails(const std::string& octets) {
  return ask(server(true), octets, false);
}

Answers ask_at(const protocol::Site& site, const std::string& octets) {
  TurnServer server({}, &site);
  return ask(server, octets, false);
}

void check_stays(const std::string& request, unsigned status) {
  check_only(ask(request), {status}, false, request);
  check_only(ask(request + get("/users/77")), {status, 404}, false, request);
}

void check_closes(const std::string& request, unsigned status) {
  check_only(ask(request), {status}, true, request);
  check_only(ask(request + get("/livez")), {status}, true, request);
}

std::string get(const std::string& target, const std::string& fields) {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}

std::string post(const std::string& body, const std::string& fields) {
  return "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + fields +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string post_chunked(const std::string& octets, const std::string& fields) {
  return "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + fields +
         "Transfer-Encoding: chunked\r\n\r\n" + octets;
}

std::string chunk(const std::string& text) {
  char size[20];
  const auto end = std::to_chars(size, size + sizeof size, text.size(), 16).ptr;
  return std::string(size, end) + "\r\n" + text + "\r\n";
}

std::string user(const std::string& more) {
  return R"({"last-name":"Meere","first-name":"John","email":"johnm@gmail.com")" + more + "}";
}

std::string user_of(const std::string& last_name, const std::string& first_name,
                    const std::string& email) {
  return "{\"last-name\":" + last_name + ",\"first-name\":" + first_name + ",\"email\":" + email +
         "}";
}

}  // namespace rollcall::tests
