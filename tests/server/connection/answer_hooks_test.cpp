#include "server/connection/answer_hooks.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

#include "tests/server/connection/parts.hpp"

namespace rollcall::server {
namespace {

using protocol::OutputBuffer;
using std::chrono::milliseconds;

struct Recorded final : Tally {
  struct Counted {
    AnswerKind kind;
    Clock::time_point::duration time;
    std::uint64_t count;
  };
  void answered(const AnswerKind& kind, Clock::time_point::duration time,
                std::uint64_t count) noexcept override {
    counted.push_back({kind, time, count});
  }
  void refused(protocol::Problem) noexcept override {}
  void closed(CloseReason) noexcept override {}

  std::uint64_t answers() const {
    std::uint64_t sum = 0;
    for (const Counted& each : counted) sum += each.count;
    return sum;
  }

  std::vector<Counted> counted;
};

/// An output whose answers are counted. The clock is set by the case.
struct Counting {
  Counting() { hooks.count_by(tally, now); }

  void answer(const char* octets) {
    output.answer(request, [&](OutputBuffer& into) { into.append(octets); });
  }

  Recorded tally;
  Clock::time_point now{std::chrono::hours(1)};
  Buffers buffers;
  AnswerHooks hooks;
  Output output{buffers, hooks};
  RequestFacts request{.begun = now,
                       .action = protocol::Action::create_user,
                       .resource = protocol::Resource::users,
                       .method = protocol::Method::post};
};

constexpr const char* created = "HTTP/1.1 201 Created\r\n\r\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(answer_hooks)

BOOST_FIXTURE_TEST_CASE(answers_of_one_turn_and_kind_are_counted_at_once, Counting) {
  for (int i = 0; i < 3; ++i) answer(created);
  BOOST_TEST(tally.counted.empty());
  now += milliseconds(7);
  hooks.end_turn();
  BOOST_REQUIRE(tally.counted.size() == 1U);
  const Recorded::Counted& run = tally.counted.front();
  BOOST_TEST(run.count == 3U);
  BOOST_TEST((run.time == milliseconds(7)));
  BOOST_TEST(run.kind.status() == 201U);
  BOOST_TEST((run.kind.action == protocol::Action::create_user));
  BOOST_TEST((run.kind.resource == protocol::Resource::users));
  BOOST_TEST((run.kind.method == protocol::Method::post));
  hooks.end_turn();
  BOOST_TEST(tally.counted.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(another_status_method_resource_or_turn_begins_a_run, Counting) {
  answer(created);
  answer("HTTP/1.1 503 Service Unavailable\r\n\r\n");
  request.method = protocol::Method::options;
  answer(created);
  request.resource = protocol::Resource::user;
  answer(created);
  request.begun -= milliseconds(20);
  answer(created);
  hooks.end_turn();
  BOOST_REQUIRE(tally.counted.size() == 5U);
  BOOST_TEST(tally.counted[1].kind.status() == 503U);
  BOOST_TEST((tally.counted[2].kind.method == protocol::Method::options));
  BOOST_TEST((tally.counted[3].kind.resource == protocol::Resource::user));
  BOOST_TEST((tally.counted[4].time == milliseconds(20)));
}

BOOST_FIXTURE_TEST_CASE(a_turn_of_any_number_of_runs_is_counted_as_a_whole, Counting) {
  for (const std::size_t runs : {max_answer_runs - 1, max_answer_runs, max_answer_runs + 1}) {
    tally.counted.clear();
    for (std::size_t i = 0; i < runs; ++i) {
      request.begun -= milliseconds(1);
      answer(created);
    }
    hooks.end_turn();
    BOOST_TEST(tally.counted.size() == runs);
    BOOST_TEST(tally.answers() == runs);
  }
}

BOOST_FIXTURE_TEST_CASE(answers_to_callers_are_counted_with_the_others_and_have_their_ids,
                        Counting) {
  tests::Sink sink;
  protocol::Caller caller;
  caller.take_request_id("r");
  for (int i = 0; i < 6; ++i) {
    request.caller = i % 2 == 0 ? &caller : nullptr;
    if (request.caller != nullptr) hooks.expect_caller();
    answer(created);
  }
  hooks.end_turn();
  BOOST_TEST(tally.answers() == 6U);
  output.send(sink);
  std::size_t ids = 0;
  for (std::size_t at = 0; (at = sink.text.find("X-Request-Id: r\r", at)) != sink.text.npos; ++at) {
    ++ids;
  }
  BOOST_TEST(ids == 3U);
}

BOOST_FIXTURE_TEST_CASE(a_stream_is_counted_when_it_ends, Counting) {
  Output::Stream stream{request};
  output.part(stream, [](OutputBuffer& into) { into.append("HTTP/1.1 200 OK\r\n\r\n"); });
  hooks.end_turn();
  BOOST_TEST(tally.counted.empty());
  output.end(stream, true);
  hooks.end_turn();
  BOOST_REQUIRE(tally.counted.size() == 1U);
  BOOST_TEST(tally.counted[0].kind.status() == 200U);
}

BOOST_FIXTURE_TEST_CASE(an_observer_is_told_of_each_answer_of_a_run, Counting) {
  tests::RecordingObserver recording;
  hooks = {&recording, nullptr};
  hooks.count_by(tally, now);
  for (int i = 0; i < 3; ++i) answer(created);
  hooks.end_turn();
  BOOST_TEST(recording.records.size() == 3U);
  BOOST_TEST(tally.answers() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
