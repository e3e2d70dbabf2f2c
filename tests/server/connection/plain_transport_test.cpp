#include "server/connection/plain_transport.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <memory>
#include <string>
#include <utility>

namespace rollcall::server {
namespace {

using Outcome = Transport::Outcome;

struct Pair {
  Pair() {
    int ends[2];
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    transport = std::make_unique<PlainTransport>(ends[0]);
    peer = ends[1];
  }
  ~Pair() { ::close(peer); }
  void peer_sends(const std::string& text) const {
    BOOST_REQUIRE(::send(peer, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  }

  std::unique_ptr<PlainTransport> transport;
  int peer;
  char buffer[64];
};

}  // namespace

BOOST_AUTO_TEST_SUITE(plain_transport)

BOOST_FIXTURE_TEST_CASE(a_short_read_has_emptied_the_socket_and_a_full_one_may_not_have, Pair) {
  peer_sends("abcdef");
  auto result = transport->read(buffer, 4);
  BOOST_TEST(result.octets == 4U);
  BOOST_TEST((result.outcome == Outcome::again));
  result = transport->read(buffer, 4);
  BOOST_TEST(result.octets == 2U);
  BOOST_TEST((result.outcome == Outcome::wait));
  result = transport->read(buffer, 4);
  BOOST_TEST(result.octets == 0U);
  BOOST_TEST((result.outcome == Outcome::wait));
}

BOOST_FIXTURE_TEST_CASE(what_is_peeked_at_is_there_to_be_read, Pair) {
  BOOST_TEST((transport->peek(buffer, 4).outcome == Outcome::wait));
  peer_sends("abcdef");
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST(transport->peek(buffer, sizeof buffer).octets == 6U);
    BOOST_TEST(std::string(buffer, 6) == "abcdef");
  }
  BOOST_TEST(transport->read(buffer, 2).octets == 2U);
  BOOST_TEST(transport->peek(buffer, sizeof buffer).octets == 4U);
  BOOST_TEST(std::string(buffer, 4) == "cdef");
}

BOOST_FIXTURE_TEST_CASE(the_peer_is_whom_a_proxy_names_and_nobody_on_a_file, Pair) {
  BOOST_TEST(!transport->peer().has_value());
  const auto named = protocol::parse_ip_address("203.0.113.9");
  transport->set_peer(*named);
  BOOST_TEST((transport->peer() == named));
}

BOOST_FIXTURE_TEST_CASE(what_was_written_is_delivered_when_the_peer_has_it, Pair) {
  BOOST_TEST(transport->is_delivered());
  transport->write("abc");
  // A socket of this kind counts what the peer's program has not read.
  BOOST_TEST(!transport->is_delivered());
  BOOST_REQUIRE(::recv(peer, buffer, sizeof buffer, 0) == 3);
  BOOST_TEST(transport->is_delivered());
}

BOOST_FIXTURE_TEST_CASE(an_end_that_was_announced_is_read_for_even_behind_a_short_read, Pair) {
  peer_sends("ab");
  BOOST_REQUIRE(::shutdown(peer, SHUT_WR) == 0);
  const Readiness ready = transport->on_ready(EPOLLRDHUP);
  BOOST_TEST(ready.readable);
  BOOST_TEST(ready.ending);
  BOOST_TEST((transport->read(buffer, 64).outcome == Outcome::again));
  BOOST_TEST((transport->read(buffer, 64).outcome == Outcome::ended));
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_only_sends_no_more_is_not_gone, Pair) {
  BOOST_TEST(!transport->on_ready(EPOLLIN | EPOLLRDHUP).gone);
  BOOST_TEST(transport->on_ready(EPOLLIN | EPOLLRDHUP | EPOLLHUP).gone);
  BOOST_TEST(transport->on_ready(EPOLLERR).gone);
  // Only TCP knows.
  BOOST_TEST(transport->octets_age().count() == 0);
}

BOOST_FIXTURE_TEST_CASE(what_the_socket_can_not_take_waits_and_a_peer_that_is_gone_is_told, Pair) {
  const std::string much(100'000, 'x');
  Transport::Result result{};
  for (int i = 0; i < 1'000 && result.outcome == Outcome::again; ++i) {
    result = transport->write(much);
  }
  BOOST_TEST((result.outcome == Outcome::wait));
  ::close(std::exchange(peer, -1));
  BOOST_TEST((transport->write("x").outcome == Outcome::broken));
}

BOOST_FIXTURE_TEST_CASE(events_are_told_as_what_they_allow, Pair) {
  const Readiness out = transport->on_ready(EPOLLOUT);
  BOOST_TEST((out.writable && !out.readable && !out.ending));
  const Readiness in = transport->on_ready(EPOLLIN);
  BOOST_TEST((in.readable && !in.writable && !in.ending));
}

BOOST_FIXTURE_TEST_CASE(after_shutdown_the_peer_sees_the_end_behind_the_octets, Pair) {
  BOOST_TEST((transport->write("last").octets == 4U));
  transport->shutdown();
  BOOST_TEST(::recv(peer, buffer, sizeof buffer, 0) == 4);
  BOOST_TEST(::recv(peer, buffer, sizeof buffer, 0) == 0);
}

BOOST_FIXTURE_TEST_CASE(close_and_the_destructor_close_the_descriptor_once, Pair) {
  const int descriptor = transport->descriptor();
  transport->close(Transport::Close::deliver);
  BOOST_TEST(transport->descriptor() < 0);
  BOOST_TEST(::fcntl(descriptor, F_GETFD) < 0);
  // Another one may have the number by now: it must not be closed again.
  const int other = ::dup(peer);
  transport.reset();
  BOOST_TEST(::fcntl(other, F_GETFD) >= 0);
  ::close(other);
}

BOOST_AUTO_TEST_CASE(a_socket_that_is_not_of_ip_has_no_peer_with_an_address) {
  int sockets[2];
  BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets) == 0);
  const PlainTransport one(sockets[0]);
  const PlainTransport other(sockets[1]);
  BOOST_TEST(!one.peer());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
