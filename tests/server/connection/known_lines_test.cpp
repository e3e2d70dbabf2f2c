#include "server/connection/known_lines.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::server {
namespace {

using storage::UploadRun;
using storage::UploadRuns;
using storage::UserId;

const storage::UserView meere{"Meere", "John", "johnm@gmail.com"};
const storage::UserView other{"Meere", "Jack", "johnm@gmail.com"};

UploadRun run(std::uint64_t line, std::uint64_t count, UserId id) {
  UploadRun run{line, count, id, 0};
  for (std::uint64_t i = 0; i < count; ++i) run.digest += storage::digest_of_line(line + i, meere);
  return run;
}

UploadRuns known(const std::vector<UploadRun>& runs) {
  UploadRuns::Block block;
  for (const UploadRun& each : runs) block.push_back({each});
  return UploadRuns(std::move(block));
}

/// Lines 2 to 4 are the users 10 to 12, line 6 is user 20.
struct Known {
  KnownLines lines{known({run(2, 3, 10), run(6, 1, 20)})};

  UserId tell(std::uint64_t line, const storage::UserView& user = meere) {
    return lines.on_user(line, user).value_or(0);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(known_lines)

BOOST_FIXTURE_TEST_CASE(a_line_has_the_id_that_it_got_and_one_between_two_runs_is_unknown, Known) {
  const UserId wanted[] = {0, 10, 11, 12, 0, 20, 0};
  for (std::uint64_t line = 1; line <= 7; ++line) {
    BOOST_TEST(tell(line) == wanted[line - 1]);
    BOOST_TEST((lines.whole_run() != nullptr) == (line == 4 || line == 6));
  }
  lines.finish();
  BOOST_TEST(!lines.differs());
}

BOOST_FIXTURE_TEST_CASE(the_run_that_has_been_found_to_be_the_same_is_told, Known) {
  tell(2);
  tell(3);
  tell(4);
  BOOST_REQUIRE(lines.whole_run() != nullptr);
  BOOST_TEST(lines.whole_run()->id == 10U);
  BOOST_TEST(lines.whole_run()->count == 3U);
}

BOOST_FIXTURE_TEST_CASE(another_user_is_told_at_the_end_of_its_run, Known) {
  BOOST_TEST(tell(2) == 10U);
  BOOST_TEST(tell(3, other) == 11U);
  BOOST_TEST(!lines.differs());
  BOOST_TEST(tell(4) == 0U);
  BOOST_TEST(lines.differs());
  BOOST_TEST(lines.whole_run() == nullptr);
}

BOOST_FIXTURE_TEST_CASE(the_same_users_in_another_order_differ, Known) {
  KnownLines two(known({{1, 2, 1, digest_of_line(1, meere) + digest_of_line(2, other)}}));
  two.on_user(1, other);
  two.on_user(2, meere);
  BOOST_TEST(two.differs());
}

BOOST_FIXTURE_TEST_CASE(a_line_that_is_not_told_differs_only_within_a_run, Known) {
  KnownLines blank_first(known({run(2, 3, 10)}));
  blank_first.on_user(3, meere);
  BOOST_TEST(blank_first.differs());
  KnownLines blank_within(known({run(2, 3, 10)}));
  blank_within.on_user(2, meere);
  blank_within.on_user(4, meere);
  BOOST_TEST(blank_within.differs());
  // Line 5.
  tell(2);
  tell(3);
  tell(4);
  BOOST_TEST(tell(6) == 20U);
  BOOST_TEST(!lines.differs());
}

BOOST_FIXTURE_TEST_CASE(a_bad_line_differs_from_where_the_next_run_begins, Known) {
  lines.on_bad_line(1);
  BOOST_TEST(!lines.differs());
  lines.on_bad_line(2);
  BOOST_TEST(lines.differs());
}

BOOST_FIXTURE_TEST_CASE(fewer_lines_differ, Known) {
  for (std::uint64_t line = 1; line <= 5; ++line) tell(line);
  BOOST_TEST(!lines.differs());
  lines.finish();
  BOOST_TEST(lines.differs());
}

BOOST_AUTO_TEST_CASE(nothing_is_known_of_an_upload_without_a_key) {
  KnownLines none;
  BOOST_TEST(!none.on_user(1, meere).has_value());
  none.on_bad_line(2);
  none.finish();
  BOOST_TEST(!none.differs());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
