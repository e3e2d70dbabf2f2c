#include <algorithm>

#include "server/connection/connection.hpp"
#include "server/connection/status_problem.hpp"

/// Connection's uploads, and the answers that are written piece by piece as their client reads
/// them.
namespace rollcall::server {

using protocol::Problem;

/// All before it is answered, and its key, if it has one, is open.
void Connection::begin_upload(bool body_is_here) {
  if (!upload_) {
    RequestFacts request = intake_.request().facts();
    request.caller = intake_.request().head().caller;
    if (request.caller != nullptr) note_caller(*request.caller);
    request.keep_alive = request.keep_alive && request.http11 && thread_.ending == Ending::none;
    const Upload::Means means{*this, thread_.exchanges, queue_, *thread_.session,
                              thread_.upload_result_octets};
    upload_ = std::make_unique<Upload>(means, request, intake_.request().head().preferences);
    if (intake_.request().head().key) open_key();
  }
  if (!queue_.empty()) {
    state_ = State::awaits_answers;
  } else if (upload_) {
    start_upload(body_is_here);
  }
}

void Connection::open_key() {
  upload_->await_key();
  Exchange& exchange = thread_.exchanges.take(*this, upload_->request());
  UploadKey& key = exchange.become<UploadKey>();
  key.open(intake_.request().parser->take_key());
  queue_.push(exchange);
  thread_.session->write(key);
}

/// The front is the key of the upload, which was opened or closed.
void Connection::on_key(UploadKey& key) {
  const bool opened = key.verb == storage::WriteOperation::Verb::open_upload;
  const storage::Status status = key.status;
  if (opened && status == storage::Status::ok) upload_->opened(key);
  thread_.give_back(queue_.pop());
  if (!opened || status == storage::Status::ok) return;
  upload_.reset();
  refuse(to_problem(status), After::closes);
}

/// An upload of nobody's, if `owner` is null.
void Connection::close_key(std::uint64_t upload, ExchangeOwner* owner) {
  Exchange& exchange = thread_.exchanges.take(*this, upload_->request());
  exchange.owner = owner;
  UploadKey& key = exchange.become<UploadKey>();
  key.close(upload);
  if (owner != nullptr) queue_.push(exchange);
  thread_.write_behind(key);
}

void Connection::start_upload(bool body_is_here) {
  const bool waits = intake_.wants_continue() && !body_is_here && !readable_;
  intake_.begin_upload(*upload_);
  if (waits) {
    send_continue();
  } else if (upload_->is_early()) {
    begin_early_answer();
  }
  if (!closed() && thread_.ending == Ending::uploads_stopped) break_upload_off(Problem::stopping);
}

/// Behind 100, not before some of the body has come.
void Connection::begin_early_answer() {
  const RequestFacts& request = upload_->request();
  ends_with_connection_ = !request.http11;
  upload_->begin_answer(output_, context(request, !request.keep_alive));
}

/// It can't be read further. What is passed on is still answered, and the answer says why; an early
/// one breaks off without its end, so that nobody takes it for whole.
void Connection::break_upload_off(Problem why) {
  thread_.admission.stop_waiting(*this);
  upload_->break_off(why);
  state_ = State::closing;
  if (queue_.empty()) finish_upload();
}

/// The lines at the front are done.
void Connection::settle_lines() {
  if (upload_->is_early()) begin_early_answer();
  upload_->settle_lines(output_);
  // Its client may have waited for these before it sends more, and the store was no fault of its.
  waits_to_read_ = thread_.now;
}

void Connection::on_upload_whole() {
  upload_->finish();
  if (upload_->differs()) break_upload_off(Problem::key_reused);
}

/// The connection is closed.
void Connection::leave_upload() {
  count_upload();
  upload_->abandon(output_);
  if (const std::uint64_t key = upload_->take_key(); key != 0) close_key(key, nullptr);
  upload_.reset();
}

/// What has come of it by now is all that will.
void Connection::count_upload() const noexcept {
  protocol::Caller* const caller = upload_->request().caller;
  if (caller != nullptr) caller->octets_in = intake_.request().parser->octets();
}

/// All lines of an upload are settled, and it is read no further. Its key is closed before it is
/// answered: a client that has the answer may send it again.
void Connection::finish_upload() {
  if (const std::uint64_t key = upload_->take_key(); key != 0) return close_key(key, this);
  count_upload();
  const RequestFacts& request = upload_->request();
  const bool whole = upload_->stage() == Upload::Stage::ended;
  const bool stays = whole && request.keep_alive && thread_.ending == Ending::none;
  if (!stays) state_ = State::closing;
  if (const auto why = upload_->why_broken()) thread_.hooks.refused(*why);
  if (upload_->is_early()) {
    begin_early_answer();
    upload_->write_end(output_);
  } else {
    RequestFacts facts = request;
    facts.keep_alive = stays;
    Exchange& exchange = thread_.exchanges.take(*this, facts);
    keep_caller(exchange, intake_.request());
    Report& report = exchange.become<Report>();
    report.answer = upload_->report(stays);
    exchange.stage = Exchange::Stage::done;
    queue_.push(exchange);
    write_report(report);
  }
  upload_.reset();
  intake_.finish_request();
}

/// The front is the answer to an upload that is read. False if nothing behind it can be written
/// now.
bool Connection::write_report(Report& report) {
  Exchange& exchange = *queue_.front();
  const RequestFacts& request = exchange.request;
  ends_with_connection_ = !request.http11;
  if (report.answer->write(output_, context(request, !request.keep_alive))) {
    lose_caller(exchange);
    thread_.give_back(queue_.pop());
    return true;
  }
  exchange.stage = Exchange::Stage::parked;
  return false;
}

/// The front is an export that has come to its next piece. False if nothing behind it can be
/// written now.
bool Connection::write_piece(Export& piece) {
  const RequestFacts& request = piece.exchange.request;
  ends_with_connection_ = !request.http11;
  switch (piece.download.write(output_, request, piece, context(request, !request.keep_alive))) {
    case Download::Progress::more:
      piece.exchange.stage = Exchange::Stage::parked;
      return false;
    case Download::Progress::whole:
      lose_caller(piece.exchange);
      thread_.give_back(queue_.pop());
      return true;
    case Download::Progress::broken:
      break;
  }
  // Nothing can be told behind it.
  lose_caller(piece.exchange);
  thread_.give_back(queue_.pop());
  abandon_queue();
  state_ = State::closing;
  if (ends_with_connection_) close(CloseReason::broken_off);
  return false;
}

/// A listing that does not fit now is dropped, and asked for again when it does.
bool Connection::may_write(List& list) {
  constexpr std::size_t octets_around_a_user = 80;
  const std::size_t octets = list.users.octets() + list.users.size() * octets_around_a_user;
  Exchange& exchange = list.exchange;
  if (exchange.request.head() || thread_.admission.fits(*this, output_.size(), octets)) {
    thread_.admission.stop_deferring(*this);
    return true;
  }
  list.users = {};
  exchange.stage = Exchange::Stage::parked;
  thread_.admission.wait_to_write(*this, octets);
  return false;
}

/// An answer whose next piece could not be written yet.
void Connection::go_on_with_front() {
  Exchange* const front = queue_.front();
  if (front == nullptr || !may_go_on(*front)) return;
  if (auto* const list = std::get_if<List>(&front->what)) return start_listing(*list);
  if (std::holds_alternative<Report>(front->what)) return go_on_with_report(*front);
  Export& piece = std::get<Export>(front->what);
  const std::size_t octets = std::max<std::size_t>(piece.download.piece_octets(), 1);
  if (!thread_.admission.fits(*this, output_.size(), octets)) {
    return thread_.admission.wait_to_write(*this, octets);
  }
  front->stage = Exchange::Stage::in_store;
  thread_.session->export_next(piece);
}

void Connection::go_on_with_report(Exchange& front) {
  if (!thread_.admission.fits(*this, output_.size(), upload_answer_piece_octets)) {
    return thread_.admission.wait_to_write(*this, upload_answer_piece_octets);
  }
  front.stage = Exchange::Stage::done;
  mark_dirty();
}

bool Connection::may_go_on(const Exchange& front) const noexcept {
  return front.stage == Exchange::Stage::parked && !thread_.admission.waits(*this) &&
         output_.size() < max_unsent_octets;
}

}  // namespace rollcall::server
