#pragma once

#include <memory>
#include <optional>
#include <string>

#include "storage/offline_backend.hpp"
#include "storage/open_store.hpp"

namespace rollcall::storage {

/// The users of a store for commands that are no server, such as import. A file of `sqlite:` this
/// process has for itself; a database it shares with the instances at it. Unlike a Store it takes
/// ids as they are. One thread.
class OfflineStore {
 public:
  enum class Missing : bool { refuse, make };

  /// Opens `url`, and loads the users of a file. `missing`: what is to become of a file that is not
  /// there, or is empty, and of a database without tables. Throws StoreOpenError, also if a server
  /// has the file or if `url` is another store's; no existing file is changed then. With
  /// Missing::refuse, a file that can't be written is only read: see unwritable(). `events` hear of
  /// a recovery and of an upgrade.
  OfflineStore(const std::string& url, Missing missing, const LoadProgress& progress,
               Events& events = ignored_events());

  /// Why the store can only be read: create() and raise_last_id() must not be called.
  const std::optional<OpenFailure>& unwritable() const noexcept { return backend_->unwritable(); }

  /// The largest id ever given out; of a database, also what its instances have taken to give out.
  UserId last_id() const noexcept { return backend_->last_id(); }
  /// Throws std::runtime_error if the database fails.
  bool contains(UserId id) const { return backend_->contains(id); }

  /// Keeps `users`, whose ids are valid, differ, and are not in use, in one transaction: all of
  /// them are durable when it returns ok, and none of them otherwise; but if a database was lost
  /// meanwhile, as last_error() says, maybe all of them. Status::email_taken: a database that keeps
  /// addresses unique refuses that of one of them.
  Status create(const UserList& users) { return backend_->create(users); }
  /// Makes `id` one that was given out, like all below it, also after a restart.
  Status raise_last_id(UserId id) { return backend_->raise_last_id(id); }
  /// Why the latest create() or raise_last_id() failed.
  const std::string& last_error() const noexcept { return backend_->last_error(); }

  /// The users behind `after` by rising id, max_listed_users at most; none: that was all. Of a
  /// database all calls show one moment. Throws std::runtime_error if the database fails.
  const UserList& list_after(UserId after) { return backend_->list_after(after); }

  /// A normal end: leaves one tidy file. False, with why in `error`, if that failed; what create()
  /// kept is on disk even then.
  bool close(std::string& error) noexcept { return backend_->close(error); }

 private:
  std::unique_ptr<OfflineBackend> backend_;
};

}  // namespace rollcall::storage
