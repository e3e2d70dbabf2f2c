#include "storage/local/decider.hpp"

#include "storage/decision.hpp"

namespace rollcall::storage {

using Verb = WriteOperation::Verb;

std::vector<std::vector<UserId>> Decider::make_emails_unique() {
  emails_ = std::make_unique<UniqueEmails>();
  return emails_->load(table_);
}

void Decider::begin(bool plain) noexcept {
  plain_ = plain;
  // What one large batch took would cost every batch behind it.
  constexpr std::size_t worth_keeping = 4'096;
  if (latest_.bucket_count() > worth_keeping) {
    latest_ = {};
  } else if (!latest_.empty()) {
    latest_.clear();
  }
}

void Decider::decide(WriteOperation& operation, UserId next_id) {
  switch (operation.verb) {
    case Verb::create:
      decide_create(operation, next_id);
      break;
    case Verb::replace:
    case Verb::remove:
      decide_update(operation);
      break;
    case Verb::open_upload:
      operation.status = keys_.open_upload(*operation.key);
      return;
    case Verb::close_upload:
      operation.status = Status::ok;
      return keys_.close_upload(*operation.key);
  }
  if (!plain_ && operation.status == Status::ok) latest_[operation.id] = &operation;
}

void Decider::decide_create(WriteOperation& operation, UserId next_id) {
  operation.status = Status::ok;
  if (operation.key != nullptr && operation.key->line == 0) {
    operation.status = keys_.look_up(operation);
  }
  if (operation.status == Status::ok && emails_ && !emails_->add(operation.user.email)) {
    operation.status = Status::email_taken;
  }
  if (operation.status != Status::ok) return;
  operation.id = next_id;
  if (operation.key != nullptr) keys_.add(operation);
}

void Decider::decide_update(WriteOperation& operation) {
  if (operation.key != nullptr) {
    operation.status = keys_.look_up(operation);
    if (operation.status != Status::ok) return;
  }
  UserRecord record;
  const UserView* current = nullptr;
  UserView in_table;
  if (const auto latest = latest_.find(operation.id); latest != latest_.end()) {
    if (latest->second->verb != Verb::remove) current = &latest->second->user;
  } else if (table_.find(operation.id, record)) {
    in_table = record.view();
    current = &in_table;
  }
  operation.status = decide_change(operation, current);
  if (operation.status != Status::ok) return;
  if (emails_ && !note_email(operation, *current)) {
    operation.status = Status::email_taken;
  } else if (operation.key != nullptr) {
    keys_.add(operation);
  }
}

bool Decider::note_email(const WriteOperation& operation, const UserView& before) {
  if (operation.verb == Verb::replace) {
    return emails_->replace(before.email, operation.user.email);
  }
  emails_->remove(before.email);
  return true;
}

void Decider::keep() {
  keys_.keep();
  if (emails_) emails_->keep();
}

void Decider::drop() {
  keys_.drop();
  if (emails_) emails_->drop();
}

}  // namespace rollcall::storage
