#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

#include "storage/list.hpp"
#include "storage/local/table.hpp"
#include "storage/mutex.hpp"

namespace rollcall::storage {

/// Every user of a table as it was at one moment, read a block at a time while the table goes on
/// changing: before a user that was not read yet is replaced or removed, the table gives it to the
/// snapshot. Must not outlive the table. next() is for one thread.
class Snapshot {
 public:
  /// The moment is now: the caller keeps others from replacing and removing meanwhile.
  explicit Snapshot(Table& table);
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  enum class Next : std::uint8_t {
    users,  ///< Some users, by rising id, behind those of the call before.
    end,    ///< There are no more.
    lost,   ///< More than max_snapshot_octets of users changed before they were read.
  };
  /// Puts some users, those of a block or none, into `users`.
  Next next(UserList& users);

  /// Any thread: `user` is about to be replaced or removed.
  void preserve(UserId id, const UserView& user);

  /// What keeping `user` counts for of max_snapshot_octets: its text, and about what a node of a
  /// map and a block of the heap take.
  static std::size_t kept_octets(const UserView& user) noexcept { return user.octets() + 112; }

 private:
  class Block;
  /// A user as it was.
  struct Before {
    std::unique_ptr<char[]> packed;
    UserView view() const noexcept { return PackedUser::read(packed.get()); }
  };
  Table& table_;
  const UserId last_id_;
  UserId next_id_;  ///< In the block to be read next; 0: none.
  Mutex mutex_;
  std::map<UserId, Before> before_ ROLLCALL_GUARDED_BY(mutex_);
  std::size_t octets_ ROLLCALL_GUARDED_BY(mutex_) = 0;
  UserId passed_ ROLLCALL_GUARDED_BY(mutex_) = 0;  ///< Up to this id all was read.
  bool lost_ ROLLCALL_GUARDED_BY(mutex_) = false;
};

}  // namespace rollcall::storage
