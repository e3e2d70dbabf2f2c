#include "storage/postgres/fifo.hpp"

#include <boost/test/unit_test.hpp>
#include <deque>
#include <random>

namespace rollcall::storage::postgres {

BOOST_AUTO_TEST_SUITE(fifo)

BOOST_AUTO_TEST_CASE(it_has_what_a_deque_has_after_the_same_calls) {
  std::mt19937 random(1);
  Fifo<int> fifo;
  std::deque<int> deque;
  for (int i = 0; i < 20'000; ++i) {
    if (random() % 50 == 0) {
      std::vector<int> back;
      for (std::size_t count = random() % 8; count > 0; --count) back.push_back(-i);
      fifo.put_back(back);
      deque.insert(deque.begin(), back.begin(), back.end());
    } else if (random() % 2 == 0 || deque.empty()) {
      fifo.push_back(i);
      deque.push_back(i);
    } else {
      BOOST_TEST(fifo.front() == deque.front());
      fifo.pop_front();
      deque.pop_front();
    }
    BOOST_REQUIRE(fifo.size() == deque.size());
    BOOST_REQUIRE(fifo.empty() == deque.empty());
    BOOST_REQUIRE(std::equal(fifo.begin(), fifo.end(), deque.begin(), deque.end()));
  }
}

BOOST_AUTO_TEST_CASE(a_queue_that_never_runs_empty_takes_no_more_memory_than_twice_what_is_in_it) {
  Fifo<int> fifo;
  for (int i = 0; i < 100; ++i) fifo.push_back(i);
  for (int i = 0; i < 10'000; ++i) {
    fifo.push_back(i);
    fifo.pop_front();
  }
  BOOST_TEST(fifo.capacity() <= 256U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage::postgres
