#include "server/connection/connection.hpp"

#include <algorithm>
#include <utility>

#include "server/connection/answering.hpp"
#include "server/connection/dispatch.hpp"

/// Connection's way out: answers in order, deadlines, the end.
namespace rollcall::server {

using protocol::OutputBuffer;
using protocol::Problem;
using storage::Status;

Connection::Connection(ThreadState& thread, std::unique_ptr<Transport> transport,
                       bool turned_away) noexcept
    : thread_(thread),
      transport_(std::move(transport)),
      intake_(thread.buffers, thread.requests, thread.site_of(*transport_)),
      output_(thread.buffers, thread.hooks),
      waits_to_read_(transport_->idle_since().value_or(thread.now)),
      turned_away_(turned_away) {}

void Connection::on_done() {
  if (answers_at_once_) {
    write_answers();
  } else {
    mark_dirty();
  }
}

void Connection::finish_turn() {
  is_dirty_ = sends_at_end_ = false;
  if (closed()) return;
  write_answers();
  send();
  offer_continue();
  proceed();
}

void Connection::write_answers() {
  while (Exchange* const front = queue_.done_front()) {
    if (std::holds_alternative<Write>(front->what)) {
      write_answer();
    } else if (front->is_line()) {
      settle_lines();
    } else if (auto* const key = std::get_if<UploadKey>(&front->what)) {
      on_key(*key);
    } else if (auto* const piece = std::get_if<Export>(&front->what);
               piece != nullptr && (piece->download.begun() || piece->status == Status::ok)) {
      if (!write_piece(*piece)) return;
    } else if (auto* const report = std::get_if<Report>(&front->what)) {
      if (!write_report(*report)) return;
    } else if (auto* const list = std::get_if<List>(&front->what);
               list != nullptr && !may_write(*list)) {
      return;
    } else {
      write_answer();
    }
  }
  if (!upload_ || !queue_.empty()) return;
  if (upload_->is_over()) finish_upload();
}

/// The front is done, and answered as a whole.
void Connection::write_answer() {
  Exchange& exchange = queue_.pop();
  const bool is_last = queue_.empty() && (state_ == State::closing || ends_here());
  RequestFacts& request = exchange.request;
  protocol::AnswerContext answer = context(request, is_last || !request.keep_alive);
  answer.head = request.head();
  output_.answer(request, [&](OutputBuffer& into) {
    server::write_answer(into, exchange, answer, thread_.hooks);
  });
  thread_.give_back(exchange);
  if (is_last) state_ = State::closing;
}

/// The answer that is to be written is the last one of a connection that ends in a drain.
bool Connection::ends_here() const noexcept {
  return thread_.ending != Ending::none && !readable_ && !upload_ && intake_.empty();
}

/// Not before everything was looked at that has come: the body may be here.
void Connection::offer_continue() {
  if (!intake_.wants_continue() || intake_.awaits_answers() || readable_ || !queue_.empty() ||
      state_ != State::reading || !output_.empty()) {
    return;
  }
  intake_.continued();
  send_continue();
}

/// At once, so that it goes alone.
void Connection::send_continue() {
  output_.write_continue();
  send();
}

void Connection::flush() {
  offer_continue();
  if (output_.empty()) return;
  if (queue_.empty() && !sends_at_end_) {
    send();
  } else {
    mark_dirty();
  }
}

protocol::AnswerContext Connection::context(const RequestFacts& request,
                                            bool close) const noexcept {
  protocol::AnswerContext answer;
  answer.date = thread_.date.text();
  answer.close = close;
  answer.keep_alive_http10 = !request.http11 && !close;
  answer.lines = request.lines;
  return answer;
}

void Connection::send() {
  if (output_.empty()) return;
  const Output::Sent sent = output_.send(*transport_);
  if (sent == Output::Sent::broken) return close(CloseReason::reset);
  // From now on its client is to send.
  if (output_.empty() && !intake_.begun()) waits_to_read_ = thread_.now;
  if (output_.empty() && !is_counted()) return;
  thread_.admission.set_unread(*this, output_.size(), sent == Output::Sent::some, thread_.now);
}

/// What is to happen next, now that this event is dealt with.
void Connection::proceed() {
  if (closed()) return;
  if (const Exchange* const front = queue_.front(); front != nullptr && may_go_on(*front)) {
    ask_to_resume();
  }
  switch (state_) {
    case State::reading:
      if (peer_end_ == PeerEnd::reached) return end_of_input();
      if (readable_) ask_to_resume();
      return;
    case State::awaits_answers:
      if (queue_.empty()) ask_to_resume();
      return;
    case State::awaits_space:
      if (has_space()) ask_to_resume();
      return;
    case State::closing:
      if (queue_.empty() && output_.empty() && !upload_) begin_linger();
      return;
    case State::lingering:
      if (peer_end_ == PeerEnd::reached) return close(CloseReason::done);
      if (readable_) ask_to_resume();
      return;
    case State::awaits_room:
    case State::awaits_spare:
    case State::closed:
      return;
  }
}

/// A request that is not whole is not answered (RFC 9112, section 8), but what an upload was
/// answered so far ends in order.
void Connection::end_of_input() {
  if (upload_) {
    break_upload_off(Problem::incomplete_upload);
    send();
    return proceed();
  }
  if (queue_.empty() && output_.empty()) close(CloseReason::client);
}

/// Closing a socket that holds bytes nobody read would reset the connection, and the reset may
/// overtake the last answer (RFC 9112, section 9.6).
void Connection::begin_linger() {
  if (peer_end_ == PeerEnd::reached) return close(CloseReason::done);
  transport_->shutdown();
  intake_.clear();
  state_ = State::lingering;
  waits_to_read_ = thread_.now;
  if (readable_) ask_to_resume();
}

void Connection::on_tick() {
  if (closed()) return;
  const Timeouts& timeouts = thread_.timeouts;
  if (state_ == State::lingering) {
    const auto lingered = thread_.now - waits_to_read_;
    // A stop waits for the last octets to arrive, not for the peer to close its end.
    const bool stops = thread_.ending >= Ending::stopping && lingered >= tick;
    if (lingered >= timeouts.linger || (stops && transport_->is_delivered())) {
      close(CloseReason::done);
    }
    return;
  }
  // Whatever it sends, it has to read. What is left would stay in the kernel as long as it does
  // not: only a reset frees it.
  const auto to_write = turned_away_ ? timeouts.linger : timeouts.write;
  if (!output_.empty() && thread_.now - unread_since() >= to_write) {
    return close(CloseReason::write_timeout);
  }
  // What the store takes is no fault of the client's.
  if (state_ == State::reading && queue_.empty()) check_reading();
}

void Connection::check_reading() {
  const Timeouts& timeouts = thread_.timeouts;
  if (!intake_.begun()) {
    const auto idle = turned_away_ ? timeouts.linger : timeouts.idle;
    const bool over = output_.empty() && thread_.now - waits_to_read_ >= idle;
    if (!over && thread_.ending >= Ending::stopping) {
      close_unless_asked();
      return proceed();
    }
    return over ? close(CloseReason::idle_timeout) : void();
  }
  const bool in_body = intake_.head_done();
  const auto since = in_body ? waits_to_read_ : intake_.request().begun;
  const auto allowed = turned_away_ ? timeouts.linger : in_body ? timeouts.body : timeouts.header;
  if (thread_.now - since < allowed) return;
  if (!upload_) return refuse(Problem::request_timeout, After::closes);
  break_upload_off(Problem::line_timeout);
  send();
  proceed();
}

void Connection::stop() {
  if (closed() || state_ == State::lingering) return;
  // What has arrived already was in flight before the stop. A request that has begun, or waits for
  // its turn, is answered too; its answer will say `close`.
  readable_ = true;
  resume();
}

void Connection::stop_stream() {
  if (closed()) return;
  if (defers_listing()) return cut();
  if (!upload_ || upload_->stage() != Upload::Stage::reading) return;
  break_upload_off(Problem::stopping);
  send();
  proceed();
}

void Connection::cut() { close(CloseReason::cut); }

void Connection::go_on() {
  if (state_ == State::awaits_room || state_ == State::awaits_spare) {
    state_ = State::awaits_space;
    waits_to_read_ = thread_.now;
  }
  ask_to_resume();
}

void Connection::give_way() { close(CloseReason::crowded_out); }

bool Connection::is_idle() const noexcept {
  return state_ == State::reading && queue_.empty() && output_.empty() && !intake_.begun() &&
         !turned_away_;
}

std::optional<Clock::time_point> Connection::idle_since() const noexcept {
  return is_idle() ? std::optional(waits_to_read_) : std::nullopt;
}

std::optional<Clock::time_point> Connection::write_waits_since() const noexcept {
  const Exchange* const front = queue_.front();
  const bool waits = front != nullptr && front->stage == Exchange::Stage::in_store &&
                     (std::holds_alternative<Write>(front->what) || front->is_line() ||
                      std::holds_alternative<UploadKey>(front->what));
  return waits ? std::optional(waits_to_read_) : std::nullopt;
}

Activity Connection::activity() const noexcept {
  if (state_ >= State::closing && queue_.empty() && output_.empty()) return Activity::closing;
  if (upload_) return Activity::uploading;
  if (!queue_.empty()) return Activity::answering;
  if (!output_.empty()) return Activity::writing;
  return intake_.begun() ? Activity::reading : Activity::idle;
}

bool Connection::close_if_idle() {
  if (!is_idle()) return false;
  const Clock::time_point since = waits_to_read_;
  readable_ = true;
  receive();
  proceed();
  // It may have been answered at once.
  if (is_idle() && waits_to_read_ == since) close(CloseReason::made_room);
  return closed();
}

std::unique_ptr<Transport> Connection::release_if_idle() {
  if (!is_idle() || readable_) return nullptr;
  std::unique_ptr<Transport> transport = std::move(transport_);
  transport->set_idle_since(waits_to_read_);
  close(CloseReason::moved);
  return transport;
}

/// It waits for a listing only, and its client sends no more: it has probably gone.
bool Connection::defers_listing() const noexcept {
  const Exchange* const front = queue_.front();
  return peer_end_ != PeerEnd::none && front != nullptr && front->stage != Exchange::Stage::done &&
         std::holds_alternative<List>(front->what);
}

void Connection::close(CloseReason why) {
  if (closed()) return;
  thread_.hooks.closed(why);
  const bool gives_up = why == CloseReason::write_timeout || why == CloseReason::crowded_out ||
                        why == CloseReason::broken_off;
  auto how = gives_up ? Transport::Close::discard : Transport::Close::deliver;
  // An answer that the end of the connection ends must not look whole: its client sees a reset.
  const bool unfinished = upload_ || !output_.empty() || !queue_.empty();
  if (ends_with_connection_ && unfinished) how = Transport::Close::discard;
  if (transport_) transport_->close(how);
  transport_.reset();
  state_ = State::closed;
  if (upload_) leave_upload();
  intake_.clear();
  output_.drop();
  thread_.admission.leave(*this);
  abandon_queue();
  thread_.closed.push_back(this);
}

void Connection::abandon_queue() {
  while (!queue_.empty()) {
    Exchange& exchange = queue_.pop();
    exchange.owner = nullptr;
    lose_caller(exchange);
    if (auto* const list = std::get_if<List>(&exchange.what);
        list != nullptr && exchange.stage == Exchange::Stage::in_store) {
      thread_.session->cancel(*list);
    }
    if (const auto* const report = std::get_if<Report>(&exchange.what)) {
      report->answer->break_off(output_);
    }
    if (const auto* const piece = std::get_if<Export>(&exchange.what);
        piece != nullptr && piece->download.begun()) {
      piece->download.break_off(output_);
    }
    // Nobody waits any more for what the store has done, and a key that it has opened is closed.
    if (exchange.stage != Exchange::Stage::in_store) thread_.done(exchange);
  }
}

void Connection::mark_dirty() {
  if (std::exchange(is_dirty_, true)) return;
  thread_.dirty.push_back(this);
}

void Connection::ask_to_resume() {
  if (std::exchange(is_resumed_, true)) return;
  thread_.resumed.push_back(this);
}

}  // namespace rollcall::server
