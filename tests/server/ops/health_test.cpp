#include "server/ops/health.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "server/limits.hpp"

namespace rollcall::server {
namespace {

using protocol::Problem;
using State = Health::State;
using std::chrono::milliseconds;

/// Says what it is told to.
class ToldStore final : public storage::Store {
 public:
  std::unique_ptr<storage::Session> open_session(storage::SessionOwner&) override { return {}; }
  std::uint64_t size() const noexcept override { return 0; }
  storage::Status health() const noexcept override { return says; }
  bool close(std::string&) noexcept override { return true; }

  storage::Status says = storage::Status::ok;
};

const Clock::time_point now{std::chrono::hours(1)};

}  // namespace

BOOST_AUTO_TEST_SUITE(health)

BOOST_AUTO_TEST_CASE(it_is_starting_until_the_store_is_loaded_and_after_it_is_gone) {
  Health health;
  BOOST_TEST((health.state() == State::starting));
  BOOST_TEST((health.problem() == Problem::starting));
  const ToldStore store;
  health.serve(store);
  BOOST_TEST((health.state() == State::ready));
  BOOST_TEST(!health.problem());
  BOOST_TEST(health.reason() == std::string("ready"));
  health.stop_serving();
  BOOST_TEST((health.state() == State::starting));
}

BOOST_AUTO_TEST_CASE(what_the_store_recovers_from_by_itself_keeps_it_ready) {
  ToldStore store;
  const Health health(store);
  for (const auto passing : {storage::Status::disk_full, storage::Status::io_error,
                             storage::Status::busy, storage::Status::out_of_memory}) {
    store.says = passing;
    BOOST_TEST((health.state() == State::ready));
  }
  store.says = storage::Status::unavailable;
  BOOST_TEST((health.problem() == Problem::database_unavailable));
  store.says = storage::Status::file_replaced;
  BOOST_TEST((health.state() == State::store_refuses_writes));
  BOOST_TEST((health.problem() == Problem::storage_replaced));
  BOOST_TEST(health.reason() == std::string(row(Problem::storage_replaced).detail));
}

BOOST_AUTO_TEST_CASE(a_drain_comes_before_everything_and_can_be_taken_back) {
  ToldStore store;
  Health health(store);
  store.says = storage::Status::sync_failed;
  health.drain();
  BOOST_TEST((health.state() == State::draining));
  BOOST_TEST((health.problem() == Problem::draining));
  health.resume();
  BOOST_TEST((health.state() == State::store_refuses_writes));
}

BOOST_AUTO_TEST_CASE(a_thread_or_a_write_that_waits_longer_than_the_limit_means_that_it_hangs) {
  const ToldStore store;
  Health health(store);
  const auto hangs = [&health](milliseconds turned, milliseconds waits) {
    health.look({now - turned, now - waits}, now);
    return health.state() == State::store_hung;
  };
  const milliseconds limit = store_hung_time;
  const milliseconds none{0};
  for (const milliseconds more : {milliseconds(-1), none}) {
    BOOST_TEST(!hangs(limit + more, none));
    BOOST_TEST(!hangs(none, limit + more));
  }
  BOOST_TEST(hangs(limit + milliseconds(1), none));
  BOOST_TEST(hangs(none, limit + milliseconds(1)));
  BOOST_TEST((health.problem() == Problem::storage_hung));
  BOOST_TEST(!hangs(none, none));
  // No write waits, and a clock that a thread read a little later.
  health.look({now + milliseconds(1)}, now);
  BOOST_TEST((health.state() == State::ready));
}

BOOST_AUTO_TEST_CASE(each_state_has_a_name_of_its_own) {
  BOOST_TEST(name_of(State::draining) == std::string("draining"));
  BOOST_TEST(name_of(State::starting) == std::string("starting"));
  BOOST_TEST(name_of(State::store_refuses_writes) == std::string("store_refuses_writes"));
  BOOST_TEST(name_of(State::store_hung) == std::string("store_hung"));
  BOOST_TEST(name_of(State::ready) == std::string("ready"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
