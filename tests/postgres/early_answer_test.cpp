#include <dlfcn.h>
#include <libpq-fe.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <vector>

#include "storage/postgres/link.hpp"
#include "tests/postgres/cluster.hpp"
#include "tests/storage/store_contract.hpp"

namespace {

/// The answer to what is sent is there before the call that sends it returns.
std::atomic<bool> answers_are_early{false};

}  // namespace

/// Calls libpq's, and then waits for the answer. All code that is linked into this program calls
/// it.
extern "C" int PQpipelineSync(PGconn* connection) {
  static const auto real = reinterpret_cast<int (*)(PGconn*)>(::dlsym(RTLD_NEXT, "PQpipelineSync"));
  const int sent = real(connection);
  if (answers_are_early) {
    pollfd answer{PQsocket(connection), POLLIN, 0};
    ::poll(&answer, 1, 10'000);
  }
  return sent;
}

/// What has been received already is not waited for.
namespace rollcall::storage {
namespace {

struct EarlyAnswers {
  EarlyAnswers() { answers_are_early = true; }
  ~EarlyAnswers() { answers_are_early = false; }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(early_answer)

BOOST_AUTO_TEST_CASE(an_answer_that_came_while_its_script_was_sent_is_there_without_waiting) {
  using postgres::Link;
  const EarlyAnswers early;
  postgres::Waker waker;
  Link link(
      tests::shared_cluster().url("public"),
      [](postgres::Connection&, std::string&) { return true; }, waker);
  for (link.step(postgres::Clock::now()); !link.is_up(); link.step(postgres::Clock::now())) {
    ::usleep(1'000);
  }
  BOOST_TEST(!link.has_answer());
  postgres::Script script;
  script.add("SELECT 1");
  link.send(script);
  BOOST_TEST(link.has_answer());
  // Nobody has said that the socket is ready: it is not, as all has been read.
  BOOST_TEST((link.collect() == Link::Reply::committed));
  BOOST_TEST(!link.has_answer());
}

BOOST_AUTO_TEST_CASE(the_store_does_not_wait_for_answers_that_are_there) {
  const auto store =
      open_store(tests::shared_cluster().url(tests::shared_cluster().new_schema()), {}, {});
  create(*store, {"A"});
  using Clock = std::chrono::steady_clock;
  std::vector<Clock::duration> times;
  {
    const EarlyAnswers early;
    for (int i = 0; i < 11; ++i) {
      const Clock::time_point begun = Clock::now();
      create(*store, {"A"});
      times.push_back(Clock::now() - begun);
    }
  }
  // The loop waits for 100 ms if nothing comes. Half of the creates may be unlucky.
  std::sort(times.begin(), times.end());
  BOOST_TEST((times[times.size() / 2] < std::chrono::milliseconds(90)));
  std::string error;
  store->close(error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
