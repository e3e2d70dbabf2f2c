#include "server/connection/upload.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>

#include "server/limits.hpp"
#include "tests/server/connection/parts.hpp"

namespace rollcall::server {
namespace {

using storage::Status;

struct Uploading : tests::Written {
  explicit Uploading(bool http11 = true, bool early = true) {
    request.http11 = http11;
    protocol::Preferences asked;
    if (early) asked.early = protocol::Preferences::Said::yes;
    const Upload::Means means{owner, exchanges, queue, session, result_octets};
    upload = std::make_unique<Upload>(means, request, asked);
  }
  ~Uploading() {
    while (!queue.empty()) exchanges.give_back(queue.pop());
  }
  /// The store is done with the line that is number `index`, from 0.
  void complete(std::size_t index, Status status = Status::ok) {
    storage::WriteOperation& operation = *session.writes[index];
    operation.status = status;
    operation.id = 100 + index;
    static_cast<UserWrite&>(operation).exchange.stage = Exchange::Stage::done;
  }

  RequestFacts request;
  tests::CountingOwner owner;
  ExchangePool exchanges;
  ResponseQueue queue;
  tests::WaitingSession session;
  std::size_t result_octets = 0;
  std::unique_ptr<Upload> upload;
};

const std::string line = R"({"last-name":"A","first-name":"B","email":"a@b.c"})"
                         "\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(upload)

BOOST_FIXTURE_TEST_CASE(each_line_is_a_creation_and_is_answered_in_its_order_in_one_chunk,
                        Uploading) {
  upload->take(line + line.substr(0, 10), false);
  upload->take(line.substr(10) + line, false);
  BOOST_REQUIRE(session.writes.size() == 3U);
  BOOST_TEST((session.writes[1]->verb == storage::WriteOperation::Verb::create));
  BOOST_TEST(session.writes[1]->user.email == "a@b.c");
  BOOST_TEST(queue.size() == 3U);
  complete(1);
  BOOST_TEST(queue.done_front() == nullptr);
  complete(0, Status::io_error);
  upload->settle_lines(output);
  const std::string text = take();
  BOOST_TEST(text.find("{\"line\":1,") == 10U, text);
  BOOST_TEST(text.find("{\"line\":2,\"id\":101}\n\r\n") != text.npos);
  BOOST_TEST(queue.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_line_that_is_not_a_user_is_done_at_once, Uploading) {
  upload->take("\n{}\n", false);
  BOOST_TEST(session.writes.empty());
  BOOST_TEST(owner.done == 1);
  BOOST_REQUIRE(queue.done_front() != nullptr);
  upload->settle_lines(output);
  const std::string text = take();
  BOOST_TEST(text.find("{\"line\":2,") != text.npos);
  BOOST_TEST(text.find("/first-name") != text.npos);
}

BOOST_FIXTURE_TEST_CASE(new_lines_are_told_once_blank_ones_too, Uploading) {
  BOOST_TEST(!upload->has_new_lines());
  upload->take("{", false);
  BOOST_TEST(!upload->has_new_lines());
  upload->take("\n", false);
  BOOST_TEST(upload->has_new_lines());
  BOOST_TEST(!upload->has_new_lines());
  upload->take("\n", false);
  BOOST_TEST(upload->has_new_lines());
}

BOOST_FIXTURE_TEST_CASE(a_whole_one_ends_with_the_last_chunk_and_its_last_line_needs_no_line_feed,
                        Uploading) {
  upload->begin_answer(output, {});
  upload->take(line.substr(0, line.size() - 1), false);
  BOOST_TEST(session.writes.empty());
  upload->finish();
  BOOST_TEST((upload->stage() == Upload::Stage::ended));
  complete(0);
  upload->settle_lines(output);
  upload->write_end(output);
  const std::string text = take();
  BOOST_TEST(text.ends_with("{\"line\":1,\"id\":100}\n\r\n0\r\n\r\n"), text);
  BOOST_REQUIRE(recording.records.size() == 1U);
  BOOST_TEST(recording.records[0].octets == text.size());
  BOOST_TEST(recording.records[0].status == 200U);
  BOOST_TEST(recording.records[0].whole);
}

BOOST_FIXTURE_TEST_CASE(one_that_was_broken_off_says_why_in_its_last_line_and_has_no_end,
                        Uploading) {
  upload->begin_answer(output, {});
  upload->break_off(protocol::Problem::stopping);
  upload->write_end(output);
  const std::string text = take();
  BOOST_TEST(text.find("{\"line\":0,") != text.npos);
  BOOST_TEST(!text.ends_with("0\r\n\r\n"));
  BOOST_REQUIRE(recording.records.size() == 1U);
  BOOST_TEST(!recording.records[0].whole);
}

BOOST_AUTO_TEST_CASE(to_http_1_0_nothing_is_chunked) {
  Uploading uploading(false);
  uploading.upload->take(line, false);
  uploading.complete(0);
  uploading.upload->settle_lines(uploading.output);
  uploading.upload->finish();
  uploading.upload->write_end(uploading.output);
  BOOST_TEST(uploading.take() == "{\"line\":1,\"id\":100}\n");
}

BOOST_AUTO_TEST_CASE(without_an_early_answer_what_became_of_the_lines_is_kept_for_the_report) {
  Uploading uploading(true, false);
  uploading.upload->take(line + "{}\n" + line, false);
  uploading.complete(0);
  uploading.complete(1, Status::email_taken);
  uploading.upload->settle_lines(uploading.output);
  BOOST_TEST(uploading.output.empty());
  uploading.upload->finish();
  const auto report = uploading.upload->report(true);
  BOOST_TEST(report->write(uploading.output, {}));
  const std::string text = uploading.take();
  BOOST_TEST(text.starts_with("HTTP/1.1 200 OK\r\n"));
  BOOST_TEST(text.find("{\"line\":1,\"id\":100}\n{\"line\":2,") != text.npos);
  BOOST_TEST(text.find("\n{\"line\":3,") != text.npos);
  BOOST_TEST(text.find("\"status\":409") != text.npos);
  BOOST_REQUIRE(uploading.recording.records.size() == 1U);
  BOOST_TEST(uploading.recording.records[0].octets == text.size());
  BOOST_TEST(uploading.recording.records[0].whole);
}

BOOST_AUTO_TEST_CASE(a_thread_remembers_so_many_octets_of_results_and_small_uploads_go_on) {
  for (const std::size_t others : {max_upload_result_octets - 1, max_upload_result_octets}) {
    Uploading uploading(true, false);
    // About 6 octets a run.
    for (std::size_t i = 0; uploading.result_octets <= small_upload_result_octets; ++i) {
      BOOST_TEST((uploading.upload->obstacle() == std::nullopt));
      uploading.upload->take(i % 2 == 0 ? "x\n" : "{}\n", false);
      uploading.upload->settle_lines(uploading.output);
    }
    BOOST_TEST((uploading.upload->obstacle() == std::nullopt));
    uploading.result_octets += others - uploading.result_octets;
    const bool full = uploading.upload->obstacle() == protocol::Problem::uploads_full;
    BOOST_TEST(full == (others == max_upload_result_octets));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
