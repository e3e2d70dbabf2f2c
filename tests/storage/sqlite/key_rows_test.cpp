#include "storage/sqlite/key_rows.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

#include "tests/storage/sqlite/opened_journal.hpp"

namespace rollcall::storage {

BOOST_FIXTURE_TEST_SUITE(key_rows, File)

BOOST_AUTO_TEST_CASE(keys_are_dropped_up_to_a_number_and_their_answers_with_them) {
  {
    const Opened opened(path);
    BOOST_TEST((opened.commit(1) == Status::ok));
    BOOST_TEST((opened.commit(2) == Status::ok));
    BOOST_TEST((opened.commit_one_of_each() == Status::ok));
    WriteOperation creation;
    creation.id = 4;
    creation.user = {"A", "B", "a@b.c"};
    BOOST_TEST((opened.journal->commit(&creation, {.forget_through = 1}) == Status::ok));
    int code = -1;
    SqliteDatabase other(path, SqliteDatabase::Access::read_only, nullptr, code);
    BOOST_TEST(other.query_integer("SELECT count(*) FROM idempotency_answers", code) == 0);
  }
  BOOST_TEST(Opened(path).contents() == "1 New, 3 A, k of 3");
}

BOOST_AUTO_TEST_CASE(runs_of_uploads_are_kept_with_their_users_and_dropped_up_to_a_number) {
  const std::vector<StoredKey> runs{{"k", 11, 1, 1, 100, {}, 5, 3}, {"k", 12, 4, 2, 100, {}, 9, 1}};
  for (const std::uint64_t forgotten : {0U, 1U, 2U}) {
    const File file;
    {
      const Opened opened(file.path);
      WriteOperation creation;
      creation.id = 1;
      creation.user = {"A", "B", "a@b.c"};
      BOOST_TEST((opened.journal->commit(&creation, {0, runs}) == Status::ok));
      BOOST_TEST((opened.journal->commit(nullptr, {forgotten, {}}) == Status::ok));
      int code = -1;
      SqliteDatabase other(file.path, SqliteDatabase::Access::read_only, nullptr, code);
      BOOST_TEST(other.query_integer("SELECT count(*) FROM upload_runs", code) ==
                 static_cast<std::int64_t>(2 - forgotten));
    }
    const Opened again(file.path);
    BOOST_REQUIRE(again.report.keys.size() == 2 - forgotten);
    for (std::size_t i = forgotten; i < 2; ++i) {
      const StoredKey& key = again.report.keys[i - forgotten];
      BOOST_TEST(key.text == "k");
      BOOST_TEST(key.payload == runs[i].payload);
      BOOST_TEST(key.user_id == runs[i].user_id);
      BOOST_TEST(key.line == runs[i].line);
      BOOST_TEST(key.count == runs[i].count);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_time_of_keys_is_kept_with_the_next_commit_and_outlives_dropped_keys) {
  {
    const Opened opened(path);
    IdempotencyKey key;
    key.text = "k";
    key.number = 1;
    WriteOperation creation;
    creation.id = 1;
    creation.user = {"A", "B", "a@b.c"};
    creation.key = &key;
    BOOST_TEST((opened.journal->commit(&creation, {}) == Status::ok));
    for (const std::int64_t time : {100, 200}) {
      opened.journal->note_key_time(time);
      BOOST_TEST((opened.journal->commit(nullptr, {}) == Status::ok));
    }
    BOOST_TEST((opened.journal->commit(nullptr, {.forget_through = 1}) == Status::ok));
  }
  const Opened again(path);
  BOOST_REQUIRE(again.report.keys.size() == 1U);
  BOOST_TEST(again.report.keys[0].number == 0U);
  BOOST_TEST(again.report.keys[0].created_at == 200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
