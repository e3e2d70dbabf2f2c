#include "server/connection/connection.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <deque>
#include <mutex>
#include <string>
#include <utility>

#include "server/io_thread.hpp"
#include "storage/local/memory_store.hpp"

/// Connections on a thread of their own, over socket pairs and a store that answers when it is
/// told.
namespace rollcall::server {
namespace {

/// A store across a network, as it were: each verb is completed later, in the order that the test
/// chooses, when the owner's thread asks for what is delivered.
class SlowStore final : public storage::Store {
 public:
  std::unique_ptr<storage::Session> open_session(storage::SessionOwner& owner) override {
    return std::make_unique<SlowSession>(*this, owner);
  }
  std::uint64_t size() const noexcept override { return 0; }
  storage::Status health() const noexcept override { return storage::Status::ok; }
  bool close(std::string&) noexcept override { return true; }

  /// Waits until `count` verbs wait here.
  void await(std::size_t count) {
    while (waiting() < count) ::usleep(1'000);
  }
  std::size_t waiting() {
    const std::lock_guard lock(mutex_);
    return creates_.size() + finds_.size();
  }
  /// Completes the create that has waited longest, or the one that came last.
  void finish_create(bool newest) {
    const std::lock_guard lock(mutex_);
    storage::WriteOperation* const operation = newest ? creates_.back() : creates_.front();
    newest ? creates_.pop_back() : creates_.pop_front();
    operation->id = ++last_id_;
    operation->status = storage::Status::ok;
    done_creates_.push_back(operation);
    owner_->wake();
  }
  void set_room(bool room) {
    room_ = room;
    owner_->wake();
  }
  void finish_find() {
    const std::lock_guard lock(mutex_);
    done_finds_.push_back(finds_.front());
    finds_.front()->status = storage::Status::not_found;
    finds_.pop_front();
    owner_->wake();
  }

 private:
  class SlowSession final : public storage::Session {
   public:
    SlowSession(SlowStore& store, storage::SessionOwner& owner) : store_(store) {
      store.owner_ = &owner;
    }
    void write(storage::WriteOperation& operation) noexcept override {
      const std::lock_guard lock(store_.mutex_);
      store_.creates_.push_back(&operation);
    }
    void find(storage::FindOperation& operation) noexcept override {
      const std::lock_guard lock(store_.mutex_);
      store_.finds_.push_back(&operation);
    }
    void list(storage::ListOperation& operation) noexcept override {
      store_.owner_->completed(operation);
    }
    void export_next(storage::ExportOperation& operation) noexcept override {
      operation.end = true;
      store_.owner_->completed(operation);
    }
    bool has_room() const noexcept override { return store_.room_; }
    bool work() noexcept override { return false; }
    void end_turn() noexcept override {}
    void tick(std::chrono::steady_clock::time_point) noexcept override {}
    void deliver() noexcept override {
      std::deque<storage::WriteOperation*> creates;
      std::deque<storage::FindOperation*> finds;
      {
        const std::lock_guard lock(store_.mutex_);
        creates.swap(store_.done_creates_);
        finds.swap(store_.done_finds_);
      }
      for (auto* each : creates) store_.owner_->completed(*each);
      for (auto* each : finds) store_.owner_->completed(*each);
    }

   private:
    SlowStore& store_;
  };

  std::atomic<bool> room_{true};
  std::mutex mutex_;
  storage::SessionOwner* owner_ = nullptr;
  storage::UserId last_id_ = 0;
  std::deque<storage::WriteOperation*> creates_, done_creates_;
  std::deque<storage::FindOperation*> finds_, done_finds_;
};

Timeouts short_timeouts() {
  using std::chrono::milliseconds;
  return {milliseconds(300), milliseconds(300), milliseconds(300), milliseconds(600),
          milliseconds(300)};
}

/// An I/O thread over `Store`, and the client's end of one connection to it.
template <class StoreType>
struct Served {
  explicit Served(const Timeouts& timeouts = {}) : thread(store, timeouts) {
    thread.start([this] { drained = true; });
    client = connect();
  }
  ~Served() {
    ::close(client);
    thread.cut();
    thread.join();
  }

  int connect(bool turned_away = false) {
    int ends[2];
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    const timeval patience{10, 0};
    ::setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    thread.adopt(ends[1], turned_away);
    return ends[0];
  }
  void send(const std::string& text) const {
    BOOST_REQUIRE(::send(client, text.data(), text.size(), MSG_NOSIGNAL) ==
                  static_cast<ssize_t>(text.size()));
  }
  /// Reads until `text` has come, or the end.
  std::string read_until(const std::string& text) {
    while (received.find(text) == received.npos) {
      char buffer[4'096];
      const ssize_t size = ::recv(client, buffer, sizeof buffer, 0);
      if (size <= 0) break;
      received.append(buffer, static_cast<std::size_t>(size));
    }
    return received;
  }
  /// Waits until the thread has let go of every connection; the test's own time limit ends the
  /// wait.
  void await_no_connection() const {
    while (thread.connection_count() > 0) ::usleep(1'000);
  }
  /// All that still comes before the server closes the connection.
  std::string read_to_end() { return read_until("nothing that is ever sent\n"); }

  StoreType store;
  IoThread thread;
  std::atomic<bool> drained{false};
  int client = -1;
  std::string received;
};

std::string create(const std::string& name, const std::string& fields = "") {
  const std::string body = R"({"last-name":")" + name + R"(","first-name":"B","email":"a@b.c"})";
  return "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + fields +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size()) ++found;
  return found;
}

constexpr const char* get = "GET /users/1 HTTP/1.1\r\nHost: x\r\n\r\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(connection)

BOOST_AUTO_TEST_CASE(answers_keep_the_order_of_the_requests_whatever_the_order_of_completion) {
  Served<SlowStore> served;
  served.send(create("first") + create("second"));
  served.store.await(2);
  served.store.finish_create(true);
  served.store.finish_create(false);
  const std::string all = served.read_until("\"second\"");
  BOOST_TEST(all.find("\"first\"") < all.find("\"second\""));
}

BOOST_AUTO_TEST_CASE(a_read_waits_for_the_creates_before_it_and_not_for_those_behind_it) {
  Served<SlowStore> served;
  served.send(create("first") + get + create("second"));
  served.store.await(1);
  ::usleep(50'000);
  BOOST_TEST(served.store.waiting() == 1U);
  served.store.finish_create(false);
  // The find, and the create behind it.
  served.store.await(2);
  served.store.finish_create(false);
  served.store.finish_find();
  const std::string all = served.read_until("\"second\"");
  BOOST_TEST(all.find("\"first\"") < all.find(" 404 "));
  BOOST_TEST(all.find(" 404 ") < all.find("\"second\""));
}

BOOST_AUTO_TEST_CASE(no_more_than_the_limit_of_pipelined_creates_is_passed_on) {
  for (const std::size_t more : {-1, 0, 1}) {
    Served<SlowStore> served;
    const std::size_t sent = max_pipelined_requests + more;
    std::string all;
    for (std::size_t i = 0; i < sent; ++i) all += create("x");
    served.send(all);
    const std::size_t passed = std::min(sent, max_pipelined_requests);
    served.store.await(passed);
    ::usleep(50'000);
    BOOST_TEST(served.store.waiting() == passed);
    for (std::size_t i = 0; i < sent; ++i) {
      served.store.await(1);
      served.store.finish_create(false);
    }
    BOOST_TEST(count(served.read_until("\"id\":" + std::to_string(sent) + "}"), " 201 ") == sent);
  }
}

BOOST_AUTO_TEST_CASE(a_stream_waits_for_room_in_the_store_and_a_create_does_not) {
  Served<SlowStore> served(short_timeouts());
  const std::string line = "{\"last-name\":\"A\",\"first-name\":\"B\",\"email\":\"a@b.c\"}\n";
  served.send(
      "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
      "Content-Length: " +
      std::to_string(2 * line.size()) + "\r\n\r\n" + line);
  served.store.await(1);
  served.store.finish_create(false);
  served.read_until("{\"id\":1}");
  served.store.set_room(false);
  served.send(line);
  const int other = served.connect();
  const std::string single = create("single");
  BOOST_REQUIRE(::send(other, single.data(), single.size(), 0) > 0);
  served.store.await(1);
  // Longer than a body may take: the client is not to blame for a full store.
  ::usleep(700'000);
  BOOST_TEST(served.store.waiting() == 1U);
  served.store.set_room(true);
  served.store.await(2);
  served.store.finish_create(false);
  served.store.finish_create(false);
  BOOST_TEST(served.read_until("{\"id\":3}\n\r\n0\r\n").find("line") == std::string::npos);
  ::close(other);
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_away_leaves_its_creates_to_be_completed) {
  Served<SlowStore> served;
  served.send(create("first") + create("second"));
  served.store.await(2);
  ::shutdown(served.client, SHUT_RDWR);
  served.thread.cut();
  served.await_no_connection();
  BOOST_TEST(!served.drained);
  served.store.finish_create(false);
  served.store.finish_create(false);
  served.thread.join();
  BOOST_TEST(served.drained);
}

BOOST_AUTO_TEST_CASE(a_peer_that_does_not_read_stops_being_read_itself) {
  Served<storage::MemoryStore> served;
  // More answers than both socket buffers and the limit hold; sent without reading one of them.
  const timeval patience{0, 200'000};
  ::setsockopt(served.client, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  std::string requests;
  for (int i = 0; i < 500; ++i) requests += get;
  std::size_t sent = 0;
  for (ssize_t size = 1; size > 0 && sent < 64'000'000;) {
    size = ::send(served.client, requests.data(), requests.size(), MSG_NOSIGNAL);
    if (size > 0) sent += static_cast<std::size_t>(size);
    // A whole number of requests each time, or the last one of all.
    if (size != static_cast<ssize_t>(requests.size())) break;
  }
  BOOST_TEST(sent < 8'000'000U);
  const std::size_t whole = sent / std::string(get).size();
  std::size_t answers = 0;
  std::string text;
  while (answers < whole) {
    char buffer[65'536];
    const ssize_t size = ::recv(served.client, buffer, sizeof buffer, 0);
    BOOST_REQUIRE(size > 0);
    text.append(buffer, static_cast<std::size_t>(size));
    answers += count(text, "HTTP/1.1 404 ");
    text.erase(0, text.rfind("HTTP/1.1 404 ") + 13);
  }
  BOOST_TEST(answers == whole);
}

BOOST_AUTO_TEST_CASE(a_line_end_behind_a_request_is_no_request_begun) {
  Timeouts timeouts = short_timeouts();
  timeouts.idle = std::chrono::seconds(3);
  Served<storage::MemoryStore> served(timeouts);
  served.send(std::string(get) + "\r\n");
  served.read_until("\r\n\r\n");
  ::usleep(900'000);
  served.received.clear();
  served.send(get);
  BOOST_TEST(served.read_until(" 404 ").starts_with("HTTP/1.1 404 "));
}

BOOST_AUTO_TEST_CASE(a_header_and_a_body_that_do_not_arrive_in_time_are_408) {
  for (const std::string& part : {std::string("POST /users HT"), create("x").substr(0, 130)}) {
    Served<storage::MemoryStore> served(short_timeouts());
    served.send(part);
    const std::string all = served.read_to_end();
    BOOST_TEST(all.starts_with("HTTP/1.1 408 "), all);
    BOOST_TEST(all.find("Connection: close") != all.npos);
  }
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_closed_without_a_word) {
  Served<storage::MemoryStore> served(short_timeouts());
  BOOST_TEST(served.read_to_end().empty());
  served.await_no_connection();
}

BOOST_AUTO_TEST_CASE(a_connection_turned_away_has_its_first_request_answered_and_no_other) {
  Served<storage::MemoryStore> served(short_timeouts());
  ::close(served.client);
  served.client = served.connect(true);
  BOOST_TEST(served.thread.turned_away_count() == 1U);
  served.send(create("first") + create("second"));
  const std::string all = served.read_to_end();
  BOOST_TEST(all.starts_with("HTTP/1.1 503 "), all);
  BOOST_TEST(count(all, "HTTP/1.1 ") == 1U);
  BOOST_TEST(all.find("\r\nRetry-After: 1\r\n") != all.npos);
  BOOST_TEST(all.find("\r\nConnection: close\r\n") != all.npos);
  BOOST_TEST(served.store.size() == 0U);
  ::close(std::exchange(served.client, -1));
  while (served.thread.turned_away_count() > 0) ::usleep(1'000);
}

BOOST_AUTO_TEST_CASE(drain_answers_what_has_arrived_and_says_close) {
  Served<SlowStore> served;
  served.send(create("first"));
  served.store.await(1);
  served.thread.drain();
  ::usleep(20'000);
  served.store.finish_create(false);
  const std::string all = served.read_to_end();
  BOOST_TEST(all.starts_with("HTTP/1.1 201 "), all);
  BOOST_TEST(all.find("Connection: close") != all.npos);
  ::shutdown(served.client, SHUT_WR);
  served.thread.join();
  BOOST_TEST(served.drained);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
