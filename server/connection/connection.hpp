#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "protocol/answer.hpp"
#include "server/admission.hpp"
#include "server/connection/exchange.hpp"
#include "server/connection/intake.hpp"
#include "server/connection/output.hpp"
#include "server/connection/response_queue.hpp"
#include "server/connection/thread_state.hpp"
#include "server/connection/transport.hpp"
#include "server/connection/upload.hpp"

namespace rollcall::server {

/// One client's connection: what its transport, intake, response queue, output and upload do
/// together. Passes requests on to the store and sends the answers in the order of the requests.
/// Creates, and what needs no store, go on as they come; any other request waits until all before
/// it are answered, and so sees their effect. Lives on one I/O thread.
class Connection final : public Admission::Guest, private ExchangeOwner {
 public:
  /// `turned_away`: a request is answered with 503, unless it is a probe, and the connection
  /// closed.
  Connection(ThreadState& thread, std::unique_ptr<Transport> transport, bool turned_away) noexcept;
  ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// The ready set saw `events` (epoll's) on the descriptor.
  void on_ready(std::uint32_t events);
  /// The turn comes that ThreadState::resumed has asked for.
  void resume();
  /// The turn ends that ThreadState::dirty has asked for: sends what there is to send.
  void finish_turn();
  /// Deadlines.
  void on_tick();
  /// The server stops (Ending::stopping): what was asked for is answered, the last answer with
  /// `Connection: close`.
  void stop();
  /// The server has waited long enough for the end of an upload: it reads no more of it, answers
  /// what it has read, and says so in a last line. Nor does it wait for a listing whose client has
  /// probably gone.
  void stop_stream();
  /// Closes the transport now, answered or not.
  void cut();
  /// Since when nothing has been under way on it; null if something is.
  std::optional<Clock::time_point> idle_since() const noexcept;
  /// Since when, at most, the store has had the write that is to be answered next; null if none is.
  std::optional<Clock::time_point> write_waits_since() const noexcept;
  /// What it does now; `closing` if it is closed.
  Activity activity() const noexcept;
  /// Makes room for another connection: closes it, unless a request has come meanwhile. Whether it
  /// is closed.
  bool close_if_idle();
  /// Gives its transport up, for another thread, and is closed then; null if something is under way
  /// on it.
  std::unique_ptr<Transport> release_if_idle();

  // Admission::Guest
  void go_on() override;
  void give_way() override;

  bool turned_away() const noexcept { return turned_away_; }
  bool closed() const noexcept { return state_ == State::closed; }
  std::size_t place() const noexcept { return place_; }
  void set_place(std::size_t place) noexcept { place_ = place; }

 private:
  enum class State : std::uint8_t {
    reading,  ///< Takes requests as they come.
    // Takes none, until
    awaits_answers,  ///< all that was asked for is answered: a request is held that wants it;
    awaits_space,    ///< less of its own is in flight and unread;
    awaits_room,     ///< Admission finds room in the store for its upload;
    awaits_spare,    ///< Admission finds that its upload may leave more unread.
    closing,         ///< Takes no more: closes when all is answered and sent.
    lingering,       ///< All is sent and shut down: waits for the peer's end.
    closed,
  };
  /// What becomes of a connection behind the answer to what was refused.
  enum class After : std::uint8_t { stays, closes };
  enum class PeerEnd : std::uint8_t { none, announced, reached };

  // connection_input.cpp: from octets to exchanges.
  void receive();
  void read_once();
  void parse_rest();
  std::size_t parse(std::string_view octets);
  void close_unless_asked();
  bool settle_held(bool body_is_here);
  bool has_space() const noexcept;
  bool is_blocked();
  void on_event(Intake::Event event);
  void on_head();
  void on_whole();
  void on_upload_whole();
  void on_failed();
  void start_create();
  [[gnu::cold]] bool has_given_up() const noexcept;
  [[gnu::cold]] std::optional<protocol::Problem> obstacle_to_write(bool given_up,
                                                                   bool creates) noexcept;
  void start_asked();
  void refuse(protocol::Problem problem, After after, const char* fields = "");
  void begin_upload(bool body_is_here);
  void open_key();
  void on_key(UploadKey& key);
  void close_key(std::uint64_t upload, ExchangeOwner* owner);
  void start_upload(bool body_is_here);
  void break_upload_off(protocol::Problem why);
  void on_peer_ending();
  Exchange& begin_exchange();
  void keep_caller(Exchange& exchange, IncomingRequest& request);
  void lose_caller(Exchange& exchange) noexcept;
  void note_caller(protocol::Caller& caller) const;
  void enqueue(Exchange& exchange);
  void start_listing(List& list);

  // connection.cpp: answers, deadlines, the end.
  void on_done() override;
  void write_answers();
  void write_answer();
  bool ends_here() const noexcept;
  bool write_piece(Export& piece);
  void settle_lines();
  bool write_report(Report& report);
  bool may_write(List& list);
  void finish_upload();
  void count_upload() const noexcept;
  void go_on_with_front();
  void go_on_with_report(Exchange& front);
  bool may_go_on(const Exchange& front) const noexcept;
  void offer_continue();
  void send_continue();
  void begin_early_answer();
  void flush();
  void send();
  void proceed();
  void end_of_input();
  void begin_linger();
  void close(CloseReason why);
  void leave_upload();
  void abandon_queue();
  bool is_idle() const noexcept;
  bool defers_listing() const noexcept;
  void check_reading();
  protocol::AnswerContext context(const RequestFacts& request, bool close) const noexcept;
  bool waits() const noexcept {
    return state_ >= State::awaits_answers && state_ <= State::awaits_spare;
  }
  void mark_dirty();
  void ask_to_resume();

  ThreadState& thread_;
  std::unique_ptr<Transport> transport_;  ///< Null once it is closed.
  Intake intake_;
  ResponseQueue queue_;
  Output output_;
  std::unique_ptr<Upload> upload_;     ///< The one being read or answered.
  Clock::time_point waits_to_read_{};  ///< Since when it waits for what it is to read next.
  std::size_t place_ = 0;              ///< IoThread's.
  State state_ = State::reading;
  PeerEnd peer_end_ = PeerEnd::none;
  const bool turned_away_;
  bool ends_with_connection_ = false;  ///< An answer has begun whose end nothing else tells.
  bool given_up_ = false;              ///< has_given_up(), when the request was read that is held.
  bool has_asked_ = false;             ///< A head was read: it is no new connection.
  bool readable_ = false;              ///< The transport may hold something.
  bool answers_at_once_ = false;       ///< What is done meanwhile.
  bool sends_at_end_ = false;          ///< Of the turn, and not before it.
  bool is_dirty_ = false;              ///< In ThreadState::dirty.
  bool is_resumed_ = false;            ///< In ThreadState::resumed.
};

}  // namespace rollcall::server
