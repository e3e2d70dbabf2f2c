#include "protocol/json/line_answer.hpp"
#include "server/connection/connection.hpp"
#include "server/connection/status_problem.hpp"
#include "server/io_thread.hpp"

/// Connection's part of what may be large: a stream of users in one request, one of all users in an
/// answer, and listings.
namespace rollcall::server {

using protocol::Problem;
using protocol::RequestParser;

void Bulk::on_user(std::uint64_t line, const storage::UserView& user) {
  connection_.create_line(line, user);
}

void Bulk::on_bad_line(std::uint64_t line, Problem problem, const protocol::UserReader& reader) {
  connection_.refuse_line(line, problem, reader);
}

/// All before it is answered: the answer begins, and goes on while the request does.
void Connection::start_bulk() {
  bulk_wanted_ = false;
  const protocol::Request& request = parser_->request();
  keep_alive_ = request.keep_alive && request.http11 && !thread_.draining();
  bulk_ = std::make_unique<Bulk>(*this, request.http11);
  parser_->read_body_into(bulk_.get());
  protocol::write_stream_head(output(), bulk_->chunked(), context(!keep_alive_));
  if (thread_.streams_stopped()) fail_bulk(Problem::stopping);
}

/// As parse_one(), but in small pieces, so that what is passed on stays near its bound.
bool Connection::parse_bulk(std::string_view bytes, std::size_t& consumed) {
  const std::string_view piece = bytes.substr(0, bulk_piece_octets);
  const std::uint64_t lines = bulk_->lines();
  RequestParser::Result result = parser_->read(piece);
  const auto stuck = [&] {
    return result.progress == RequestParser::Progress::need_more && result.consumed == 0;
  };
  if (stuck() && piece.size() < bytes.size()) result = parser_->read(bytes);
  consumed = result.consumed;
  // Blank ones too: that is how a stream that waits for users is kept alive.
  if (bulk_->lines() != lines) progressed();
  let_on_ = false;
  switch (result.progress) {
    case RequestParser::Progress::complete:
      bulk_->finish();
      return true;
    case RequestParser::Progress::failed:
      fail_bulk(parser_->problem());
      return false;
    default:
      return !stuck() && consumed < bytes.size();
  }
}

void Connection::create_line(std::uint64_t line, const storage::UserView& user) {
  Exchange& exchange = begin_exchange(Exchange::Kind::write);
  exchange.line = line;
  storage::UserRecord& text = exchange.FindOperation::user;
  text.assign(user);
  exchange.WriteOperation::user = text.view();
  exchange.verb = storage::WriteOperation::Verb::create;
  exchange.key = nullptr;
  enqueue(exchange);
  thread_.session().write(exchange);
}

void Connection::refuse_line(std::uint64_t line, Problem problem,
                             const protocol::UserReader& reader) {
  Exchange& exchange = begin_exchange(Exchange::Kind::write);
  exchange.line = line;
  exchange.bad_line = std::make_unique<BadLine>(BadLine{problem, reader.faults()});
  exchange.done = true;
  enqueue(exchange);
  // No store will tell that it is done.
  mark_dirty();
}

/// The answers at the front of the line that are done and are lines, as one chunk.
void Connection::write_lines() {
  protocol::LineWriter lines(output(), bulk_->chunked());
  while (first_ != nullptr && first_->done && first_->line > 0) {
    Exchange& exchange = *std::exchange(first_, first_->next_in_line);
    --in_flight_;
    const storage::WriteOperation& operation = exchange;
    if (exchange.bad_line) {
      lines.problem(exchange.line, exchange.bad_line->problem,
                    {"", &exchange.bad_line->faults, nullptr});
    } else if (operation.status == storage::Status::ok) {
      lines.created(operation.id);
    } else {
      lines.problem(exchange.line, to_problem(operation.status), {});
    }
    thread_.give_back(exchange);
  }
  lines.end();
  account_output(Unread::lines);
}

/// The request has ended and every line is answered.
void Connection::end_bulk() {
  protocol::write_stream_end(output(), bulk_->chunked());
  account_output(Unread::lines);
  bulk_.reset();
  closing_ = !keep_alive_ || thread_.draining();
  drop_request();
}

/// The request can't be read further. What is passed on is still answered; the stream then breaks
/// off without its end, so that nobody takes it for whole.
void Connection::fail_bulk(Problem problem) {
  broken_bulk_ = problem;
  closing_ = true;
  if (first_ == nullptr) break_bulk_off();
}

void Connection::break_bulk_off() {
  protocol::LineWriter lines(output(), bulk_->chunked());
  lines.problem(0, broken_bulk_, {});
  lines.end();
  account_output(Unread::lines);
  bulk_.reset();
  drop_request();
}

/// A paused stream for which it is not its own answers that have to be waited for.
void Connection::wait_for_room() {
  const bool room = lacks_room();
  if (!room && !lacks_spare()) return;
  waits_for_room_ = true;
  room ? thread_.when_there_is_room(*this, let_on_) : thread_.when_there_is_spare(*this);
}

void Connection::stop_stream() {
  if (closed()) return;
  if (defers_listing()) return cut();
  if (!bulk_ || bulk_->ended() || closing_) return;
  fail_bulk(Problem::stopping);
  send();
  finish_or_wait();
}

void Connection::start_list(const protocol::AnswerContext& answer) {
  protocol::ListQuery asked = protocol::parse_list_query(parser_->request().query);
  if (!asked.errors.empty() || !thread_.takes_listings()) {
    const Problem problem = asked.errors.empty() ? Problem::too_many_listings : Problem::bad_query;
    protocol::write_problem(output(), problem, {"", nullptr, &asked.errors}, answer);
    return drop_request();
  }
  Exchange& exchange = begin_exchange(Exchange::Kind::list);
  exchange.listing = std::make_unique<Listing>();
  Listing& listing = *exchange.listing;
  listing.exchange = &exchange;
  listing.request = std::move(asked.request);
  listing.deferred = peer_closing_;
  listing.asked = std::move(asked);
  listing.query = parser_->request().query;
  drop_request();
  enqueue(exchange);
  thread_.list(listing);
}

/// The output holds much, and the thread bounds how much its connections hold together.
void Connection::account_output(Unread kind) {
  thread_.unread(accounted_as_) -= std::exchange(accounted_octets_, unsent());
  accounted_as_ = kind;
  thread_.unread(kind) += accounted_octets_;
}

void Connection::account_sent() {
  if (accounted_octets_ > 0) account_output(accounted_as_);
}

void Connection::start_export(const protocol::AnswerContext& answer) {
  const protocol::Request& request = parser_->request();
  std::vector<protocol::QueryError> errors = protocol::refuse_parameters(request.query);
  if (!errors.empty()) {
    protocol::write_problem(output(), Problem::bad_query, {"", nullptr, &errors}, answer);
    return drop_request();
  }
  keep_alive_ = keep_alive_ && request.http11;
  closing_ = !keep_alive_;
  if (request.method == protocol::Method::head) {
    protocol::write_stream_head(output(), request.http11, answer);
    return drop_request();
  }
  Exchange& exchange = begin_exchange(Exchange::Kind::stream);
  exchange.exporting = std::make_unique<Exporting>();
  exchange.exporting->exchange = &exchange;
  drop_request();
  enqueue(exchange);
  thread_.session().export_next(*exchange.exporting);
}

void Connection::next_export_piece() {
  export_waits_ = false;
  thread_.session().export_next(*first_->exporting);
}

bool Connection::has_export_piece() const noexcept {
  const Exporting& exporting = *first_->exporting;
  return exporting.begun || exporting.status == storage::Status::ok;
}

/// False if there is more to come.
bool Connection::write_export_piece() {
  Exchange& exchange = *first_;
  Exporting& exporting = *exchange.exporting;
  if (!std::exchange(exporting.begun, true)) {
    protocol::write_stream_head(output(), exchange.http11, context(!exchange.keep_alive));
  }
  if (exporting.status != storage::Status::ok) {
    // Without its end nobody takes it for whole.
    cut();
    return false;
  }
  if (exporting.users.size() > 0) {
    protocol::LineWriter lines(output(), exchange.http11);
    for (std::size_t i = 0; i < exporting.users.size(); ++i) {
      lines.user(exporting.users.id(i), exporting.users.user(i));
    }
    lines.end();
  }
  if (!exporting.end) {
    exchange.done = false;
    export_waits_ = true;
    return false;
  }
  protocol::write_stream_end(output(), exchange.http11);
  first_ = exchange.next_in_line;
  --in_flight_;
  thread_.give_back(exchange);
  return true;
}

}  // namespace rollcall::server
