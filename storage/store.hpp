#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "storage/idempotency_key.hpp"
#include "storage/list.hpp"
#include "storage/operation.hpp"
#include "storage/status.hpp"
#include "storage/user.hpp"
#include "storage/version.hpp"

/// The face of every store: what a caller may ask, when it is answered, and what is durable by
/// then.
namespace rollcall::storage {

/// One creation, replacement or removal, or a step of an upload that has an idempotency key. The
/// caller owns it, fills what is In, and keeps it and the
/// texts in place until it is completed; the store owns `next` and changes what is Out meanwhile.
/// No heap is touched for a creation.
struct WriteOperation : Operation {
  enum class Verb : std::uint8_t {
    create,
    replace,
    remove,
    /// The key belongs to an upload, whose lines are creations with `key->line`, by rising numbers,
    /// and keep with them what they created. Status ok, with what lines are known already: they are
    /// not to be created again. Or key_reused or key_in_flight. Has no user.
    open_upload,
    /// All lines of the upload are passed on: from now on it can be opened again. Has no user, and
    /// is never refused for lack of room.
    close_upload,
  };

  Verb verb = Verb::create;         ///< In.
  MemberSet members = all_members;  ///< In, replace: those of `user` that are given; the
                                    ///< others stay as they are.
  UserId id = 0;                    ///< In, or Out for a creation whose status is ok or replayed.
  UserView user;                    ///< In, but for a removal. Out, for a replacement whose
                                    ///< status is ok or replayed: the whole user.
  const Condition* condition = nullptr;  ///< In, but for a creation; null is none.
  IdempotencyKey* key = nullptr;         ///< In, but for a removal; null is none. Looked up
                                         ///< before the user and `condition`, but for a line of
                                         ///< an upload.
  UserRecord* merged = nullptr;          ///< In, if `members` lacks some or if a removal is to
                                         ///< tell the user that it took away: where `user` is put.
  WriteOperation* next = nullptr;        ///< The store's, while the operation is in flight.

  /// It changes a user, if it is made.
  bool is_change() const noexcept { return verb <= Verb::remove; }
  /// A replacement that gives only some members.
  bool is_partial() const noexcept { return verb == Verb::replace && members != all_members; }
};

/// One look-up by id. Ownership as for WriteOperation.
struct FindOperation : Operation {
  UserId id = 0;    ///< In.
  UserRecord user;  ///< Out, when status is ok: the user as of the last durable commit.
};

/// What a session's owner (one I/O thread) lends to the store. `completed` is called on the
/// session's thread only: inside the verb itself, inside end_turn() or deliver().
class SessionOwner {
 public:
  virtual void completed(WriteOperation& operation) noexcept = 0;
  virtual void completed(FindOperation& operation) noexcept = 0;
  virtual void completed(ListOperation& operation) noexcept = 0;
  virtual void completed(ExportOperation& operation) noexcept = 0;

  /// Called on any thread, at most once a batch: the owner is to call Session::deliver() and then
  /// Session::end_turn() on its own thread soon.
  virtual void wake() noexcept = 0;

 protected:
  ~SessionOwner() = default;
};

/// One thread's way into a store. Every call is made on that thread. Writes of one session are
/// made in the order of the calls, those of all sessions in one order, and each is visible to any
/// session only when it is durable, just before it is completed. How a write that was refused for
/// what the user is (not_found, condition_failed) ended is as durable as what it was refused for.
class Session {
 public:
  virtual ~Session() = default;
  virtual void write(WriteOperation& operation) noexcept = 0;
  virtual void find(FindOperation& operation) noexcept = 0;
  /// Ownership as for find(). A listing of what changes meanwhile has each user as it was at some
  /// moment of the listing; one that was there all the time is not missed and not there twice.
  virtual void list(ListOperation& operation) noexcept = 0;

  /// False while so many writes of this session wait (its share of max_pending_stream_writes) that
  /// what can wait, such as the rest of a stream, should. It is true again only when some of them
  /// are completed.
  virtual bool has_room() const noexcept { return true; }

  /// The next piece of an export.
  virtual void export_next(ExportOperation& operation) noexcept = 0;

  /// Nobody waits any more for this operation of the session, which is under way. It is completed
  /// all the same, soon but not inside this call: with Status::cancelled if that can save work. A
  /// write that is cancelled may be made.
  virtual void cancel(Operation& operation) noexcept { operation.cancelled = true; }

  /// The caller's event loop has handled all that was ready: what it gathered is one batch. True if
  /// there is more to do than fits into one turn: then the caller ends another turn soon, even if
  /// nothing is ready until then.
  virtual bool end_turn() noexcept = 0;

  /// Some time has passed, and it is `now`: does what no request brings on, such as upkeep of the
  /// store when no write comes. To be called a few times a second; may complete operations.
  virtual void tick(std::chrono::steady_clock::time_point now) noexcept = 0;

  /// Completes what other threads have finished for this session; asked for by wake().
  virtual void deliver() noexcept = 0;

  /// Writes that were taken and are not completed yet, and those that are. One that is completed
  /// inside write() counts as neither.
  std::size_t pending_writes() const noexcept { return pending_writes_; }
  std::uint64_t completed_writes() const noexcept { return completed_writes_; }

 protected:
  /// For who takes writes.
  std::size_t pending_writes_ = 0;
  std::uint64_t completed_writes_ = 0;
};

/// How much a store has, for its operator.
struct StoreFigures {
  std::uint64_t users = 0;           ///< Visible.
  std::uint64_t keys = 0;            ///< Idempotency keys that are known.
  std::uint64_t pending_writes = 0;  ///< That wait for their commit, of max_pending_writes.
  std::uint64_t wal_octets = 0;      ///< That are not in the data file yet.
};

/// A place that keeps users. Thread-safe, except that every Session must be gone before close().
class Store {
 public:
  virtual ~Store() = default;

  /// A session for the calling thread, to be destroyed before the store, with nothing in flight.
  /// `owner` must outlive it.
  virtual std::unique_ptr<Session> open_session(SessionOwner& owner) = 0;

  /// Users visible now.
  virtual std::uint64_t size() const noexcept = 0;

  /// As of now, or of the latest commit or upkeep. Waits for no disk.
  virtual StoreFigures figures() const noexcept { return {.users = size()}; }

  /// Status::ok while writes are taken, otherwise why not: the answer to a readiness probe.
  virtual Status health() const noexcept = 0;

  /// The program is about to end. What still waits for a database in so long ends then, as what was
  /// not done, or as unknown if it was sent. Any thread, once; before close().
  virtual void end_within(std::chrono::milliseconds) noexcept {}

  /// Makes the files tidy (a normal end of the program). Called once, last. False, with the reason
  /// logged nowhere but in `error`, when that failed: everything acknowledged is durable even then.
  virtual bool close(std::string& error) noexcept = 0;
};

}  // namespace rollcall::storage
