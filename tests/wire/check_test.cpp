#include <boost/test/unit_test.hpp>
#include <csignal>
#include <fstream>
#include <string>

#include "tests/support/client.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/wire/ended.hpp"
#include "tests/wire/running_server.hpp"

/// rollcall check, as somebody uses it at 3 a.m.
namespace rollcall::tests {
namespace {

Ended run_check(const Program::Arguments& words) {
  Program::Arguments all{"check"};
  all.insert(all.end(), words.begin(), words.end());
  return run(all);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(check)

BOOST_AUTO_TEST_CASE(it_says_what_is_in_the_file_whether_it_is_served_and_whether_it_is_whole) {
  const TemporaryDirectory directory;
  const std::string data = directory.file("a.db");
  {
    RunningServer server("sqlite:" + data);
    Client client(server.port());
    BOOST_REQUIRE(client.exchange(create_request(user_json("L", "F", "secret@x.org"))).has_value());
    const Ended served = run_check({data});
    BOOST_TEST(served.code == 0, served.err);
    BOOST_TEST(has(served.out, "served      yes"), served.out);
    BOOST_TEST(has(served.out, "users       1\n"), served.out);
    BOOST_TEST(server.stop(SIGKILL) == 128 + SIGKILL);
  }
  const Ended idle = run_check({data});
  BOOST_TEST(idle.code == 0, idle.err);
  BOOST_TEST(has(idle.out, "served      no\n"), idle.out);
  BOOST_TEST(has(idle.out, "schema      5\n"), idle.out);
  BOOST_TEST(has(idle.out, "largest id  1 (ever given out)\n"), idle.out);
  BOOST_TEST(has(idle.out, " frames in 1 transactions\n"), idle.out);
  BOOST_TEST(has(idle.out, "result      whole\n"), idle.out);
  {
    std::fstream wal(data + "-wal", std::ios::in | std::ios::out | std::ios::binary);
    wal.seekp(200);
    wal << "damage";
  }
  const Ended damaged = run_check({data});
  BOOST_TEST(damaged.code == 1);
  BOOST_TEST(has(damaged.out, "damage      the WAL: 0 of "), damaged.out);
  BOOST_TEST(has(damaged.out, "result      DAMAGED: "), damaged.out);
  BOOST_TEST(!has(idle.out + damaged.out + damaged.err, "secret"));
}

BOOST_AUTO_TEST_CASE(what_can_not_be_checked_is_exit_2_with_one_line) {
  for (const Program::Arguments& words :
       {Program::Arguments{"/none/a.db"}, Program::Arguments{}, Program::Arguments{"a", "b"},
        Program::Arguments{"a", "--store", "memory:"}}) {
    const Ended ended = run_check(words);
    BOOST_TEST(ended.code == 2);
    BOOST_TEST(ended.err.find('\n') == ended.err.size() - 1, ended.err);
  }
  BOOST_TEST(has(run_check({"--help"}).out, "Usage: rollcall check FILE"));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_store_any_more_is_exit_1) {
  const TemporaryDirectory directory;
  std::ofstream(directory.file("a.db")) << std::string(200, 'x');
  const Ended ended = run_check({directory.file("a.db")});
  BOOST_TEST(ended.code == 1);
  BOOST_TEST(has(ended.err, "a.db is not a SQLite database"), ended.err);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
