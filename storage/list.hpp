#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "storage/status.hpp"
#include "storage/substring.hpp"
#include "storage/user.hpp"

namespace rollcall::storage {

/// Which users are meant. A list that is empty asks for nothing; otherwise one of it must hold.
struct UserFilter {
  std::vector<UserId> ids;
  std::vector<std::string> last_names;  ///< Equal, octet by octet; so for the next two.
  std::vector<std::string> first_names;
  std::vector<std::string> emails;
  /// One is part of some member or of the id's decimal digits.
  std::vector<Substring> substrings;

  /// Every user is meant.
  bool all() const noexcept;
  /// Whether everything but `ids` holds.
  bool matches(UserId id, const UserView& user) const noexcept;
  /// What matches() costs for such a user, about, in octets of text searched.
  std::size_t cost(const UserView& user) const noexcept;
};

/// Users of a listing, packed one behind the other. Throws std::bad_alloc only.
class UserList {
 public:
  void append(UserId id, const UserView& user);
  std::size_t size() const noexcept { return entries_.size(); }
  /// Octets of the texts.
  std::size_t octets() const noexcept { return text_.size(); }
  UserId id(std::size_t index) const noexcept { return entries_[index].id; }
  /// Valid until the next append.
  UserView user(std::size_t index) const noexcept;
  void clear() noexcept;

 private:
  struct Entry {
    UserId id;
    std::size_t begin;
    std::uint16_t last_name_octets;
    std::uint16_t first_name_octets;
    std::uint16_t email_octets;
  };
  std::vector<Entry> entries_;
  std::vector<char> text_;
};

/// What to list: of the users that `filter` means, in the order of their ids, those from number
/// `skip` on, at most `limit`.
struct ListRequest {
  UserFilter filter;
  bool descending = false;
  UserId after = 0;        ///< Only ids behind it in the order asked for; 0: all.
  std::uint64_t skip = 0;  ///< Counted among those behind `after`.
  std::size_t limit = 0;   ///< At most max_listed_users.
};

/// One listing.
struct ListOperation {
  ListRequest request;  ///< In.
  bool abandoned =
      false;  ///< In, also while it is under way: it is to end, and nobody looks at it.
  /// In, also while it is under way: perhaps nobody waits for it any more, so others go first.
  bool deferred = false;
  UserList users;              ///< Out.
  std::uint64_t total = 0;     ///< Out: how many users the filter means, whatever `after` says.
  bool more = false;           ///< Out: there are users behind the last one listed.
  Status status = Status::ok;  ///< Out.
};

/// A store's place in an export.
class ExportCursor {
 public:
  virtual ~ExportCursor() = default;
};

/// Every user as of the moment of the first call, by rising id, in pieces. Ends with it.
struct ExportOperation {
  std::unique_ptr<ExportCursor> cursor;  ///< The store's; null before the first call.
  UserList users;                        ///< Out: the next piece, perhaps an empty one.
  bool end = false;                      ///< Out: there is nothing behind it.
  Status status = Status::ok;            ///< Out: queue_full if there are max_snapshots, or if too
                                         ///< much changed before it was read.
};

}  // namespace rollcall::storage
