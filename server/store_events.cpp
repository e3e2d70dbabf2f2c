#include "server/store_events.hpp"

namespace rollcall::server {

void StoreEvents::created(const std::string& path) noexcept {
  std::fprintf(out_, "rollcall: created a new store: %s\n", path.c_str());
}

void StoreEvents::unfinished_dropped(const std::string& path, std::uint64_t frames) noexcept {
  std::fprintf(out_,
               "rollcall: the WAL of %s ends in %llu frames of transactions that were never "
               "finished; they are left out, and nothing in them was acknowledged\n",
               path.c_str(), static_cast<unsigned long long>(frames));
}

void StoreEvents::open_to_others(const std::string& path, unsigned mode) noexcept {
  std::fprintf(out_,
               "rollcall: %s has mode %04o: users other than its owner may read it; run chmod 600 "
               "on it and on its -wal and -shm files\n",
               path.c_str(), mode);
}

void StoreEvents::writes_stopped(storage::Status status, const std::string& reason) noexcept {
  std::fprintf(
      out_, "rollcall: can't write to the store: %s; %s\n", reason.c_str(),
      is_lasting(status) ? "no more writes until restart" : "writes get 503 until one succeeds");
}

void StoreEvents::writes_resumed() noexcept {
  std::fputs("rollcall: writes to the store succeed again\n", out_);
}

void StoreEvents::checkpoint_failed(const std::string& reason) noexcept {
  std::fprintf(out_,
               "rollcall: a checkpoint failed: %s; no user is lost, but the WAL grows until one "
               "succeeds\n",
               reason.c_str());
}

void StoreEvents::keys_dropped_early(std::size_t most) noexcept {
  std::fprintf(out_,
               "rollcall: more than %zu idempotency keys are in use; from now on the oldest are "
               "dropped early: see --max-idempotency-keys\n",
               most);
}

void StoreEvents::out_of_memory() noexcept {
  // No memory for a format either.
  std::fputs("rollcall: out of memory during a commit; stopping: what is on disk is safe\n", out_);
}

}  // namespace rollcall::server
