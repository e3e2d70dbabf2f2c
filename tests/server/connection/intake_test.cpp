#include "server/connection/intake.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <vector>

namespace rollcall::server {
namespace {

using Event = Intake::Event;
using protocol::Action;

struct Reading {
  Buffers buffers;
  Pool<IncomingRequest> requests;
  Intake intake{buffers, requests};
  std::array<char, receive_octets> shared;
  Clock::time_point now{std::chrono::hours(1)};
  std::string left;

  /// As far as one event.
  Event read(const std::string& octets) {
    const Intake::Step step = intake.read(octets, now);
    left = octets.substr(step.consumed);
    return step.event;
  }
};

const std::string body = R"({"last-name":"A","first-name":"B","email":"a@b.c"})";

std::string create(const std::string& fields = "") {
  return "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + fields +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
}

struct Pieces final : protocol::BodySink {
  void take(std::string_view piece, bool) override { text += piece; }
  std::string text;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(intake)

BOOST_FIXTURE_TEST_CASE(a_request_is_told_by_its_head_with_its_route_and_by_its_end, Reading) {
  BOOST_TEST((read(create() + body) == Event::head));
  BOOST_TEST((intake.request().route.action == Action::create_user));
  BOOST_TEST(left == body);
  BOOST_TEST((read(left + "GET ") == Event::whole));
  BOOST_TEST(left == "GET ");
  BOOST_TEST(intake.request().reader->finish().ok);
}

BOOST_FIXTURE_TEST_CASE(a_request_without_a_body_ends_with_its_head, Reading) {
  BOOST_TEST((read("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n") == Event::head));
  BOOST_TEST((read("") == Event::whole));
}

BOOST_FIXTURE_TEST_CASE(it_begins_with_its_first_octet_and_a_line_end_before_it_is_none, Reading) {
  BOOST_TEST(!intake.begun());
  BOOST_TEST((read("\r\n") == Event::need_more));
  BOOST_TEST(!intake.begun());
  now += std::chrono::seconds(5);
  BOOST_TEST((read("GET /li") == Event::need_more));
  BOOST_TEST(intake.begun());
  BOOST_TEST(!intake.head_done());
  const auto begun = now;
  now += std::chrono::seconds(5);
  BOOST_TEST((read("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n") == Event::head));
  BOOST_TEST((intake.request().facts().begun == begun));
  intake.finish_request();
  BOOST_TEST(!intake.begun());
}

BOOST_FIXTURE_TEST_CASE(nothing_of_a_request_is_left_for_the_next_one, Reading) {
  BOOST_TEST((read("DELETE /users HTTP/1.1\r\nHost: x\r\n\r\n") == Event::head));
  BOOST_TEST(std::string(intake.request().route.fields).find("Allow") != std::string::npos);
  BOOST_TEST((read("") == Event::whole));
  intake.finish_request();
  BOOST_TEST((read("NONSENSE\r\n\r\n") == Event::failed));
  BOOST_TEST(std::string(intake.request().route.fields).empty());
  BOOST_TEST((intake.request().facts().resource == protocol::Resource::unknown));
}

BOOST_FIXTURE_TEST_CASE(continue_is_wanted_until_an_octet_of_the_body_is_there, Reading) {
  const std::string head = create("Expect: 100-continue\r\n");
  BOOST_TEST((read(head) == Event::head));
  BOOST_TEST(intake.wants_continue());
  BOOST_TEST((read("") == Event::need_more));
  BOOST_TEST(intake.wants_continue());
  BOOST_TEST((read("{") == Event::need_more));
  BOOST_TEST(!intake.wants_continue());
  intake.finish_request();
  BOOST_TEST((read(head) == Event::head));
  intake.continued();
  BOOST_TEST(!intake.wants_continue());
  intake.finish_request();
  BOOST_TEST((read(create()) == Event::head));
  BOOST_TEST(!intake.wants_continue());
}

BOOST_FIXTURE_TEST_CASE(an_upload_goes_to_its_sink_in_small_pieces, Reading) {
  const std::string octets(3 * upload_piece_octets + 1, 'x');
  BOOST_TEST((read("POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
                   "Content-Length: " +
                   std::to_string(octets.size()) + "\r\n\r\n") == Event::head));
  BOOST_TEST((intake.request().route.action == Action::create_users));
  intake.hold();
  BOOST_TEST(intake.awaits_answers());
  Pieces pieces;
  intake.begin_upload(pieces);
  BOOST_TEST(!intake.awaits_answers());
  left = octets;
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST((read(left) == Event::piece));
    BOOST_TEST(pieces.text.size() == (i + 1) * upload_piece_octets);
  }
  BOOST_TEST((read(left) == Event::whole));
  BOOST_TEST(pieces.text == octets);
}

BOOST_FIXTURE_TEST_CASE(what_is_not_parsed_is_kept_and_comes_first, Reading) {
  Intake::Room room = intake.room(shared);
  BOOST_TEST(room.octets == receive_octets);
  std::copy_n("abcdef", 6, room.at);
  std::string_view octets = intake.received(room, 6);
  BOOST_TEST(octets == "abcdef");
  intake.consumed(octets, 2);
  BOOST_TEST(intake.rest() == "cdef");
  room = intake.room(shared);
  BOOST_TEST(room.octets == receive_octets - 4);
  std::copy_n("gh", 2, room.at);
  octets = intake.received(room, 2);
  BOOST_TEST(octets == "cdefgh");
  intake.consumed(octets, 6);
  BOOST_TEST(intake.rest().empty());
  BOOST_TEST(intake.room(shared).at == shared.data());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
