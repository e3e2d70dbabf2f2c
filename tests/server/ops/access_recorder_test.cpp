#include "server/ops/access_recorder.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <set>
#include <string>

namespace rollcall::server {
namespace {

/// One thread's recorder, and requests that are answered.
struct Recording {
  explicit Recording(const LogSettings& settings)
      : recorder(std::make_unique<AccessRecorder>(settings)) {}

  void answer(unsigned status, bool whole = true) {
    caller = std::make_unique_for_overwrite<protocol::Caller>();
    caller->octets_in = 7;
    if (!id.empty()) caller->take_request_id(id);
    recorder->begins(status, *caller);
    recorder->answered({status, {.caller = caller.get()}, 9, whole});
    recorder->turn_ends(now);
  }
  std::size_t take_all() {
    std::size_t count = 0;
    for (; recorder->ring().front() != nullptr; ++count) recorder->ring().pop();
    return count;
  }

  std::unique_ptr<AccessRecorder> recorder;
  std::unique_ptr<protocol::Caller> caller;
  std::string id;
  Clock::time_point now{std::chrono::hours(1)};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(access_recorder)

BOOST_AUTO_TEST_CASE(an_answer_is_noted_with_what_is_known_of_it) {
  Recording recording({.access = AccessLogging::all});
  recording.id = "an-id";
  recording.answer(201);
  const AccessRecord* const record = recording.recorder->ring().front();
  BOOST_REQUIRE(record != nullptr);
  BOOST_TEST(record->status == 201U);
  BOOST_TEST(record->id() == "an-id");
  BOOST_TEST(record->octets_in == 7U);
  BOOST_TEST(record->octets_out == 9U);
  BOOST_TEST((record->ended == recording.now));
  BOOST_TEST(recording.take_all() == 1U);
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_noted_has_an_id_of_its_own_if_its_request_had_none) {
  Recording recording({.access = AccessLogging::all});
  std::set<std::string> ids;
  for (int i = 0; i < 1'000; ++i) {
    recording.answer(200);
    const std::string id(recording.caller->id());
    BOOST_TEST(id.size() == 32U);
    BOOST_TEST(id.find_first_not_of("0123456789abcdef") == id.npos);
    BOOST_TEST(recording.recorder->ring().front()->id() == id);
    recording.recorder->ring().pop();
    ids.insert(id);
  }
  BOOST_TEST(ids.size() == 1'000U);
}

BOOST_AUTO_TEST_CASE(of_errors_only_those_are_noted_and_streams_that_broke_off) {
  Recording recording({.access = AccessLogging::errors});
  for (const unsigned status : {200U, 201U, 304U, 399U}) recording.answer(status);
  BOOST_TEST(recording.caller->id() == "");
  BOOST_TEST(recording.take_all() == 0U);
  for (const unsigned status : {400U, 404U, 503U}) recording.answer(status);
  BOOST_TEST(recording.caller->id().size() == 32U);
  recording.answer(200, false);
  BOOST_TEST(recording.take_all() == 4U);
}

BOOST_AUTO_TEST_CASE(of_a_sample_one_in_so_many_is_noted) {
  Recording recording({.access = AccessLogging::sampled, .sample = 10});
  for (int i = 0; i < 100; ++i) recording.answer(200);
  BOOST_TEST(recording.take_all() == 10U);
}

BOOST_AUTO_TEST_CASE(an_answer_to_nobody_that_is_known_is_noted_too) {
  Recording recording({.access = AccessLogging::errors});
  recording.recorder->answered({400, {}, 9, true});
  BOOST_TEST(recording.recorder->ring().front() == nullptr);
  recording.recorder->turn_ends(recording.now);
  BOOST_REQUIRE(recording.recorder->ring().front() != nullptr);
  BOOST_TEST(recording.recorder->ring().front()->id() == "");
}

BOOST_AUTO_TEST_CASE(what_there_is_no_room_for_is_dropped_and_counted) {
  Recording recording({.access = AccessLogging::all});
  for (std::size_t i = 0; i < max_access_records - 1; ++i) recording.answer(200);
  BOOST_TEST(recording.recorder->dropped() == 0U);
  recording.answer(200);
  BOOST_TEST(recording.recorder->dropped() == 0U);
  BOOST_TEST(recording.caller->id().size() == 32U);
  recording.answer(404);
  BOOST_TEST(recording.recorder->dropped() == 1U);
  // Nothing is made for what nobody will read.
  BOOST_TEST(recording.caller->id() == "");
  recording.recorder->answered({400, {}, 9, true});
  BOOST_TEST(recording.recorder->dropped() == 2U);
  // The oldest are kept, and there is room again for each that is taken.
  BOOST_TEST(recording.recorder->ring().front()->status == 200U);
  recording.recorder->ring().pop();
  recording.answer(503);
  BOOST_TEST(recording.recorder->dropped() == 2U);
  BOOST_TEST(recording.take_all() == max_access_records);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
