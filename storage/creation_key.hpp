#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "storage/digest.hpp"
#include "storage/status.hpp"
#include "storage/user.hpp"
#include "storage/version.hpp"

/// Keys by which a creation that is asked for again is known again
/// (draft-ietf-httpapi-idempotency-key-header).
namespace rollcall::storage {

/// The key of one creation. The caller owns it and sets `text`; the rest is the store's.
struct CreationKey {
  std::string_view text;        ///< At most max_creation_key_octets.
  Version payload = 0;          ///< A digest of the user.
  std::uint64_t number = 0;     ///< Rising from key to key.
  std::int64_t created_at = 0;  ///< Seconds since 1970.
};

/// A key as a journal kept it.
struct StoredKey {
  std::string text;
  Version payload;
  UserId user_id;
  std::uint64_t number;
  std::int64_t created_at;
};

struct KeyRules {
  std::chrono::seconds lifetime{86'400};
  std::size_t most = 1'000'000;     ///< Kept; for one more the oldest is forgotten before its time.
  std::int64_t (*now)() = nullptr;  ///< Seconds since 1970; null is the system's clock.
};

/// The keys that are known, by digest: some 130 octets each. One whose time is over is unknown at
/// once, and dropped when others come. One thread at a time.
class CreationKeys {
 public:
  explicit CreationKeys(const KeyRules& rules) : rules_(rules) {}

  /// Takes what a journal kept, by rising numbers.
  void load(const std::vector<StoredKey>& keys);

  /// What becomes of a creation of `user` with `key`: ok, and it is remembered for the user that
  /// add() names; or replayed, with `user_id` set; key_reused; key_in_flight.
  Status look_up(CreationKey& key, const UserView& user, UserId& user_id);
  /// The creation, which look_up() has just let through, is part of the batch.
  void add(CreationKey& key, UserId user_id);

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
  const TextDigester digester_;
  boost::unordered_flat_map<Digest, Known, TextDigester::Hash> known_;
  std::deque<Kept> kept_;    ///< By age.
  std::vector<Kept> batch_;  ///< In flight.
  std::uint64_t last_number_ = 0;
  std::uint64_t forgotten_through_ = 0;
  bool told_ = false;
};

}  // namespace rollcall::storage
