/// What becomes of creates when clients ask for more than a server can make, and give up.
///
/// First a closed loop measures the capacity. Then requests are due at fixed times: some of the
/// capacity, a multiple of it, some of it again. A client that gives up closes its connection; the
/// next request comes on another one. So a server that works on what nobody waits for any more gets
/// ever more of it.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "loadtest/overload/options.hpp"
#include "loadtest/overload/part.hpp"
#include "loadtest/overload/request.hpp"

namespace rollcall::loadtest {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr std::size_t max_answer_octets = 2'048;
constexpr milliseconds calm_time{2'000};
/// Behind the overload the server has so long to recover.
constexpr milliseconds recovery_time{1'000};
/// Local addresses that connections come from: one has too few ports for all that are given up.
constexpr std::uint32_t local_addresses = 200;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "overload: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

/// Proxies change the case of field names.
void lower(char* text, std::size_t size) {
  std::transform(text, text + size, text, [](unsigned char c) { return std::tolower(c); });
}

struct Connection {
  int socket = -1;
  bool connected = false;
  bool busy = false;
  Part* part = nullptr;  ///< Of the request in flight.
  Clock::time_point due;
  std::uint64_t number = 0;  ///< Of the request, so that what waits for it knows it.
  std::size_t size = 0;
  std::array<char, max_answer_octets> answer;
};

class Load {
 public:
  explicit Load(const OverloadOptions& options)
      : options_(options), request_(request_of(options)), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) fail("epoll_create1");
  }

  /// Each of so many connections sends again as soon as it is answered: creates per second.
  std::uint64_t measure_capacity() {
    Part warmup, part;
    const auto begin = Clock::now(), from = begin + std::chrono::seconds(options_.fill_seconds),
               end = from + std::chrono::seconds(options_.measure_seconds);
    again_ = true;
    for (std::size_t i = 0; i < options_.connections; ++i) start(warmup, begin);
    for (auto now = begin; now < end; now = Clock::now()) {
      current_ = now < from ? &warmup : &part;
      wait(std::min(end, now + milliseconds(50)));
    }
    again_ = false;
    settle();
    acknowledged_ += warmup.created + part.created;
    return part.created / options_.measure_seconds;
  }

  /// Requests are due at `rate` a second from `begin` to `end`.
  void offer(std::uint64_t rate, Clock::time_point begin, Clock::time_point end, Part& part) {
    const ProcessorTime used = ProcessorTime::now();
    for (std::uint64_t sent = 0;;) {
      const auto now = Clock::now();
      const auto next = [&] {
        return begin + nanoseconds(static_cast<std::int64_t>(sent * 1'000'000'000 / rate));
      };
      if (next() <= now) {
        const std::chrono::duration<double, std::milli> late = now - next();
        part.latest_ms = std::max(part.latest_ms, late.count());
      }
      while (next() <= now && next() < end) {
        // Its client has given up already: that it is not asked for is the generator's fault.
        if (next() + milliseconds(options_.patience_ms) / 4 < now) {
          ++part.skipped;
        } else {
          start(part, next());
        }
        ++sent;
      }
      give_up(now);
      if (next() >= end) break;
      wait(std::min({next(), end, now + milliseconds(10)}));
    }
    const double seconds = std::chrono::duration<double>(end - begin).count();
    const ProcessorTime until = ProcessorTime::now();
    part.own_processors = (until.own - used.own) / seconds;
    part.processors = (until.all - used.all) / seconds;
  }

  /// Until nobody waits for an answer.
  void settle() {
    while (busy_ > 0) {
      give_up(Clock::now());
      wait(Clock::now() + milliseconds(10));
    }
  }

  void add(const Part& part) { acknowledged_ += part.created; }
  std::uint64_t acknowledged() const { return acknowledged_; }

  /// Users in the store, as the server says.
  std::uint64_t count_users() const {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = server();
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      fail("connect");
    }
    const std::string request =
        "HEAD /users?limit=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    std::string answer;
    char some[512];
    if (::send(socket, request.data(), request.size(), MSG_NOSIGNAL) < 0) fail("send");
    for (ssize_t n; (n = ::recv(socket, some, sizeof some, 0)) > 0;) {
      answer.append(some, static_cast<std::size_t>(n));
    }
    ::close(socket);
    const std::string name = "\r\nx-total-count: ";
    lower(answer.data(), answer.size());
    const std::size_t at = answer.find(name);
    errno = EPROTO;
    if (at == answer.npos) fail("no X-Total-Count");
    return std::strtoull(answer.c_str() + at + name.size(), nullptr, 10);
  }

 private:
  struct Waiting {
    Connection* connection;
    std::uint64_t number;
    Clock::time_point until;
  };

  sockaddr_in server() const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(options_.port);
    return address;
  }

  void start(Part& part, Clock::time_point due) {
    ++part.due;
    ++busy_;
    if (idle_.empty()) connect();
    Connection& connection = *idle_.back();
    idle_.pop_back();
    connection.busy = true;
    connection.part = &part;
    connection.due = due;
    connection.number = ++requests_;
    connection.size = 0;
    waiting_.push_back({&connection, connection.number, due + milliseconds(options_.patience_ms)});
    if (connection.socket < 0) return end(connection, connection.part->lost);
    send(connection);
  }

  /// Puts a new one to the idle ones.
  void connect() {
    if (spare_.empty()) {
      all_.push_back(std::make_unique<Connection>());
      spare_.push_back(all_.back().get());
    }
    Connection& connection = *spare_.back();
    spare_.pop_back();
    idle_.push_back(&connection);
    connection.connected = false;
    connection.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    // Too many wait already: this one is lost.
    if (connection.socket < 0 && errno == EMFILE) return;
    if (connection.socket < 0) fail("socket");
    const int on = 1;
    ::setsockopt(connection.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(connection.socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    sockaddr_in from{};
    from.sin_family = AF_INET;
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + ++connects_ % local_addresses);
    ::bind(connection.socket, reinterpret_cast<sockaddr*>(&from), sizeof from);
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.ptr = &connection;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.socket, &event) != 0) fail("epoll_ctl");
    sockaddr_in to = server();
    if (::connect(connection.socket, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0 &&
        errno != EINPROGRESS) {
      ::close(connection.socket);
      connection.socket = -1;
    }
  }

  /// A new connection is there at once, as a rule: without waiting for the event it is cheaper.
  void send(Connection& connection) {
    const auto size = static_cast<ssize_t>(request_.size());
    const ssize_t sent = ::send(connection.socket, request_.data(), request_.size(), MSG_NOSIGNAL);
    connection.connected = connection.connected || sent == size;
    if (sent == size || (!connection.connected && (errno == EAGAIN || errno == ENOTCONN))) return;
    end(connection, connection.part->lost);
  }

  /// The request has come to its end, in one way or another; the connection, too.
  void end(Connection& connection, std::uint64_t& how) {
    ++how;
    if (connection.busy) --busy_;
    connection.busy = false;
    if (connection.socket >= 0) ::close(connection.socket);
    connection.socket = -1;
    spare_.push_back(&connection);
  }

  void give_up(Clock::time_point now) {
    while (!waiting_.empty() && waiting_.front().until <= now) {
      const Waiting first = waiting_.front();
      waiting_.pop_front();
      Connection& connection = *first.connection;
      if (connection.busy && connection.number == first.number) {
        end(connection, connection.part->given_up);
      }
    }
  }

  void wait(Clock::time_point until) {
    const auto left = std::max<std::int64_t>(0, nanoseconds(until - Clock::now()).count());
    const timespec timeout{left / 1'000'000'000, left % 1'000'000'000};
    std::array<epoll_event, 512> events;
    const int ready = ::epoll_pwait2(epoll_, events.data(), events.size(), &timeout, nullptr);
    if (ready < 0 && errno != EINTR) fail("epoll_pwait2");
    for (int i = 0; i < ready; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      Connection& connection = *static_cast<Connection*>(event.data.ptr);
      if (connection.socket < 0) continue;
      if (!connection.connected && (event.events & EPOLLOUT) != 0 &&
          (event.events & (EPOLLERR | EPOLLHUP)) == 0) {
        if (connection.busy) send(connection);
        if (connection.socket < 0) continue;
      }
      if ((event.events & ~EPOLLOUT) != 0) read(connection);
      // The end came together with an answer, and no event tells of it again.
      if ((event.events & (EPOLLRDHUP | EPOLLHUP)) != 0 && connection.socket >= 0) drop(connection);
    }
  }

  void read(Connection& connection) {
    const ssize_t got = ::recv(connection.socket, connection.answer.data() + connection.size,
                               connection.answer.size() - connection.size, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0 || !connection.busy) return drop(connection);
    connection.size += static_cast<std::size_t>(got);
    lower(connection.answer.data(), connection.size);
    const std::string_view answer(connection.answer.data(), connection.size);
    const std::size_t head = answer.find("\r\n\r\n");
    if (head == answer.npos) return;
    const std::size_t length = answer.find("content-length: ");
    const bool has_length = length < head;
    const std::size_t octets =
        has_length ? std::strtoul(answer.data() + length + 16, nullptr, 10) : 0;
    if (answer.size() < head + 4 + octets) return;
    answered(connection, answer.substr(0, head));
  }

  /// It was closed by the other end.
  void drop(Connection& connection) {
    if (connection.busy) return end(connection, connection.part->lost);
    std::uint64_t idle = 0;
    std::erase(idle_, &connection);
    end(connection, idle);
  }

  void answered(Connection& connection, std::string_view head) {
    Part& part = *connection.part;
    const bool created = head.starts_with("http/1.1 201");
    std::uint64_t& count = created                            ? part.created
                           : head.starts_with("http/1.1 503") ? part.refused
                                                              : part.other;
    if (!again_ && head.find("connection: close") != head.npos) return end(connection, count);
    ++count;
    --busy_;
    connection.busy = false;
    idle_.push_back(&connection);
    if (again_) start(*current_, Clock::now());
  }

  const OverloadOptions& options_;
  const std::string request_;
  int epoll_;
  std::vector<std::unique_ptr<Connection>> all_;
  std::vector<Connection*> spare_;  ///< Closed.
  std::vector<Connection*> idle_;
  std::deque<Waiting> waiting_;  ///< In the order in which their patience ends.
  std::size_t busy_ = 0;
  std::uint64_t requests_ = 0;
  std::uint32_t connects_ = 0;
  std::uint64_t acknowledged_ = 0;
  bool again_ = false;  ///< The closed loop.
  Part* current_ = nullptr;
};

void run(const OverloadOptions& options) {
  Load load(options);
  const std::uint64_t before = options.cold ? 0 : load.count_users();
  const std::uint64_t capacity = options.capacity == 0 ? load.measure_capacity() : options.capacity;
  std::printf("capacity  %llu creates per second\n", static_cast<unsigned long long>(capacity));
  const std::uint64_t calm_rate = capacity * options.calm_percent / 100;
  const milliseconds time(1'000 * options.seconds);
  Part calm, much, recovery, behind;
  auto at = Clock::now();
  if (!options.cold) {
    load.offer(calm_rate, at, at + calm_time, calm);
    at += calm_time;
  }
  load.offer(capacity * options.percent / 100, at, at + time, much);
  at += time;
  load.offer(calm_rate, at, at + recovery_time, recovery);
  at += recovery_time;
  load.offer(calm_rate, at, at + time, behind);
  load.settle();
  for (const Part* const each : {&calm, &much, &recovery, &behind}) load.add(*each);
  tell("calm", calm);
  tell("overload", much);
  tell("recovery", recovery);
  tell("behind", behind);
  // What the server still works on for those who have given up becomes visible by then.
  ::usleep(2'000'000);
  const std::uint64_t committed = load.count_users() - before;
  std::printf(
      "result capacity=%llu goodput_during=%.3f goodput_behind=%.3f acknowledged=%llu "
      "committed=%llu apart=%lld\n",
      static_cast<unsigned long long>(capacity), ratio(much.created, capacity * options.seconds),
      ratio(behind.created, behind.due), static_cast<unsigned long long>(load.acknowledged()),
      static_cast<unsigned long long>(committed),
      static_cast<long long>(committed) - static_cast<long long>(load.acknowledged()));
}

}  // namespace
}  // namespace rollcall::loadtest

int main(int argc, char** argv) {
  const auto options = rollcall::loadtest::parse_overload_options(argc, argv);
  // All that are offered in a client's patience may be open; only root may have more than it was
  // given.
  rlimit limit{};
  limit.rlim_cur = limit.rlim_max = 200'000;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  rollcall::loadtest::run(options);
}
