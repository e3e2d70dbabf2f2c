#pragma once

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "protocol/http/output_buffer.hpp"
#include "protocol/json/user_reader.hpp"
#include "server/connection/exchange.hpp"
#include "server/http_date.hpp"
#include "server/limits.hpp"
#include "server/pool.hpp"
#include "server/ready_set.hpp"
#include "storage/store.hpp"

namespace rollcall::server {

class Connection;

/// One thread, its io_context, its session with the store and the connections that live on it for
/// good. A turn of its loop: every ready socket is read and what it brought is handled; what that
/// gathered is one batch for the store; then the answers are sent.
class IoThread final : private storage::SessionOwner {
 public:
  using Clock = std::chrono::steady_clock;

  /// The thread starts, and opens its session, with start(). `store` must outlive this.
  IoThread(storage::Store& store, const Timeouts& timeouts);
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  /// `on_drained` is called on this thread once drain() was asked for, no connection is left and
  /// the store has completed everything; the thread then ends.
  void start(std::function<void()> on_drained);
  void join();

  // The steps of start()'s thread, for a caller that runs them itself on one thread (fuzzing).
  void open_session();
  /// Takes a connected, non-blocking socket over; see adopt().
  void add(int socket, bool turned_away);
  /// Deals with what is ready now; false if nothing was.
  bool take_turn();
  /// Hands what was gathered to the store and sends what it has answered.
  void end_turn();
  /// See drain().
  void drain_now();

  // Any thread.
  /// Takes a connected, non-blocking socket over. `turned_away`: its first request is answered with
  /// 503 and the connection closed.
  void adopt(int socket, bool turned_away);
  /// No new requests: what is in flight is answered, then each connection is closed.
  void drain();
  /// Connection::stop_stream() for each, and for streams that begin later.
  void stop_streams();
  /// Cuts every connection, answered or not; the store still completes what it has.
  void cut();
  /// Connections adopted and not closed yet, without those turned away, and those.
  std::size_t connection_count() const noexcept {
    return connection_count_.load(std::memory_order_relaxed);
  }
  std::size_t turned_away_count() const noexcept {
    return turned_away_count_.load(std::memory_order_relaxed);
  }

  // For its connections, on its own thread.
  storage::Store& store() noexcept { return store_; }
  storage::Session& session() noexcept { return *session_; }
  const Timeouts& timeouts() const noexcept { return timeouts_; }
  Clock::time_point now() const noexcept { return now_; }
  std::string_view date() const noexcept { return date_.text(); }
  bool draining() const noexcept { return draining_; }
  /// Where a connection without bytes of its own receives; contents last until the next recv.
  std::array<char, receive_octets>& receive_buffer() noexcept { return receive_buffer_; }
  Pool<protocol::UserReader>& readers() noexcept { return readers_; }
  Pool<protocol::OutputBuffer>& buffers() noexcept { return buffers_; }
  /// One that has grown large is not kept: a peak must not stay.
  void give_back(std::unique_ptr<protocol::OutputBuffer> buffer) {
    if (buffer->capacity() <= max_pooled_octets) buffers_.give_back(std::move(buffer));
    buffer.reset();
  }
  /// False if there are max_listings, or too much of others was not read yet.
  bool takes_listings();
  void list(Listing& listing);
  /// Octets that the clients of its connections have not read yet, by what they answer.
  std::size_t& unread(Unread kind) noexcept { return unread_[static_cast<std::size_t>(kind)]; }
  /// A stream may go on: there is room in the store, and nobody waits for it longer.
  bool has_room() const noexcept {
    return passed_over_.empty() && crowded_out_.empty() && session_->has_room();
  }
  /// A stream may have more answers unread than other requests.
  bool has_spare() noexcept { return unread(Unread::lines) < max_unread_lines_octets; }
  /// stop_streams() was called.
  bool streams_stopped() const noexcept { return streams_stopped_; }
  Exchange& take_exchange();
  void give_back(Exchange& exchange);
  /// finish_turn() is to be called on the connection when this turn ends.
  void at_end_of_turn(Connection& connection) { dirty_.push_back(&connection); }
  /// resume() is to be called on the connection in the next turn.
  void in_next_turn(Connection& connection) { resumed_.push_back(&connection); }
  /// on_room() is to be called on the connection, which has_room() or has_spare() told to wait, at
  /// the end of a turn when that has changed; those that came first go on first. `in_vain`: it had
  /// to wait before, and others took all the room since.
  void when_there_is_room(Connection& connection, bool in_vain) {
    (in_vain ? passed_over_ : crowded_out_).push_back(&connection);
  }
  void when_there_is_spare(Connection& connection) { without_spare_.push_back(&connection); }
  /// The connection's socket is closed; it is destroyed at the end of the turn.
  void remove(Connection& connection);

 private:
  void completed(storage::WriteOperation& operation) noexcept override;
  void completed(storage::FindOperation& operation) noexcept override;
  void completed(storage::ListOperation& operation) noexcept override;
  void completed(storage::ExportOperation& operation) noexcept override;
  void completed(Exchange& exchange) noexcept;
  void wake() noexcept override;

  void run();
  void wait_until_ready();
  void take_turns();
  void take_over(int socket, bool turned_away);
  void schedule();
  void let_streams_go_on();
  void let_go_on(const std::vector<Connection*>& going);
  void for_each_connection(void (Connection::*act)());
  bool cut_deferred_listing();
  void start_tick();
  void refresh_clock();
  std::atomic<std::size_t>& count_of(bool turned_away) noexcept {
    return turned_away ? turned_away_count_ : connection_count_;
  }
  void stop_if_drained();

  storage::Store& store_;
  const Timeouts timeouts_;
  boost::asio::io_context context_;
  ReadySet ready_set_;
  boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> ready_;
  boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>,
                                    boost::asio::io_context::executor_type>
      ticker_;
  std::array<char, receive_octets> receive_buffer_;
  HttpDate date_;
  Clock::time_point now_;
  Pool<protocol::UserReader> readers_;
  Pool<protocol::OutputBuffer> buffers_;
  Pool<Exchange> exchanges_;
  std::size_t exchanges_in_flight_ = 0;
  std::size_t listings_ = 0;
  std::array<std::size_t, 2> unread_{};  ///< By Unread.
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<std::unique_ptr<Connection>> removed_;
  std::vector<Connection*> dirty_;
  std::vector<Connection*> resumed_;
  std::vector<Connection*> resuming_;
  std::vector<Connection*> passed_over_;    ///< In the order in which they came.
  std::vector<Connection*> crowded_out_;    ///< So, behind those.
  std::vector<Connection*> without_spare_;  ///< So, too.
  bool draining_ = false;
  bool streams_stopped_ = false;
  bool turn_scheduled_ = false;
  bool store_works_ = false;  ///< The store has more to do in the next turn.
  std::function<void()> on_drained_;
  std::atomic<std::size_t> connection_count_{0};
  std::atomic<std::size_t> turned_away_count_{0};
  std::unique_ptr<storage::Session> session_;
  std::thread thread_;
};

}  // namespace rollcall::server
