#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "storage/digest.hpp"
#include "storage/events.hpp"
#include "storage/local/journal.hpp"
#include "storage/status.hpp"
#include "storage/store.hpp"
#include "storage/store_options.hpp"
#include "storage/user.hpp"
#include "storage/version.hpp"

namespace rollcall::storage {

/// The idempotency keys that are known, by digest: some 140 octets each, and for a partial
/// replacement the user that it left. A key whose time is over is unknown at once, and dropped when
/// others come. One thread at a time.
class KnownKeys {
 public:
  /// `events` must outlive it.
  KnownKeys(const KeyRules& rules, Events& events) : rules_(rules), events_(events) {}

  /// Takes what a journal kept, by rising numbers.
  void load(const std::vector<StoredKey>& keys);

  /// What becomes of an operation that has a key, as its key alone decides: ok; or replayed, with
  /// `id` and `user` as they were when it was made; key_reused; key_in_flight.
  Status look_up(WriteOperation& operation);
  /// The operation, which look_up() has let through, is part of the batch. Its `id` is set, and
  /// `user` is whole.
  void add(const WriteOperation& operation);

  /// The batch was kept.
  void keep();
  /// The batch was not kept: its keys are forgotten.
  void drop();

  /// Every key up to this number is forgotten: the journal may drop it with the next batch.
  std::uint64_t forgotten_through() const noexcept { return forgotten_through_; }
  std::size_t size() const noexcept { return known_.size(); }

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
  };

  bool is_due(std::int64_t created_at) const;
  /// The oldest, if its time is over or if one more would be too many.
  void forget_one();
  std::int64_t now() const;

  const KeyRules rules_;
  Events& events_;
  const TextDigester digester_;
  boost::unordered_flat_map<Digest, Known, TextDigester::Hash> known_;
  std::deque<Kept> kept_;    ///< By age.
  std::vector<Kept> batch_;  ///< In flight.
  std::uint64_t last_number_ = 0;
  std::uint64_t forgotten_through_ = 0;
  bool told_ = false;
};

}  // namespace rollcall::storage
