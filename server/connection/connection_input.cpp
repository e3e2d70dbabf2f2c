#include <boost/config.hpp>
#include <utility>

#include "server/connection/connection.hpp"
#include "server/connection/dispatch.hpp"

/// Connection's way in: from octets to exchanges.
namespace rollcall::server {

using protocol::Action;
using protocol::Problem;

void Connection::on_ready(std::uint32_t events) {
  if (closed()) return;
  const Readiness ready = transport_->on_ready(events);
  if (ready.ending) {
    // Nothing that it has asked for can be answered any more, so nothing more of it is done.
    if (ready.gone && state_ != State::lingering) return close(CloseReason::reset);
    if (peer_end_ == PeerEnd::none) on_peer_ending();
  }
  if (ready.readable) readable_ = true;
  if (ready.writable) send();
  receive();
  proceed();
}

/// Its client sends no more, and may have gone.
void Connection::on_peer_ending() {
  peer_end_ = PeerEnd::announced;
  if (!defers_listing()) return;
  std::get<List>(queue_.front()->what).deferred = true;
  thread_.admission.defer_listing(*this);
  if (thread_.ending == Ending::uploads_stopped) cut();
}

void Connection::resume() {
  is_resumed_ = false;
  if (closed()) return;
  go_on_with_front();
  if (state_ == State::awaits_answers || state_ == State::awaits_space) {
    state_ = State::reading;
    waits_to_read_ = thread_.now;
    parse_rest();
  }
  // Also when it waits again: it sends what was answered.
  receive();
  if (thread_.ending >= Ending::stopping) close_unless_asked();
  proceed();
}

/// In a stop, once all that had arrived before it is read. The first request of a new connection
/// may be under way.
void Connection::close_unless_asked() {
  if (state_ != State::reading || readable_ || intake_.begun()) return;
  const bool is_new = !has_asked_ && thread_.now - waits_to_read_ < first_request_time;
  if (!is_new) state_ = State::closing;
}

/// Only while it takes octets; in any case what was answered meanwhile is sent.
void Connection::receive() {
  for (int reads = 0; readable_ && reads < max_reads_a_turn; ++reads) {
    if (state_ == State::lingering) {
      const auto room = thread_.receive_buffer.size();
      const auto dropped = transport_->read(thread_.receive_buffer.data(), room);
      readable_ = dropped.outcome == Transport::Outcome::again;
      if (!readable_ && dropped.outcome != Transport::Outcome::wait) peer_end_ = PeerEnd::reached;
    } else if (state_ == State::reading) {
      read_once();
    } else {
      break;
    }
  }
  flush();
}

void Connection::read_once() {
  const Intake::Room room = intake_.room(thread_.receive_buffer);
  const Transport::Result result = transport_->read(room.at, room.octets);
  readable_ = result.outcome == Transport::Outcome::again;
  if (result.outcome == Transport::Outcome::broken) return close(CloseReason::reset);
  if (result.outcome == Transport::Outcome::ended) peer_end_ = PeerEnd::reached;
  if (result.octets == 0) return;
  const std::string_view octets = intake_.received(room, result.octets);
  const std::size_t used = parse(octets);
  if (!closed()) intake_.consumed(octets, used);
}

void Connection::parse_rest() {
  const std::string_view rest = intake_.rest();
  const std::size_t used = parse(rest);
  if (!closed()) intake_.consumed(rest, used);
}

/// As far as it may. Behind the last request nothing is read: it is dropped.
std::size_t Connection::parse(std::string_view octets) {
  std::size_t used = 0;
  bool at_head = false;
  // Which answer is the last in a drain shows only when everything is parsed that has come.
  answers_at_once_ = thread_.ending == Ending::none;
  while (state_ == State::reading && settle_held(used < octets.size())) {
    // A request may end with its head.
    if (used == octets.size() && !at_head) break;
    if (is_blocked()) break;
    const Intake::Step step = intake_.read(octets.substr(used), thread_.now);
    used += step.consumed;
    at_head = step.event == Intake::Event::head;
    if (step.event == Intake::Event::need_more) break;
    on_event(step.event);
  }
  answers_at_once_ = false;
  return state_ == State::reading || waits() ? used : octets.size();
}

/// Goes on with what had to wait until all before it were answered. False if it still has to.
bool Connection::settle_held(bool body_is_here) {
  if (upload_ && upload_->stage() == Upload::Stage::ended) {
    write_answers();
    if (upload_) state_ = State::awaits_answers;
    return !upload_ && state_ == State::reading;
  }
  if (!intake_.awaits_answers()) return true;
  if (!queue_.empty()) {
    state_ = State::awaits_answers;
    return false;
  }
  if (intake_.request().route.action == Action::create_users) {
    begin_upload(body_is_here);
  } else {
    start_asked();
  }
  return state_ == State::reading;
}

/// Less is passed on and unread by the client than may be.
bool Connection::has_space() const noexcept {
  if (upload_) {
    return queue_.size() < max_lines_in_flight && output_.size() < max_unread_line_octets;
  }
  return queue_.size() < max_pipelined_requests && output_.size() < max_unsent_octets;
}

/// Whether it has to wait before it takes more.
bool Connection::is_blocked() {
  if (!has_space()) {
    state_ = State::awaits_space;
  } else if (!upload_) {
    return false;
  } else if (const auto why = upload_->obstacle()) {
    break_upload_off(*why);
  } else if (thread_.overload.creations_stopped()) {
    break_upload_off(Problem::memory_full);
  } else if (!thread_.admission.has_room(thread_.has_room())) {
    state_ = State::awaits_room;
    thread_.admission.wait_for_room(*this);
  } else if (!thread_.admission.fits(*this, output_.size(), 1)) {
    state_ = State::awaits_spare;
    thread_.admission.wait_to_write(*this, 1);
  } else {
    return false;
  }
  return true;
}

void Connection::on_event(Intake::Event event) {
  switch (event) {
    case Intake::Event::need_more:
      break;
    case Intake::Event::head:
      return on_head();
    case Intake::Event::piece:
      // Blank lines too: that is how an upload that waits for users is kept alive.
      if (upload_->has_new_lines()) waits_to_read_ = thread_.now;
      if (upload_->is_early()) begin_early_answer();
      return thread_.admission.took_room(*this);
    case Intake::Event::whole:
      return upload_ ? on_upload_whole() : on_whole();
    case Intake::Event::failed:
      return on_failed();
  }
}

void Connection::on_head() {
  waits_to_read_ = thread_.now;
  has_asked_ = true;
  const IncomingRequest& request = intake_.request();
  if (turned_away_ && !is_probe(request.route.action)) {
    return refuse(Problem::too_many_connections, After::closes);
  }
  if (request.route.action == Action::create_users) return intake_.hold();
  if (request.route.action != Action::refuse) return;
  // The client may or may not send its body now (RFC 9110, section 10.1.1): nothing that follows
  // could be told apart from it. And the end of a stream may be far.
  const bool expects = request.head().expects_continue && request.head().has_body;
  if (!expects && !request.parser->is_unbounded()) return;
  refuse(request.route.problem, After::closes, request.route.fields);
}

void Connection::on_whole() {
  waits_to_read_ = thread_.now;
  IncomingRequest& request = intake_.request();
  const Action action = request.route.action;
  if (takes_user(action)) {
    const bool patch = action == Action::patch_user;
    const protocol::UserReader::Outcome outcome =
        request.reader->finish(patch ? protocol::Content::patch : protocol::Content::user);
    if (!outcome.ok) return refuse(outcome.problem, After::stays);
    if (action == Action::create_user) return start_create();
  }
  if (is_answered_at_once(action)) return start_asked();
  given_up_ = has_given_up();
  intake_.hold();
}

void Connection::on_failed() {
  const Problem problem = intake_.request().parser->problem();
  if (upload_) return break_upload_off(problem);
  refuse(problem, After::closes);
}

/// Of the request that is being read.
Exchange& Connection::begin_exchange() {
  Exchange& exchange = thread_.exchanges.take(*this);
  intake_.request().tell(exchange.request);
  if (intake_.request().head().caller != nullptr) [[unlikely]] {
    keep_caller(exchange, intake_.request());
  }
  return exchange;
}

/// The request goes before it is answered. Out of the way of requests without one.
BOOST_NOINLINE void Connection::keep_caller(Exchange& exchange, IncomingRequest& request) {
  if (request.head().caller == nullptr) return;
  note_caller(*request.head().caller);
  // Each gets what the other has had before, and so none is made.
  request.caller.swap(exchange.caller);
  request.parser->give_caller();
  exchange.request.caller = exchange.caller.get();
  thread_.hooks.expect_caller();
}

/// The exchange is answered by a stream, or will not be.
void Connection::lose_caller(Exchange& exchange) noexcept {
  if (std::exchange(exchange.request.caller, nullptr) != nullptr) thread_.hooks.lose_caller();
}

/// What the log wants to know beside what the request says.
void Connection::note_caller(protocol::Caller& caller) const {
  const IncomingRequest& request = intake_.request();
  caller.octets_in = request.parser->octets();
  const protocol::Site* const site = request.parser->site();
  if (site == nullptr || !site->notes_callers) return;
  caller.client = caller.forwarded.address();
  if (!caller.client) caller.client = transport_->peer();
}

/// Behind a request whose answer closes the connection nothing is read.
void Connection::enqueue(Exchange& exchange) {
  if (!exchange.request.keep_alive) state_ = State::closing;
  intake_.finish_request();
  queue_.push(exchange);
}

/// The client of the request that was read just now has probably gone: it sent its end, but not
/// right behind the request.
bool Connection::has_given_up() const noexcept {
  if (peer_end_ == PeerEnd::none || thread_.overload.state() == Overload::State::off) return false;
  return transport_->octets_age() > thread_.overload.most();
}

/// Why the write that was read is not to be made now, if so.
std::optional<Problem> Connection::obstacle_to_write(bool given_up, bool creates) noexcept {
  if (given_up) return Problem::came_too_late;
  if (creates && thread_.overload.creations_stopped()) return Problem::memory_full;
  if (thread_.overload.admits(thread_.session->pending_writes())) return std::nullopt;
  thread_.overload.refused();
  // Whoever asks again at once would otherwise be refused many times in one turn, which then would
  // come to no commit.
  sends_at_end_ = true;
  return Problem::overloaded;
}

void Connection::start_create() {
  if (peer_end_ != PeerEnd::none ||
      !thread_.overload.admits_creation(thread_.session->pending_writes())) {
    if (const auto why = obstacle_to_write(has_given_up(), true)) return refuse(*why, After::stays);
  }
  Exchange& exchange = begin_exchange();
  become_creation(exchange, intake_.request());
  enqueue(exchange);
  thread_.session->write(std::get<Write>(exchange.what));
}

void Connection::start_asked() {
  Exchange& exchange = begin_exchange();
  become_asked(exchange, intake_.request(), thread_.health);
  if (const auto* const answer = std::get_if<Immediate>(&exchange.what)) {
    const bool closes = answer->problem && row(*answer->problem).close;
    if (closes || turned_away_) exchange.request.keep_alive = false;
  } else if (std::holds_alternative<List>(exchange.what) && !thread_.admission.begin_listing()) {
    become_problem(exchange, Problem::too_many_listings);
  } else if (std::holds_alternative<Write>(exchange.what)) {
    if (const auto why = obstacle_to_write(given_up_, false)) become_problem(exchange, *why);
  } else if (std::holds_alternative<Export>(exchange.what)) {
    // Its head is sent long before its end.
    exchange.request.keep_alive = exchange.request.keep_alive && thread_.ending == Ending::none;
  }
  enqueue(exchange);
  if (auto* const list = std::get_if<List>(&exchange.what)) return start_listing(*list);
  if (submit(exchange, *thread_.session)) return;
  exchange.stage = Exchange::Stage::done;
  on_done();
}

void Connection::start_listing(List& list) {
  thread_.store_works = true;
  list.exchange.stage = Exchange::Stage::in_store;
  if (peer_end_ != PeerEnd::none) {
    list.deferred = true;
    thread_.admission.defer_listing(*this);
  }
  thread_.session->list(list);
}

/// The request that is being read is answered with `problem` and read no further. The field lines
/// are those that belong to the problem, not to what was found before.
void Connection::refuse(Problem problem, After after, const char* fields) {
  Exchange& exchange = begin_exchange();
  const IncomingRequest& request = intake_.request();
  Immediate& answer = become_problem(exchange, problem, fields);
  if (problem == Problem::invalid_user) answer.faults = request.reader->faults();
  if (problem == Problem::bad_target) answer.bad_octet = request.head().bad_octet;
  if (row(problem).close || after == After::closes) exchange.request.keep_alive = false;
  enqueue(exchange);
  exchange.stage = Exchange::Stage::done;
  on_done();
}

}  // namespace rollcall::server
