#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/list.hpp"
#include "storage/local/table.hpp"
#include "storage/open_store.hpp"
#include "storage/sqlite/journal.hpp"

namespace rollcall::storage {

/// A store of `sqlite:` that this process has for itself: for commands that run while no server
/// does. Unlike a Store it takes ids as they are. One thread.
class OfflineStore {
 public:
  enum class Missing : bool { refuse, make };

  /// Opens `url` and loads its users. `missing`: what is to become of a file that is not there, or
  /// is empty. Throws StoreOpenError, also if a server has the file or
  /// if `url` is another store's; no existing file is changed then. With Missing::refuse, a file
  /// that can't be written is only read: see unwritable(). `events` hear of a recovery and of an
  /// upgrade.
  OfflineStore(const std::string& url, Missing missing, const LoadProgress& progress,
               Events& events = ignored_events());

  /// Why the file can only be read: create() and raise_last_id() must not be called.
  const std::optional<OpenFailure>& unwritable() const noexcept { return unwritable_; }

  /// The largest id ever given out.
  UserId last_id() const noexcept { return last_id_; }
  bool contains(UserId id) const noexcept;

  /// Keeps `users`, whose ids are valid, differ, and are not in use, in one transaction: all of
  /// them are on disk when it returns ok, and none of them otherwise.
  Status create(const UserList& users);
  /// Makes `id` one that was given out, like all below it, also after a restart.
  Status raise_last_id(UserId id);
  /// Why the latest create() or raise_last_id() failed.
  const std::string& last_error() const noexcept { return journal_->last_error(); }

  /// The users behind `after` by rising id, max_listed_users at most; none: that was all.
  const UserList& list_after(UserId after);

  /// A normal end: leaves one tidy file. False, with why in `error`, if that failed; what create()
  /// kept is on disk even then.
  bool close(std::string& error) noexcept { return !journal_ || journal_->close(error); }

 private:
  void read_only(const std::string& path, const LoadProgress& progress);

  std::unique_ptr<Table> table_ = std::make_unique<Table>();
  std::unique_ptr<SqliteJournal> journal_;
  std::optional<OpenFailure> unwritable_;
  UserId last_id_ = 0;
  std::vector<WriteOperation> operations_;
  ListOperation listing_;
};

}  // namespace rollcall::storage
