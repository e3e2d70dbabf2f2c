#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "storage/digest.hpp"
#include "storage/events.hpp"
#include "storage/local/journal.hpp"
#include "storage/local/key_clock.hpp"
#include "storage/local/known_uploads.hpp"
#include "storage/status.hpp"
#include "storage/store.hpp"
#include "storage/store_options.hpp"
#include "storage/user.hpp"
#include "storage/version.hpp"

namespace rollcall::storage {

/// The idempotency keys that are known, by digest: some 140 octets each, and for a partial
/// replacement the user that it left. Of an upload, each run of its lines is counted as a key. A
/// key whose time is over is unknown at once, and dropped when others come or when time passes. A
/// key lives for KeyRules::lifetime at least and key_slack longer at most, by KeyClock. One thread
/// at a time.
class KnownKeys {
 public:
  /// `events` must outlive it.
  KnownKeys(const KeyRules& rules, Events& events) : rules_(rules), events_(events) {}

  /// Takes what a journal kept, by rising numbers; number 0 is no key but the time that was noted.
  void load(const std::vector<StoredKey>& keys);

  /// What becomes of an operation that has a key, as its key alone decides: ok; or replayed, with
  /// `id` and `user` as they were when it was made; key_reused; key_in_flight.
  Status look_up(WriteOperation& operation);
  /// WriteOperation::Verb::open_upload and close_upload.
  Status open_upload(IdempotencyKey& key);
  void close_upload(const IdempotencyKey& key) { uploads_.close(key.upload); }
  /// The operation, which look_up() has let through or which is a line of an upload, is part of the
  /// batch. Its `id` is set, and `user` is whole.
  void add(const WriteOperation& operation);

  /// The batch was kept.
  void keep();
  /// The batch was not kept: its keys are forgotten.
  void drop();

  /// The monotonic clock says `now`. Forgets max_keys_a_tick keys whose time is over at most. True
  /// if the journal is to hear of it: of changes() and of time().
  bool tick(KeyClock::Monotonic::time_point now);
  /// Seconds, by which keys are dated.
  std::int64_t time() const noexcept { return clock_.now(); }

  /// What the journal is to do with the batch, besides the keys of its writes.
  KeyChanges changes() const noexcept { return {forgotten_through_, uploads_.batch()}; }
  /// Those that were kept, as KeyRules::most counts them: of an upload, each of its runs.
  std::size_t size() const noexcept { return kept_.size(); }

 private:
  using Digest = TextDigester::Digest;
  struct Known {
    Version payload;
    UserId user_id;
    std::uint64_t number;
    std::int64_t created_at;
    std::unique_ptr<char[]> answer;  ///< StoredKey::answer; null if there is none.
    bool in_flight;
  };
  struct Kept {
    Digest digest;
    std::uint64_t number;
    std::int64_t created_at;
    std::uint64_t line = 0;  ///< Of a run of an upload, its first; otherwise 0.
  };

  bool is_due(std::int64_t created_at) const noexcept;
  void forget_first();
  void add_line(const WriteOperation& operation);
  /// If what was kept last is one.
  std::optional<KnownUploads::Place> latest_run() const noexcept;
  void keep_run(const KnownUploads::Place& place, const Kept& run);
  /// What was made before this time is forgotten.
  std::int64_t oldest() const noexcept;
  /// The oldest, if its time is over or if one more would be too many.
  void forget_one();
  void start_clock();

  const KeyRules rules_;
  Events& events_;
  const TextDigester digester_;
  boost::unordered_flat_map<Digest, Known, TextDigester::Hash> known_;
  KnownUploads uploads_;
  std::deque<Kept> kept_;    ///< By age.
  std::vector<Kept> batch_;  ///< In flight.
  std::uint64_t last_number_ = 0;
  std::uint64_t forgotten_through_ = 0;
  KeyClock clock_;
  std::int64_t noted_ = 0;  ///< The time that the journal has heard of.
  bool told_ = false;
};

}  // namespace rollcall::storage
