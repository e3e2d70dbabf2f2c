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
  places_ = 0;
  last_id_ = 0;
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
  plain_ = plain_ && !rules.unique_emails && !rules.ordered_ids;
  if (rules.ordered_ids) place_creates();
  return behind;
}

/// New users have the numbers from -n to -1 until it is known what ids those are.
void WriteBatch::place_creates() {
  const auto is_new = [](const Write& each) {
    return each.fate == Fate::made && each.operation().verb == Verb::create;
  };
  places_ = static_cast<std::size_t>(std::count_if(writes_.begin(), writes_.end(), is_new));
  auto place = -static_cast<std::int64_t>(places_);
  for (Write& each : writes_) {
    if (!is_new(each)) continue;
    each.token = place;
    each.operation().id = static_cast<UserId>(place++);
  }
}

/// No id of a user, no place of a new one, and no other token of any instance.
std::int64_t WriteBatch::new_token() {
  constexpr std::uint64_t most = std::uint64_t{1} << 62;
  return -static_cast<std::int64_t>(random_() % most + max_batch + 1);
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
  const bool has_id = rules.ordered_ids ? ids.largest() <= max_user_id - max_batch : ids.left() > 0;
  if (!has_id) {
    refuse(write, Status::ids_exhausted);
    return Decided::yes;
  }
  operation.id = rules.ordered_ids ? 1 : ids.take();
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

}  // namespace rollcall::storage::postgres
