#pragma once

#include <string_view>
#include <vector>

#include "storage/email_key.hpp"
#include "storage/local/digest_set.hpp"
#include "storage/local/table.hpp"

namespace rollcall::storage {

/// The e-mail addresses of all users, as digests of 128 bits under a seed of chance (some 30 octets
/// each) of their EmailKey. One thread at a time.
class UniqueEmails {
 public:
  /// Takes the address of every user of the table. Some of the users that share one, if any do:
  /// at most max_told groups of ids, each of at most max_told.
  std::vector<std::vector<UserId>> load(const Table& table);
  static constexpr std::size_t max_told = 5;

  /// False if it is taken: nothing changed then.
  bool add(std::string_view email);
  /// The address of a user changes; `before` is its own. False if `after` is another's.
  bool replace(std::string_view before, std::string_view after);
  void remove(std::string_view email);

  /// What was changed since the last keep() or drop() stays, or is undone.
  void keep() noexcept { changes_.clear(); }
  void drop();

 private:
  using Digest = TextDigester::Digest;
  struct Change {
    Digest digest;
    bool added;
  };
  Digest digest_of(std::string_view email);
  void erase(const Digest& digest);

  EmailKey key_;
  TextDigester digester_;
  DigestSet taken_;
  std::vector<Change> changes_;
};

}  // namespace rollcall::storage
