#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "storage/store.hpp"

namespace rollcall::storage {

/// Takes the users that a journal holds when it is opened.
class UserSink {
 public:
  /// Keeps a copy. No two calls have the same id. False when there is no memory for it: then the
  /// journal can't be opened. Called by several threads at a time.
  virtual bool take(UserId id, const UserView& user) noexcept = 0;

 protected:
  ~UserSink() = default;
};

/// An idempotency key as a journal keeps it. An upload has one for each of its runs.
struct StoredKey {
  std::string text;
  Version payload;  ///< Of a run, UploadRun::digest.
  UserId user_id;   ///< Of a run, the first.
  std::uint64_t number;
  std::int64_t created_at;
  std::string answer{};     ///< Of a partial replacement: the user that it left, as a PackedUser.
  std::uint64_t line = 0;   ///< Of a run, its first; otherwise 0.
  std::uint64_t count = 0;  ///< Of a run, its lines.
};

/// What a batch changes of keys, besides those that its writes have.
struct KeyChanges {
  std::uint64_t forget_through = 0;      ///< Keys up to this number are dropped.
  std::span<const StoredKey> runs = {};  ///< Of uploads, to be kept.
};

/// What a journal held when it was opened, besides the users themselves.
struct OpenReport {
  std::uint64_t users = 0;
  UserId last_id = 0;    ///< The largest id ever given out.
  bool created = false;  ///< There was none: this one is new.
  /// Frames at the end of the WAL that were never committed, so never acknowledged.
  std::uint64_t unfinished_frames = 0;
  /// Committed frames of the WAL that the run before did not copy to the data file for certain.
  std::uint64_t recovered_frames = 0;
  std::string upgrade_copy;     ///< The file as it was before its schema was upgraded, if it was.
  std::vector<StoredKey> keys;  ///< By rising numbers.
};

/// The durable half of a store: takes batches, one at a time, from whichever thread leads just then
/// (calls are serialised by the caller and happen-before one another).
class Journal {
 public:
  virtual ~Journal() = default;

  /// Makes the writes linked from `first` by `next`, those whose status is ok, in their order, as
  /// one transaction with one sync, and returns when they are on disk. Their ids are set; what is
  /// replaced or removed is there, and what replaces it is whole. On any Status but ok nothing of
  /// the batch is kept, also not for a reader after a crash. After a lasting Status every later
  /// call returns the same at once, without touching the disk.
  /// Their keys are kept with them, but of a line of an upload: those are `keys.runs`. `first` may
  /// be null: then only what `keys` and note_key_time() ask for is done.
  virtual Status commit(const WriteOperation* first, const KeyChanges& keys) noexcept = 0;

  /// The next commit is to keep `seconds` as the time of keys: when the journal is opened, it is
  /// the StoredKey with number 0.
  virtual void note_key_time(std::int64_t seconds) noexcept = 0;

  /// Upkeep between batches (a bounded piece of a checkpoint): ok, or why it failed. Its failure
  /// costs no user. `commit_time` is what the latest commit took; a piece need take no less.
  virtual Status maintain(std::chrono::nanoseconds commit_time) noexcept = 0;

  /// Upkeep that time brings on, to be called about twice a second, also when no write comes: looks
  /// whether what is written to is still there. Ok, or why it failed; a lasting Status stays.
  virtual Status look() noexcept = 0;

  /// Octets of the WAL that are not in the data file yet.
  virtual std::uint64_t wal_octets() const noexcept = 0;

  /// What the latest commit has waited for the disk; 0 from one that can't tell. Once a commit.
  virtual std::chrono::nanoseconds take_sync_time() noexcept { return {}; }

  /// Why the latest commit or upkeep that failed did so, in the words of what is below.
  virtual const std::string& last_error() const noexcept = 0;

  /// A normal end: leaves one tidy file. False, with why in `error`, if that failed.
  virtual bool close(std::string& error) noexcept = 0;
};

}  // namespace rollcall::storage
