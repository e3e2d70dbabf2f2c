#pragma once

#include <cstdint>
#include <memory>

namespace rollcall::storage {

class SqliteDatabase;

/// Keeps the two locks of a WAL that only one connection may hold, to write and to checkpoint, from
/// the moment when SQLite first takes them until the connection is closed. So there is no moment
/// between two transactions in which another process can write, and none in which it can copy the
/// WAL: whoever tries is told that the database is locked, and nobody here ever waits for a lock.
/// Reading needs neither, and the connection itself then needs no lock to read: nobody else can
/// take away what it reads. So a transaction locks nothing at all. It replaces the methods of the
/// connection's open file, whatever its VFS. Must outlive the connection and stay in its place.
/// Used on the connection's thread.
class KeptLocks {
 public:
  KeptLocks() noexcept;
  ~KeptLocks();

  /// From now on: `database`, in WAL mode, gives none of these locks back. False if its VFS has
  /// no shared memory.
  bool keep(SqliteDatabase& database) noexcept;

  /// Until let_checkpoints_go(), which is to be called soon, no checkpoint of the connection copies
  /// more than the first `frames` frames, as if a reader held back the rest. False if readers have
  /// every place in which that could be said. To be called outside of a transaction.
  bool hold_checkpoints_at(std::uint32_t frames) noexcept;
  void let_checkpoints_go() noexcept;

 private:
  struct Methods;

  std::unique_ptr<Methods> methods_;
};

}  // namespace rollcall::storage
