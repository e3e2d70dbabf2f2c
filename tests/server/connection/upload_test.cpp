#include "server/connection/upload.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>

#include "tests/server/connection/parts.hpp"

namespace rollcall::server {
namespace {

using storage::Status;

struct Uploading : tests::Written {
  explicit Uploading(bool http11 = true) {
    request.http11 = http11;
    upload = std::make_unique<Upload>(Upload::Means{owner, exchanges, queue, session}, request);
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
  upload->write_lines(output);
  const std::string text = take();
  BOOST_TEST(text.find("{\"line\":1,") == 10U, text);
  BOOST_TEST(text.find("{\"id\":101}\n\r\n") != text.npos);
  BOOST_TEST(queue.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_line_that_is_not_a_user_is_done_at_once, Uploading) {
  upload->take("\n{}\n", false);
  BOOST_TEST(session.writes.empty());
  BOOST_TEST(owner.done == 1);
  BOOST_REQUIRE(queue.done_front() != nullptr);
  upload->write_lines(output);
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
  upload->write_head(output, {});
  upload->take(line.substr(0, line.size() - 1), false);
  BOOST_TEST(session.writes.empty());
  upload->finish();
  BOOST_TEST((upload->stage() == Upload::Stage::ended));
  complete(0);
  upload->write_lines(output);
  upload->write_end(output);
  const std::string text = take();
  BOOST_TEST(text.ends_with("{\"id\":100}\n\r\n0\r\n\r\n"), text);
  BOOST_REQUIRE(recording.records.size() == 1U);
  BOOST_TEST(recording.records[0].octets == text.size());
  BOOST_TEST(recording.records[0].status == 200U);
  BOOST_TEST(recording.records[0].whole);
}

BOOST_FIXTURE_TEST_CASE(one_that_was_broken_off_says_why_in_its_last_line_and_has_no_end,
                        Uploading) {
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
  uploading.upload->write_lines(uploading.output);
  uploading.upload->finish();
  uploading.upload->write_end(uploading.output);
  BOOST_TEST(uploading.take() == "{\"id\":100}\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
