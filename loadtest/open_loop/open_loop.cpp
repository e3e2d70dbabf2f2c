/// Creates at a fixed rate over a fixed number of connections, and how long they took.
///
/// A closed loop (wrk) waits for an answer before it sends the next request. So a server that
/// stalls gets fewer requests just then, and the stall counts once per connection. Here request k
/// is due at start + k / rate, whatever the server does, and its latency runs from that moment:
/// time spent waiting for a connection counts.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "loadtest/open_loop/options.hpp"
#include "loadtest/open_loop/samples.hpp"

namespace rollcall::loadtest {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

inline constexpr std::int64_t nanoseconds_a_second = 1'000'000'000;
/// How long to wait for answers after the last request was due.
inline constexpr std::chrono::seconds drain{2};
inline constexpr std::size_t max_answer_octets = 4'096;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "open_loop: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

std::string make_request(std::uint16_t port, std::uint64_t read) {
  if (read != 0) {
    return "GET /users/" + std::to_string(read) +
           " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n\r\n";
  }
  const std::string body =
      R"({"last-name": "Meere", "first-name": "John", "email": "johnm@gmail.com"})";
  return "POST /users HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

struct Connection {
  int socket = -1;
  Clock::time_point due;  ///< Of the request in flight.
  bool in_flight = false;
  bool measured = false;  ///< That request belongs to the window, not to the warm-up.
  std::size_t size = 0;   ///< Octets of the answer received so far.
  std::array<char, max_answer_octets> answer;
};

int connect_to(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) fail("socket");
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    fail("connect");
  }
  return socket;
}

/// The octets of the answer at the start of `text`; 0 while its head is not complete.
std::size_t answer_length(std::string_view text) {
  const std::size_t head = text.find("\r\n\r\n");
  if (head == text.npos) return 0;
  const std::string_view name = "\r\nContent-Length:";
  for (std::size_t line = 0; line < head; line = text.find("\r\n", line + 2)) {
    if (::strncasecmp(text.data() + line, name.data(), name.size()) != 0) continue;
    return head + 4 + std::strtoul(text.data() + line + name.size(), nullptr, 10);
  }
  errno = EPROTO;
  fail("an answer without Content-Length");
}

class OpenLoop {
 public:
  explicit OpenLoop(const OpenLoopOptions& options)
      : options_(options),
        request_(make_request(options.port, options.read)),
        epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        connections_(options.connections) {
    if (epoll_ < 0) fail("epoll_create1");
    // Otherwise the kernel may wake a waiter 50 microseconds late to save power.
    ::prctl(PR_SET_TIMERSLACK, 1UL);
    latencies_.reserve((options.rate + 200'000) * options.seconds);
    for (Connection& connection : connections_) {
      connection.socket = connect_to(options.port);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = &connection;
      if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.socket, &event) != 0) fail("epoll_ctl");
      idle_.push_back(&connection);
    }
  }

  void run() {
    start_ = Clock::now();
    window_ = start_ + std::chrono::seconds(options_.warmup);
    end_ = window_ + std::chrono::seconds(options_.seconds);
    next_due_ = start_;
    for (;;) {
      const Clock::time_point now = Clock::now();
      send_due(now);
      const bool sent_all = next_due_ >= end_;
      if (sent_all && idle_.size() + broken_ == connections_.size()) break;
      if (now >= end_ + drain || broken_ == connections_.size()) break;
      wait(now, sent_all);
    }
    count_unanswered();
  }

  void report() {
    latencies_.sort();
    late_.sort();
    std::printf("result offered_per_second=%llu answered_per_second=%.0f requests=%zu",
                static_cast<unsigned long long>(options_.rate),
                static_cast<double>(answered_in_window_) / static_cast<double>(options_.seconds),
                latencies_.size());
    std::printf(" non_2xx=%zu socket_errors=%zu unanswered=%zu waited=%zu", non_2xx_, broken_,
                unanswered_, waited_);
    std::printf(" p50_us=%.0f p90_us=%.0f p99_us=%.0f p99_9_us=%.0f max_us=%.0f late_p99_us=%.0f\n",
                latencies_.percentile(50), latencies_.percentile(90), latencies_.percentile(99),
                latencies_.percentile(99.9), latencies_.percentile(100), late_.percentile(99));
    if (!options_.distribution.empty()) write_distribution();
  }

 private:
  /// Sends the requests that are due while connections are free. Nothing waits in a socket's own
  /// queue: each connection has at most one request in flight.
  void send_due(Clock::time_point now) {
    while (!idle_.empty() && next_due_ < end_) {
      const Clock::time_point due = options_.rate == 0 ? now : next_due_;
      if (due > now) break;
      Connection& connection = *idle_.front();
      idle_.pop_front();
      connection.due = due;
      connection.in_flight = true;
      connection.measured = due >= window_;
      if (connection.measured) note_delay(due);
      if (::send(connection.socket, request_.data(), request_.size(), MSG_NOSIGNAL) !=
          static_cast<ssize_t>(request_.size())) {
        close_broken(connection);
      }
      advance(now);
    }
    was_busy_ = idle_.empty();
  }

  void advance(Clock::time_point now) {
    ++count_;
    if (options_.rate == 0) {
      next_due_ = now;
      return;
    }
    // Computed from the count, so that rounding errors do not add up.
    const auto whole = static_cast<std::int64_t>(count_ / options_.rate);
    const auto part = static_cast<std::int64_t>(count_ % options_.rate);
    next_due_ = start_ + std::chrono::seconds(whole) +
                nanoseconds(part * nanoseconds_a_second / static_cast<std::int64_t>(options_.rate));
  }

  /// A request sent late because all connections were busy is the server's fault; otherwise ours.
  void note_delay(Clock::time_point due) {
    if (was_busy_) {
      ++waited_;
    } else {
      late_.add((Clock::now() - due).count());
    }
  }

  void wait(Clock::time_point now, bool sent_all) {
    Clock::time_point until = end_ + drain;
    if (!sent_all && !idle_.empty()) until = next_due_;
    const std::int64_t left = std::max<std::int64_t>(0, nanoseconds(until - now).count());
    const timespec timeout{left / nanoseconds_a_second, left % nanoseconds_a_second};
    std::array<epoll_event, 256> events;
    const int ready = ::epoll_pwait2(epoll_, events.data(), events.size(), &timeout, nullptr);
    if (ready < 0 && errno != EINTR) fail("epoll_pwait2");
    for (int i = 0; i < ready; ++i) {
      read(*static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr));
    }
  }

  void read(Connection& connection) {
    char* const free = connection.answer.data() + connection.size;
    const std::size_t room = connection.answer.size() - connection.size;
    const ssize_t received = ::recv(connection.socket, free, room, MSG_DONTWAIT);
    if (received < 0 && errno == EAGAIN) return;
    if (received <= 0) {
      close_broken(connection);
      return;
    }
    connection.size += static_cast<std::size_t>(received);
    const std::size_t length = answer_length({connection.answer.data(), connection.size});
    if (length == 0 || connection.size < length) return;
    take_answer(connection);
  }

  void take_answer(Connection& connection) {
    const Clock::time_point now = Clock::now();
    if (connection.measured) {
      latencies_.add((now - connection.due).count());
      // "HTTP/1.1 201": the first digit of the status is the 10th octet.
      if (connection.answer[9] != '2') ++non_2xx_;
    }
    if (now >= window_ && now < end_) ++answered_in_window_;
    connection.size = 0;
    connection.in_flight = false;
    idle_.push_back(&connection);
  }

  void close_broken(Connection& connection) {
    std::erase(idle_, &connection);
    ::close(connection.socket);
    connection.socket = -1;
    ++broken_;
    if (connection.in_flight && connection.measured) count_as_unanswered(connection.due);
    connection.in_flight = false;
  }

  /// Its latency is at least this. Without it, an overloaded server would look better than it is.
  void count_as_unanswered(Clock::time_point due) {
    ++unanswered_;
    latencies_.add((Clock::now() - due).count());
  }

  void count_unanswered() {
    for (const Connection& connection : connections_) {
      if (connection.in_flight && connection.measured) count_as_unanswered(connection.due);
    }
    // If every connection broke, the run ended before all requests were due.
    const Clock::time_point due_until = std::min(end_, Clock::now());
    for (; options_.rate != 0 && next_due_ < due_until; advance(next_due_)) {
      if (next_due_ >= window_) count_as_unanswered(next_due_);
    }
  }

  void write_distribution() const {
    std::FILE* file = std::fopen(options_.distribution.c_str(), "w");
    if (file == nullptr) fail(options_.distribution.c_str());
    for (const double percent : {0.0, 10.0, 25.0, 50.0, 75.0, 80.0, 90.0, 95.0, 97.5, 98.0, 99.0,
                                 99.5, 99.8, 99.9, 99.95, 99.98, 99.99, 99.995}) {
      // Beyond that a percentile would be a single sample.
      if ((100 - percent) / 100 * static_cast<double>(latencies_.size()) < 10) break;
      std::fprintf(file, "%g %.1f\n", percent, latencies_.percentile(percent));
    }
    if (std::fclose(file) != 0) fail(options_.distribution.c_str());
  }

  const OpenLoopOptions options_;
  const std::string request_;
  const int epoll_;
  std::vector<Connection> connections_;
  std::deque<Connection*> idle_;  ///< The one that has been idle longest is next.

  Clock::time_point start_;
  Clock::time_point window_;  ///< Where the warm-up ends.
  Clock::time_point end_;
  Clock::time_point next_due_;
  std::uint64_t count_ = 0;  ///< Requests sent, or due and never sent.
  bool was_busy_ = false;    ///< No connection was free when the loop last looked.

  Samples latencies_;
  Samples late_;  ///< How late the requests were sent that did not wait for a connection.
  std::size_t answered_in_window_ = 0;
  std::size_t waited_ = 0;
  std::size_t non_2xx_ = 0;
  std::size_t broken_ = 0;  ///< Connections that failed; they are not opened again.
  std::size_t unanswered_ = 0;
};

}  // namespace
}  // namespace rollcall::loadtest

int main(int argc, char** argv) {
  using namespace rollcall::loadtest;
  OpenLoop open_loop(parse_open_loop_options(argc, argv));
  open_loop.run();
  open_loop.report();
}
