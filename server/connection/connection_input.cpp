#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

#include "server/connection/connection.hpp"
#include "server/io_thread.hpp"

/// The receiving half of Connection: bytes to requests.
namespace rollcall::server {

using protocol::Action;
using protocol::Problem;
using protocol::RequestParser;

void Connection::on_ready(std::uint32_t events) {
  if (closed()) return;
  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
    readable_ = peer_closing_ = true;
    defer_listing();
    if (thread_.streams_stopped() && defers_listing()) return cut();
  }
  if ((events & EPOLLIN) != 0) readable_ = true;
  if ((events & EPOLLOUT) != 0 && output_) send();
  if (!paused_) receive();
  finish_or_wait();
}

void Connection::resume() {
  resume_asked_ = false;
  if (closed()) return;
  if (export_waits_ && unsent() < max_unsent_octets) next_export_piece();
  if (paused_) {
    paused_ = false;
    receiving_ = true;
    take_in(rest_ ? std::string_view(rest_->data(), rest_->size()) : std::string_view(), true);
    receiving_ = false;
  }
  // Also when paused again: it sends what was answered.
  receive();
  finish_or_wait();
}

void Connection::on_room() {
  waits_for_room_ = false;
  let_on_ = true;
  if (closed()) return;
  progressed();
  finish_or_wait();
}

void Connection::receive() {
  receiving_ = true;
  for (int reads = 0; readable_ && !paused_ && !closed() && reads < max_reads_a_turn; ++reads) {
    char* into = thread_.receive_buffer().data();
    std::size_t room = receive_octets;
    if (rest_) {
      // What is not parsed is less than a header, or reading would be paused.
      room -= rest_->size();
      rest_->reserve(room);
      into = rest_->tail();
    }
    const ssize_t received = ::recv(socket_, into, room, MSG_DONTWAIT);
    if (received < 0) {
      if (errno == EINTR) continue;
      readable_ = false;
      if (errno != EAGAIN) cut();
    } else if (received == 0) {
      readable_ = false;
      peer_closed_ = true;
    } else {
      const auto size = static_cast<std::size_t>(received);
      // Edge-triggered: a short read has emptied the socket (epoll(7), question 9).
      if (size < room && !peer_closing_) readable_ = false;
      if (rest_) {
        rest_->commit(size);
        take_in({rest_->data(), rest_->size()}, true);
      } else {
        take_in({into, size}, false);
      }
    }
  }
  receiving_ = false;
  if (!output_ || closed()) return;
  if (first_ != nullptr) {
    mark_dirty();
  } else {
    send();
  }
}

void Connection::take_in(std::string_view bytes, bool from_rest) {
  const std::size_t used = parse(bytes);
  if (closed()) return;
  if (from_rest) {
    if (!rest_) return;
    rest_->consume(used);
    if (rest_->size() == 0) thread_.give_back(std::move(rest_));
  } else if (used < bytes.size()) {
    rest_ = thread_.buffers().take();
    rest_->clear();
    rest_->append(bytes.substr(used));
  }
}

/// As much is passed on, or unread by the peer, as may be.
bool Connection::is_full() const noexcept {
  if (!bulk_) return in_flight_ >= max_pipelined_requests || unsent() >= max_unsent_octets;
  return in_flight_ >= max_lines_in_flight || unsent() >= max_unread_line_octets || lacks_room() ||
         lacks_spare();
}

/// A stream leaves the store room for requests that can't wait.
bool Connection::lacks_room() const noexcept { return bulk_ && !thread_.has_room(); }

bool Connection::lacks_spare() const noexcept {
  return bulk_ && unsent() >= max_unsent_octets && !thread_.has_spare();
}

/// Behind those of which it is known that somebody waits for them.
void Connection::defer_listing() noexcept {
  for (Exchange* each = first_; each != nullptr; each = each->next_in_line) {
    if (each->listing) each->listing->deferred = true;
  }
}

std::size_t Connection::parse(std::string_view bytes) {
  std::size_t used = 0;
  while (!closing_ && !closed()) {
    if (!settle_held()) {
      paused_ = true;
      break;
    }
    if (closing_ || (!parser_ && used == bytes.size())) break;
    if (is_full()) {
      paused_ = true;
      break;
    }
    std::size_t consumed = 0;
    const std::string_view rest = bytes.substr(used);
    const bool more = bulk_ ? parse_bulk(rest, consumed) : parse_one(rest, consumed);
    used += consumed;
    if (!more) break;
  }
  return closing_ ? bytes.size() : used;
}

/// False when the request at the beginning of `bytes` goes on beyond them.
bool Connection::parse_one(std::string_view bytes, std::size_t& consumed) {
  if (!parser_) parser_.emplace();
  const bool had_started = parser_->started();
  const RequestParser::Result result = parser_->read(bytes);
  if (!had_started) progressed();
  consumed = result.consumed;
  switch (result.progress) {
    case RequestParser::Progress::need_more:
      return false;
    case RequestParser::Progress::head:
      on_head();
      return true;
    case RequestParser::Progress::complete:
      on_complete();
      return true;
    case RequestParser::Progress::failed:
      hold_problem(parser_->problem(), false);
      return true;
  }
  return false;
}

/// Answers what had to wait until all before it were answered. False if it still has to.
bool Connection::settle_held() {
  if (bulk_ && bulk_->ended()) {
    write_answers();
    return !bulk_;
  }
  if (!held_ && !continue_wanted_ && !bulk_wanted_) return true;
  if (first_ != nullptr) return false;
  if (continue_wanted_) {
    continue_wanted_ = false;
    protocol::write_continue(output());
  }
  if (bulk_wanted_) start_bulk();
  if (held_) answer_held();
  return true;
}

void Connection::on_head() {
  const protocol::Request& request = parser_->request();
  progressed();
  if (turned_away_) return hold_problem(Problem::too_many_connections, false);
  route_ = protocol::route(request);
  if (request.expects_continue && request.has_body) {
    if (route_.action == Action::refuse) {
      // The client may or may not send its body now (RFC 9110, section 10.1.1): nothing that
      // follows could be told apart from it.
      return hold_problem(route_.problem, false);
    }
    continue_wanted_ = true;
  }
  // The end of a stream may be far: whoever sends it is told now.
  if (route_.action == Action::refuse && parser_->is_unbounded()) {
    return hold_problem(route_.problem, false);
  }
  bulk_wanted_ = route_.action == Action::create_users;
  if (takes_user(route_.action)) {
    reader_ = thread_.readers().take();
    reader_->reset();
    parser_->read_body_into(reader_.get());
  }
}

void Connection::on_complete() {
  progressed();
  continue_wanted_ = false;
  keep_alive_ = parser_->request().keep_alive;
  if (takes_user(route_.action)) {
    const bool patch = route_.action == Action::patch_user;
    const protocol::UserReader::Outcome outcome =
        reader_->finish(patch ? protocol::Content::patch : protocol::Content::user);
    if (!outcome.ok) return hold_problem(outcome.problem, keep_alive_);
    if (route_.action == Action::create_user) return start_create();
  }
  held_ = true;
}

void Connection::hold_problem(Problem problem, bool keep_alive) {
  // What the route had to say was for its own answer.
  if (route_.action != Action::refuse) route_.fields = "";
  route_.action = Action::refuse;
  route_.problem = problem;
  keep_alive_ = keep_alive;
  held_ = true;
}

void Connection::start_create() {
  Exchange& exchange = begin_exchange(Exchange::Kind::write);
  storage::UserRecord& text = exchange.FindOperation::user;
  text.assign(reader_->user());
  exchange.WriteOperation::user = text.view();
  exchange.verb = storage::WriteOperation::Verb::create;
  exchange.key = nullptr;
  if (parser_->request().key) {
    exchange.key_text = parser_->take_key();
    exchange.idempotency_key.text = *exchange.key_text;
    exchange.key = &exchange.idempotency_key;
  }
  exchange.keep_alive = keep_alive_ && !thread_.draining();
  if (!exchange.keep_alive) closing_ = true;
  drop_request();
  enqueue(exchange);
  thread_.session().write(exchange);
}

}  // namespace rollcall::server
