#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

/// The part that the limit servers share: options, the answer, and a loop of one thread over epoll.
/// They show what the kernel and the disk allow, so they parse nothing and give up at the first
/// error that a load generator on the same machine cannot cause.
namespace rollcall::loadtest {

/// An answer of the contract, with the size it has after a million users. The Date is fixed:
/// writing it once per second would cost nothing measurable.
inline constexpr std::string_view created_answer =
    "HTTP/1.1 201 Created\r\n"
    "Content-Type: application/json\r\n"
    "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
    "Location: /users/1000000\r\n"
    "ETag: \"0123456789abcdef\"\r\n"
    "Content-Length: 80\r\n"
    "\r\n"
    R"({"last-name":"Meere","first-name":"John","email":"johnm@gmail.com","id":1000000})";
static_assert(created_answer.size() - (created_answer.find("\r\n\r\n") + 4) == 80,
              "the body is as long as Content-Length says");

/// Sockets handled in one turn: more than any run has connections, so that a turn takes them all.
inline constexpr std::size_t max_ready_a_turn = 1'024;
/// What one recv() may bring; a create of the contract has about 200 octets.
inline constexpr std::size_t receive_octets = 16 * 1'024;

inline constexpr int exit_failure = 1;
inline constexpr int exit_bad_option = 2;

struct Options {
  std::uint16_t port = 0;  ///< 0: the kernel's choice.
  std::string file;        ///< Empty if the program stores nothing.
};

/// Ends the program with one line on standard error: what failed, and errno's text.
[[noreturn]] inline void fail(std::string_view what) {
  const char* reason = std::strerror(errno);
  std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(what.size()), what.data(), reason);
  std::exit(exit_failure);
}

[[noreturn]] inline void fail_usage(std::string_view problem, std::string_view argument,
                                    std::string_view usage) {
  std::fprintf(stderr, "%.*s%.*s; usage: %.*s\n", static_cast<int>(problem.size()), problem.data(),
               static_cast<int>(argument.size()), argument.data(), static_cast<int>(usage.size()),
               usage.data());
  std::exit(exit_bad_option);
}

/// Reads `--port N` and, where `takes_file`, `--file PATH`, which must then be there.
inline Options parse_options(int argc, char** argv, bool takes_file, std::string_view usage) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--help") {
      std::printf("usage: %.*s\n", static_cast<int>(usage.size()), usage.data());
      std::exit(0);
    }
    const bool known = name == "--port" || (takes_file && name == "--file");
    if (!known) fail_usage("unknown option ", name, usage);
    if (i + 1 == argc) fail_usage("no value for ", name, usage);
    const std::string_view value = argv[i + 1];
    if (name == "--file") {
      options.file = value;
      continue;
    }
    const char* end = value.data() + value.size();
    const auto [last, error] = std::from_chars(value.data(), end, options.port);
    if (error != std::errc{} || last != end) fail_usage("no port: ", value, usage);
  }
  if (takes_file && options.file.empty()) fail_usage("no ", "--file", usage);
  return options;
}

/// Listens on 127.0.0.1 and prints the ready line.
inline int listen_on_loopback(std::uint16_t port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (listener < 0) fail("socket");
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // Accepted sockets inherit it, which saves one system call for each.
  ::setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);

  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  socklen_t length = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener, generic, length) != 0) fail("bind 127.0.0.1:" + std::to_string(port));
  if (::listen(listener, SOMAXCONN) != 0) fail("listen");
  if (::getsockname(listener, generic, &length) != 0) fail("getsockname");
  std::printf("ready http://127.0.0.1:%u\n", static_cast<unsigned>(ntohs(address.sin_port)));
  std::fflush(stdout);
  return listener;
}

/// SIGTERM and SIGINT as a descriptor, so that they end the loop between two turns.
inline int watch_stop_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGINT);
  if (::sigprocmask(SIG_BLOCK, &signals, nullptr) != 0) fail("sigprocmask");
  const int descriptor = ::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
  if (descriptor < 0) fail("signalfd");
  return descriptor;
}

/// Level-triggered: edge-triggered measured the same (24 pairs of runs at 64 connections, 12 at
/// 256), and would have to look out for a FIN that came together with the last octets.
inline void watch_readable(int epoll, int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = descriptor;
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) != 0) fail("epoll_ctl");
}

inline void accept_all(int epoll, int listener) {
  for (;;) {
    const int socket = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      watch_readable(epoll, socket);
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != ECONNABORTED && errno != EINTR) {
      fail("accept4");
    }
  }
}

/// Returns false when the socket must be closed. No load generator lets its window fill up, so an
/// answer that is not sent completely ends the connection.
inline bool send_answer(int socket) {
  const ssize_t sent = ::send(socket, created_answer.data(), created_answer.size(), MSG_NOSIGNAL);
  return sent == static_cast<ssize_t>(created_answer.size());
}

/// What recv() returned says: more may come (there was something, or nothing yet).
inline bool is_open(ssize_t received) { return received > 0 || (received < 0 && errno == EAGAIN); }

/// Serves until SIGTERM or SIGINT. Each turn calls `service.read_ready(socket)` once for each
/// socket that is readable (false: close it) and then `service.end_turn()`.
template <typename Service>
void serve(std::uint16_t port, Service& service) {
  const int stop = watch_stop_signals();
  const int listener = listen_on_loopback(port);
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) fail("epoll_create1");
  watch_readable(epoll, stop);
  watch_readable(epoll, listener);

  std::array<epoll_event, max_ready_a_turn> events;
  for (;;) {
    const int count = ::epoll_wait(epoll, events.data(), max_ready_a_turn, -1);
    if (count < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < count; ++i) {
      const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
      if (descriptor == stop) return;
      if (descriptor == listener) {
        accept_all(epoll, listener);
      } else if (!service.read_ready(descriptor)) {
        ::close(descriptor);
      }
    }
    service.end_turn();
  }
}

}  // namespace rollcall::loadtest
