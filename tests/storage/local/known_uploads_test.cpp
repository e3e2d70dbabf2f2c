#include "storage/local/known_uploads.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <vector>

#include "tests/storage/local/keys.hpp"
#include "tests/storage/runs_of.hpp"

/// As KnownKeys has them, which numbers and dates them.
namespace rollcall::storage {
namespace {

/// An upload with the key "k", of which a batch has one line or some.
struct Upload : Keys {
  using Keys::Keys;

  Status open() {
    uploading = {};
    uploading.text = "k";
    UploadRuns given;
    uploading.runs = &given;
    const Status status = known.open_upload(uploading);
    if (status == Status::ok) upload = uploading.upload;
    if (status == Status::ok) runs = runs_of(given);
    return status;
  }
  void add_lines(std::uint64_t line, std::uint64_t count, UserId id) {
    for (std::uint64_t i = 0; i < count; ++i) {
      IdempotencyKey of_line;
      of_line.upload = upload;
      of_line.line = line + i;
      WriteOperation creation;
      creation.user = meere;
      creation.id = id + i;
      creation.key = &of_line;
      known.add(creation);
    }
  }
  void close() {
    uploading.upload = upload;
    known.close_upload(uploading);
    known.keep();
  }

  IdempotencyKey uploading;
  std::uint64_t upload = 0;
  std::vector<UploadRun> runs;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(known_uploads)

BOOST_AUTO_TEST_CASE(lines_that_follow_each_other_are_one_run_of_a_batch) {
  Upload upload;
  BOOST_TEST((upload.open() == Status::ok));
  upload.add_lines(1, 3, 10);
  upload.add_lines(5, 2, 13);  // behind a blank line
  upload.add_lines(7, 2, 16);  // somebody else got an id between
  const KeyChanges changes = upload.known.changes();
  BOOST_REQUIRE(changes.runs.size() == 3U);
  BOOST_TEST(changes.runs[0].text == "k");
  BOOST_TEST(changes.runs[0].count == 3U);
  BOOST_TEST(changes.runs[1].line == 5U);
  BOOST_TEST(changes.runs[1].user_id == 13U);
  BOOST_TEST(changes.runs[2].line == 7U);
  BOOST_TEST(changes.runs[2].number == 3U);
  upload.known.keep();
  BOOST_TEST(upload.known.changes().runs.empty());
}

BOOST_AUTO_TEST_CASE(what_a_batch_adds_to_a_run_in_the_same_second_makes_it_longer) {
  Upload upload;
  BOOST_TEST((upload.open() == Status::ok));
  for (std::uint64_t batch = 0; batch < 6; ++batch) {
    upload.add_lines(1 + 2 * batch, 2, 10 + 2 * batch);
    upload.known.keep();
    if (batch == 3) upload.pass(1);
  }
  upload.close();
  BOOST_TEST((upload.open() == Status::ok));
  BOOST_REQUIRE(upload.runs.size() == 2U);
  BOOST_TEST(upload.runs[0].count == 8U);
  BOOST_TEST(upload.runs[1].line == 9U);
  BOOST_TEST(upload.runs[1].count == 4U);
  upload.close();
  // All that it was kept as is forgotten with it.
  upload.pass(11);
  BOOST_TEST(upload.known.changes().forget_through == 4U);
}

BOOST_AUTO_TEST_CASE(each_run_is_known_for_its_lifetime_also_while_its_upload_is_open) {
  Upload upload;
  BOOST_TEST((upload.open() == Status::ok));
  upload.add_lines(1, 1, 10);
  upload.known.keep();
  upload.pass(6);
  upload.add_lines(2, 1, 11);
  upload.known.keep();
  for (int age = 6; age <= 18; ++age) {
    upload.close();
    BOOST_TEST((upload.open() == Status::ok));
    BOOST_TEST(upload.runs.size() == (age < 12 ? 2U : age < 18 ? 1U : 0U), age);
    upload.pass(1);
  }
  upload.close();
  BOOST_TEST((upload.look_up("k") == Status::ok));
}

BOOST_AUTO_TEST_CASE(a_batch_that_is_dropped_leaves_no_run_and_no_open_upload) {
  Upload upload;
  BOOST_TEST((upload.open() == Status::ok));
  upload.known.keep();
  upload.add_lines(1, 1, 10);
  upload.known.drop();
  upload.add_lines(1, 1, 11);
  upload.known.keep();
  upload.close();
  BOOST_TEST((upload.open() == Status::ok));
  upload.known.drop();
  BOOST_TEST((upload.open() == Status::ok));
  BOOST_REQUIRE(upload.runs.size() == 1U);
  BOOST_TEST(upload.runs[0].id == 11U);
  upload.add_lines(2, 1, 12);
  upload.known.close_upload(upload.uploading);
  upload.known.drop();
  BOOST_TEST((upload.open() == Status::ok));
  BOOST_TEST(upload.runs.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_run_counts_as_a_key_and_the_oldest_is_forgotten_for_one_too_many) {
  for (const std::uint64_t count : {2U, 3U, 4U}) {
    Upload upload(3);
    BOOST_TEST((upload.open() == Status::ok));
    for (std::uint64_t i = 0; i < count; ++i) {
      upload.add_lines(1 + 2 * i, 1, 10 + i);
      upload.known.keep();
    }
    upload.close();
    BOOST_TEST((upload.open() == Status::ok));
    BOOST_REQUIRE(upload.runs.size() == std::min<std::uint64_t>(count, 3));
    BOOST_TEST(upload.runs[0].line == (count <= 3 ? 1U : 3U));
    BOOST_TEST(upload.known.size() == upload.runs.size());
    BOOST_TEST(upload.events.all.size() == (count <= 3 ? 0U : 1U));
  }
}

BOOST_AUTO_TEST_CASE(runs_that_a_journal_kept_are_known_again) {
  Keys single;
  single.create("a", 7);
  Upload upload;
  upload.known.load({{"k", 1, 10, 1, 100, {}, 1, 5},
                     {"k", 2, 15, 2, 100, {}, 6, 5},
                     {"a", single.key.payload, 7, 3, 100},
                     {"k", 4, 20, 4, 100, {}, 11, 1}});
  BOOST_TEST((upload.look_up("a") == Status::replayed));
  BOOST_TEST((upload.look_up("k") == Status::key_reused));
  BOOST_TEST((upload.open() == Status::ok));
  const std::vector<UploadRun> wanted{{1, 10, 10, 3}, {11, 1, 20, 4}};
  BOOST_TEST((upload.runs == wanted));
  upload.add_lines(12, 1, 21);
  BOOST_TEST(upload.known.changes().runs.front().number == 5U);
}

/// A restart takes the clock back a little, and what was over may not be over any more.
BOOST_AUTO_TEST_CASE(of_lines_that_were_created_twice_only_the_last_ones_are_known) {
  for (const std::uint64_t first : {1U, 4U, 5U, 9U}) {
    Upload upload;
    upload.known.load({{"k", 1, 10, 1, 100, {}, 1, 3},
                       {"k", 2, 20, 2, 100, {}, 5, 5},
                       {"k", 3, 30, 3, 101, {}, first, 6}});
    BOOST_TEST((upload.open() == Status::ok));
    std::vector<UploadRun> wanted{{first, 6, 30, 3}};
    if (first >= 4) wanted.insert(wanted.begin(), {1, 3, 10, 1});
    BOOST_TEST((upload.runs == wanted), first);
    upload.close();
    upload.pass(11);
    BOOST_TEST(upload.known.size() == 1U);
    BOOST_TEST((upload.open() == Status::ok));
    BOOST_TEST(upload.runs.size() == 1U);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
