#include "server/store_events.hpp"

namespace rollcall::server {

void StoreEvents::created(const std::string& path) noexcept {
  log_.say(LogLevel::info, "created a new store: %s", path.c_str());
}

void StoreEvents::unfinished_dropped(const std::string& path, std::uint64_t frames) noexcept {
  log_.say(LogLevel::warning,
           "the WAL of %s ends in %llu frames of transactions that were never "
           "finished; they are left out, and nothing in them was acknowledged",
           path.c_str(), static_cast<unsigned long long>(frames));
}

void StoreEvents::recovered(const std::string& path, std::uint64_t frames) noexcept {
  log_.say(LogLevel::info,
           "took over %llu frames that the last run left in the WAL of %s (it was "
           "killed, or a reader was in the way); no acknowledged user is lost",
           static_cast<unsigned long long>(frames), path.c_str());
}

void StoreEvents::upgraded(const std::string& path, const std::string& copy) noexcept {
  log_.say(LogLevel::info,
           "upgraded %s to this program's schema; %s is a copy from before, for "
           "going back to the older program: delete it once you no longer need it",
           path.c_str(), copy.c_str());
}

namespace {

/// What it means that writes fail with `status`, and what to do.
const char* advice(storage::Status status) noexcept {
  using storage::Status;
  switch (status) {
    case Status::disk_full:
      return "the disk is full, so writes get 503 until there is space: free some";
    case Status::sync_failed:
      return "the disk failed to sync, so nobody knows what is on it, and writes get 503 until a "
             "restart: check the disk, then restart";
    case Status::changed_elsewhere:
      return "what is in memory is out of date, and writes get 503 until a restart: restart";
    case Status::file_replaced:
      return "the users here are now in memory only, and writes get 503 until a restart: save them "
             "(GET /users with Accept: application/x-ndjson), stop the server, put the right file "
             "in place, start again";
    case Status::busy:
      return "another program has locked it, so writes get 503 until it lets go";
    case Status::unavailable:
      return "requests wait a few seconds for it and then get 503, until it can be reached: check "
             "the database and the network";
    case Status::out_of_memory:
      return "there is no memory for it, so writes get 503 until there is: free some";
    default:
      return "a write failed, so writes get 503 until one succeeds: check the disk";
  }
}

}  // namespace

void StoreEvents::open_to_others(const std::string& path, unsigned mode) noexcept {
  log_.say(LogLevel::warning,
           "%s has mode %04o: users other than its owner may read it; run chmod 600 "
           "on it and on its -wal and -shm files",
           path.c_str(), mode);
}

void StoreEvents::commits_weakly(const std::string& setting) noexcept {
  log_.say(LogLevel::warning,
           "the database has synchronous_commit = %s: what it acknowledges is lost if the primary "
           "and the machine of the standby fail together; use on or remote_apply",
           setting.c_str());
}

void StoreEvents::writes_stopped(storage::Status status, const std::string& reason) noexcept {
  if (metrics_ != nullptr) metrics_->writes_stopped(status);
  log_.say(LogLevel::error, "can't write to %s; %s", reason.c_str(), advice(status));
}

void StoreEvents::writes_resumed() noexcept {
  log_.say(LogLevel::info, "writes to the store succeed again");
}

void StoreEvents::checkpoint_failed(const std::string& reason) noexcept {
  if (metrics_ != nullptr) metrics_->checkpoint_failed();
  log_.say(LogLevel::warning,
           "a checkpoint failed: %s; no user is lost, but the WAL grows until one "
           "succeeds: check the disk and its space",
           reason.c_str());
}

void StoreEvents::wal_is_large(std::uint64_t octets) noexcept {
  log_.say(LogLevel::warning,
           "the WAL has %llu MiB that can't be copied to the data file, and grows: end "
           "the program that reads the file for so long (a shell, a backup)",
           static_cast<unsigned long long>(octets >> 20));
}

void StoreEvents::wal_is_copied() noexcept {
  log_.say(LogLevel::info, "the WAL is copied to the data file again");
}

void StoreEvents::keys_dropped_early(std::size_t most) noexcept {
  log_.say(LogLevel::warning,
           "more than %zu idempotency keys are in use; from now on the oldest are "
           "dropped early: see --max-idempotency-keys",
           most);
}

void StoreEvents::out_of_memory() noexcept {
  // Takes no memory: it may be the last thing that is said.
  log_.say(LogLevel::error, "out of memory during a commit; stopping: what is on disk is safe");
  log_.flush();
}

}  // namespace rollcall::server
