#include "protocol/json/user_lines.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "protocol/json/line_answer.hpp"
#include "protocol/limits.hpp"
#include "tests/protocol/splits.hpp"

namespace rollcall::protocol {
namespace {

struct Sink final : UserLineSink {
  void on_user(std::uint64_t line, const storage::UserView& user) override {
    seen.push_back(std::to_string(line) + " " + std::string(user.last_name));
  }
  void on_bad_line(std::uint64_t line, Problem problem, const UserReader&) override {
    seen.push_back(std::to_string(line) + " " + std::to_string(row(problem).status) + " " +
                   row(problem).detail);
  }
  std::vector<std::string> seen;
};

template <class Pieces>
std::vector<std::string> read(const Pieces& pieces) {
  Sink sink;
  UserLines lines;
  for (const std::string_view piece : pieces) lines.read(piece, sink);
  lines.finish(sink);
  return sink.seen;
}

std::string user(const std::string& name) {
  return R"({"last-name":")" + name + R"(","first-name":"F","email":"a@b.c"})";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(user_lines)

BOOST_AUTO_TEST_CASE(lines_are_taken_in_order_wherever_the_stream_is_cut) {
  const std::string stream = user("A") + "\n" + "\n \t\r\n" + user("B") + "\r\n{}\nx\n" +
                             user("\\u00e9") + "\n[" + user("C") + "]\n" + user("D");
  const std::vector<std::string> whole = read(std::vector<std::string_view>{stream});
  BOOST_REQUIRE(whole.size() == 7U);
  BOOST_TEST(whole[0] == "1 A");
  BOOST_TEST(whole[1] == "4 B");
  BOOST_TEST(whole[2].starts_with("5 400 Correct the members"));
  BOOST_TEST(whole[3].starts_with("6 400 Not valid JSON"));
  BOOST_TEST(whole[4] == "7 \xc3\xa9");
  BOOST_TEST(whole[5].starts_with("8 400 Not a JSON object"));
  BOOST_TEST(whole[6] == "9 D");
  for_each_split(stream, [&](const auto& pieces) { BOOST_REQUIRE(read(pieces) == whole); });
}

BOOST_AUTO_TEST_CASE(a_line_may_have_64_kib_and_a_longer_one_spoils_no_other) {
  for (const std::size_t size : {max_line_octets - 1, max_line_octets, max_line_octets + 1}) {
    std::string line = user("A");
    line.append(size - line.size(), ' ');
    const auto seen = read(std::vector<std::string>{line + "\n" + user("B") + "\n"});
    BOOST_REQUIRE(seen.size() == 2U);
    BOOST_TEST((seen[0] == "1 A") == (size <= max_line_octets));
    BOOST_TEST(seen[0].starts_with("1 413") == (size > max_line_octets));
    BOOST_TEST(seen[1] == "2 B");
  }
}

BOOST_AUTO_TEST_CASE(an_empty_stream_has_no_users) {
  for (const char* text : {"", "\n", "\n\n \n"}) {
    BOOST_TEST(read(std::vector<std::string_view>{text}).empty());
  }
}

BOOST_AUTO_TEST_CASE(no_line_is_no_chunk) {
  OutputBuffer buffer;
  LineWriter lines(buffer, true);
  lines.end();
  BOOST_TEST(buffer.size() == 0U);
}

BOOST_AUTO_TEST_CASE(lines_written_together_are_one_chunk_of_their_length) {
  OutputBuffer buffer;
  buffer.append("before");
  LineWriter lines(buffer, true);
  lines.created(6, 7);
  lines.problem(8, Problem::line_too_long, {});
  lines.user(9, {"A", "\"", "a@b.c"});
  lines.end();
  write_stream_end(buffer, true);
  std::string text(buffer.data(), buffer.size());
  BOOST_REQUIRE(text.starts_with("before"));
  BOOST_REQUIRE(text.ends_with("\r\n0\r\n\r\n"));
  const std::size_t size = std::stoul(text.substr(6, 8), nullptr, 16);
  const std::string body = text.substr(6 + 10, size);
  BOOST_TEST(text.size() == 6 + 10 + size + 7);
  BOOST_TEST(body.starts_with("{\"line\":6,\"id\":7}\n{\"line\":8,\"type\":"));
  BOOST_TEST(
      body.ends_with("\n{\"last-name\":\"A\",\"first-name\":\"\\\"\",\"email\":\"a@b.c\","
                     "\"id\":9}\n"));
  const std::size_t second = body.find('\n') + 1;
  const std::string problem = body.substr(second, body.find('\n', second) - second);
  BOOST_TEST(boost::json::parse(problem).at("status").as_int64() == 413);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
