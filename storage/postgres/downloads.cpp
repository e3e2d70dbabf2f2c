#include "storage/postgres/downloads.hpp"

#include <utility>

#include "storage/limits.hpp"
#include "storage/postgres/looked.hpp"
#include "storage/postgres/sql.hpp"

namespace rollcall::storage::postgres {

Download::Download(const std::string& url, Waker& waker)
    : link_(
          url, [](Connection&, std::string&) { return true; }, waker) {}

void Download::step(Clock::time_point now) {
  if (link_.is_up()) link_.step(now);
  if (const Link::Reply reply = link_.collect(); reply != Link::Reply::none) answer(reply);
  // A snapshot that was lost can't be had again.
  if (state_ == State::reading && !link_.is_up()) state_ = State::over;
  if (now - since_ > max_download_time) state_ = State::over;
  // A piece is found by the index, so one that takes long waits for a lock or for nobody.
  if (state_ == State::reading && !is_idle() && now - piece_.since > max_list_time + max_wait) {
    state_ = State::over;
  }
  if (state_ == State::over) {
    link_.lose("", now);
    return finish(Status::io_error);
  }
  if (state_ == State::connecting) {
    link_.step(now);
    if (!is_idle() && now - piece_.since > max_wait) finish(Status::unavailable);
  }
  if (!is_idle() && link_.is_up() && !link_.is_busy()) ask();
}

void Download::ask() {
  script_.clear();
  if (!begun_) script_.add("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  script_.add("SELECT id, " + columns() + " FROM users WHERE id > $1::int8 ORDER BY id LIMIT " +
                  std::to_string(users_a_piece),
              Parameters().add(static_cast<std::int64_t>(last_)));
  begun_ = true;
  state_ = State::reading;
  link_.send(script_);
}

void Download::answer(Link::Reply reply) {
  if (reply != Link::Reply::committed) {
    state_ = State::over;
    return finish(Status::io_error);
  }
  if (is_idle()) return;
  const Result& result = link_.results().back();
  ExportOperation& operation = *piece_.operation;
  operation.users.clear();
  for (int row = 0; row < result.rows(); ++row) {
    last_ = static_cast<UserId>(result.integer(row, 0));
    operation.users.append(last_, user_in(result, row));
  }
  operation.end = static_cast<std::size_t>(result.rows()) < users_a_piece;
  if (operation.end) state_ = State::over;
  finish(Status::ok);
}

void Download::finish(Status status) {
  if (is_idle()) return;
  std::exchange(piece_, {}).finish(status);
}

/// Destroyed on any thread, whenever the export ends.
class Downloads::Cursor final : public ExportCursor {
 public:
  explicit Cursor(std::shared_ptr<Place> place) noexcept : place_(std::move(place)) {}
  ~Cursor() override {
    place_->count->fetch_sub(1, std::memory_order_relaxed);
    place_->dropped.store(true, std::memory_order_release);
  }
  const std::shared_ptr<Place>& place() const noexcept { return place_; }

 private:
  const std::shared_ptr<Place> place_;
};

Status Downloads::begin(ExportOperation& operation) {
  if (operation.cursor) return Status::ok;
  if (count_->fetch_add(1, std::memory_order_relaxed) >= max_snapshots) {
    count_->fetch_sub(1, std::memory_order_relaxed);
    return Status::queue_full;
  }
  operation.cursor = std::make_unique<Cursor>(std::make_shared<Place>(count_));
  return Status::ok;
}

void Downloads::add(const Pending<ExportOperation>& piece) {
  const auto& place = static_cast<Cursor&>(*piece.operation->cursor).place();
  if (!place->download) {
    place->download = std::make_unique<Download>(url_, waker_);
    places_.push_back(place);
  }
  place->download->next(piece);
}

void Downloads::step(Clock::time_point now) {
  std::erase_if(places_, [](const std::shared_ptr<Place>& each) {
    if (!each->dropped.load(std::memory_order_acquire)) return false;
    // The other connections do not wait for the thread of its attempt to connect.
    each->download->link().leave();
    if (!each->download->link().has_left()) return false;
    each->download.reset();
    return true;
  });
  for (const auto& each : places_) each->download->step(now);
}

void Downloads::give_up_all() {
  for (const auto& each : places_) each->download->give_up();
}

void Downloads::keep_to(const std::optional<Host>& host) const {
  for (const auto& each : places_) each->download->link().keep_to(host);
}

void Downloads::add_links(std::vector<Link*>& to) const {
  for (const auto& each : places_) to.push_back(&each->download->link());
}

bool Downloads::is_idle() const noexcept {
  for (const auto& each : places_) {
    if (!each->download->is_idle()) return false;
  }
  return true;
}

}  // namespace rollcall::storage::postgres
