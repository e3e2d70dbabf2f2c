#include <deque>
#include <string>
#include <vector>

#include "storage/limits.hpp"
#include "tests/storage/runs_of.hpp"
#include "tests/storage/store_contract.hpp"

/// What every Store promises of uploads that have an idempotency key.
namespace rollcall::storage {
namespace {

/// An upload as one session sends it.
struct KeyedUpload {
  explicit KeyedUpload(Store& opened) : session(opened.open_session(owner)) {}

  Status open(std::string_view text) {
    WriteOperation& operation = add(WriteOperation::Verb::open_upload);
    keys.back().text = text;
    UploadRuns given;
    keys.back().runs = &given;
    complete();
    upload = keys.back().upload;
    runs = runs_of(given);
    return operation.status;
  }
  /// Passes the line on; complete() ends its turn.
  WriteOperation& line(std::uint64_t number, std::string_view email = "a@b.c") {
    WriteOperation& operation = add(WriteOperation::Verb::create);
    operation.user = {"L", "F", email};
    keys.back().upload = upload;
    keys.back().line = number;
    return operation;
  }
  WriteOperation& close() {
    WriteOperation& operation = add(WriteOperation::Verb::close_upload);
    keys.back().upload = upload;
    return operation;
  }
  void complete() {
    for (; sent < operations.size(); ++sent) session->write(operations[sent]);
    owner.turn_until(*session, operations.size());
  }
  /// Opened with `text`, these lines, and closed, each part in a turn of its own.
  Status all(std::string_view text, const std::vector<std::uint64_t>& lines) {
    const Status status = open(text);
    if (status != Status::ok) return status;
    for (const std::uint64_t each : lines) line(each);
    complete();
    close();
    complete();
    return status;
  }

  RecordingOwner owner;
  std::unique_ptr<Session> session;
  std::deque<IdempotencyKey> keys;
  std::deque<WriteOperation> operations;
  std::size_t sent = 0;
  std::vector<UploadRun> runs;
  std::uint64_t upload = 0;

 private:
  WriteOperation& add(WriteOperation::Verb verb) {
    WriteOperation& operation = operations.emplace_back();
    operation.verb = verb;
    operation.key = &keys.emplace_back();
    return operation;
  }
};

Version digest(std::uint64_t first, std::uint64_t count) {
  Version sum = 0;
  for (std::uint64_t i = 0; i < count; ++i) sum += digest_of_line(first + i, {"L", "F", "a@b.c"});
  return sum;
}

/// The ids, line by line.
std::vector<std::pair<std::uint64_t, UserId>> ids(const std::vector<UploadRun>& runs) {
  std::vector<std::pair<std::uint64_t, UserId>> all;
  for (const UploadRun& each : runs) {
    for (std::uint64_t i = 0; i < each.count; ++i) all.push_back({each.line + i, each.id + i});
  }
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_upload_key)

BOOST_DATA_TEST_CASE(what_was_created_is_known_when_the_upload_is_opened_again, kinds, kind) {
  OpenedStore opened(kind);
  {
    KeyedUpload first(*opened.store);
    BOOST_TEST((first.all("k", {1, 2, 5, 6, 7}) == Status::ok));
    BOOST_TEST(first.runs.empty());
  }
  for (int start = 0; start < (kind.durable ? 2 : 1); ++start) {
    KeyedUpload again(*opened.store);
    BOOST_TEST((again.open("k") == Status::ok));
    const std::vector<UploadRun> wanted{{1, 2, 1, digest(1, 2)}, {5, 3, 3, digest(5, 3)}};
    BOOST_TEST((again.runs == wanted));
    again.close();
    again.complete();
    again.session.reset();
    BOOST_TEST(opened.store->size() == 5U);
    if (!kind.durable) break;
    opened.close();
    opened.open();
  }
  KeyedUpload other(*opened.store);
  BOOST_TEST((other.open("K") == Status::ok));
  BOOST_TEST(other.runs.empty());
  other.close();
  other.complete();
}

BOOST_DATA_TEST_CASE(runs_that_follow_each_other_are_known_however_they_were_committed, kinds,
                     kind) {
  OpenedStore opened(kind);
  KeyedUpload upload(*opened.store);
  BOOST_TEST((upload.open("k") == Status::ok));
  std::vector<std::pair<std::uint64_t, UserId>> wanted;
  for (std::uint64_t i = 1; i <= 40; ++i) {
    WriteOperation& operation = upload.line(i);
    if (i % 3 == 0) upload.complete();
    if (i % 9 == 0) create(*opened.store, {"someone else"});
    if (i % 3 == 0) wanted.push_back({i, operation.id});
  }
  upload.complete();
  upload.close();
  upload.complete();
  wanted.clear();
  for (const WriteOperation& each : upload.operations) {
    if (each.verb == WriteOperation::Verb::create) wanted.push_back({each.key->line, each.id});
  }
  for (int start = 0; start < 2; ++start) {
    KeyedUpload again(*opened.store);
    BOOST_TEST((again.open("k") == Status::ok));
    BOOST_TEST((ids(again.runs) == wanted));
    Version sum = 0;
    for (const UploadRun& each : again.runs) sum += each.digest;
    BOOST_TEST(sum == digest(1, 40));
    again.close();
    again.complete();
    again.session.reset();
    upload.session.reset();
    if (!kind.durable) return;
    opened.close();
    opened.open();
  }
}

BOOST_DATA_TEST_CASE(a_key_is_in_flight_until_the_upload_is_closed, kinds, kind) {
  OpenedStore opened(kind);
  KeyedUpload first(*opened.store);
  BOOST_TEST((first.open("k") == Status::ok));
  KeyedUpload second(*opened.store);
  BOOST_TEST((second.open("k") == Status::key_in_flight));
  first.line(1);
  first.complete();
  BOOST_TEST((second.open("k") == Status::key_in_flight));
  first.close();
  first.complete();
  BOOST_TEST((second.open("k") == Status::ok));
  BOOST_TEST(second.runs.size() == 1U);
  second.close();
  second.complete();
}

/// What the turn has of an upload can't be given before it is kept.
BOOST_DATA_TEST_CASE(a_key_is_in_flight_to_the_end_of_the_turn_that_closes_the_upload, kinds,
                     kind) {
  if (!kind.durable) return;
  OpenedStore opened(kind);
  KeyedUpload first(*opened.store);
  BOOST_TEST((first.open("k") == Status::ok));
  first.line(1);
  first.close();
  const std::uint64_t upload = first.upload;
  BOOST_TEST((first.open("k") == Status::key_in_flight));
  first.upload = upload;
  BOOST_TEST((first.open("k") == Status::ok));
  BOOST_TEST(first.runs.size() == 1U);
  first.close();
  first.complete();
}

BOOST_DATA_TEST_CASE(an_upload_is_closed_although_no_write_has_room, kinds, kind) {
  if (!kind.durable) return;
  OpenedStore opened(kind);
  KeyedUpload upload(*opened.store);
  BOOST_TEST((upload.open("k") == Status::ok));
  std::deque<WriteOperation> others(max_pending_writes + 1);
  for (WriteOperation& each : others) {
    each.user = {"L", "F", "a@b.c"};
    upload.session->write(each);
  }
  BOOST_TEST((others.back().status == Status::queue_full));
  const WriteOperation& closing = upload.close();
  upload.session->write(upload.operations.back());
  BOOST_TEST(upload.owner.written.size() == 2U);
  upload.owner.turn_until(*upload.session, 2 + others.size());
  BOOST_TEST((closing.status == Status::ok));
  KeyedUpload again(*opened.store);
  BOOST_TEST((again.open("k") == Status::ok));
  again.close();
  again.complete();
}

BOOST_DATA_TEST_CASE(uploads_and_single_writes_share_their_keys, kinds, kind) {
  OpenedStore opened(kind);
  const auto create_with_key = [&](std::string_view text) {
    IdempotencyKey key;
    key.text = text;
    WriteOperation operation;
    operation.user = {"L", "F", "a@b.c"};
    operation.key = &key;
    return write(*opened.store, operation);
  };
  BOOST_TEST((create_with_key("single") == Status::ok));
  KeyedUpload upload(*opened.store);
  BOOST_TEST((upload.open("single") == Status::key_reused));
  BOOST_TEST((upload.open("k") == Status::ok));
  BOOST_TEST((create_with_key("k") == Status::key_reused));
  upload.line(1);
  upload.close();
  upload.complete();
  BOOST_TEST((create_with_key("k") == Status::key_reused));
  // One that created nothing has used no key.
  BOOST_TEST((upload.open("unused") == Status::ok));
  upload.close();
  upload.complete();
  BOOST_TEST((create_with_key("unused") == Status::ok));
}

BOOST_DATA_TEST_CASE(a_line_that_is_refused_is_not_known, kinds, kind) {
  StoreRules rules;
  rules.unique_email = true;
  OpenedStore opened(kind, rules);
  KeyedUpload upload(*opened.store);
  BOOST_TEST((upload.open("k") == Status::ok));
  upload.line(1, "1@b.c");
  const WriteOperation& refused = upload.line(2, "1@b.c");
  upload.line(3, "3@b.c");
  upload.close();
  upload.complete();
  BOOST_TEST((refused.status == Status::email_taken));
  BOOST_TEST((upload.open("k") == Status::ok));
  const std::vector<std::pair<std::uint64_t, UserId>> known = ids(upload.runs);
  BOOST_REQUIRE(known.size() == 2U);
  BOOST_TEST(known[0].first == 1U);
  BOOST_TEST(known[1].first == 3U);
  upload.close();
  upload.complete();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
