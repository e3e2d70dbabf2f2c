#include "server/connection/response_queue.hpp"

#include <array>
#include <boost/test/unit_test.hpp>

#include "server/connection/exchange_pool.hpp"

namespace rollcall::server {

BOOST_AUTO_TEST_SUITE(response_queue)

BOOST_AUTO_TEST_CASE(answers_leave_at_the_front_whatever_is_done_first) {
  std::array<Exchange, 3> all;
  ResponseQueue queue;
  BOOST_TEST(queue.empty());
  for (Exchange& each : all) queue.push(each);
  BOOST_TEST(queue.size() == 3U);
  all[1].stage = Exchange::Stage::done;
  BOOST_TEST(queue.done_front() == nullptr);
  all[0].stage = Exchange::Stage::done;
  BOOST_TEST(&queue.pop() == &all[0]);
  BOOST_TEST(queue.done_front() == &all[1]);
  BOOST_TEST(&queue.pop() == &all[1]);
  BOOST_TEST(queue.done_front() == nullptr);
  BOOST_TEST(queue.front() == &all[2]);
  BOOST_TEST(queue.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_parked_exchange_holds_up_those_behind_it) {
  std::array<Exchange, 2> all;
  ResponseQueue queue;
  for (Exchange& each : all) queue.push(each);
  all[0].stage = Exchange::Stage::parked;
  all[1].stage = Exchange::Stage::done;
  BOOST_TEST(queue.done_front() == nullptr);
}

BOOST_AUTO_TEST_CASE(it_can_be_emptied_and_filled_again) {
  std::array<Exchange, 2> all;
  ResponseQueue queue;
  for (int i = 0; i < 2; ++i) {
    for (Exchange& each : all) queue.push(each);
    BOOST_TEST(&queue.pop() == &all[0]);
    BOOST_TEST(&queue.pop() == &all[1]);
    BOOST_TEST(queue.empty());
  }
}

BOOST_AUTO_TEST_CASE(an_exchange_that_is_lent_again_has_nothing_of_its_last_one) {
  struct Nobody final : ExchangeOwner {
    void on_done() override {}
  } owner;
  ExchangePool pool;
  Exchange& first = pool.take(owner, {});
  Write& write = first.become<Write>();
  write.asked_for = std::make_unique<storage::Condition>();
  write.condition = write.asked_for.get();
  write.key = &write.idempotency_key;
  write.members = storage::set_of(storage::Member::email);
  write.status = storage::Status::io_error;
  first.stage = Exchange::Stage::done;
  pool.give_back(first);
  Exchange& again = pool.take(owner, {});
  BOOST_REQUIRE(&again == &first);
  BOOST_TEST((again.stage == Exchange::Stage::in_store));
  const Write& anew = again.become<Write>();
  BOOST_TEST(anew.condition == nullptr);
  BOOST_TEST(anew.asked_for == nullptr);
  BOOST_TEST(anew.key == nullptr);
  BOOST_TEST((anew.members == storage::all_members));
  BOOST_TEST((anew.status == storage::Status::ok));
  BOOST_TEST(pool.lent() == 1U);
  pool.give_back(again);
  BOOST_TEST(pool.lent() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
