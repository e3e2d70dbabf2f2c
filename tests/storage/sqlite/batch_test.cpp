#include "storage/sqlite/batch.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "storage/sqlite/database.hpp"

namespace rollcall::storage {
namespace {

using Verb = WriteOperation::Verb;

struct Written {
  Verb verb = Verb::create;
  Status status = Status::ok;
};

struct Attached {
  int code = -1;
  SqliteBatch batch;
  SqliteDatabase database{":memory:", SqliteDatabase::Access::read_write, nullptr, code};
  std::vector<WriteOperation> operations;

  Attached() { BOOST_REQUIRE(batch.attach(database.get()) == 0); }

  /// Users 1, 2, ... are written so.
  const WriteOperation* link(const std::vector<Written>& written) {
    operations.assign(written.size(), {});
    for (std::size_t i = 0; i < written.size(); ++i) {
      WriteOperation& each = operations[i];
      each.id = i + 1;
      each.verb = written[i].verb;
      each.status = written[i].status;
      each.user = {"Meere", "John", "a@b.c"};
      each.next = i + 1 < written.size() ? &operations[i + 1] : nullptr;
    }
    return operations.data();
  }

  std::string rows() {
    SqliteStatement select(database.get(), "SELECT * FROM rollcall_batch", code);
    std::string text;
    while (select.step() == 100) {
      text += std::to_string(select.integer(0)) + " ";
      text.append(select.text(1)).append(" ").append(select.text(2)).append(" ");
      text.append(select.text(3)).append("\n");
    }
    return text;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(batch, Attached)

BOOST_AUTO_TEST_CASE(its_rows_are_the_creations_up_to_the_next_write_of_another_kind) {
  const WriteOperation* const first =
      link({{}, {Verb::create, Status::email_taken}, {}, {Verb::replace}, {}});
  BOOST_TEST(batch.take(first) == &operations[3]);
  BOOST_TEST(rows() == "1 Meere John a@b.c\n3 Meere John a@b.c\n");
  BOOST_TEST(rows() == "1 Meere John a@b.c\n3 Meere John a@b.c\n");
  BOOST_TEST(batch.take(&operations[4]) == nullptr);
  BOOST_TEST(rows() == "5 Meere John a@b.c\n");
}

BOOST_AUTO_TEST_CASE(what_was_refused_is_no_row_wherever_it_stands) {
  const WriteOperation* const first =
      link({{}, {Verb::remove, Status::not_found}, {}, {Verb::create, Status::replayed}});
  BOOST_TEST(batch.take(first) == nullptr);
  BOOST_TEST(rows() == "1 Meere John a@b.c\n3 Meere John a@b.c\n");
}

BOOST_AUTO_TEST_CASE(it_can_not_be_written_to) {
  batch.take(link({{}}));
  BOOST_TEST(database.execute("DELETE FROM rollcall_batch") != 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
