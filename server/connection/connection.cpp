#include "server/connection/connection.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "protocol/openapi.hpp"
#include "server/connection/answering.hpp"
#include "server/connection/status_problem.hpp"
#include "server/io_thread.hpp"

/// The answering half of Connection: answers in order, deadlines, the end.
namespace rollcall::server {

using protocol::Action;
using protocol::Method;
using protocol::Problem;

Connection::Connection(IoThread& thread, int socket, bool turned_away) noexcept
    : thread_(thread), socket_(socket), since_(thread.now()), turned_away_(turned_away) {}

Connection::~Connection() {
  if (socket_ >= 0) ::close(socket_);
}

void Connection::enqueue(Exchange& exchange) {
  exchange.connection = this;
  (first_ == nullptr ? first_ : last_->next_in_line) = &exchange;
  last_ = &exchange;
  ++in_flight_;
}

void Connection::on_done() {
  if (receiving_) {
    write_answers();
  } else {
    mark_dirty();
  }
}

void Connection::finish_turn() {
  dirty_ = false;
  if (closed()) return;
  write_answers();
  send();
  finish_or_wait();
}

void Connection::write_answers() {
  while (first_ != nullptr && first_->done) {
    if (first_->line > 0) {
      write_lines();
      continue;
    }
    if (first_->kind == Exchange::Kind::stream && has_export_piece()) {
      if (!write_export_piece()) return;
      continue;
    }
    Exchange& exchange = *std::exchange(first_, first_->next_in_line);
    --in_flight_;
    const bool is_last = closing_ && first_ == nullptr && !held_;
    if (!exchange.keep_alive) closing_ = true;
    write_answer(exchange, is_last || !exchange.keep_alive);
    thread_.give_back(exchange);
  }
  if (!bulk_ || first_ != nullptr) return;
  if (bulk_->ended()) {
    end_bulk();
  } else if (closing_) {
    break_bulk_off();
  }
}

void Connection::write_answer(const Exchange& exchange, bool close) {
  protocol::AnswerContext answer = context(close);
  answer.keep_alive_http10 = !exchange.http11 && !close;
  answer.head = exchange.head;
  server::write_answer(output(), exchange, answer);
  if (exchange.kind == Exchange::Kind::list) account_output(Unread::listings);
}

void Connection::answer_held() {
  held_ = false;
  const protocol::Request& request = parser_->request();
  if (thread_.draining() || (route_.action == Action::refuse && row(route_.problem).close)) {
    keep_alive_ = false;
  }
  protocol::AnswerContext answer = context(!keep_alive_);
  answer.keep_alive_http10 = !request.http11 && keep_alive_;
  answer.head = request.method == Method::head;
  closing_ = !keep_alive_;
  switch (route_.action) {
    case Action::find_user:
      return start_find();
    case Action::list_users:
      return start_list(answer);
    case Action::export_users:
      return start_export(answer);
    case Action::replace_user:
    case Action::patch_user:
    case Action::remove_user:
      return start_update();
    case Action::live:
      protocol::write_health(output(), answer);
      break;
    case Action::ready:
      // What passes by itself is no reason to send no traffic, which alone would find it passed.
      if (const storage::Status health = thread_.store().health(); is_lasting(health)) {
        protocol::write_problem(output(), to_problem(health), {}, answer);
      } else {
        protocol::write_health(output(), answer);
      }
      break;
    case Action::describe_api:
      protocol::write_document(output(), protocol::openapi_document(), answer);
      break;
    case Action::describe:
      protocol::write_no_content(output(), route_.fields, answer);
      break;
    case Action::create_user:
    case Action::create_users:
    case Action::refuse:
      protocol::write_problem(output(), route_.problem,
                              {route_.fields, reader_ ? &reader_->faults() : nullptr}, answer);
      break;
  }
  drop_request();
}

Exchange& Connection::begin_exchange(Exchange::Kind kind) {
  const protocol::Request& request = parser_->request();
  Exchange& exchange = thread_.take_exchange();
  exchange.kind = kind;
  exchange.head = request.method == Method::head;
  exchange.http11 = request.http11;
  exchange.keep_alive = keep_alive_;
  return exchange;
}

void Connection::start_find() {
  Exchange& exchange = begin_exchange(Exchange::Kind::find);
  exchange.FindOperation::id = route_.id;
  exchange.asked_for = parser_->take_condition();
  drop_request();
  enqueue(exchange);
  thread_.session().find(exchange);
}

void Connection::start_update() {
  const protocol::Request& request = parser_->request();
  Exchange& exchange = begin_exchange(Exchange::Kind::write);
  storage::WriteOperation& operation = exchange;
  operation.verb = route_.action == Action::remove_user ? storage::WriteOperation::Verb::remove
                                                        : storage::WriteOperation::Verb::replace;
  operation.id = route_.id;
  exchange.asked_for = parser_->take_condition();
  operation.condition = exchange.asked_for.get();
  operation.merged = nullptr;
  if (route_.action == Action::remove_user && request.accepted.names_json()) {
    exchange.whole = std::make_unique<storage::UserRecord>();
    operation.merged = exchange.whole.get();
  }
  if (reader_) {
    storage::UserRecord& text = exchange.FindOperation::user;
    text.assign(reader_->user());
    operation.user = text.view();
    operation.members = reader_->members();
    if (operation.members != storage::all_members) {
      exchange.whole = std::make_unique<storage::UserRecord>();
      operation.merged = exchange.whole.get();
    }
  }
  drop_request();
  enqueue(exchange);
  thread_.session().write(exchange);
}

void Connection::drop_request() {
  parser_.reset();
  if (reader_) thread_.readers().give_back(std::move(reader_));
}

protocol::OutputBuffer& Connection::output() {
  if (!output_) {
    output_ = thread_.buffers().take();
    output_->clear();
    progressed();
  }
  return *output_;
}

protocol::AnswerContext Connection::context(bool close) const {
  protocol::AnswerContext answer;
  answer.date = thread_.date();
  answer.close = close;
  return answer;
}

void Connection::send() {
  while (output_ && !closed()) {
    const ssize_t sent = ::send(socket_, output_->data(), output_->size(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      // Edge-triggered: the ready set tells when there is room again.
      if (errno != EAGAIN) cut();
      return;
    }
    progressed();
    output_->consume(static_cast<std::size_t>(sent));
    if (output_->size() == 0) {
      drop_output();
    } else {
      account_sent();
    }
  }
}

void Connection::drop_output() {
  thread_.give_back(std::move(output_));
  account_sent();
}

/// What is to happen next, now that this event is dealt with.
void Connection::finish_or_wait() {
  if (closed()) return;
  if (export_waits_ && unsent() < max_unsent_octets) ask_to_resume();
  const bool all_answered = first_ == nullptr && !held_ && !output_ && !bulk_wanted_;
  if (lingering_ || (peer_closed_ && all_answered && !paused_)) {
    if (peer_closed_) cut();
    if (!closed() && readable_) ask_to_resume();
  } else if (closing_ && all_answered) {
    begin_linger();
  } else if (paused_) {
    const bool waits = held_ || continue_wanted_ || bulk_wanted_ || (bulk_ && bulk_->ended());
    if (waits_for_room_) return;
    if (waits ? first_ == nullptr : !is_full()) {
      ask_to_resume();
    } else if (!waits) {
      wait_for_room();
    }
  } else if (readable_) {
    ask_to_resume();
  }
}

/// Closing a socket that holds bytes nobody read would reset the connection, and the reset may
/// overtake the last answer (RFC 9112, section 9.6).
void Connection::begin_linger() {
  if (peer_closed_) return cut();
  ::shutdown(socket_, SHUT_WR);
  lingering_ = true;
  paused_ = false;
  drop_request();
  if (rest_) thread_.give_back(std::move(rest_));
  progressed();
  if (readable_) ask_to_resume();
}

Connection::Phase Connection::phase() const noexcept {
  if (lingering_) return Phase::linger;
  if (output_) return Phase::write;
  if (first_ != nullptr || held_ || waits_for_room_) return Phase::store;
  if (parser_ && parser_->started()) return parser_->head_done() ? Phase::body : Phase::header;
  return Phase::idle;
}

std::chrono::milliseconds Connection::allowance(Phase phase) const noexcept {
  if (turned_away_) return thread_.timeouts().linger;
  switch (phase) {
    case Phase::header:
      return thread_.timeouts().header;
    case Phase::body:
      return thread_.timeouts().body;
    case Phase::write:
      return thread_.timeouts().write;
    case Phase::linger:
      return thread_.timeouts().linger;
    case Phase::idle:
      return thread_.timeouts().idle;
    case Phase::store:
      break;
  }
  return {};
}

void Connection::on_tick() {
  const Phase now_in = phase();
  // What the store takes is no fault of the peer's.
  if (closed() || now_in == Phase::store) return;
  if (thread_.now() - since_ < allowance(now_in)) return;
  if (now_in != Phase::header && now_in != Phase::body) return cut();
  if (bulk_) {
    fail_bulk(Problem::line_timeout);
  } else {
    hold_problem(Problem::request_timeout, false);
    answer_held();
  }
  send();
  finish_or_wait();
}

void Connection::drain() {
  if (closed() || lingering_) return;
  // What has arrived already was in flight before the stop.
  readable_ = true;
  resume();
  if (closed()) return;
  // A request that has begun, or waits for its turn, is answered; its answer will say `close`.
  if (!held_ && !paused_ && !(parser_ && parser_->started())) closing_ = true;
  finish_or_wait();
}

void Connection::cut() {
  if (closed()) return;
  // An answer that the end of the connection ends must not look whole: the peer sees a reset.
  const bool unfinished = output_ || bulk_ || (first_ != nullptr && first_->exporting);
  const linger at_once{1, 0};
  if (unfinished) ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(socket_);
  socket_ = -1;
  drop_request();
  bulk_.reset();
  if (rest_) thread_.give_back(std::move(rest_));
  if (output_) drop_output();
  while (first_ != nullptr) {
    Exchange& exchange = *std::exchange(first_, first_->next_in_line);
    exchange.connection = nullptr;
    if (exchange.listing) exchange.listing->abandoned = true;
    // An export that waits for the peer to read is in nobody's hands.
    if (exchange.done || std::exchange(export_waits_, false)) thread_.give_back(exchange);
  }
  in_flight_ = 0;
  thread_.remove(*this);
}

void Connection::progressed() { since_ = thread_.now(); }

void Connection::mark_dirty() {
  if (std::exchange(dirty_, true)) return;
  thread_.at_end_of_turn(*this);
}

void Connection::ask_to_resume() {
  if (std::exchange(resume_asked_, true)) return;
  thread_.in_next_turn(*this);
}

}  // namespace rollcall::server
