#include "storage/postgres/write_batch.hpp"

#include <algorithm>

#include "storage/decision.hpp"
#include "storage/postgres/user_columns.hpp"

namespace rollcall::storage::postgres {

using Verb = WriteOperation::Verb;

void WriteBatch::clear() {
  writes_.clear();
  changes_.clear();
  keys_.clear();
  forms_.clear();
  opened_.clear();
  first_created_ = 0;
  effects_ = 0;
  added_ = 0;
  plain_ = true;
}

void WriteBatch::look(Looked& looked, const Rules& rules) {
  looked.clear();
  for (const Write& each : writes_) {
    const WriteOperation& operation = each.operation();
    const bool updates = operation.verb == Verb::replace || operation.verb == Verb::remove;
    const bool opens = operation.verb == Verb::open_upload;
    if (updates) looked.ask_for_user(operation.id);
    if (!updates && !opens && !each.pending.lost) continue;
    if (operation.key != nullptr && operation.verb != Verb::close_upload) {
      const IdempotencyKey& key = *operation.key;
      const auto upload = static_cast<std::int64_t>(key.upload);
      looked.ask_for_key(key.line == 0 ? key.text : uploads_.key_of(upload));
    }
    const bool has_email = (operation.members & set_of(Member::email)) != 0;
    if (rules.unique_emails && has_email && operation.verb <= Verb::replace) {
      looked.ask_for_email(email_key_(operation.user.email));
    }
  }
}

std::vector<PendingWrite> WriteBatch::decide(const Looked& looked, const Rules& rules, Ids& ids) {
  std::vector<PendingWrite> behind;
  for (std::size_t i = 0; i < writes_.size(); ++i) {
    Write& each = writes_[i];
    each.asked = each.operation().user;
    if (decide(each, looked, rules, ids) == Decided::yes) {
      plain_ = plain_ && each.fate == Fate::made && each.operation().verb == Verb::create &&
               each.operation().key == nullptr && is_ascii(each.operation().user);
      continue;
    }
    each.operation().user = each.asked;
    for (std::size_t rest = i; rest < writes_.size(); ++rest) {
      behind.push_back(writes_[rest].pending);
    }
    writes_.resize(i);
    break;
  }
  plain_ = plain_ && !rules.unique_emails;
  return behind;
}

/// No id of a user, and no other token of any instance.
std::int64_t WriteBatch::new_token() {
  constexpr std::uint64_t most = std::uint64_t{1} << 62;
  return -static_cast<std::int64_t>(random_() % most) - 2;
}

void WriteBatch::refuse(Write& write, Status status) noexcept {
  write.operation().status = status;
  write.fate = Fate::refused;
}

WriteBatch::Decided WriteBatch::decide(Write& write, const Looked& looked, const Rules& rules,
                                       Ids& ids) {
  WriteOperation& operation = write.operation();
  operation.status = Status::ok;
  switch (operation.verb) {
    case Verb::open_upload:
    case Verb::close_upload:
      return decide_upload(write, looked);
    case Verb::create:
    case Verb::replace:
    case Verb::remove:
      break;
  }
  if (operation.key != nullptr && operation.key->line == 0 && decide_key(write, looked)) {
    return Decided::yes;
  }
  return operation.verb == Verb::create ? decide_create(write, looked, rules, ids)
                                        : decide_update(write, looked, rules);
}

/// True if its key alone decides.
bool WriteBatch::decide_key(Write& write, const Looked& looked) {
  WriteOperation& operation = write.operation();
  IdempotencyKey& key = *operation.key;
  key.payload = payload_of(operation);
  if (keys_.contains(std::string(key.text))) {
    refuse(write, Status::key_in_flight);
    return true;
  }
  const KnownKey* const known = looked.key(key.text);
  if (known == nullptr) return false;
  if (known->user_id == 0 || known->payload != key.payload) {
    refuse(write, Status::key_reused);
    return true;
  }
  operation.id = known->user_id;
  if (operation.is_partial() && known->answer) {
    operation.merged->assign(known->answer->view());
    operation.user = operation.merged->view();
  }
  refuse(write, Status::replayed);
  return true;
}

/// The upload of a line still has its key. Otherwise its time here was over, and another one may
/// have it.
bool WriteBatch::is_own_key(const IdempotencyKey& line, const Looked& looked) const noexcept {
  const auto upload = static_cast<std::int64_t>(line.upload);
  const KnownKey* const known = looked.key(uploads_.key_of(upload));
  return known != nullptr && known->token == upload;
}

WriteBatch::Decided WriteBatch::decide_create(Write& write, const Looked& looked,
                                              const Rules& rules, Ids& ids) {
  WriteOperation& operation = write.operation();
  const bool is_line = operation.key != nullptr && operation.key->line != 0;
  std::string form;
  if (rules.unique_emails) {
    form = email_key_(operation.user.email);
    if (forms_.contains(form)) return Decided::not_in_this_batch;
    if (write.pending.lost && looked.is_taken(form, 0)) {
      refuse(write, Status::email_taken);
      return Decided::yes;
    }
  }
  if (is_line && write.pending.lost && !is_own_key(*operation.key, looked)) {
    refuse(write, Status::key_in_flight);
    return Decided::yes;
  }
  if (rules.unique_emails) forms_.emplace(std::move(form), 0);
  if (ids.left() == 0) {
    refuse(write, Status::ids_exhausted);
    return Decided::yes;
  }
  operation.id = ids.take();
  if (first_created_ == 0) first_created_ = operation.id;
  write.token = static_cast<std::int64_t>(operation.id);
  write.fate = Fate::made;
  ++effects_;
  if (operation.key != nullptr && !is_line) {
    keys_.emplace(operation.key->text, place_of(write));
  }
  return Decided::yes;
}

WriteBatch::Decided WriteBatch::decide_update(Write& write, const Looked& looked,
                                              const Rules& rules) {
  WriteOperation& operation = write.operation();
  const auto before = changes_.find(operation.id);
  std::optional<UserView> current;
  if (before != changes_.end()) {
    // A key is used if, and only if, what it was given for is done: so the two can't be one effect.
    if (operation.key != nullptr || !before->second.key.empty()) return Decided::not_in_this_batch;
    write.rests_on_change = true;
    if (!before->second.removed) current = before->second.now;
  } else {
    current = looked.user(operation.id);
    const bool may_be_new = first_created_ != 0 && operation.id >= first_created_;
    if (!current && may_be_new) return Decided::not_in_this_batch;
  }
  const Status status = decide_change(operation, current ? &*current : nullptr);
  if (status != Status::ok) {
    refuse(write, status);
    return Decided::yes;
  }
  Effect next;
  if (rules.unique_emails &&
      decide_email(write, *current, looked, next) == Decided::not_in_this_batch) {
    return Decided::not_in_this_batch;
  }
  if (operation.status != Status::ok) return Decided::yes;
  if (operation.key != nullptr) {
    write.token = new_token();
    keys_.emplace(operation.key->text, place_of(write));
    next.key = operation.key->text;
    next.token = write.token;
  }
  write.fate = Fate::made;
  ++effects_;
  next.now = operation.user;
  next.removed = operation.verb == Verb::remove;
  if (before == changes_.end()) {
    next.was.assign(*current);
    changes_.emplace(operation.id, std::move(next));
  } else {
    before->second.now = next.now;
    before->second.removed = next.removed;
    if (!next.claim.empty()) before->second.claim = next.claim;
  }
  return Decided::yes;
}

/// Sets the status if another user has the address.
WriteBatch::Decided WriteBatch::decide_email(Write& write, const UserView& before,
                                             const Looked& looked, Effect& effect) {
  const WriteOperation& operation = write.operation();
  std::string old(email_key_(before.email));
  // Who came before asked for the address while this user had it.
  const auto asked = forms_.find(old);
  if (asked != forms_.end() && asked->second != operation.id) return Decided::not_in_this_batch;
  if (operation.verb == Verb::remove) {
    forms_.emplace(std::move(old), operation.id);
    return Decided::yes;
  }
  std::string form(email_key_(operation.user.email));
  if (form == old) return Decided::yes;
  if (forms_.contains(form)) return Decided::not_in_this_batch;
  if (looked.is_taken(form, operation.id)) {
    refuse(write, Status::email_taken);
    return Decided::yes;
  }
  forms_.emplace(std::move(old), operation.id);
  forms_.emplace(form, operation.id);
  effect.claim = std::move(form);
  return Decided::yes;
}

WriteBatch::Decided WriteBatch::decide_upload(Write& write, const Looked& looked) {
  WriteOperation& operation = write.operation();
  if (operation.verb == Verb::close_upload) {
    ++effects_;
    write.fate = Fate::passed;
    return Decided::yes;
  }
  const std::string key(operation.key->text);
  const KnownKey* const known = looked.key(key);
  if (known != nullptr && known->user_id != 0) {
    refuse(write, Status::key_reused);
  } else if (keys_.contains(key) || uploads_.is_open(key) || (known && write.pending.lost)) {
    refuse(write, Status::key_in_flight);
  } else {
    write.token = new_token();
    write.fate = Fate::made;
    ++effects_;
    keys_.emplace(key, place_of(write));
    opened_.push_back(write.token);
  }
  return Decided::yes;
}

void WriteBatch::take(std::span<const Result> results) {
  std::unordered_set<std::int64_t> done;
  if (!results.empty() && results.back().rows() == 1) {
    for (const std::int64_t each : integers_of(results.back().text(0, 0))) done.insert(each);
  }
  if (!opened_.empty() && results.size() > 1) note_runs(results[results.size() - 2]);
  for (Write& each : writes_) {
    const WriteOperation& operation = each.operation();
    const auto id = static_cast<std::int64_t>(operation.id);
    const bool is_made = plain_ || done.contains(operation.is_change() ? id : each.token);
    each.ends = is_made || each.fate == Fate::passed ||
                (each.fate == Fate::refused && !each.rests_on_change);
    if (each.ends && each.fate != Fate::refused) note_done(each);
  }
}

std::vector<PendingWrite> WriteBatch::finish() {
  std::vector<PendingWrite> again;
  for (Write& each : writes_) {
    if (each.ends) {
      each.pending.finish(each.operation().status);
      continue;
    }
    each.operation().user = each.asked;
    each.pending.lost = true;
    again.push_back(each.pending);
  }
  writes_.clear();
  return again;
}

/// What uploads that are opened have created before, under the same key.
void WriteBatch::note_runs(const Result& result) {
  for (const Write& each : writes_) {
    if (each.operation().verb != Verb::open_upload || each.fate != Fate::made) continue;
    std::vector<UploadRun>& runs = *each.operation().key->runs;
    runs.clear();
    for (int row = 0; row < result.rows(); ++row) {
      if (result.integer(row, 0) != each.token) continue;
      const auto number = [&](int column) {
        return static_cast<std::uint64_t>(result.integer(row, column));
      };
      const UploadRun next{number(1), number(2), number(3), number(4)};
      UploadRun* const last = runs.empty() ? nullptr : &runs.back();
      if (last != nullptr && last->line + last->count == next.line &&
          last->id + last->count == next.id) {
        last->count += next.count;
        last->digest += next.digest;
      } else {
        runs.push_back(next);
      }
    }
  }
}

void WriteBatch::note_done(const Write& write) {
  switch (write.operation().verb) {
    case Verb::create:
      ++added_;
      break;
    case Verb::remove:
      --added_;
      break;
    case Verb::open_upload:
      write.operation().key->upload = static_cast<std::uint64_t>(write.token);
      uploads_.opened(write.token, write.operation().key->text);
      break;
    case Verb::close_upload:
      uploads_.closed(static_cast<std::int64_t>(write.operation().key->upload));
      break;
    case Verb::replace:
      break;
  }
}

std::vector<PendingWrite> WriteBatch::take_back() {
  std::vector<PendingWrite> all;
  for (const Write& each : writes_) {
    if (each.fate != Fate::open) each.operation().user = each.asked;
    all.push_back(each.pending);
  }
  clear();
  return all;
}

void WriteBatch::finish_all(Status status) {
  for (const Write& each : writes_) {
    // Its key is free again when its lease in the database is over.
    if (each.operation().verb == Verb::close_upload) {
      uploads_.closed(static_cast<std::int64_t>(each.operation().key->upload));
    }
    each.pending.finish(status);
  }
  clear();
}

Clock::time_point WriteBatch::oldest() const noexcept {
  Clock::time_point oldest = Clock::time_point::max();
  for (const Write& each : writes_) oldest = std::min(oldest, each.pending.since);
  return oldest;
}

}  // namespace rollcall::storage::postgres
