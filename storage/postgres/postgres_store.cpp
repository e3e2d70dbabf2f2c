#include "storage/postgres/postgres_store.hpp"

#include <atomic>
#include <thread>
#include <utility>

#include "storage/open_error.hpp"
#include "storage/postgres/loop.hpp"
#include "storage/postgres/schema.hpp"
#include "storage/postgres/sql.hpp"
#include "storage/store_url.hpp"

namespace rollcall::storage {
namespace {

using postgres::Clock;
using postgres::Connection;
using postgres::Inbox;
using postgres::Loop;
using postgres::Parameters;
using postgres::Result;
using Reason = OpenFailure::Reason;

class PostgresStore final : public Store {
 public:
  explicit PostgresStore(std::unique_ptr<Loop> loop) noexcept : loop_(std::move(loop)) {}

  std::unique_ptr<Session> open_session(SessionOwner& owner) override;
  std::uint64_t size() const noexcept override {
    const std::int64_t users = loop_ ? loop_->users() : 0;
    return users > 0 ? static_cast<std::uint64_t>(users) : 0;
  }
  StoreFigures figures() const noexcept override {
    return {.users = size(),
            .keys = loop_ ? static_cast<std::uint64_t>(loop_->keys()) : 0,
            .pending_writes = pending_writes_.load(std::memory_order_relaxed),
            .wal_octets = 0};
  }
  Status health() const noexcept override { return loop_ ? loop_->health() : Status::ok; }
  void end_within(std::chrono::milliseconds time) noexcept override {
    if (loop_) loop_->end_within(time);
  }
  bool close(std::string&) noexcept override {
    loop_.reset();
    return true;
  }

 private:
  class PostgresSession;

  std::unique_ptr<Loop> loop_;
  std::atomic<std::size_t> sessions_{0};
  std::atomic<std::size_t> pending_writes_{0};
};

class PostgresStore::PostgresSession final : public Session {
 public:
  PostgresSession(PostgresStore& store, SessionOwner& owner)
      : store_(store), owner_(owner), inbox_(owner, store.loop_->outbox()) {
    store_.sessions_.fetch_add(1, std::memory_order_relaxed);
  }
  ~PostgresSession() override { store_.sessions_.fetch_sub(1, std::memory_order_relaxed); }

  void write(WriteOperation& operation) noexcept override {
    const bool closes = operation.verb == WriteOperation::Verb::close_upload;
    if (store_.pending_writes_.fetch_add(1, std::memory_order_relaxed) >= max_pending_writes &&
        !closes) {
      store_.pending_writes_.fetch_sub(1, std::memory_order_relaxed);
      operation.status = Status::queue_full;
      return owner_.completed(operation);
    }
    ++pending_writes_;
    begin_turn();
    gathered_.writes.push_back({{&operation, &inbox_, turn_began_}});
  }
  bool has_room() const noexcept override {
    return pending_writes_ * store_.sessions_.load(std::memory_order_relaxed) <
           max_pending_stream_writes;
  }
  void find(FindOperation& operation) noexcept override {
    begin_turn();
    gathered_.finds.push_back({&operation, &inbox_, turn_began_});
  }
  void list(ListOperation& operation) noexcept override {
    gathered_.lists.push_back({.list = {&operation, &inbox_, Clock::now()}});
  }
  void cancel(Operation& operation) noexcept override {
    Session::cancel(operation);
    gathered_.lists.push_back({.cancelled = &operation});
  }
  void export_next(ExportOperation& operation) noexcept override {
    operation.status = store_.loop_->begin_export(operation);
    if (operation.status != Status::ok) return owner_.completed(operation);
    gathered_.exports.push_back({&operation, &inbox_, Clock::now()});
  }

  bool end_turn() noexcept override {
    deliver();
    drop_cancelled();
    if (!gathered_.empty()) store_.loop_->gathering().submit(gathered_);
    return false;
  }
  void tick(std::chrono::steady_clock::time_point) noexcept override {}
  void deliver() noexcept override {
    const std::size_t writes = inbox_.take();
    pending_writes_ -= writes;
    completed_writes_ += writes;
    store_.pending_writes_.fetch_sub(writes, std::memory_order_relaxed);
    inbox_.tell();
  }

 private:
  /// Looks at the clock once a turn.
  void begin_turn() noexcept {
    if (!gathered_.writes.empty() || !gathered_.finds.empty()) return;
    turn_began_ = Clock::now();
  }

  /// Listings that were cancelled before they were handed over.
  void drop_cancelled() noexcept {
    std::vector<ListOperation*> dropped;
    std::erase_if(gathered_.lists, [&](const postgres::ListOrder& each) {
      if (each.cancelled != nullptr || !each.list.operation->cancelled) return false;
      dropped.push_back(each.list.operation);
      return true;
    });
    for (ListOperation* const each : dropped) {
      each->status = Status::cancelled;
      owner_.completed(*each);
    }
  }

  PostgresStore& store_;
  SessionOwner& owner_;
  Inbox inbox_;
  postgres::Work gathered_;
  Clock::time_point turn_began_{};
};

std::unique_ptr<Session> PostgresStore::open_session(SessionOwner& owner) {
  return std::make_unique<PostgresSession>(*this, owner);
}

[[noreturn]] void refuse(OpenFailure failure, const std::string& shown) {
  failure.path = shown;
  throw StoreOpenError(std::move(failure));
}

/// Tries for a while: a database that was started at the same time needs a moment.
std::unique_ptr<Connection> connect(const std::string& url, const std::string& shown) {
  const Clock::time_point until = Clock::now() + postgres::open_time;
  static const std::atomic<bool> never{false};
  for (;;) {
    std::string error;
    // Also the time that setting it up may take.
    auto made = Connection::open(url, {}, std::max(until, Clock::now() + postgres::connect_time),
                                 never, error);
    if (made) return made;
    const bool may_come =
        error.find("refused") != error.npos || error.find("starting up") != error.npos ||
        error.find("shutting down") != error.npos || error.find("recovery") != error.npos;
    if (!may_come || Clock::now() > until) {
      refuse({.reason = Reason::database_not_reached, .detail = error}, shown);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace

std::unique_ptr<Store> open_postgres(const std::string& given, const std::string& shown,
                                     const StoreOptions& options, Events& events) {
  const std::string url = connection_url(given);
  const StoreRules& rules = options.rules;
  const postgres::WriteBatch::Rules wanted{rules.keys.lifetime.count(), rules.unique_email,
                                           has_ordered_ids(given)};
  std::unique_ptr<Connection> first = connect(url, shown);
  OpenFailure failure;
  std::string synchronous_commit;
  if (!postgres::check_settings(*first, synchronous_commit, failure) ||
      !postgres::prepare_schema(*first, rules.unique_email, failure) ||
      !postgres::set_up_writes(*first, wanted.ordered_ids, failure)) {
    refuse(std::move(failure), shown);
  }
  postgres::Lane lane;
  failure.reason = Reason::database_failed;
  if (!postgres::take_lane(*first, lane, failure.detail)) refuse(std::move(failure), shown);
  const Result others =
      first->run("SELECT coalesce(sum(users), 0)::int8 FROM lanes WHERE lane <> $1::int8",
                 Parameters().add(lane.number));
  if (others.kind() != Result::Kind::done || !first->start_pipeline()) {
    failure.detail = first->error();
    refuse(std::move(failure), shown);
  }
  if (synchronous_commit == "remote_write") events.commits_weakly(synchronous_commit);
  return std::make_unique<PostgresStore>(std::make_unique<Loop>(
      url, wanted, options.max_linger, std::move(first), lane, others.integer(0, 0), events));
}

}  // namespace rollcall::storage
