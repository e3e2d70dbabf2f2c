#include "storage/local/known_keys.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "storage/decision.hpp"
#include "storage/limits.hpp"

namespace rollcall::storage {
namespace {

std::unique_ptr<char[]> pack(const UserView& user) {
  auto packed = std::make_unique_for_overwrite<char[]>(PackedUser::octets(user));
  PackedUser::write(packed.get(), user);
  return packed;
}

}  // namespace

void KnownKeys::start_clock() {
  if (clock_.started()) return;
  using std::chrono::seconds;
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  clock_.start(rules_.now != nullptr ? rules_.now()
                                     : std::chrono::duration_cast<seconds>(since).count());
}

void KnownKeys::load(const std::vector<StoredKey>& keys) {
  for (const StoredKey& each : keys) {
    clock_.start(each.created_at);
    if (each.number == 0) continue;
    const Digest digest = digester_(each.text);
    last_number_ = each.number;
    if (each.line != 0) {
      const KnownUploads::Place place = uploads_.load(each, digest, latest_run());
      keep_run(place, {digest, each.number, each.created_at, each.line});
      continue;
    }
    auto answer = each.answer.empty() ? nullptr : pack(PackedUser::read(each.answer.data()));
    known_[digest] = {each.payload,    each.user_id,      each.number,
                      each.created_at, std::move(answer), false};
    kept_.push_back({digest, each.number, each.created_at});
  }
  noted_ = time();
}

Status KnownKeys::look_up(WriteOperation& operation) {
  start_clock();
  IdempotencyKey& key = *operation.key;
  key.payload = payload_of(operation);
  const Digest digest = digester_(key.text);
  if (!uploads_.empty() && uploads_.knows(digest, oldest())) return Status::key_reused;
  const auto found = known_.find(digest);
  if (found == known_.end() || is_due(found->second.created_at)) return Status::ok;
  if (found->second.payload != key.payload) return Status::key_reused;
  if (found->second.in_flight) return Status::key_in_flight;
  operation.id = found->second.user_id;
  // Everything else is in the operation itself.
  if (operation.is_partial() && found->second.answer) {
    operation.merged->assign(PackedUser::read(found->second.answer.get()));
    operation.user = operation.merged->view();
  }
  return Status::replayed;
}

Status KnownKeys::open_upload(IdempotencyKey& key) {
  start_clock();
  const Digest digest = digester_(key.text);
  const auto single = known_.find(digest);
  if (single != known_.end() && !is_due(single->second.created_at)) return Status::key_reused;
  return uploads_.open(key, digest, oldest()) ? Status::ok : Status::key_in_flight;
}

void KnownKeys::add_line(const WriteOperation& operation) {
  if (uploads_.add(operation)) return;
  for (int i = 0; i < 2; ++i) forget_one();
  const KnownUploads::Stamp stamp{++last_number_, time()};
  const KnownUploads::Place place = uploads_.stamp_run(stamp);
  batch_.push_back({place.digest, stamp.number, stamp.created_at, place.line});
}

void KnownKeys::add(const WriteOperation& operation) {
  if (operation.key->line != 0) return add_line(operation);
  IdempotencyKey& key = *operation.key;
  // Two for one: however many are due, no batch has to wait until all of them are dropped.
  for (int i = 0; i < 2; ++i) forget_one();
  const Digest digest = digester_(key.text);
  key.number = ++last_number_;
  key.created_at = time();
  auto answer = operation.is_partial() ? pack(operation.user) : nullptr;
  known_[digest] = {key.payload, operation.id, key.number, key.created_at, std::move(answer), true};
  batch_.push_back({digest, key.number, key.created_at});
}

void KnownKeys::keep() {
  for (const Kept& each : batch_) {
    if (each.line != 0) {
      const KnownUploads::Place place = uploads_.keep({each.digest, each.line}, latest_run());
      keep_run(place, each);
      continue;
    }
    known_[each.digest].in_flight = false;
    kept_.push_back(each);
  }
  batch_.clear();
  uploads_.end_batch();
}

void KnownKeys::drop() {
  for (const Kept& each : batch_) {
    if (each.line == 0) known_.erase(each.digest);
  }
  batch_.clear();
  uploads_.drop();
}

std::optional<KnownUploads::Place> KnownKeys::latest_run() const noexcept {
  if (kept_.empty() || kept_.back().line == 0) return std::nullopt;
  return KnownUploads::Place{kept_.back().digest, kept_.back().line};
}

/// `place` is where `run` is kept now: with the one before it, or by itself.
void KnownKeys::keep_run(const KnownUploads::Place& place, const Kept& run) {
  if (place.line == run.line) {
    kept_.push_back(run);
  } else {
    kept_.back().number = run.number;
  }
}

bool KnownKeys::is_due(std::int64_t created_at) const noexcept { return created_at < oldest(); }

std::int64_t KnownKeys::oldest() const noexcept {
  return time() - (rules_.lifetime + key_slack).count() + 1;
}

bool KnownKeys::tick(KeyClock::Monotonic::time_point now) {
  clock_.advance(now);
  const std::uint64_t before = forgotten_through_;
  for (std::size_t i = 0; i < max_keys_a_tick; ++i) {
    if (kept_.empty() || !is_due(kept_.front().created_at)) break;
    forget_first();
  }
  // A restart takes back what has passed since: a small part of a lifetime.
  const std::int64_t interval = std::max<std::int64_t>(rules_.lifetime.count() / 64, 1);
  const bool note = !kept_.empty() && time() - noted_ >= interval;
  if (!note && forgotten_through_ == before) return false;
  noted_ = time();
  return true;
}

void KnownKeys::forget_one() {
  if (kept_.empty()) return;
  const Kept& first = kept_.front();
  const bool due = is_due(first.created_at);
  if (!due && kept_.size() + batch_.size() < rules_.most) return;
  if (!due && !told_) {
    told_ = true;
    events_.keys_dropped_early(rules_.most);
  }
  forget_first();
}

void KnownKeys::forget_first() {
  const Kept& first = kept_.front();
  if (first.line != 0) uploads_.forget({first.digest, first.line}, first.number);
  // The key may have come again since its time was over.
  const auto known = known_.find(first.digest);
  if (known != known_.end() && known->second.number == first.number) known_.erase(known);
  forgotten_through_ = first.number;
  kept_.pop_front();
}

}  // namespace rollcall::storage
