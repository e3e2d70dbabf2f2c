#include "storage/postgres/loop.hpp"

#include <poll.h>

#include <algorithm>

#include "storage/postgres/schema.hpp"
#include "storage/postgres/sql.hpp"

namespace rollcall::storage::postgres {
namespace {

bool set_up_reads(Connection& connection, std::string& error) {
  if (connection.prepare(statements_of_reads())) return true;
  error = connection.error();
  return false;
}

/// A listing may be broken off: the database is to notice that within so many milliseconds, where
/// it can (PostgreSQL 14 and later).
bool set_up_lists(Connection& connection, std::string& error) {
  if (connection.is_pooled()) return true;
  const Result set = connection.run(
      "SELECT set_config(name, '250', false) FROM pg_settings WHERE name = "
      "'client_connection_check_interval'");
  if (set.kind() != Result::Kind::none) return true;
  error = connection.error();
  return false;
}

}  // namespace

bool set_up_writes(Connection& connection, bool ordered_ids, OpenFailure& failure) {
  std::string synchronous_commit;
  if (!check_settings(connection, synchronous_commit, failure)) return false;
  if (connection.prepare(statements_of_writes(ordered_ids))) return true;
  failure.reason = OpenFailure::Reason::database_failed;
  failure.detail = connection.error();
  return false;
}

Loop::Loop(const std::string& url, const WriteBatch::Rules& rules,
           std::chrono::nanoseconds max_linger, std::unique_ptr<Connection> first, const Lane& lane,
           std::int64_t others, Events& events)
    : write_link_(
          url,
          [this, ordered_ids = rules.ordered_ids](Connection& connection, std::string& error) {
            OpenFailure failure;
            if (!set_up_writes(connection, ordered_ids, failure)) {
              error = failure.detail;
              return false;
            }
            return writer_.set_up(connection, error);
          },
          waker_),
      writer_(write_link_, lane, rules, max_linger, events),
      find_link_(url, set_up_reads, waker_),
      finder_(find_link_),
      downloads_(url, waker_),
      others_(others) {
  write_link_.adopt(std::move(first));
  for (auto& each : list_links_) {
    each = std::make_unique<Link>(url, set_up_lists, waker_);
    listers_.emplace_back(*each, list_queue_);
  }
  thread_ = std::thread([this] { run(); });
}

Loop::~Loop() {
  stopping_.store(true, std::memory_order_release);
  waker_.wake();
  thread_.join();
  // An attempt to connect uses the writer.
  write_link_.end();
}

void Loop::run() {
  while (!stopping_.load(std::memory_order_acquire)) {
    step(Clock::now());
    wait();
  }
  leave();
}

void Loop::step(Clock::time_point now) {
  write_link_.step(now);
  writer_.receive(now);
  find_link_.step(now);
  finder_.receive();
  take_work(now);
  if (now >= give_up_at_.load(std::memory_order_relaxed)) give_up_all(now);
  writer_.step(now);
  agree_on_host(now);
  finder_.step(now);
  list_queue_.expire(now);
  for (std::size_t i = 0; i < listers_.size(); ++i) {
    list_links_[i]->step(now);
    // The last one is kept free for the look around that is due, however many listings wait.
    const bool may_take = i + 1 < listers_.size() || now - looked_ < look_interval;
    listers_[i].step(now, writer_.unique_emails(), may_take);
  }
  downloads_.step(now);
  look_around(now);
  outbox_.hand_over();
}

/// What is read is to be what was written, also while two servers both take themselves for the
/// primary: all connections go to the one that has the writes.
void Loop::agree_on_host(Clock::time_point now) {
  // It would not be noticed as long as nothing is written.
  if (find_link_.is_silent() && write_link_.is_up() && !write_link_.is_busy() &&
      write_link_.up_since() < find_link_.down_since()) {
    write_link_.lose_silent(now);
  }
  if (!write_link_.is_up()) {
    host_.reset();
  } else if (host_ != write_link_.host()) {
    host_ = write_link_.host();
  }
  const bool reached = write_link_.is_up() && write_link_.up_since() != reached_;
  if (reached) reached_ = write_link_.up_since();
  find_link_.keep_to(host_);
  if (reached) find_link_.hasten(now);
  for (const auto& each : list_links_) {
    each->keep_to(host_);
    if (reached) each->hasten(now);
  }
  downloads_.keep_to(host_);
}

void Loop::take_work(Clock::time_point now) {
  gathering_.take(work_);
  for (const auto& each : work_.writes) writer_.add(each);
  for (const auto& each : work_.finds) finder_.add(each);
  for (const ListOrder& each : work_.lists) {
    if (each.cancelled == nullptr) {
      list_queue_.add(each.list);
    } else {
      list_queue_.cancel(each.cancelled);
      for (Lister& lister : listers_) lister.cancel(each.cancelled, now);
    }
  }
  for (const auto& each : work_.exports) downloads_.add(each);
  work_.writes.clear();
  work_.finds.clear();
  work_.lists.clear();
  work_.exports.clear();
}

void Loop::give_up_all(Clock::time_point now) {
  writer_.give_up_all(now);
  finder_.give_up_all(now);
  list_queue_.give_up_all();
  for (Lister& each : listers_) each.give_up_all(now);
  downloads_.give_up_all();
}

void Loop::look_around(Clock::time_point now) {
  if (now - looked_ < look_interval || !listers_.back().can_be_lent()) return;
  const bool lives = write_upkeep(now);
  const auto take = [this](std::span<const Result> results) { take_upkeep(results); };
  listers_.back().lend(upkeep_, now, take);
  looked_ = now;
  if (lives) lived_ = now;
}

/// What nobody asks for: how many users others have made, keys whose time is over, signs of life.
/// True with a sign of life.
bool Loop::write_upkeep(Clock::time_point now) {
  const Lane& lane = writer_.lane();
  upkeep_.clear();
  // Nothing of it needs the standby, and a session that waits for one does not notice that it has
  // been given up.
  upkeep_.add("SELECT set_config('synchronous_commit', 'local', true)");
  upkeep_.add("SELECT coalesce(sum(users), 0)::int8 FROM lanes WHERE lane <> $1::int8",
              Parameters().add(lane.number));
  upkeep_.add(
      "SELECT greatest(reltuples, 0)::int8 FROM pg_class WHERE oid = "
      "to_regclass('idempotency_keys')");
  // As batches do it: the lane first, and then keys.
  const bool lives = now - lived_ > sign_of_life;
  if (lives) {
    upkeep_.add("UPDATE lanes SET seen = now() WHERE lane = $1::int8 AND owner = $2::int8",
                Parameters().add(lane.number).add(lane.owner));
  }
  upkeep_.add(
      "DELETE FROM idempotency_keys WHERE key IN (SELECT key FROM idempotency_keys WHERE "
      "expires_at <= now() AND (open_until IS NULL OR open_until <= now()) LIMIT " +
      std::to_string(max_keys_a_look) + " FOR UPDATE SKIP LOCKED)");
  if (!writer_.uploads().empty()) {
    Array& keys = upkeep_.array(Array::Of::texts);
    Array& tokens = upkeep_.array(Array::Of::integers);
    writer_.uploads().add_to(keys, tokens);
    // A row that is locked is being written by a batch, which renews the lease itself. Waiting for
    // it while holding other rows that the batch needs would be a deadlock.
    upkeep_.add(
        "UPDATE idempotency_keys SET open_until = now() + interval '" +
            std::to_string(upload_lease.count()) +
            " seconds' WHERE key IN (SELECT key FROM idempotency_keys WHERE key = ANY ($1::text[]) "
            "AND token = ANY ($2::int8[]) AND open_until IS NOT NULL FOR UPDATE SKIP LOCKED)",
        Parameters().add(keys).add(tokens));
  }
  return lives;
}

void Loop::take_upkeep(std::span<const Result> results) {
  others_.store(results[1].integer(0, 0), std::memory_order_relaxed);
  if (results[2].rows() == 1) keys_.store(results[2].integer(0, 0), std::memory_order_relaxed);
}

/// Until there is something to be done that no descriptor tells of.
std::chrono::nanoseconds Loop::time_to_wait() const {
  // Deadlines are seconds; but the next attempt to connect is soon.
  const bool is_up = write_link_.is_up() && find_link_.is_up();
  const std::chrono::milliseconds look{is_up ? 100 : 10};
  const Clock::time_point held = writer_.holds_until();
  if (held == Clock::time_point::min()) return look;
  return std::clamp<std::chrono::nanoseconds>(held - Clock::now(), {}, look);
}

void Loop::wait() {
  links_.assign({&write_link_, &find_link_});
  for (const auto& each : list_links_) links_.push_back(each.get());
  downloads_.add_links(links_);
  wanted_.clear();
  for (const Link* const each : links_) wanted_.push_back(each->wanted());
  wanted_.push_back({waker_.descriptor(), POLLIN, 0});
  const bool answered = std::any_of(links_.begin(), links_.end(),
                                    [](const Link* each) { return each->has_answer(); });
  const Gathering::Wants wants{writer_.wants(), finder_.could_begin()};
  const bool has_more = writer_.has_work() || (wants.finds && finder_.waits());
  const bool waits = !answered && !has_more && !gathering_.has_work(wants);
  const timespec time{0, waits ? time_to_wait().count() : 0};
  ::ppoll(wanted_.data(), wanted_.size(), &time, nullptr);
  if (wanted_.back().revents != 0) waker_.clear();
  for (std::size_t i = 0; i < links_.size(); ++i) {
    if (wanted_[i].revents != 0) links_[i]->ready();
  }
}

/// Gives back what this instance has and does not need: its lane, and the ids it has not used, if
/// nobody has taken later ones, and no import has used any of them.
void Loop::leave() {
  constexpr std::chrono::milliseconds patience{1'500};
  const Clock::time_point until = Clock::now() + patience;
  // The number of a batch that was given up.
  while (!writer_.is_idle() && Clock::now() < until) {
    step(Clock::now());
    wait();
  }
  if (!writer_.is_idle() || !write_link_.is_up()) return;
  Script script;
  const Lane& lane = writer_.lane();
  // Without a block nothing is given back but the lane.
  Ids::Block block{0, 0};
  if (writer_.ids().has_block()) block = writer_.ids().last_block();
  // In one statement: when it comes late, or twice, the lane is another's, and so may the ids be.
  script.add(
      "WITH mine AS (UPDATE lanes SET owner = 0 WHERE lane = $1::int8 AND owner = $2::int8 "
      "RETURNING 1) UPDATE ids SET next = $3::int8 FROM mine WHERE next = $4::int8 AND NOT EXISTS "
      "(SELECT FROM users WHERE id >= $3::int8)",
      Parameters()
          .add(lane.number)
          .add(lane.owner)
          .add(static_cast<std::int64_t>(block.next))
          .add(static_cast<std::int64_t>(block.end)));
  write_link_.send(script);
  while (write_link_.collect() == Link::Reply::none && Clock::now() < until) {
    pollfd one = write_link_.wanted();
    ::poll(&one, 1, 50);
    write_link_.ready();
  }
}

}  // namespace rollcall::storage::postgres
