#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "storage/email_key.hpp"
#include "storage/postgres/ids.hpp"
#include "storage/postgres/inbox.hpp"
#include "storage/postgres/lane.hpp"
#include "storage/postgres/looked.hpp"
#include "storage/postgres/script.hpp"
#include "storage/postgres/uploads.hpp"

namespace rollcall::storage::postgres {

/// The writes of one transaction. They are gathered; what they depend on is looked at; each is
/// decided in their order, as a store in this process would do it; and what they come to is written
/// as a script, which changes each user only if it still is as it was looked at. The script may
/// have no effect on some of them, because other instances were faster: those are to be gathered
/// again.
class WriteBatch {
 public:
  struct Rules {
    std::int64_t key_lifetime_seconds = 0;
    bool unique_emails = false;
    /// Ids are taken in the transaction of the batch, so that they rise with the commits of all
    /// instances. Otherwise each instance has blocks of them.
    bool ordered_ids = false;
  };

  /// `uploads` must outlive it.
  explicit WriteBatch(Uploads& uploads) noexcept : uploads_(uploads) {}

  void clear();
  void gather(const PendingWrite& write) {
    writes_.push_back({.pending = write, .asked = write.operation->user});
  }
  bool empty() const noexcept { return writes_.empty(); }
  std::size_t size() const noexcept { return writes_.size(); }
  /// Ids that decide() may need to have.
  std::size_t ids_needed(const Rules& rules) const noexcept {
    return rules.ordered_ids ? 0 : writes_.size();
  }

  /// Asks for what the writes depend on. Nothing, for creates that nobody has been faster than.
  void look(Looked& looked, const Rules& rules);
  /// Decides the writes from the first on. Those that depend on one before them in a way that one
  /// transaction can't have are taken out and returned, and all behind them.
  std::vector<PendingWrite> decide(const Looked& looked, const Rules& rules, Ids& ids);
  /// Something is to be written.
  bool has_effects() const noexcept { return effects_ > 0; }
  /// Each write is a create without a key, and is done with the transaction.
  bool is_plain() const noexcept { return plain_; }
  /// The transaction, with its fence for batch `number` of `lane`. If `lease` is not 0, takes as
  /// many ids by the way. The place of what came of that among the results.
  std::size_t write(Script& script, const Lane& lane, std::int64_t number, const Rules& rules,
                    const Ids& ids, std::uint64_t lease);

  /// Asks, at the end of a script that takes no part in the fence, for what write() asks for at its
  /// end: the outcome, and what the uploads that were opened have created before.
  void write_questions(Script& script, const Lane& lane);
  /// The transaction was done. `results` are those of write_questions(); of a plain batch none are
  /// needed.
  void take(std::span<const Result> results);
  /// After take(): finishes all that have an end, and returns those that others were faster than,
  /// to be gathered again.
  std::vector<PendingWrite> finish();
  /// Nothing was done: all of them as they came.
  std::vector<PendingWrite> take_back();
  /// Ends all of them so.
  void finish_all(Status status);
  /// After take(): the largest id that it has taken in its transaction, 0 if it has taken none.
  UserId last_id() const noexcept { return last_id_; }
  /// After take(): what the batch has added to the number of users.
  std::int64_t added() const noexcept { return added_; }

 private:
  enum class Fate : std::uint8_t {
    open,     ///< Not decided.
    refused,  ///< Or replayed: has no effect.
    made,     ///< If what it is about is in the outcome.
    passed,   ///< Is done with the transaction.
  };
  struct Write {
    PendingWrite pending;
    UserView asked;  ///< As it came: deciding puts the whole user in its place.
    Fate fate = Fate::open;
    std::int64_t token = 0;        ///< By which the row of its key is known to be its own.
    bool ends = false;             ///< There is nothing more to be done for it.
    bool rests_on_change = false;  ///< Decided by what the batch makes of the user.

    WriteOperation& operation() const noexcept { return *pending.operation; }
  };
  /// What the batch makes of a user who was there.
  struct Effect {
    UserRecord was;
    UserView now;
    std::string claim{};  ///< The form of the new address, which another user must not have.
    std::string key{};    ///< Of the write that it is of, if that has one.
    std::int64_t token = 0;
    bool removed = false;
  };

  enum class Decided : bool { yes, not_in_this_batch };
  Decided decide(Write& write, const Looked& looked, const Rules& rules, Ids& ids);
  Decided decide_upload(Write& write, const Looked& looked);
  bool decide_key(Write& write, const Looked& looked);
  bool is_own_key(const IdempotencyKey& line, const Looked& looked) const noexcept;
  Decided decide_create(Write& write, const Looked& looked, const Rules& rules, Ids& ids);
  Decided decide_update(Write& write, const Looked& looked, const Rules& rules);
  std::int64_t new_token();
  Decided decide_email(Write& write, const UserView& before, const Looked& looked, Effect& effect);
  std::size_t place_of(const Write& write) const noexcept {
    return static_cast<std::size_t>(&write - writes_.data());
  }
  void place_creates();
  std::span<const std::int64_t> take_ids(std::span<const std::int64_t> outcome);
  void note_done(const Write& write);
  void note_runs(const Result& result);
  void refuse(Write& write, Status status) noexcept;
  void write_plain(Script& script, const Lane& lane, std::int64_t number);
  void write_keys(Script& script, const Rules& rules);
  void write_opens(Script& script, const Lane& lane, const Rules& rules);
  void write_holds(Script& script);
  void write_creates(Script& script, const Lane& lane, const Rules& rules);
  void write_updates(Script& script, const Lane& lane);
  void write_removals(Script& script, const Lane& lane);
  void write_runs(Script& script, const Rules& rules);
  void write_closes(Script& script);
  void write_unused_keys(Script& script, const Lane& lane, const Rules& rules);

  Uploads& uploads_;
  std::mt19937_64 random_{std::random_device()() | std::uint64_t{std::random_device()()} << 32};
  EmailKey email_key_;
  std::vector<Write> writes_;
  std::map<UserId, Effect> changes_;  ///< By id: all instances change users in the same order.
  std::map<std::string, std::size_t> keys_;  ///< By their text: the write that uses it.
  /// Forms of addresses that are taken or let go, and the user who does, 0 for a new one.
  std::unordered_map<std::string, UserId> forms_;
  std::vector<std::int64_t> opened_;  ///< Tokens of uploads.
  UserId first_created_ = 0;
  std::size_t places_ = 0;  ///< New users, whose ids are taken in the transaction.
  UserId last_id_ = 0;
  std::size_t effects_ = 0;
  std::int64_t added_ = 0;
  bool plain_ = true;
};

}  // namespace rollcall::storage::postgres
