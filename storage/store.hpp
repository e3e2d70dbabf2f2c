#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "storage/user.hpp"

/// The face of every store: what a caller may ask, when it is answered, and what is durable by
/// then.
namespace rollcall::storage {

/// How a verb ended.
enum class Status : std::uint8_t {
  ok,                 ///< Done, and as durable as the store makes anything.
  not_found,          ///< No user has this id.
  disk_full,          ///< Nothing was kept; writes come back by themselves once there is room.
  io_error,           ///< Nothing was kept; a later write may succeed.
  sync_failed,        ///< Nothing was kept; the store takes no write again until it is reopened.
  busy,               ///< Nothing was kept; another process holds the data file's write lock.
  queue_full,         ///< Nothing was kept; max_pending_writes writes wait already.
  ids_exhausted,      ///< Nothing was kept; max_user_id has been given out.
  changed_elsewhere,  ///< Nothing was kept; another process wrote to the data file, so what is in
                      ///< memory is out of date: the store takes no write until it is reopened.
};

/// Whether writes stay refused until the store is opened again.
constexpr bool is_lasting(Status status) noexcept {
  return status == Status::sync_failed || status == Status::changed_elsewhere ||
         status == Status::ids_exhausted;
}

/// One creation. The caller owns it, fills `user`, and keeps it and the texts in place until it is
/// completed; the store owns `next` and `id` meanwhile. No heap is touched for it.
struct CreateOperation {
  UserView user;                    ///< In.
  UserId id = 0;                    ///< Out, when status is ok.
  Status status = Status::ok;       ///< Out.
  CreateOperation* next = nullptr;  ///< The store's, while the operation is in flight.
};

/// One look-up by id. Ownership as for CreateOperation.
struct FindOperation {
  UserId id = 0;               ///< In.
  Status status = Status::ok;  ///< Out: ok or not_found.
  UserRecord user;             ///< Out, when status is ok: the user as of the last durable commit.
};

/// What a session's owner (one I/O thread) lends to the store. `completed` is called on the
/// session's thread only: inside the verb itself, inside end_turn() or inside deliver().
class SessionOwner {
 public:
  virtual void completed(CreateOperation& operation) noexcept = 0;
  virtual void completed(FindOperation& operation) noexcept = 0;

  /// Called on any thread, at most once a batch: the owner is to call Session::deliver() and then
  /// Session::end_turn() on its own thread soon.
  virtual void wake() noexcept = 0;

 protected:
  ~SessionOwner() = default;
};

/// One thread's way into a store. Every call is made on that thread. Creations of one session are
/// committed in the order of the calls, and each becomes visible to any session only when it is
/// durable, just before it is completed with Status::ok.
class Session {
 public:
  virtual ~Session() = default;
  virtual void create(CreateOperation& operation) noexcept = 0;
  virtual void find(FindOperation& operation) noexcept = 0;

  /// The caller's event loop has handled all that was ready: what it gathered is one batch.
  virtual void end_turn() noexcept = 0;

  /// Completes what other threads have finished for this session; asked for by wake().
  virtual void deliver() noexcept = 0;
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

  /// Status::ok while writes are taken, otherwise why not: the answer to a readiness probe.
  virtual Status health() const noexcept = 0;

  /// Makes the files tidy (a normal end of the program). Called once, last. False, with the reason
  /// logged nowhere but in `error`, when that failed: everything acknowledged is durable even then.
  virtual bool close(std::string& error) noexcept = 0;
};

/// Why a store can't be opened: one line for a person, with what to do next.
class StoreOpenError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace rollcall::storage
