#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "protocol/answer.hpp"
#include "protocol/http/output_buffer.hpp"
#include "protocol/http/request_parser.hpp"
#include "protocol/route.hpp"
#include "server/connection/bulk.hpp"
#include "server/connection/exchange.hpp"

namespace rollcall::server {

class IoThread;

/// One client's connection: reads requests, passes them on to the store and sends the answers in
/// the order of the requests. Creates are passed on as they come, without waiting for one another;
/// any other request waits until all before it are answered, and so sees their effect. Owns its
/// socket. Lives on one I/O thread; buffers are lent by it and held only while they hold something.
class Connection {
 public:
  /// `turned_away`: a request is answered with 503, whatever it is, and the connection closed.
  Connection(IoThread& thread, int socket, bool turned_away) noexcept;
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// The ready set saw `events` (epoll's) on the socket.
  void on_ready(std::uint32_t events);
  /// The turn that IoThread::in_next_turn() asked for.
  void resume();
  /// What IoThread::when_there_is_room() asked for.
  void on_room();
  /// An exchange of this connection is done.
  void on_done();
  /// The turn asked for by IoThread::at_end_of_turn() ends: sends what there is to send.
  void finish_turn();
  /// Deadlines.
  void on_tick();
  /// The server stops: what was asked for is answered, the last answer with `Connection: close`.
  void drain();
  /// The server has waited long enough for the end of a stream of users: it reads no more of it,
  /// answers what it has read, and says so in a last line. Nor does it wait for what
  /// defers_listing().
  void stop_stream();
  /// Closes the socket now.
  void cut();

  // For its stream of users.
  void create_line(std::uint64_t line, const storage::UserView& user);
  void refuse_line(std::uint64_t line, protocol::Problem problem,
                   const protocol::UserReader& reader);

  /// Waits for a listing only, and its peer sends no more: it has probably gone.
  bool defers_listing() const noexcept {
    return peer_closing_ && first_ != nullptr && first_->listing && !first_->done;
  }

  /// A stream that may have no more answers unread: other streams' take what there is.
  bool lacks_spare() const noexcept;

  bool turned_away() const noexcept { return turned_away_; }
  bool closed() const noexcept { return socket_ < 0; }
  std::size_t place() const noexcept { return place_; }
  void set_place(std::size_t place) noexcept { place_ = place; }

 private:
  /// What the connection waits for, and so which deadline counts.
  enum class Phase : std::uint8_t { idle, header, body, store, write, linger };

  // connection_input.cpp
  bool is_full() const noexcept;
  bool lacks_room() const noexcept;
  void defer_listing() noexcept;
  void receive();
  void take_in(std::string_view bytes, bool from_rest);
  std::size_t parse(std::string_view bytes);
  bool parse_one(std::string_view bytes, std::size_t& consumed);
  bool settle_held();
  void on_head();
  void on_complete();
  void start_create();
  void hold_problem(protocol::Problem problem, bool keep_alive);

  // connection_stream.cpp
  void start_bulk();
  bool parse_bulk(std::string_view bytes, std::size_t& consumed);
  void write_lines();
  void end_bulk();
  void fail_bulk(protocol::Problem problem);
  void break_bulk_off();
  void wait_for_room();

  void start_list(const protocol::AnswerContext& answer);
  void account_output(Unread kind);
  void account_sent();
  void start_export(const protocol::AnswerContext& answer);
  void next_export_piece();
  bool has_export_piece() const noexcept;
  bool write_export_piece();

  // connection.cpp
  void send();
  void write_answers();
  void write_answer(const Exchange& exchange, bool close);
  void answer_held();
  Exchange& begin_exchange(Exchange::Kind kind);
  void start_find();
  void start_update();
  void drop_output();
  void enqueue(Exchange& exchange);
  protocol::OutputBuffer& output();
  protocol::AnswerContext context(bool close) const;
  std::size_t unsent() const noexcept { return output_ ? output_->size() : 0; }
  void finish_or_wait();
  void begin_linger();
  Phase phase() const noexcept;
  std::chrono::milliseconds allowance(Phase phase) const noexcept;
  void drop_request();
  void progressed();
  void mark_dirty();
  void ask_to_resume();

  IoThread& thread_;
  int socket_;
  std::size_t place_ = 0;
  std::chrono::steady_clock::time_point since_;  ///< The phase began, or the peer last took octets.

  std::optional<protocol::RequestParser> parser_;  ///< Of the request being read or held.
  std::unique_ptr<protocol::UserReader> reader_;   ///< Of the body being read, or of a held 400.
  std::unique_ptr<protocol::OutputBuffer> rest_;   ///< Received and not parsed yet.
  std::unique_ptr<protocol::OutputBuffer> output_;
  std::unique_ptr<Bulk> bulk_;  ///< The stream being read.
  protocol::Route route_;

  Exchange* first_ = nullptr;  ///< In flight, in the order of the requests.
  Exchange* last_ = nullptr;
  std::size_t in_flight_ = 0;
  std::size_t accounted_octets_ = 0;  ///< Of output_, in the thread's sum.
  Unread accounted_as_ = Unread::listings;

  const bool turned_away_;
  bool readable_ = false;      ///< The socket may hold something that was not received yet.
  bool peer_closing_ = false;  ///< An end of input was announced: read until it is there.
  bool peer_closed_ = false;
  bool held_ = false;  ///< A whole request waits for those before it to be answered.
  bool continue_wanted_ = false;
  bool export_waits_ = false;  ///< The front of the line is an export whose next piece is wanted.
  bool bulk_wanted_ = false;   ///< A stream waits for all before it to be answered.
  protocol::Problem broken_bulk_ = protocol::Problem::malformed_request;
  bool keep_alive_ = true;  ///< Of the held request.
  bool paused_ = false;     ///< parse() stopped although it has bytes or a held request.
  bool closing_ = false;    ///< No request is read any more; close when all is sent.
  bool lingering_ = false;  ///< All is sent and shut down; waiting for the peer's end.
  bool dirty_ = false;
  bool resume_asked_ = false;
  bool receiving_ = false;
  bool let_on_ = false;          ///< By on_room(), and has passed nothing on since.
  bool waits_for_room_ = false;  ///< Or for spare: paused until IoThread calls on_room().
};

}  // namespace rollcall::server
