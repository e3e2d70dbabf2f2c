#include "server/cli/open_error.hpp"

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <set>

namespace rollcall::server {
namespace {

using Failure = storage::OpenFailure;
using Reason = Failure::Reason;

std::string text(Failure failure) { return describe(storage::StoreOpenError(std::move(failure))); }

}  // namespace

BOOST_AUTO_TEST_SUITE(open_error)

BOOST_AUTO_TEST_CASE(every_reason_has_a_line_of_its_own_that_names_the_path) {
  std::set<std::string> lines;
  const auto last = static_cast<unsigned>(Reason::emails_are_unique);
  for (unsigned i = 0; i <= last; ++i) {
    const auto reason = static_cast<Reason>(i);
    const std::string line = text({.reason = reason, .path = "data/a.db", .detail = "why"});
    BOOST_TEST(line.find('\n') == line.npos);
    BOOST_TEST((reason == Reason::not_durable || line.find("data/a.db") != line.npos), line);
    lines.insert(line);
  }
  BOOST_TEST(lines.size() == last + 1);
}

BOOST_AUTO_TEST_CASE(facts_are_told_with_what_to_do) {
  BOOST_TEST(text({.reason = Reason::too_many_users,
                   .path = "a.db",
                   .found = 2'000'000,
                   .known = 1'048'576}) ==
             "a.db does not fit into memory: it takes more than 2,000,000 octets, and --max-memory "
             "allows 1,048,576: use a machine or a cgroup with more, and raise --max-memory");
  BOOST_TEST(text({.reason = Reason::newer_schema, .path = "a.db", .found = 9, .known = 2}) ==
             "a.db has schema 9, newer than this program's 2: use the rollcall that wrote it, or a "
             "newer one");
  BOOST_TEST(text({.reason = Reason::shared_emails, .path = "a.db", .ids = {{1, 3}, {4, 5, 6}}}) ==
             "a.db has users with the same e-mail address: ids 1 3; ids 4 5 6: change them, or "
             "start without --unique-email");
  BOOST_TEST(text({.reason = Reason::file_not_opened, .path = "a.db", .code = EACCES}) ==
             "a.db can't be opened: Permission denied: change its mode, or "
             "name another file with --store");
  BOOST_TEST(text({.reason = Reason::in_use, .path = "a.db"}) ==
             "a.db is being served by another process: stop that one, or name another file with "
             "--store");
}

BOOST_AUTO_TEST_CASE(of_an_unknown_url_no_more_than_64_octets_are_told) {
  for (const std::size_t size : {63U, 64U, 65U}) {
    const std::string line =
        text({.reason = Reason::unknown_store, .path = std::string(size, 'x')});
    BOOST_TEST(
        (line.find("'" + std::string(std::min<std::size_t>(size, 64), 'x') + "'") != line.npos));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
