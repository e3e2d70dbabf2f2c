#include "server/ready_set.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(ready_set)

BOOST_AUTO_TEST_CASE(a_socket_is_told_of_once_each_time_that_something_comes) {
  rollcall::server::EpollSet set;
  int ends[2];
  BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
  int owner = 0;
  BOOST_REQUIRE(set.add(ends[0], &owner));
  // The first event is that it can be written to.
  BOOST_TEST(set.poll().size() == 1U);
  BOOST_TEST(set.poll().empty());
  for (int i = 0; i < 3; ++i) {
    BOOST_REQUIRE(::send(ends[1], "x", 1, 0) == 1);
    const auto events = set.poll();
    BOOST_REQUIRE(events.size() == 1U);
    BOOST_TEST(events[0].data.ptr == &owner);
    BOOST_TEST((events[0].events & EPOLLIN) != 0U);
    BOOST_TEST(set.poll().empty());
  }
  ::close(ends[1]);
  const auto events = set.poll();
  BOOST_REQUIRE(events.size() == 1U);
  BOOST_TEST((events[0].events & EPOLLRDHUP) != 0U);
  ::close(ends[0]);
}

BOOST_AUTO_TEST_CASE(a_socket_that_was_removed_is_told_of_by_the_set_that_it_is_added_to) {
  rollcall::server::EpollSet from;
  rollcall::server::EpollSet to;
  int ends[2];
  BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
  int owner = 0;
  BOOST_REQUIRE(from.add(ends[0], &owner));
  from.poll();
  from.remove(ends[0]);
  BOOST_REQUIRE(::send(ends[1], "x", 1, 0) == 1);
  BOOST_TEST(from.poll().empty());
  int other_owner = 0;
  BOOST_REQUIRE(to.add(ends[0], &other_owner));
  const auto events = to.poll();
  BOOST_REQUIRE(events.size() == 1U);
  BOOST_TEST(events[0].data.ptr == &other_owner);
  BOOST_TEST((events[0].events & EPOLLIN) != 0U);
  for (const int each : ends) ::close(each);
}

BOOST_AUTO_TEST_SUITE_END()
