#include "server/connection/download.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/server/connection/parts.hpp"

namespace rollcall::server {
namespace {

using Progress = Download::Progress;

struct Downloading : tests::Written {
  Downloading() { request.http11 = true; }
  Progress write() { return download.write(output, request, operation, {}); }
  void give(storage::UserId id) {
    operation.users.clear();
    operation.users.append(id, {"A", "B", "a@b.c"});
  }

  RequestFacts request;
  storage::ExportOperation operation;
  Download download;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(download)

BOOST_FIXTURE_TEST_CASE(the_head_comes_once_then_a_chunk_a_piece_then_the_end, Downloading) {
  give(7);
  BOOST_TEST((write() == Progress::more));
  BOOST_TEST(download.begun());
  const std::string first = take();
  BOOST_TEST(first.starts_with("HTTP/1.1 200 OK\r\n"));
  BOOST_TEST(first.find("\"id\":7") != first.npos);
  BOOST_TEST(download.piece_octets() > 50U);
  operation.users.clear();
  BOOST_TEST((write() == Progress::more));
  BOOST_TEST(take().empty());
  give(8);
  operation.end = true;
  BOOST_TEST((write() == Progress::whole));
  const std::string last = take();
  BOOST_TEST(last.find("HTTP/1.1") == last.npos);
  BOOST_TEST(last.ends_with("\r\n0\r\n\r\n"));
  BOOST_REQUIRE(recording.records.size() == 1U);
  BOOST_TEST(recording.records[0].octets == first.size() + last.size());
  BOOST_TEST(recording.records[0].whole);
}

BOOST_FIXTURE_TEST_CASE(one_that_the_store_can_not_go_on_with_has_no_end, Downloading) {
  give(7);
  write();
  operation.status = storage::Status::queue_full;
  BOOST_TEST((write() == Progress::broken));
  BOOST_TEST(!take().ends_with("0\r\n\r\n"));
  BOOST_REQUIRE(recording.records.size() == 1U);
  BOOST_TEST(!recording.records[0].whole);
}

BOOST_FIXTURE_TEST_CASE(to_http_1_0_nothing_is_chunked, Downloading) {
  request.http11 = false;
  give(7);
  operation.end = true;
  BOOST_TEST((write() == Progress::whole));
  const std::string text = take();
  BOOST_TEST(text.find("chunked") == text.npos);
  BOOST_TEST(text.ends_with("\"id\":7}\n"), text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
