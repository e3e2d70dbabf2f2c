#include "server/connection/output.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/server/connection/parts.hpp"

namespace rollcall::server {
namespace {

using protocol::OutputBuffer;
using tests::Written;

constexpr const char* not_found = "HTTP/1.1 404 Not Found\r\n\r\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(output)

BOOST_FIXTURE_TEST_CASE(every_answer_is_told_with_its_status_and_octets, Written) {
  RequestFacts request;
  request.resource = protocol::Resource::user;
  request.begun += std::chrono::seconds(7);
  output.answer(request, [](OutputBuffer& into) { into.append(not_found); });
  output.answer({}, [](OutputBuffer& into) { into.append("HTTP/1.1 201 Created\r\n\r\n{}"); });
  BOOST_REQUIRE(recording.records.size() == 2U);
  BOOST_TEST(recording.records[0].status == 404U);
  BOOST_TEST(recording.records[0].octets == std::string(not_found).size());
  BOOST_TEST((recording.records[0].request.resource == protocol::Resource::user));
  BOOST_TEST((recording.records[0].request.begun == request.begun));
  BOOST_TEST(recording.records[1].status == 201U);
  BOOST_TEST(recording.records[1].octets == 26U);
}

BOOST_FIXTURE_TEST_CASE(a_stream_is_told_once_at_its_end_with_all_of_its_octets, Written) {
  Output::Stream stream;
  for (const char* part : {"head", "", "line", "end"}) {
    output.part(stream, [&](OutputBuffer& into) { into.append(part); });
  }
  BOOST_TEST(recording.records.empty());
  output.end(stream, false);
  BOOST_REQUIRE(recording.records.size() == 1U);
  BOOST_TEST(recording.records[0].octets == 11U);
  BOOST_TEST(!recording.records[0].whole);
}

BOOST_FIXTURE_TEST_CASE(an_interim_answer_is_no_answer, Written) {
  output.write_continue();
  BOOST_TEST(recording.records.empty());
  BOOST_TEST(take() == "HTTP/1.1 100 Continue\r\n\r\n");
}

BOOST_FIXTURE_TEST_CASE(without_an_observer_answers_are_written_all_the_same, Written) {
  hooks = {};
  output.answer({}, [](OutputBuffer& into) { into.append(not_found); });
  output.end({}, true);
  BOOST_TEST(take() == not_found);
}

BOOST_FIXTURE_TEST_CASE(fields_of_cors_come_once_behind_each_status_line, Written) {
  protocol::Cors cors;
  cors.allow("https://a.example");
  hooks = {&recording, &cors};
  RequestFacts request;
  request.origin = 1;
  Output::Stream stream{request};
  for (const char* part : {"", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n", "line\r\n"}) {
    output.part(stream, [&](OutputBuffer& into) { into.append(part); });
  }
  output.answer({}, [](OutputBuffer& into) { into.append(not_found); });
  const std::string fields(cors.fields(1));
  const std::string first = "HTTP/1.1 200 OK" + fields + "\r\nA: b\r\n\r\nline\r\n";
  BOOST_TEST(take() == first + "HTTP/1.1 404 Not Found\r\nVary: Origin\r\n\r\n");
  BOOST_TEST(stream.octets == first.size());
  BOOST_TEST(recording.records.back().octets == std::string(not_found).size() + 14);
  BOOST_TEST(recording.records.back().status == 404U);
}

BOOST_FIXTURE_TEST_CASE(the_id_of_a_request_comes_before_other_fields_and_once_in_a_stream,
                        Written) {
  protocol::Cors cors;
  cors.allow("https://a.example");
  hooks = {&recording, &cors};
  protocol::Caller caller;
  caller.take_request_id("r-1");
  RequestFacts request;
  request.caller = &caller;
  Output::Stream stream{request};
  for (const char* part : {"", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n", "line\r\n"}) {
    output.part(stream, [&](OutputBuffer& into) { into.append(part); });
  }
  hooks.expect_caller();
  output.answer(request, [](OutputBuffer& into) { into.append(not_found); });
  const std::string fields = "\r\nX-Request-Id: r-1\r\nVary: Origin";
  BOOST_TEST(take() == "HTTP/1.1 200 OK" + fields +
                           "\r\nA: b\r\n\r\nline\r\nHTTP/1.1 404 Not Found" + fields + "\r\n\r\n");
}

BOOST_FIXTURE_TEST_CASE(an_observer_may_give_a_request_an_id_before_its_answer_is_told, Written) {
  protocol::Caller caller;
  RequestFacts request;
  request.caller = &caller;
  recording.id = "given";
  hooks.expect_caller();
  output.answer(request, [](OutputBuffer& into) { into.append(not_found); });
  BOOST_TEST(take() == "HTTP/1.1 404 Not Found\r\nX-Request-Id: given\r\n\r\n");
  BOOST_TEST(recording.begun == std::vector<unsigned>{404});
  BOOST_TEST(request.caller == nullptr);
  request.caller = &caller;
  Output::Stream stream{request};
  stream.status = 413;
  for (const char* part : {"HTTP/1.1 413 Content Too Large\r\n\r\n", "line"}) {
    output.part(stream, [&](OutputBuffer& into) { into.append(part); });
  }
  BOOST_TEST((recording.begun == std::vector<unsigned>{404, 413}));
  BOOST_TEST(recording.records.back().octets == std::string(not_found).size() + 21);
}

BOOST_FIXTURE_TEST_CASE(what_the_transport_does_not_take_stays, Written) {
  BOOST_TEST((output.send(sink) == Output::Sent::nothing));
  sink.room = 5;
  output.answer({}, [](OutputBuffer& into) { into.append(not_found); });
  BOOST_TEST((output.send(sink) == Output::Sent::some));
  BOOST_TEST(output.size() == std::string(not_found).size() - 5);
  BOOST_TEST((output.send(sink) == Output::Sent::nothing));
  sink.room = 1'000;
  BOOST_TEST(take() == not_found);
  BOOST_TEST(output.empty());
  sink.broken = true;
  output.answer({}, [](OutputBuffer& into) { into.append(not_found); });
  BOOST_TEST((output.send(sink) == Output::Sent::broken));
}

BOOST_FIXTURE_TEST_CASE(a_part_without_octets_leaves_nothing_to_send, Written) {
  Output::Stream stream;
  output.part(stream, [](OutputBuffer&) {});
  BOOST_TEST(output.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
