#include "storage/sqlite/batch.hpp"

#include <sqlite3.h>

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "storage/sqlite/database.hpp"
#include "storage/sqlite/schema.hpp"

namespace rollcall::storage {
namespace {

using Verb = WriteOperation::Verb;

struct Written {
  Verb verb = Verb::create;
  Status status = Status::ok;
};

struct Attached {
  int code = -1;
  SqliteDatabase database{":memory:", SqliteDatabase::Access::read_write, nullptr, code};
  SqliteBatch batch;
  std::vector<WriteOperation> operations;

  Attached() {
    BOOST_REQUIRE(database.execute(schema_rows().front().sql.c_str()) == SQLITE_OK);
    BOOST_REQUIRE(batch.prepare(database.get()) == SQLITE_OK);
  }

  /// Users `id`, `id` + 1, ... are written so.
  const WriteOperation* link(const std::vector<Written>& written, UserId id = 1) {
    operations.assign(written.size(), {});
    for (std::size_t i = 0; i < written.size(); ++i) {
      WriteOperation& each = operations[i];
      each.id = id + i;
      each.verb = written[i].verb;
      each.status = written[i].status;
      each.user = {"Meere", "John", "a@b.c"};
      each.next = i + 1 < written.size() ? &operations[i + 1] : nullptr;
    }
    return operations.data();
  }

  int insert(UserId id, std::size_t count = 1) {
    return batch.insert(link(std::vector<Written>(count), id));
  }
  void remove(UserId id) {
    BOOST_TEST(database.execute(("DELETE FROM users WHERE id = " + std::to_string(id)).c_str()) ==
               SQLITE_OK);
    batch.removed(id);
  }

  std::string rows(const char* sql = "SELECT * FROM users ORDER BY id") {
    SqliteStatement select(database.get(), sql, code);
    std::string text;
    while (select.step() == SQLITE_ROW) {
      text += std::to_string(select.integer(0)) + " ";
      text.append(select.text(1)).append(" ").append(select.text(2)).append(" ");
      text.append(select.text(3)).append("\n");
    }
    return text;
  }
  std::string ids() {
    SqliteStatement select(database.get(), "SELECT id FROM users ORDER BY id", code);
    std::string text;
    while (select.step() == SQLITE_ROW) text += std::to_string(select.integer(0)) + " ";
    return text;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(batch, Attached)

BOOST_AUTO_TEST_CASE(it_inserts_the_creations_up_to_the_next_write_of_another_kind) {
  const WriteOperation* const first =
      link({{}, {Verb::create, Status::email_taken}, {}, {Verb::replace}, {}});
  BOOST_TEST(batch.insert(first) == SQLITE_OK);
  BOOST_TEST(batch.end() == &operations[3]);
  BOOST_TEST(rows() == "1 Meere John a@b.c\n3 Meere John a@b.c\n");
  BOOST_TEST(rows("SELECT * FROM rollcall_batch") == rows());
  BOOST_TEST(batch.insert(&operations[4]) == SQLITE_OK);
  BOOST_TEST(batch.end() == nullptr);
  BOOST_TEST(ids() == "1 3 5 ");
}

BOOST_AUTO_TEST_CASE(what_was_refused_is_no_row_wherever_it_stands) {
  const WriteOperation* const first =
      link({{}, {Verb::remove, Status::not_found}, {}, {Verb::create, Status::replayed}});
  BOOST_TEST(batch.insert(first) == SQLITE_OK);
  BOOST_TEST(batch.end() == nullptr);
  BOOST_TEST(rows() == "1 Meere John a@b.c\n3 Meere John a@b.c\n");
}

BOOST_AUTO_TEST_CASE(it_can_not_be_written_to) {
  BOOST_TEST(insert(1) == SQLITE_OK);
  BOOST_TEST(database.execute("DELETE FROM rollcall_batch") != SQLITE_OK);
}

BOOST_AUTO_TEST_CASE(rows_have_their_ids_whether_they_follow_the_largest_one_or_not) {
  for (const UserId first : {1, 4, 10, 13, 7}) BOOST_TEST(insert(first, 3) == SQLITE_OK, first);
  BOOST_TEST(ids() == "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 ");
}

BOOST_AUTO_TEST_CASE(rows_have_their_ids_behind_a_batch_whose_largest_one_is_not_its_last) {
  link({{}, {}, {}});
  operations[1].id = 9;
  BOOST_TEST(batch.insert(operations.data()) == SQLITE_OK);
  BOOST_TEST(insert(4, 2) == SQLITE_OK);
  BOOST_TEST(insert(10, 2) == SQLITE_OK);
  BOOST_TEST(ids() == "1 3 4 5 9 10 11 ");
}

BOOST_AUTO_TEST_CASE(rows_have_their_ids_after_the_largest_one_was_removed) {
  BOOST_TEST(insert(1, 3) == SQLITE_OK);
  remove(3);
  BOOST_TEST(insert(4) == SQLITE_OK);
  remove(2);
  BOOST_TEST(insert(5, 2) == SQLITE_OK);
  remove(6);
  remove(5);
  BOOST_TEST(insert(7, 2) == SQLITE_OK);
  BOOST_TEST(ids() == "1 4 7 8 ");
}

BOOST_AUTO_TEST_CASE(rows_have_their_ids_after_a_transaction_that_was_rolled_back) {
  BOOST_TEST(insert(1) == SQLITE_OK);
  BOOST_TEST(database.execute("BEGIN") == SQLITE_OK);
  BOOST_TEST(insert(2, 2) == SQLITE_OK);
  BOOST_TEST(database.execute("ROLLBACK") == SQLITE_OK);
  batch.undone();
  BOOST_TEST(insert(2) == SQLITE_OK);
  BOOST_TEST(insert(3) == SQLITE_OK);
  BOOST_TEST(insert(4) == SQLITE_OK);
  BOOST_TEST(ids() == "1 2 3 4 ");
}

BOOST_AUTO_TEST_CASE(a_row_that_nobody_here_inserted_is_noticed) {
  BOOST_TEST(insert(1) == SQLITE_OK);
  const char* const sql =
      "INSERT INTO users (id, last_name, first_name, email) VALUES (7, '', '', '')";
  BOOST_TEST(database.execute(sql) == SQLITE_OK);
  BOOST_TEST(insert(2, 2) == SQLITE_CONSTRAINT_ROWID);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
