#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "storage/local/known_keys.hpp"
#include "storage/local/table.hpp"
#include "storage/local/unique_emails.hpp"
#include "storage/store.hpp"
#include "storage/store_options.hpp"

namespace rollcall::storage {

/// Decides what becomes of each write of a batch, by what the table has and what was decided before
/// it. A batch is begun, each of its writes decided in their order, and then kept or dropped as a
/// whole. One thread at a time.
class Decider {
 public:
  /// `table` and `events` must outlive it.
  Decider(const Table& table, const StoreRules& rules, Events& events)
      : table_(table), keys_(rules.keys, events) {}

  KnownKeys& keys() noexcept { return keys_; }
  const KnownKeys& keys() const noexcept { return keys_; }
  /// From now on addresses are unique. What UniqueEmails::load() says.
  std::vector<std::vector<UserId>> make_emails_unique();
  bool unique_emails() const noexcept { return emails_ != nullptr; }

  /// `plain`: no write in it meets a user that another one in it makes or changes.
  void begin(bool plain) noexcept;
  /// Sets the operation's status. A creation of status ok gets `next_id`, which must be valid.
  void decide(WriteOperation& operation, UserId next_id);
  void keep();
  void drop();

 private:
  void decide_create(WriteOperation& operation, UserId next_id);
  void decide_update(WriteOperation& operation);
  /// False for an address that another user has.
  bool note_email(const WriteOperation& operation, const UserView& before);

  const Table& table_;
  KnownKeys keys_;
  std::unique_ptr<UniqueEmails> emails_;
  /// The latest write of each user in this batch; empty if it is plain.
  std::unordered_map<UserId, const WriteOperation*> latest_;
  bool plain_ = false;
};

}  // namespace rollcall::storage
